/* SPDX-License-Identifier: GPL-2.0-only */
/* Standard files and signals as the parent process left them: make them safe to use. */
#ifndef RMAPSCOPE_STDIO_H
#define RMAPSCOPE_STDIO_H

#include "lib/error.h"

/*
 * stdio_prepare - call this before anything else
 *
 * If standard input, output or error is closed, open /dev/null in its place, read-only:
 * no other file gets its number, and writing to it fails. Ignore SIGPIPE and SIGXFSZ, so
 * that the write fails instead (EPIPE, EFBIG).
 */
void stdio_prepare(void);

/*
 * stdio_check_room - whether as many files can be opened as a subcommand may need
 *
 * Libraries silently skip files that they cannot open. Returns 0 or a negative errno.
 */
int stdio_check_room(struct error *err);

/* Restore the signals, before another program is executed. */
void stdio_restore(void);

#endif
