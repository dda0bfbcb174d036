/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One error message: what, why, what to do.
 *
 * A function that fails returns a negative errno and fills a struct error
 * where the context is known; only cli/ prints it.
 */
#ifndef RMAPSCOPE_ERROR_H
#define RMAPSCOPE_ERROR_H

struct error {
	char msg[512];
};

/*
 * error_set - write the message and hand the code through
 * @err: may be NULL, then only the code is returned
 * @code: a negative errno
 *
 * The message is one line, fit for a terminal. The first message is kept: a caller
 * further up, which knows less, does not overwrite it. Returns @code.
 */
int error_set(struct error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
