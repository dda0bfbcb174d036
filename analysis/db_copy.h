/* SPDX-License-Identifier: GPL-2.0-only */
/* Copy a database; or one of an earlier schema version, and convert the copy to the current one. */
#ifndef RMAPSCOPE_DB_COPY_H
#define RMAPSCOPE_DB_COPY_H

#include <stdint.h>

#include "lib/error.h"

struct db_guard;
struct sqlite3;

/*
 * db_copy_pages - copy all of @from into @to
 * @guard: a signal ends the copy; NULL: all pages at once, since a copy in parts would begin again
 *	at each commit of a recorder
 *
 * Returns an SQLite result code.
 */
int db_copy_pages(struct sqlite3 *to, struct sqlite3 *from, struct db_guard *guard);

/*
 * db_copy_upgraded - copy all of @from into @to and convert that to SCHEMA_VERSION
 * @to: open and empty; opened with @guard, too
 * @version: schema version of @from, 1 or more; the schema was checked
 *
 * Returns an SQLite result code. Sets *@why to what went wrong; NULL: nothing.
 */
int db_copy_upgraded(struct sqlite3 *to, struct sqlite3 *from, int64_t version,
		     struct db_guard *guard, const char **why);

/*
 * db_copy_temporary - the same into a temporary file, which is removed when it is closed
 * @path: name of @from, for messages
 *
 * Returns 0 with an open *@to, or a negative errno.
 */
int db_copy_temporary(struct sqlite3 **to, struct sqlite3 *from, const char *path, int64_t version,
		      struct db_guard *guard, struct error *err);

#endif
