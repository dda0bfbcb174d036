/* SPDX-License-Identifier: GPL-2.0-only */
/* What store.c (the file) and store_rows.c (its rows) share. */
#ifndef RMAPSCOPE_STORE_INTERNAL_H
#define RMAPSCOPE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "schema/store.h"

enum statement {
	ST_META,
	ST_PROCESS,
	ST_TASK,
	ST_LOCK,
	ST_SITE,
	ST_STACK,
	ST_WAIT,
	ST_WAIT_FORGET,
	ST_CHECKPOINT,
	ST_LOSS,
	ST_ROLLUP,
	ST_VMA,
	ST_LOCK_VMA,
	ST_LOCK_VMA_END,
	ST_HOLD,
	ST_WALK,
	ST_WALK_ROLLUP,
	ST_RETRY,
	ST_SKIP,
	ST_MOVE,
	NR_STATEMENTS,
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *stmt[NR_STATEMENTS];
	char *path;
	int64_t last_wait_id, checkpoint_wait_id;
	bool broken;
	int ret;
	struct error err;
};

/* Keep the first failure; all later calls give it back. */
int store_fail(struct store *st, int rc);

/* Where a time is in table wait, if waits were added since the last. */
int store_checkpoint(struct store *st, int64_t time_ns);

/* The labels of enums.def. */
int store_enums(struct store *st);

#endif
