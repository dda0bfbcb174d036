/* SPDX-License-Identifier: GPL-2.0-only */
/* What a capture says of waits, in one sentence. */
#ifndef RMAPSCOPE_VERDICT_H
#define RMAPSCOPE_VERDICT_H

#include "analysis/capture.h"

#define VERDICT_LEN 640

/*
 * verdict_read - whether anybody waited for long, and who most
 *
 * "Nobody waited longer than 1 ms: ..." is an answer, too. Names are as the file
 * has them. Returns 0 or a negative errno.
 */
int verdict_read(char text[VERDICT_LEN], struct db *db, const struct capture_info *info,
		 struct error *err);

#endif
