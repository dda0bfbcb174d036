/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The schema of each version, to compare the schema of a file with it. A file is
 * untrusted, and its views and the expressions of its indexes and columns are code that
 * would run here.
 */
#ifndef RMAPSCOPE_KNOWN_H
#define RMAPSCOPE_KNOWN_H

#include <stddef.h>
#include <stdint.h>

struct known;
struct sqlite3;

/* The tables, indexes and views of one version; NULL: no memory. */
struct known *known_schema(int64_t version);
void known_free(struct known *known);

/*
 * known_check - check that the schema of @db is @known, nothing less and nothing more
 * @why: set to the first difference, as the end of a sentence that begins with the
 *	name of the file; "": there is none
 *
 * Blanks and comments of the SQL are ignored, and the tables of ANALYZE are allowed.
 * Returns an SQLite result code.
 */
int known_check(struct known *known, struct sqlite3 *db, char *why, size_t room);

/*
 * known_views - create the known views as temporary ones
 *
 * They hide the views in the file. Returns an SQLite result code.
 */
int known_views(const struct known *known, struct sqlite3 *db);

#endif
