// SPDX-License-Identifier: GPL-2.0-only
#include "cli/filter_args.h"

#include "cli/cli.h"

enum {
	OPT_COMM = 0x300,
	OPT_CGROUP,
	OPT_CLASS,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_BY,
};

static const struct argp_option options[] = {
	{ "comm", OPT_COMM, "NAME", 0,
	  "only threads with this name, and threads of processes with this name; * and ? match as "
	  "in the shell",
	  0 },
	{ "cgroup", OPT_CGROUP, "PATH", 0, "only processes in this cgroup, or below it", 0 },
	{ "class", OPT_CLASS, "CLASS", 0, "only locks of this class: anon_vma, i_mmap, mmap, ...",
	  0 },
	{ "since", OPT_SINCE, "TIME", 0,
	  "only what ended at or after TIME: seconds since the start of the capture, nanoseconds of "
	  "its clock, or HH:MM:SS",
	  0 },
	{ "until", OPT_UNTIL, "TIME", 0, "only what ended before TIME", 0 },
	{ "by", OPT_BY, "WHAT", 0,
	  "show processes with the same comm, exe or cgroup as one (default: each process by "
	  "itself)",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct filter_args *a = state->input;
	int by;

	switch (key) {
	case OPT_COMM:
		a->filter.comm = arg;
		return 0;
	case OPT_CGROUP:
		a->filter.cgroup = arg;
		return 0;
	case OPT_CLASS:
		a->filter.class = arg;
		return 0;
	case OPT_SINCE:
		a->since = arg;
		return 0;
	case OPT_UNTIL:
		a->until = arg;
		return 0;
	case OPT_BY:
		by = filter_by_name(arg);
		if (by < 0)
			cli_wrong(state, "--by: '%s' is not process, comm, exe or cgroup", arg);
		a->filter.by = by;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp filter_argp = { .options = options, .parser = parse };
