/* SPDX-License-Identifier: GPL-2.0-only */
/* A temporary directory that holds one database. */
#ifndef RMAPSCOPE_SCRATCH_H
#define RMAPSCOPE_SCRATCH_H

#include "lib/error.h"

struct scratch {
	char dir[256];
	char path[280]; /* the database in it; not created yet */
};

/* Below $TMPDIR, or /tmp. Returns 0 or a negative errno. */
int scratch_create(struct scratch *s, struct error *err);

/* Remove the database and the directory. */
void scratch_remove(const struct scratch *s);

#endif
