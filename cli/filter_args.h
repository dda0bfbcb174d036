/* SPDX-License-Identifier: GPL-2.0-only */
/* What is shown of a capture: the options that report and top have in common. */
#ifndef RMAPSCOPE_FILTER_ARGS_H
#define RMAPSCOPE_FILTER_ARGS_H

#include <argp.h>

#include "analysis/filter.h"

/* As given; --pid is an option of the parent's. */
struct filter_args {
	struct filter filter;	   /* times not set yet */
	const char *since, *until; /* or NULL */
};

/*
 * A child parser: --comm, --cgroup, --class, --since, --until, --by. Its input is
 * the struct filter_args to fill.
 */
extern const struct argp filter_argp;

#endif
