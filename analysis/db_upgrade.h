/* SPDX-License-Identifier: GPL-2.0-only */
/* Bring the file of an earlier schema version to this one, for good. */
#ifndef RMAPSCOPE_DB_UPGRADE_H
#define RMAPSCOPE_DB_UPGRADE_H

#include <stdint.h>

#include "lib/error.h"

/*
 * db_upgrade - make @path a database of SCHEMA_VERSION
 * @from: set to the version that it had; SCHEMA_VERSION: nothing was to be done
 *
 * The new file is written beside it, and takes its name when it is complete and on
 * the disk. No other program can write to the file meanwhile; one
 * that is being recorded is refused. After a failure it is as it was.
 *
 * Returns 0 or a negative errno.
 */
int db_upgrade(const char *path, int64_t *from, struct error *err);

#endif
