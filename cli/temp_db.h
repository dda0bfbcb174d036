/* SPDX-License-Identifier: GPL-2.0-only */
/* A temporary database in a directory of its own. */
#ifndef RMAPSCOPE_TEMP_DB_H
#define RMAPSCOPE_TEMP_DB_H

#include "lib/error.h"
#include "lib/scratch.h"

struct temp_db {
	struct scratch dir;
	char path[PATH_MAX]; /* of the database, which the caller creates */
};

/* Create the directory, in $TMPDIR or /tmp. Returns 0 or a negative errno. */
int temp_db_create(struct temp_db *db, struct error *err);

/* Remove the database and its directory. */
void temp_db_remove(struct temp_db *db);

#endif
