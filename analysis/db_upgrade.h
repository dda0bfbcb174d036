/* SPDX-License-Identifier: GPL-2.0-only */
/* Convert a file of an earlier schema version to the current one, in place. */
#ifndef RMAPSCOPE_DB_UPGRADE_H
#define RMAPSCOPE_DB_UPGRADE_H

#include <stdint.h>

#include "lib/error.h"

/*
 * db_upgrade - convert @path to SCHEMA_VERSION
 * @from: set to the version that it had; SCHEMA_VERSION: there was nothing to do
 *
 * The new file is written beside the old one and replaces it when it is complete and on
 * disk. Meanwhile no other program can write to the file. A file that is being recorded
 * is refused. After a failure the file is unchanged.
 *
 * Returns 0 or a negative errno.
 */
int db_upgrade(const char *path, int64_t *from, struct error *err);

#endif
