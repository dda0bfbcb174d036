// SPDX-License-Identifier: GPL-2.0-only
#include "cli/recording_meta.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "collector/profile.h"
#include "collector/source.h"
#include "lib/clock.h"
#include "lib/process.h"
#include "schema/store.h"

void limits_add(char *limits, size_t room, const char *what)
{
	size_t len = strlen(limits);

	snprintf(limits + len, room - len, "%s%s", len ? "\n" : "", what);
}

void limits_find(char *limits, size_t room, const struct source *src, unsigned int profiles)
{
	const struct profile_event *pe;
	const bool *has = src->dec.has;
	char line[192];

	for (pe = profile_events; pe->id != NR_EVENTS; pe++) {
		if (has[pe->id] || !(pe->profiles & profiles) || profile_is_series(pe->id))
			continue;
		snprintf(line, sizeof(line), "no %s:%s: unknown: %s", event_system(pe->id),
			 event_name(pe->id), pe->gives);
		limits_add(limits, room, line);
	}
	if (!has[EVENT_KERNEL_STACK])
		limits_add(limits, room, "no stacks: unknown: call sites, roles and lock classes");
	if (!has[EVENT_ANON_VMA_CONTENTION_BEGIN])
		limits_add(limits, room,
			   "stock events: spinning before the first sleep is not seen, holders are "
			   "known by their wake-ups only, and waits cannot be told apart by VMA");
}

static void write_machine(struct store *st, const struct source *src)
{
	struct utsname uts;

	/* a file does not tell where it was recorded */
	if (!src->live || uname(&uts))
		return;
	store_meta_text(st, "host", uts.nodename);
	store_meta_text(st, "kernel_release", uts.release);
	store_meta_text(st, "kernel_version", uts.version);
	store_meta_text(st, "machine", uts.machine);
	store_meta_int(st, "nr_cpus", src->nr_lanes);
	store_meta_int(st, "clock_offset_ns", clock_ns(CLOCK_REALTIME) - now_ns());
}

/*
 * What was on: without rows of it, none of it happened. A file tells which
 * events its kernel had, not which were enabled.
 */
static void write_traced(struct store *st, const struct source *src, unsigned int profiles)
{
	const struct profile_event *pe;
	char events[1024] = "";
	size_t len = 0;

	for (pe = profile_events; pe->id != NR_EVENTS; pe++)
		if (src->dec.has[pe->id] && pe->profiles & profiles && len < sizeof(events))
			len += snprintf(events + len, sizeof(events) - len, "%s%s:%s",
					len ? " " : "", event_system(pe->id), event_name(pe->id));
	store_meta_text(st, "traced", events);
}

int meta_write(struct store *st, const struct source *src, const struct recording_options *opt,
	       unsigned int profiles, const char *limits)
{
	char recorder[96];

	store_meta_text(st, "version", RMAPSCOPE_VERSION);
	process_identity(recorder, sizeof(recorder));
	store_meta_text(st, "state", "recording");
	store_meta_text(st, "recorder", recorder);
	store_meta_text(st, "source", src->ops->name);
	store_meta_text(st, "clock", src->clock);
	store_meta_text(st, "command", opt->command);
	if (src->live) {
		store_meta_text(st, "profile", opt->profiles ?: DEFAULT_PROFILE);
		write_traced(st, src, profiles);
	}
	store_meta_text(st, "limits", limits);
	write_machine(st, src);
	return store_commit(st, 0, NULL);
}
