/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and signals as our parent left them: made fit to work with. */
#ifndef RMAPSCOPE_STDIO_H
#define RMAPSCOPE_STDIO_H

#include "lib/error.h"

/*
 * stdio_prepare - to be called first
 *
 * What is closed of standard input, output and error is taken, so that no other file
 * gets its number; writing to it fails. That nobody reads any more, or that a file
 * may not grow, becomes an error of the write (EPIPE, EFBIG) instead of a signal.
 */
void stdio_prepare(void);

/*
 * stdio_check_room - whether as many files can be opened as every subcommand needs
 *
 * Libraries leave out in silence what they cannot open. Returns 0 or a negative errno.
 */
int stdio_check_room(struct error *err);

/* Those signals as they were, for a program that is executed. */
void stdio_restore(void);

#endif
