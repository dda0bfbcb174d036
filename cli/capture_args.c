// SPDX-License-Identifier: GPL-2.0-only
#include "cli/capture_args.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/recording.h"
#include "collector/bpf_samples.h"
#include "collector/profile.h"

enum {
	OPT_PROFILE = 0x200,
	OPT_BUFFER,
	OPT_RUNG,
	OPT_SAMPLES,
};

static const struct argp_option options[] = {
	{ "profile", OPT_PROFILE, "NAME,...", 0,
	  "which events to record, one or more of: contention (default of record): waits, cheap "
	  "enough to stay on; holds: every acquire and release; walks: rmap walks, moved folios, "
	  "linked VMAs; stalls: uninterruptible sleeps; all",
	  0 },
	{ "pid", 'p', "PID", 0,
	  "record only this process, and the threads and children that it creates from now on", 0 },
	{ "buffer", OPT_BUFFER, "KIB", 0,
	  "size of the kernel's ring buffer per CPU (default: by profile)", 0 },
	{ "rung", OPT_RUNG, "N", 0,
	  "how waits are recorded: 1: by tracefs; 2: by BPF, with the VMA of a wait and the holder of the "
	  "lock; 3: by BPF in kernel functions, also with how long a wait spun, which costs "
	  "more; where the kernel refuses one, the next lower one is used (default: 2, but 1 on a kernel "
	  "with the rmap events)",
	  0 },
	{ "samples", OPT_SAMPLES, "HZ", 0,
	  "with rung 2 or 3: sample each CPU this often per second, to estimate how long threads spin "
	  "for a lock and what its holder does meanwhile; 0: not at all (default: 499)",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct recording_options *opt = state->input;
	struct error err = { 0 };
	unsigned int profiles;

	switch (key) {
	case OPT_PROFILE:
		if (profiles_parse(arg, &profiles, &err))
			cli_wrong(state, "--profile: %s", err.msg);
		opt->profiles = arg;
		return 0;
	case 'p':
		if (opt->pid)
			cli_wrong(state, "--pid: only one process can be recorded");
		opt->pid = cli_count(arg, state, "--pid");
		return 0;
	case OPT_BUFFER:
		opt->buffer_kb = cli_count(arg, state, "--buffer");
		return 0;
	case OPT_RUNG:
		if (strcmp(arg, "1") && strcmp(arg, "2") && strcmp(arg, "3"))
			cli_wrong(state, "--rung: '%s' is not 1, 2 or 3", arg);
		opt->rung = arg[0] - '0';
		return 0;
	case OPT_SAMPLES:
		if (!strcmp(arg, "0")) {
			opt->samples_hz = SAMPLES_OFF;
			return 0;
		}
		opt->samples_hz = cli_count(arg, state, "--samples");
		if (opt->samples_hz > SAMPLES_MAX_HZ)
			cli_wrong(state, "--samples: '%s' is more than %d", arg, SAMPLES_MAX_HZ);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp capture_argp = { .options = options, .parser = parse };
