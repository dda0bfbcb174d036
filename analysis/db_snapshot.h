/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of a database that is being recorded, as a finished capture. */
#ifndef RMAPSCOPE_DB_SNAPSHOT_H
#define RMAPSCOPE_DB_SNAPSHOT_H

#include "analysis/db.h"

/*
 * db_snapshot - copy all that was committed to a new file @path
 * @trigger: why the copy is made; stored as meta.trigger
 *
 * The file appears at @path when it is complete; one that is there is not replaced. Returns 0
 * or a negative errno.
 */
int db_snapshot(struct db *db, const char *path, const char *trigger, struct error *err);

#endif
