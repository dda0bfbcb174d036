// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db_guard.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>

/*
 * Our longest text is a stack, our longest blob a histogram with all its buckets: both
 * are below 64 KiB. Our largest result has 40 columns.
 */
static const struct {
	int id, most;
} limits[] = {
	{ SQLITE_LIMIT_LENGTH, 1 << 20 },     { SQLITE_LIMIT_SQL_LENGTH, 1 << 17 },
	{ SQLITE_LIMIT_COLUMN, 128 },	      { SQLITE_LIMIT_EXPR_DEPTH, 100 },
	{ SQLITE_LIMIT_COMPOUND_SELECT, 20 }, { SQLITE_LIMIT_VDBE_OP, 100000 },
	{ SQLITE_LIMIT_FUNCTION_ARG, 20 },    { SQLITE_LIMIT_ATTACHED, 0 },
	{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },    { SQLITE_LIMIT_WORKER_THREADS, 0 },
};

static const struct {
	int id, on;
} settings[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
	{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	/* temporary views, which known_views() creates, still work */
	{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
};

/* Steps of SQLite's virtual machine between two calls of the progress handler. */
#define LOOK_STEPS 1000

/*
 * What a read may take. The most expensive query of a report takes 1.3 steps for each byte
 * of a file with a million rows; a row of a result is a few times as large as in the file.
 * The _MIN values are for small files.
 */
#define STEPS_MIN      50000000
#define STEPS_PER_BYTE 32
#define BYTES_MIN      (64 << 20)
#define BYTES_PER_BYTE 64
#define FILE_BYTES_MAX (1LL << 48)

/* Whether a blocked signal is pending that would end the program. */
static bool signal_pending(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	unsigned int i;
	sigset_t set;

	if (sigpending(&set))
		return false;
	for (i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (sigismember(&set, ending[i]) == 1)
			return true;
	return false;
}

bool guard_stopped(struct db_guard *guard)
{
	if (signal_pending() || (guard->stop && guard->stop()))
		guard->stopped = true;
	return guard->stopped;
}

/* Progress handler: any result but 0 ends the statement with SQLITE_INTERRUPT. */
static int check_progress(void *ctx)
{
	struct db_guard *guard = ctx;

	guard->steps -= LOOK_STEPS;
	if (guard->steps < 0)
		guard->endless = true;
	return guard->endless || guard_stopped(guard);
}

int guard_open(struct db_guard *guard, sqlite3 *db)
{
	unsigned int i;
	int rc = SQLITE_OK;

	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		sqlite3_limit(db, limits[i].id, limits[i].most);
	for (i = 0; rc == SQLITE_OK && i < sizeof(settings) / sizeof(*settings); i++)
		rc = sqlite3_db_config(db, settings[i].id, settings[i].on, NULL);
	guard_refill(guard);
	sqlite3_progress_handler(db, LOOK_STEPS, check_progress, guard);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", NULL,
				  NULL, NULL);
	return rc;
}

/* SQLite calls this for each action of a statement that it compiles. */
static int authorize(void *ctx, int action, const char *what, const char *of, const char *db,
		     const char *inside)
{
	(void)ctx;
	(void)db;
	(void)inside;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION:
		return SQLITE_OK;
	case SQLITE_READ:
		return strncmp(what, "sqlite_", 7) ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_PRAGMA:
		return !of && !strcmp(what, "schema_version") ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

void guard_read_only(sqlite3 *db)
{
	sqlite3_set_authorizer(db, authorize, NULL);
}

void guard_refill(struct db_guard *guard)
{
	const int64_t bytes =
		guard->file_bytes < FILE_BYTES_MAX ? guard->file_bytes : FILE_BYTES_MAX;

	guard->steps = STEPS_MIN + bytes * STEPS_PER_BYTE;
	guard->bytes = BYTES_MIN + bytes * BYTES_PER_BYTE;
	guard->endless = guard->stopped = false;
}

bool guard_take(struct db_guard *guard, size_t bytes)
{
	guard->bytes -= bytes;
	if (guard->bytes < 0)
		guard->endless = true;
	return !guard->endless;
}
