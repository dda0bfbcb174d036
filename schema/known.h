/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the schema of each version is, so that a file which says that it has it
 * can be held against that. A file comes from a stranger: a view in it, or an
 * expression of an index or of a column, is a program of somebody else.
 */
#ifndef RMAPSCOPE_KNOWN_H
#define RMAPSCOPE_KNOWN_H

#include <stddef.h>
#include <stdint.h>

struct known;
struct sqlite3;

/* The tables, indexes and views of one version, or NULL: no memory. */
struct known *known_schema(int64_t version);
void known_free(struct known *known);

/*
 * known_check - whether @db has what is known, and nothing else
 * @why: the first difference, as the end of a sentence that begins with the
 *	file's name; "" when there is none
 *
 * Blanks and comments of the SQL do not count, and what ANALYZE adds is let be.
 * Returns an SQLite result code.
 */
int known_check(struct known *known, struct sqlite3 *db, char *why, size_t room);

/*
 * known_views - make the known views, for this connection alone
 *
 * They go before those of the file, whatever these are. Returns an SQLite code.
 */
int known_views(const struct known *known, struct sqlite3 *db);

#endif
