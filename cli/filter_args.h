/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of report and top that say which part of a capture is shown. */
#ifndef RMAPSCOPE_FILTER_ARGS_H
#define RMAPSCOPE_FILTER_ARGS_H

#include <argp.h>

#include "analysis/filter.h"

/* The values of the options. --pid is not here: report and top parse it themselves. */
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
