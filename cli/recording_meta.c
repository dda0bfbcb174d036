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

static bool is_traced(const struct source *src, unsigned int profiles, enum event_id id)
{
	const struct profile_event *pe;

	for (pe = profile_events; pe->id != NR_EVENTS; pe++)
		if (pe->id == id)
			return src->dec.has[id] && pe->profiles & profiles;
	return false;
}

/* Why the VMA of a wait is not known, or of which only. */
static void limits_add_vmas(char *limits, size_t room, const struct source *src,
			    unsigned int profiles)
{
	bool links = is_traced(src, profiles, EVENT_ANON_VMA_LINK);

	if (src->dec.has[EVENT_ANON_VMA_CONTENTION_BEGIN] && !links)
		limits_add(limits, room,
			   "VMAs: of waits for VMA locks only; profile walks tells more");
	else if (links)
		return;
	else if (!src->live)
		limits_add(limits, room, "VMAs: unknown: stock events in a file name none");
	else if (is_traced(src, profiles, EVENT_PAGE_FAULT_USER))
		limits_add(limits, room,
			   "VMAs: of waits in page faults only: stock events name none");
	else if (src->dec.has[EVENT_PAGE_FAULT_USER])
		limits_add(limits, room,
			   "VMAs: unknown: stock events name none; profile holds learns those of "
			   "page faults");
	else
		limits_add(limits, room, "VMAs: unknown: stock events name none");
}

/* Of no use in a file: what it tells is looked up in /proc. */
static bool is_live_only(enum event_id id)
{
	return id == EVENT_PAGE_FAULT_USER || id == EVENT_SCHED_PROCESS_EXEC;
}

void limits_find(char *limits, size_t room, const struct source *src, unsigned int profiles)
{
	const struct profile_event *pe;
	const bool *has = src->dec.has;
	char line[192];

	for (pe = profile_events; pe->id != NR_EVENTS; pe++) {
		if (has[pe->id] || !(pe->profiles & profiles) || profile_is_series(pe->id) ||
		    (!src->live && is_live_only(pe->id)))
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
			   "known by their wake-ups only");
	limits_add_vmas(limits, room, src, profiles);
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

/*
 * What a section of findings needs. An empty one means that nothing happened
 * only where all of these events could have come.
 */
static const struct {
	const char *section;
	const char *profile;   /* that enables them */
	enum event_id need[4]; /* ends with NR_EVENTS if shorter */
} sections[] = {
	{ "storms", "any profile", { EVENT_RMAP_WALK_SKIP, NR_EVENTS } },
	{ "stragglers",
	  "profile walks",
	  { EVENT_SET_MIGRATION_PTE, EVENT_REMOVE_MIGRATION_PTE, EVENT_RMAP_WALK_VMA,
	    EVENT_EXEC_STACK_SHIFT_BEGIN } },
	{ "order",
	  "profile holds",
	  { EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED, EVENT_ANON_VMA_LOCK_START_LOCKING,
	    EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED, EVENT_MMAP_LOCK_ACQUIRE_RETURNED } },
	{ "walks", "profile walks", { EVENT_RMAP_WALK_BEGIN, EVENT_RMAP_WALK_END, NR_EVENTS } },
};

int meta_write_sees(struct store *st, const bool *traced, bool live)
{
	char key[32], reason[256];
	unsigned int i, j;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(sections) / sizeof(*sections); i++) {
		snprintf(key, sizeof(key), "sees_%s", sections[i].section);
		strcpy(reason, "yes");
		for (j = 0; j < 4 && sections[i].need[j] != NR_EVENTS; j++) {
			const enum event_id id = sections[i].need[j];

			if (traced[id])
				continue;
			snprintf(reason, sizeof(reason),
				 live ? "%s:%s was not traced; it takes %s%s"
				      : "%s:%s is not in the file; it takes %s%s",
				 event_system(id), event_name(id), sections[i].profile,
				 profile_is_series(id)
					 ? ", and a kernel with the rmap events (tracepoints-patch/)"
					 : "");
			break;
		}
		ret = store_meta_text(st, key, reason);
	}
	return ret;
}
