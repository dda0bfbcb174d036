/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A temporary directory of this process, for files that are not complete yet or that are not kept.
 *
 * The process holds a lock on it (flock(2)) for as long as it lives. A killed run leaves
 * its directory unlocked; the next run in the same place removes such directories of
 * this user.
 */
#ifndef RMAPSCOPE_SCRATCH_H
#define RMAPSCOPE_SCRATCH_H

#include <limits.h>

struct scratch {
	char path[PATH_MAX]; /* of the directory */
	int fd;		     /* the directory; holds the lock */
};

/* Where temporary files belong: $TMPDIR, or /tmp. */
const char *scratch_base(void);

/*
 * scratch_create - a new directory in @base, for this user alone
 *
 * Removes first what killed runs left in @base. Returns 0 or a negative errno.
 */
int scratch_create(struct scratch *s, const char *base);

/*
 * scratch_file - a new file in @base without a name, which ends when it is closed
 *
 * Returns a file descriptor for reading and writing, or a negative errno.
 */
int scratch_file(const char *base);

/* Remove the directory and all that is in it. */
void scratch_remove(struct scratch *s);

/* Remove what killed runs of this user left in @base. */
void scratch_sweep(const char *base);

#endif
