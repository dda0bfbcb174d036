/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RMAPSCOPE_MAYBE_H
#define RMAPSCOPE_MAYBE_H

#include <stdbool.h>
#include <stdint.h>

/* A sum of a column that may be NULL. known: at least one row was not NULL. */
struct maybe {
	bool known;
	int64_t sum;
};

#endif
