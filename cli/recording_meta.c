// SPDX-License-Identifier: GPL-2.0-only
#include "cli/recording_meta.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "collector/decode.h"
#include "collector/profile.h"
#include "collector/source.h"
#include "lib/clock.h"
#include "lib/process.h"
#include "schema/meta.h"
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
			return src->has[id] && pe->profiles & profiles;
	return false;
}

/* Note for which waits the VMA can be known, and why not for the others. */
static void limits_add_vmas(char *limits, size_t room, const struct source *src,
			    unsigned int profiles)
{
	bool links = is_traced(src, profiles, EVENT_ANON_VMA_LINK);

	if (src->names_vmas && !links)
		limits_add(limits, room,
			   "VMAs: known for waits in page faults and in UFFDIO_MOVE, and of others "
			   "for anon_vma locks where only one VMA can be meant");
	else if (src->has[EVENT_ANON_VMA_CONTENTION_BEGIN] && !links)
		limits_add(limits, room,
			   "VMAs: known for waits for VMA locks only; profile walks adds others");
	else if (links)
		return;
	else if (!src->live)
		limits_add(limits, room, "VMAs: unknown: stock events do not name them");
	else if (is_traced(src, profiles, EVENT_PAGE_FAULT_USER))
		limits_add(
			limits, room,
			"VMAs: known for waits in page faults only: stock events do not name them");
	else if (src->has[EVENT_PAGE_FAULT_USER])
		limits_add(limits, room,
			   "VMAs: unknown: stock events do not name them; profile holds adds those "
			   "of page faults");
	else
		limits_add(limits, room, "VMAs: unknown: stock events do not name them");
}

/* Events that are useful only together with /proc, and so not in a file. */
static bool is_live_only(enum event_id id)
{
	return id == EVENT_PAGE_FAULT_USER || id == EVENT_SIGNAL_GENERATE;
}

void samples_of_file(struct samples_meta *samples, struct source *src)
{
	samples->hz = src->samples_hz;
	snprintf(samples->none, sizeof(samples->none), "%s", src->no_samples ?: "");
	if (!samples->hz)
		return;
	snprintf(samples->no_holder, sizeof(samples->no_holder),
		 "%s does not record who holds a lock while it is sampled", src->ops->name);
	snprintf(samples->no_ipi, sizeof(samples->no_ipi),
		 "samples of a file are evaluated for spinning only");
	src->samples_spin = symbols_know_slow_paths(&src->symbols);
	if (!src->samples_spin)
		snprintf(samples->no_spin, sizeof(samples->no_spin),
			 "the kernel symbols are unknown; import it with --kallsyms");
}

/* What the kernel's own events do not record about waits. */
static void limits_add_stock(char *limits, size_t room, const struct source *src)
{
	const bool knows_holders = src->has[EVENT_CONTENDED_RELEASE] || src->names_vmas;
	const char *spin = src->samples_spin ? "" : "spinning before the first sleep is not seen";
	const char *holders = knows_holders ? "" : "holders are known from wake-ups only";
	char line[128];

	if (src->samples_spin && knows_holders)
		return;
	snprintf(line, sizeof(line), "stock events: %s%s%s", spin, *spin && *holders ? ", " : "",
		 holders);
	limits_add(limits, room, line);
}

void limits_find(char *limits, size_t room, const struct source *src, unsigned int profiles)
{
	const struct profile_event *pe;
	const bool *has = src->has;
	char line[192];

	if (src->notes[0])
		limits_add(limits, room, src->notes);
	if (src->preempt_rt)
		limits_add(
			limits, room,
			"PREEMPT_RT: waits of a writer for another writer are not seen: the kernel "
			"reports them for the rtmutex inside the rwsem");
	for (pe = profile_events; pe->id != NR_EVENTS; pe++) {
		if (has[pe->id] || pe->rare || !(pe->profiles & profiles) ||
		    profile_is_series(pe->id) || pe->since || (!src->live && is_live_only(pe->id)))
			continue;
		snprintf(line, sizeof(line), "no event %s:%s: unknown: %s", event_system(pe->id),
			 event_name(pe->id), pe->shows);
		limits_add(limits, room, line);
	}
	if (!has[EVENT_KERNEL_STACK])
		limits_add(limits, room, "no stacks: unknown: call sites, roles and lock classes");
	/* the rmap events begin the waits for other locks before the spin */
	if (src->samples_spin)
		limits_add(
			limits, room,
			has[EVENT_ANON_VMA_CONTENTION_BEGIN]
				? "spinning for the mmap_lock before the first sleep is no part of a "
				  "wait; samples estimate it"
				: "spinning before the first sleep is no part of a wait; samples "
				  "estimate it");
	if (!has[EVENT_ANON_VMA_CONTENTION_BEGIN] && !src->whole_waits)
		limits_add_stock(limits, room, src);
	limits_add_vmas(limits, room, src, profiles);
}

/* CLOCK_BOOTTIME less CLOCK_MONOTONIC: the time that the machine was suspended. */
static int64_t boot_offset_ns(void)
{
	uint64_t before, boot, after, least = UINT64_MAX;
	int64_t offset = 0;
	int i;

	/* the reading with the shortest interruption */
	for (i = 0; i < 5; i++) {
		before = now_ns();
		boot = clock_ns(CLOCK_BOOTTIME);
		after = now_ns();
		if (after - before >= least)
			continue;
		least = after - before;
		offset = boot - (before + least / 2);
	}
	/*
	 * the middle of a reading is not exact: a small difference means that the machine was never
	 * suspended
	 */
	return offset > 0 ? offset : 0;
}

static void write_machine(struct store *st, const struct source *src)
{
	struct utsname uts;

	/* a trace file does not name the machine on which it was recorded */
	if (!src->live || uname(&uts))
		return;
	store_meta_text(st, "host", uts.nodename);
	store_meta_text(st, "kernel_release", uts.release);
	store_meta_text(st, "kernel_version", uts.version);
	store_meta_text(st, "machine", uts.machine);
	store_meta_int(st, "nr_cpus", src->nr_cpus);
	store_meta_int(st, "clock_offset_ns", clock_ns(CLOCK_REALTIME) - now_ns());
	store_meta_int(st, "boot_offset_ns", boot_offset_ns());
}

/* Write the names of @events that rmapscope reads. */
static void write_events(struct store *st, const char *key, const bool *events)
{
	const struct profile_event *pe;
	char names[4096] = "";
	size_t len = 0;

	for (pe = profile_events; pe->id != NR_EVENTS; pe++)
		if (events[pe->id] && len < sizeof(names))
			len += snprintf(names + len, sizeof(names) - len, "%s%s:%s", len ? " " : "",
					event_system(pe->id), event_name(pe->id));
	/* these are not kernel events that a profile could enable */
	if (events[EVENT_FRAME_START] && len < sizeof(names))
		snprintf(names + len, sizeof(names) - len, "%s%s", len ? " " : "", FRAMES_EVENT);
	store_meta_text(st, key, names);
}

void meta_write_events(struct store *st, const bool *formats, const bool *traced)
{
	write_events(st, "formats", formats);
	if (traced)
		write_events(st, "traced", traced);
}

void meta_write_came(struct store *st, const bool *came)
{
	write_events(st, "came", came);
}

void meta_write_samples(struct store *st, const struct samples_meta *samples)
{
	store_meta_int(st, "samples_hz", samples->hz);
	if (samples->none[0])
		store_meta_text(st, "no_samples", samples->none);
	if (samples->no_spin[0])
		store_meta_text(st, "no_spin_samples", samples->no_spin);
	if (samples->no_holder[0])
		store_meta_text(st, "no_holder_samples", samples->no_holder);
	if (samples->no_ipi[0])
		store_meta_text(st, "no_ipi_samples", samples->no_ipi);
}

static int rung_of(const struct source *src)
{
	if (src->whole_waits)
		return RUNG_CALLS;
	return src->names_vmas ? RUNG_BPF : RUNG_TRACEFS;
}

int meta_write(struct store *st, const struct source *src, const struct recording_options *opt,
	       const bool *traced, const char *limits)
{
	char recorder[128];

	store_meta_text(st, "version", RMAPSCOPE_VERSION);
	process_identity(recorder, sizeof(recorder));
	store_meta_text(st, "state", "recording");
	store_meta_text(st, "recorder", recorder);
	store_meta_text(st, "source", src->ops->name);
	store_meta_text(st, "clock", src->clock);
	if (src->source_clock)
		store_meta_text(st, "source_clock", src->source_clock);
	if (src->has_real)
		store_meta_int(st, "clock_offset_ns", src->real_ns);
	store_meta_text(st, "command", opt->command);
	if (src->live) {
		store_meta_text(st, "profile", opt->profiles ?: DEFAULT_PROFILE);
		store_meta_int(st, "rung", rung_of(src));
	}
	meta_write_events(st, src->has, src->live ? traced : NULL);
	store_meta_text(st, "limits", limits);
	write_machine(st, src);
	return store_commit(st, 0, NULL);
}
