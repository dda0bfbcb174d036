// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope check: what this kernel and this user can see, and how to get what is missing. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <tracefs/tracefs.h>

#include "cli/cli.h"
#include "collector/bpf_ladder.h"
#include "collector/decode.h"
#include "collector/instance.h"
#include "collector/profile.h"
#include "collector/self.h"
#include "collector/symbols.h"

/* Nothing is recorded, so a small buffer is enough. */
#define CHECK_BUFFER_KB 64

#define NEEDS_SERIES "no; needs the rmap:* events of tracepoints-patch/"

/*
 * The questions that rmapscope answers, and what they need on a stock kernel and with the rmap
 * events.
 */
static const struct {
	const char *question, *stock, *series;
} answers[] = {
	{ "which processes and locks lose the most time, and to whom",
	  "yes; which VMA: with \"BPF: waits\", else in page faults with --profile holds",
	  "yes; which VMA: with --profile walks" },
	{ "who holds the lock that a thread is blocked on",
	  "partly; with \"BPF: waits\" a writer as the wait begins; after the wait, from the "
	  "wake-up (from Linux 7.2: from the release)",
	  "yes, with --profile holds" },
	{ "retry storms of rmap walks", NEEDS_SERIES,
	  "retries and skips: yes; moved folios: with --profile walks" },
	{ "what rmap walks cost", "with \"BPF: kernel functions\": --rung 3 --profile walks",
	  "yes, with --profile walks" },
	{ "whether locks are taken against the documented order",
	  "only for the mmap_lock, with --profile holds", "yes, with --profile holds" },
	{ "migration entries that exec left behind", NEEDS_SERIES, "yes, with --profile walks" },
	{ "in which kernel function a thread slept uninterruptibly", "yes, with --profile stalls",
	  "yes, with --profile stalls" },
	{ "which lock an uninterruptible sleep was for", "yes, for rwsems, with --profile stalls",
	  "yes, for rwsems and VMA locks, with --profile stalls" },
};

static void say(const char *what, const char *state, const char *remark)
{
	printf("%-28s %-8s %s\n", what, state, remark);
}

static void say_event(const struct profile_event *pe, const struct profile_result *res)
{
	char name[96], remark[256];

	if (pe->rare && !res->present)
		return;
	snprintf(name, sizeof(name), "%s:%s", event_system(pe->id), event_name(pe->id));
	if (!res->enabled) {
		snprintf(remark, sizeof(remark), "%s%s%s; unknown without it: %s",
			 res->present ? "cannot be enabled" : "not in this kernel",
			 res->present || !pe->since ? "" : ", but from ",
			 res->present || !pe->since ? "" : pe->since, pe->shows);
		say(name, "no", remark);
		return;
	}
	remark[0] = '\0';
	if (profile_filter(pe, PROFILE_ALL) && !res->filtered)
		strcat(remark, "no filter: costs more; needs CONFIG_EVENT_TRACING filters. ");
	if (pe->trigger && !res->triggered)
		strcat(remark, "no stacktrace trigger: no call sites, lock classes and functions "
			       "slept in; needs CONFIG_STACKTRACE.");
	say(name, "yes", remark);
}

static void check_symbols(void)
{
	struct error err = { 0 };
	int ret = symbols_readable(&err);

	say("kernel symbols", ret ? "no" : "yes", err.msg);
}

static const struct {
	const char *name, *remark;
} rungs[NR_BPF_RUNGS] = {
	[BPF_RUNG_STATE] = { "BPF: who waits now", "sudo rmapscope blocked" },
	[BPF_RUNG_WAITS] = { "BPF: waits", "record and top record VMAs and owners of waits" },
	[BPF_RUNG_SAMPLES] = { "BPF: samples",
			       "record and top estimate spinning, and what holders do meanwhile" },
	[BPF_RUNG_FUNCTION] = { "BPF: kernel functions",
				"record --rung 3 records waits including their spinning, and rmap "
				"walks" },
};

/*
 * Load each program by itself, so that one that this kernel refuses does not affect
 * the others. Returns whether `blocked` works.
 */
static bool check_bpf(void)
{
	bool sees_now = false;
	enum bpf_rung rung;

	for (rung = 0; rung < NR_BPF_RUNGS; rung++) {
		struct error err = { 0 };
		int ret = bpf_rung_try(rung, &err);

		say(rungs[rung].name, ret ? "no" : "yes", ret ? err.msg : rungs[rung].remark);
		if (rung == BPF_RUNG_STATE)
			sees_now = !ret;
	}
	return sees_now;
}

static int check_processes(struct error *err)
{
	struct self self;
	int ret = self_init(&self, err);

	if (ret)
		return ret;
	say("processes", self.proc ? "yes" : "no", self.proc ? "" : SELF_NO_PROC);
	self_free(&self);
	return 0;
}

/*
 * Enable every event in a private tracefs instance, which sets @result, and print a line for
 * each event of a stock kernel. Returns 0, or a negative errno if nothing can be captured.
 */
static int check_events(struct profile_result *result, struct error *err)
{
	struct tracefs_instance *inst;
	const struct profile_event *pe;
	int ret = instance_create(&inst, err), ret2;

	if (ret)
		return ret;
	ret = check_processes(err)
		      ?: profiles_apply(PROFILE_ALL, inst, CHECK_BUFFER_KB, NULL, result, err);
	for (pe = profile_events; pe->id != NR_EVENTS; pe++)
		if (!profile_is_series(pe->id))
			say_event(pe, &result[pe->id]);
	ret2 = instance_destroy(inst, err);
	return ret ?: ret2;
}

/* Print the rmap events: one line in all on a stock kernel, otherwise one per event. */
static bool check_series(const struct profile_result *result)
{
	const struct profile_event *pe;
	bool any = false;

	for (pe = profile_events; pe->id != NR_EVENTS; pe++)
		any |= profile_is_series(pe->id) && result[pe->id].present;
	if (!any)
		say("rmap:* events", "no",
		    "stock kernel; exact holders, walks and retries need a kernel with "
		    "tracepoints-patch/");
	for (pe = profile_events; any && pe->id != NR_EVENTS; pe++)
		if (profile_is_series(pe->id))
			say_event(pe, &result[pe->id]);
	return any;
}

static void print_answers(bool series, bool sees_now)
{
	unsigned int i;

	printf("\nWhat a capture on this kernel can show:\n");
	printf("  %-60s %s\n", "who waits now, and which writer holds the lock",
	       sees_now ? "yes, including waits that began earlier: rmapscope blocked"
			: "only waits that begin during a capture; see above");
	for (i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		printf("  %-60s %s\n", answers[i].question,
		       series ? answers[i].series : answers[i].stock);
}

static const struct argp argp = {
	.doc = "Print what this kernel and this user can see, and how to get what is missing.\v"
	       "Exit codes: 0 live capture is possible, 1 it is not, 2 wrong usage.",
};

static int check(int argc, char **argv)
{
	struct profile_result result[NR_EVENTS] = { 0 };
	struct error err = { 0 };
	struct utsname uts;
	bool series, sees_now;
	int ret;

	cli_parse(&argp, argc, argv, NULL);
	uname(&uts);
	say("kernel", uts.machine, uts.release);
	sees_now = check_bpf();
	ret = tracefs_usable(&err);
	if (ret) {
		say("live capture", "no", err.msg);
		return EXIT_FAILED;
	}
	say("tracefs", "yes", tracing_dir());
	ret = check_events(result, &err);
	check_symbols();
	series = check_series(result);
	say("live capture", ret ? "no" : "yes", ret ? err.msg : "sudo rmapscope top");
	if (!ret)
		print_answers(series, sees_now);
	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct subcommand cmd_check = {
	.name = "check",
	.help = "what this kernel and this user can see, and how to get the rest",
	.run = check,
};
