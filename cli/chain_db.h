/* SPDX-License-Identifier: GPL-2.0-only */
/* Store the waits of this instant, read by collector/chain_now.h, in a database. */
#ifndef RMAPSCOPE_CHAIN_DB_H
#define RMAPSCOPE_CHAIN_DB_H

#include "lib/error.h"

/*
 * chain_db_make - read the kernel's state once and store it in a new database at @path
 *
 * The database covers one instant, and its waits are open. Returns 0 or a negative errno.
 */
int chain_db_make(const char *path, struct error *err);

#endif
