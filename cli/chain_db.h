/* SPDX-License-Identifier: GPL-2.0-only */
/* A database of who waits now, as collector/chain_now.h tells it. */
#ifndef RMAPSCOPE_CHAIN_DB_H
#define RMAPSCOPE_CHAIN_DB_H

#include "lib/error.h"

/*
 * chain_db_make - look once, and make a database of it at @path
 *
 * Its waits are open, at the one instant that it has. Returns 0 or a negative errno.
 */
int chain_db_make(const char *path, struct error *err);

#endif
