/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of a database of an earlier schema version, brought to this one. */
#ifndef RMAPSCOPE_DB_COPY_H
#define RMAPSCOPE_DB_COPY_H

#include <stdint.h>

#include "lib/error.h"

struct db_guard;
struct sqlite3;

/*
 * db_copy_upgraded - all of @from into @to, as SCHEMA_VERSION
 * @to: open and empty; bound by @guard, too
 * @version: of @from, whose schema was checked; 1 or more
 *
 * Returns an SQLite result code, and in *@why what went wrong: NULL: nothing.
 */
int db_copy_upgraded(struct sqlite3 *to, struct sqlite3 *from, int64_t version,
		     struct db_guard *guard, const char **why);

/*
 * db_copy_temporary - such a copy in a file without a name, which is gone when it
 * is closed
 * @path: of @from, for the message
 *
 * Returns 0 with an open *@to, or a negative errno.
 */
int db_copy_temporary(struct sqlite3 **to, struct sqlite3 *from, const char *path, int64_t version,
		      struct db_guard *guard, struct error *err);

#endif
