/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a connection may do that reads a stranger's file.
 *
 * Nothing that is in the file's schema is run, nothing is written, and the work
 * and the memory for one read are bounded by the size of the file: a page that is
 * linked to from everywhere makes a small file endless.
 */
#ifndef RMAPSCOPE_DB_GUARD_H
#define RMAPSCOPE_DB_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;

struct db_guard {
	int64_t file_bytes;    /* of the database and its log */
	int64_t steps, bytes;  /* left of the present read */
	bool endless, stopped; /* why a read was ended */
	bool (*stop)(void);    /* asked for by other means than a blocked signal, or NULL */
};

/*
 * guard_open - bind a connection that has just been opened, before its first
 * statement; @guard must live as long as @db
 *
 * Returns an SQLite result code.
 */
int guard_open(struct db_guard *guard, struct sqlite3 *db);

/* From here on statements may read, and nothing else. */
void guard_read_only(struct sqlite3 *db);

/* Whether a signal wants the program to end. */
bool guard_stopped(struct db_guard *guard);

/* A new read begins: what it may take. */
void guard_refill(struct db_guard *guard);

/* The read keeps @bytes of memory. False: more than the file can need. */
bool guard_take(struct db_guard *guard, size_t bytes);

#endif
