/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A copy of a database to be given away.
 *
 * Gone: command lines, the names of host and kernel build, the command of the recorder.
 * Numbers instead of: paths of executables and mapped files, cgroups, layers of frames,
 * addresses of locks, page frames. The VMAs of a process keep their sizes and distances. Kept: names of threads and
 * processes, names of VMAs in brackets, kernel functions, times, the kernel's version.
 *
 * Every report of the copy shows what that of the original does, with other names.
 */
#ifndef RMAPSCOPE_REDACT_H
#define RMAPSCOPE_REDACT_H

#include "analysis/db.h"

/*
 * db_redact - write such a copy of @db
 * @path: of the copy; an empty file, or none
 * @work: path for a temporary file with the original values, in a directory of this user alone
 *
 * No bytes of the original are in free space of the copy: it is written anew from @work, which
 * remains. Returns 0 or a negative errno.
 */
int db_redact(struct db *db, const char *path, const char *work, struct error *err);

#endif
