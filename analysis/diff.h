/* SPDX-License-Identifier: GPL-2.0-only */
/* Two captures, or two groups of them, side by side: what changed, and is it more than chance? */
#ifndef RMAPSCOPE_DIFF_H
#define RMAPSCOPE_DIFF_H

#include "analysis/diff_samples.h"
#include "analysis/table.h"
#include "analysis/verdict.h"

struct diff_choice {
	const char *const *paths[NR_SIDES]; /* of databases; each list ends with NULL */
	bool by[32];			    /* kinds to compare, as diff_kinds numbers them */
	const char *missing;		    /* what the chosen page cannot have; or NULL */
	size_t max_groups;		    /* per kind, those with most time; 0: all */
};

struct diff_row;

struct diff {
	struct diff_samples samples;
	struct diff_row *row; /* [nr_rows] */
	size_t nr_rows;
	struct table captures; /* a row per capture */
	struct table rows;     /* a row per group and number */
	char verdict[VERDICT_LEN];
	char notes[2048]; /* what was not compared, and why: a line each */
};

/* The tables that it makes; ends with NULL. */
extern const struct table_def *const diff_tables[];

/* diff_read - compare. Returns 0 or a negative errno; call diff_free() in either case. */
int diff_read(struct diff *d, const struct diff_choice *choice, struct error *err);
void diff_free(struct diff *d);

#endif
