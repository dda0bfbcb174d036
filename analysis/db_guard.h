/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits for a connection that reads an untrusted file.
 *
 * No code in the schema of the file is run, and nothing is written. The work and the
 * memory of one read are bounded by the size of the file: in a damaged file, pages that
 * refer to each other would otherwise make a query run forever.
 */
#ifndef RMAPSCOPE_DB_GUARD_H
#define RMAPSCOPE_DB_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;

struct db_guard {
	int64_t file_bytes;    /* of the database and its log */
	int64_t steps, bytes;  /* what the present read may still take */
	bool endless, stopped; /* why a read was ended: too much work, or a signal */
	bool (*stop)(void);    /* returns true to end a read; or NULL */
};

/*
 * guard_open - set the limits of a connection, after it was opened and before its first
 * statement; @guard must live as long as @db
 *
 * Returns an SQLite result code.
 */
int guard_open(struct db_guard *guard, struct sqlite3 *db);

/* From now on, allow statements only to read. */
void guard_read_only(struct sqlite3 *db);

/* Whether a signal, or stop(), asks to end the read. */
bool guard_stopped(struct db_guard *guard);

/* A new read begins: reset what it may take. */
void guard_refill(struct db_guard *guard);

/* Count @bytes of memory for the read. False: more than the file can need. */
bool guard_take(struct db_guard *guard, size_t bytes);

#endif
