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

struct sqlite3;

/*
 * known_check - check that the schema of @db is that of @version, nothing less and nothing more
 * @version: 1 to SCHEMA_VERSION
 * @why: set to the first difference, as the end of a sentence that begins with the
 *	name of the file; "": there is none
 *
 * Blanks and comments of the SQL are ignored, and the tables of ANALYZE are allowed.
 * Returns an SQLite result code.
 */
int known_check(int64_t version, struct sqlite3 *db, char *why, size_t room);

/*
 * known_views - create the views of SCHEMA_VERSION as temporary ones
 *
 * They hide the views in the file. Returns an SQLite result code.
 */
int known_views(struct sqlite3 *db);

#endif
