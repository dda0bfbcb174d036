/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables, indexes and views of each schema version: schema/make/known_list.c makes the lists. */
#ifndef RMAPSCOPE_KNOWN_LIST_H
#define RMAPSCOPE_KNOWN_LIST_H

#include "schema/sql.h"

/* The columns of struct known_object, of any database. */
#define KNOWN_OBJECTS_SQL "SELECT type, name, tbl_name, sql FROM sqlite_schema"

/* A row of sqlite_schema. */
struct known_object {
	const char *type, *name, *table;
	const char *sql; /* normalized; "" for the automatic index of a key */
};

struct known_list {
	const struct known_object *item; /* a view comes behind those that it reads */
	unsigned int nr;
};

/* Of schema version i + 1. */
extern const struct known_list known_lists[SCHEMA_VERSION];

#endif
