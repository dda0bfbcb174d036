/* SPDX-License-Identifier: GPL-2.0-only */
/* What diff can compare, and by which numbers. */
#ifndef RMAPSCOPE_DIFF_KINDS_H
#define RMAPSCOPE_DIFF_KINDS_H

#include "analysis/diff_interval.h"

/* A choice of kinds with a name, for --page. */
struct diff_page {
	const char *name;
	const char *kinds[8]; /* names; ends with NULL */
	const char *missing;  /* what the page should have and no capture holds */
};

/* All kinds, and all pages; each ends with a NULL name. */
extern const struct diff_kind diff_kinds[];
extern const struct diff_page diff_pages[];

#endif
