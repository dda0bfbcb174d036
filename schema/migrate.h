/* SPDX-License-Identifier: GPL-2.0-only */
/* Create or upgrade a schema: run the SQL files NNN-*.sql, each one step. */
#ifndef RMAPSCOPE_MIGRATE_H
#define RMAPSCOPE_MIGRATE_H

#include <stdint.h>

#include "schema/sql.h" /* SCHEMA_VERSION: the number of steps */

struct sqlite3;

/* "RMSC" */
#define SCHEMA_APPLICATION_ID 0x524d5343

/*
 * schema_migrate - convert a database from version @from (0: empty) to SCHEMA_VERSION
 *
 * The caller begins and ends the transaction. Returns an SQLite result code; the message
 * is in sqlite3_errmsg().
 */
int schema_migrate(struct sqlite3 *db, int64_t from);

#endif
