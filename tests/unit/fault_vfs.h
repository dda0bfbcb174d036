/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An SQLite VFS in which one call fails: the next write, sync, truncate, open or
 * removal after so many that went well.
 *
 * It is the default one from fault_vfs_register() on; all but that call goes to the
 * one that was.
 */
#ifndef RMAPSCOPE_TEST_FAULT_VFS_H
#define RMAPSCOPE_TEST_FAULT_VFS_H

#include <stdbool.h>

enum fault {
	FAULT_WRITE,
	FAULT_SYNC,
	FAULT_TRUNCATE,
	FAULT_OPEN,
	FAULT_DELETE,
	NR_FAULTS,
};

/* Returns an SQLite result code. */
int fault_vfs_register(void);

/* Let @after calls of @what go well, and the next one fail; with @ever all from then on. */
void fault_arm(enum fault what, unsigned int after, bool ever);
/* Nothing fails any more. Returns whether anything has. */
bool fault_disarm(void);

#endif
