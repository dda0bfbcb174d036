/* SPDX-License-Identifier: GPL-2.0-only */
/* One sentence about the waits of a capture. */
#ifndef RMAPSCOPE_VERDICT_H
#define RMAPSCOPE_VERDICT_H

#include "analysis/capture.h"

#define VERDICT_LEN 640

/*
 * verdict_read - say whether any thread waited long, and which process most
 *
 * For example "Nobody waited longer than 1 ms: ...". Names are not made printable.
 * Returns 0 or a negative errno.
 */
int verdict_read(char text[VERDICT_LEN], struct db *db, const struct capture_info *info,
		 struct error *err);

/* The sums that the sentence tells. */
extern const struct table_def verdict_table;

#endif
