/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables and views of the database as they are: see docs/schema.md. */
#ifndef RMAPSCOPE_RAW_TABLES_H
#define RMAPSCOPE_RAW_TABLES_H

#include "analysis/table.h"

/* A table or view of the schema. */
struct raw_table {
	const char *name;
	bool is_view;
	enum sight sight;
	unsigned int unfiltered; /* FILTER_* of filter.h that it cannot be filtered by */
};

/* All of them, the tables first; ends with a NULL name. */
extern const struct raw_table raw_tables[];

/* The one called @name, or NULL. */
const struct raw_table *raw_table_by_name(const char *name);

/*
 * raw_table_def - a table_def with all columns of @raw, for table_read_pieces()
 *
 * Histograms are hexadecimal digits. Call this before filter_apply(), with the transaction
 * open. Free *@def with raw_table_free(). Returns 0 or a negative errno.
 */
int raw_table_def(struct table_def **def, const struct raw_table *raw, struct db *db,
		  struct error *err);
void raw_table_free(struct table_def *def);

#endif
