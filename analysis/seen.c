// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/seen.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/filter.h"
#include "analysis/filter_times.h"
#include "analysis/table.h"
#include "analysis/watched.h"
#include "schema/meta.h"
#include "schema/sql.h"

#define SERIES "rmap:"

/* Names of all events that rmapscope reads fit in here. */
#define EVENTS_LEN 4096

/* What a capture needs for a table. */
static const struct need {
	const char *section;  /* version 2 files: SECTION of the meta key sees_SECTION; or NULL */
	const char *profile;  /* profile that enables the events; NULL: every profile does */
	bool kept;	      /* its rows are stored only with that profile */
	bool in_part;	      /* some of the events show some of it */
	const char *event[5]; /* all of these; "a|b": one of the two */
	const char *without;  /* the reason, if the first is missing; NULL: that it is missing */
	const char *frequent; /* one of them that occurs all the time if it is recorded; or NULL */
} needs[NR_SIGHTS] = {
	[SIGHT_WAITS] = { .event = { "lock:contention_begin|rmap:anon_vma_contention_begin" } },
	[SIGHT_STALLS] = { .profile = "stalls",
			   .kept = true,
			   .event = { "sched:sched_switch", "sched:sched_waking" },
			   .frequent = "sched:sched_switch" },
	[SIGHT_WALKS] = { .section = "walks",
			  .profile = "walks",
			  .event = { "rmap:rmap_walk_begin", "rmap:rmap_walk_end" } },
	[SIGHT_RETRIES] = { .event = { "rmap:rmap_walk_retry" } },
	[SIGHT_SKIPS] = { .section = "walks",
			  .profile = "walks",
			  .event = { "rmap:rmap_walk_skip", "rmap:rmap_walk_begin",
				     "rmap:rmap_walk_end" } },
	/* skips are enough: a kernel that locks the folio before every walk has no retries */
	[SIGHT_STORMS] = { .section = "storms", .event = { "rmap:rmap_walk_skip" } },
	[SIGHT_MOVES] = { .profile = "walks", .event = { "rmap:folio_move_anon_rmap" } },
	[SIGHT_LINKS] = { .profile = "walks", .event = { "rmap:anon_vma_link" } },
	[SIGHT_STRAGGLERS] = { .section = "stragglers",
			       .profile = "walks",
			       .event = { "migrate:set_migration_pte",
					  "migrate:remove_migration_pte", "rmap:rmap_walk_vma",
					  "rmap:exec_stack_shift_begin" } },
	[SIGHT_ORDER] = { .section = "order",
			  .profile = "holds",
			  .in_part = true,
			  .event = { "rmap:anon_vma_lock_acquire_returned",
				     "rmap:anon_vma_lock_start_locking",
				     "rmap:i_mmap_lock_acquire_returned",
				     "mmap_lock:mmap_lock_acquire_returned" } },
	[SIGHT_FRAMES] = { .event = { FRAMES_EVENT },
			   .without = "frames are in traces of Perfetto only (data source "
				      "android.surfaceflinger.frametimeline)" },
	[SIGHT_HOLDS] = { .profile = "holds",
			  .kept = true,
			  .in_part = true,
			  .event = { "rmap:anon_vma_lock_acquire_returned",
				     "rmap:anon_vma_lock_released",
				     "rmap:i_mmap_lock_acquire_returned",
				     "rmap:i_mmap_lock_released" } },
	[SIGHT_LOSSES] = { .event = { NULL } },
	[SIGHT_SAMPLES] = { .event = { NULL } }, /* see decide_samples() */
	[SIGHT_WHY] = { .event = { NULL } },
	[SIGHT_SPIN] = { .event = { NULL } },
};

/* What was recorded, from table meta. */
struct recorded {
	bool live;
	bool has_formats, has_traced, has_came; /* whether the key exists */
	char formats[EVENTS_LEN];		/* events that the kernel or the file has */
	char traced[EVENTS_LEN];		/* live: events that were enabled */
	char came[EVENTS_LEN];			/* file: events that occur in it */
	char profile[64];			/* live */
};

/* Whether @list, words separated by @sep, has the word of @len bytes at @word. */
static bool has_word(const char *list, char sep, const char *word, size_t len)
{
	const char seps[] = { sep, '\0' };

	for (; *list; list += *list == sep) {
		size_t n = strcspn(list, seps);

		if (n == len && !memcmp(list, word, n))
			return true;
		list += n;
	}
	return false;
}

/* Whether @list has @event, or one of the two of "a|b". */
static bool has_event(const char *list, const char *event)
{
	for (; *event; event += *event == '|') {
		size_t len = strcspn(event, "|");

		if (has_word(list, ' ', event, len))
			return true;
		event += len;
	}
	return false;
}

static bool has_profile(const struct recorded *r, const char *profile)
{
	return has_word(r->profile, ',', profile, strlen(profile)) ||
	       has_word(r->profile, ',', "all", 3);
}

static int read_key(bool *there, char *value, size_t room, struct db *db, const char *key,
		    struct error *err)
{
	int ret = db_meta_text(db, key, value, room, err);

	*there = !ret;
	return ret == -ENOENT ? 0 : ret;
}

static int read_recorded(struct recorded *r, struct db *db, struct error *err)
{
	char source[32] = "";
	bool there;
	int ret;

	memset(r, 0, sizeof(*r));
	ret = read_key(&there, source, sizeof(source), db, "source", err);
	if (!ret)
		ret = read_key(&there, r->profile, sizeof(r->profile), db, "profile", err);
	if (!ret)
		ret = read_key(&r->has_formats, r->formats, EVENTS_LEN, db, "formats", err);
	if (!ret)
		ret = read_key(&r->has_traced, r->traced, EVENTS_LEN, db, "traced", err);
	if (!ret)
		ret = read_key(&r->has_came, r->came, EVENTS_LEN, db, "came", err);
	r->live = !strcmp(source, "tracefs");
	return ret;
}

/* The first of the events in @need that @list does not have, or NULL. */
static const char *first_missing(const struct need *need, const char *list)
{
	unsigned int i;

	for (i = 0; i < 5 && need->event[i]; i++)
		if (!has_event(list, need->event[i]))
			return need->event[i];
	return NULL;
}

static bool has_any(const struct need *need, const char *list)
{
	unsigned int i;

	for (i = 0; i < 5 && need->event[i]; i++)
		if (has_event(list, need->event[i]))
			return true;
	return false;
}

static void say_profile(char *reason, const struct need *need)
{
	snprintf(reason, SEEN_REASON_LEN, "needs profile %s (rmapscope record --profile %s)",
		 need->profile, need->profile);
}

/* @missing: the event, or "a|b" if either of two would do. */
static void say_no_event(char *reason, const struct recorded *r, const char *missing)
{
	bool no_series = !strncmp(missing, SERIES, strlen(SERIES)) && !strstr(r->formats, SERIES);
	int len = strcspn(missing, "|");

	snprintf(reason, SEEN_REASON_LEN, "%s no %.*s%s",
		 r->live ? "this kernel has" : "the file has", no_series ? 11 : len,
		 no_series ? "rmap events" : missing, r->live ? " (see rmapscope check)" : "");
}

/* Set @reason for a capture of the current version. */
static void decide(char *reason, const struct need *need, const struct recorded *r)
{
	const char *missing = first_missing(need, r->formats);
	bool on = !need->profile || !r->live || has_profile(r, need->profile);

	if (missing && need->without)
		snprintf(reason, SEEN_REASON_LEN, "%s", need->without);
	else if (missing && (on || !need->in_part || !has_any(need, r->formats)))
		say_no_event(reason, r, missing);
	else if (!on && (need->kept || first_missing(need, r->traced)))
		say_profile(reason, need);
	else if (r->live && (missing = first_missing(need, r->traced)))
		snprintf(reason, SEEN_REASON_LEN, "the kernel refused to enable %.*s",
			 (int)strcspn(missing, "|"), missing);
	else if (r->has_came && need->frequent && !has_event(r->came, need->frequent))
		snprintf(reason, SEEN_REASON_LEN, "the file holds no event %s: it was not recorded",
			 need->frequent);
}

/* A live capture of schema version 2: key "traced" lists the events that its profiles enabled. */
static void decide_old_live(char *reason, const struct need *need, const struct recorded *r)
{
	const char *missing = first_missing(need, r->traced);

	if (need->without)
		snprintf(reason, SEEN_REASON_LEN, "%s", need->without);
	else if (need->profile && !has_profile(r, need->profile))
		say_profile(reason, need);
	else if (missing)
		snprintf(reason, SEEN_REASON_LEN, "%.*s was not traced%s",
			 (int)strcspn(missing, "|"), missing,
			 strncmp(missing, SERIES, strlen(SERIES))
				 ? ""
				 : "; needs a kernel with the rmap events");
}

/* A database without lists of events has keys sees_SECTION instead, from version 2 on. */
static int decide_old(char *reason, const struct need *need, const struct recorded *r,
		      struct db *db, struct error *err)
{
	char key[32];
	bool there;
	int ret;

	if (need->without) {
		snprintf(reason, SEEN_REASON_LEN, "%s", need->without);
		return 0;
	}
	/* such a database always has waits: without them, nothing was recorded or imported */
	if (!need->profile && !need->section)
		return 0;
	if (need->kept && r->profile[0] && !has_profile(r, need->profile)) {
		say_profile(reason, need);
		return 0;
	}
	if (!need->section)
		return 0;
	snprintf(key, sizeof(key), "sees_%s", need->section);
	ret = read_key(&there, reason, SEEN_REASON_LEN, db, key, err);
	if (!ret && !there)
		snprintf(reason, SEEN_REASON_LEN, "made by a version that did not look for it");
	if (!strcmp(reason, "yes"))
		reason[0] = '\0';
	return ret;
}

/* The reason is that of the recorder, which is in the file. */
static int decide_samples(char *reason, enum sight what, const struct recorded *r, struct db *db,
			  struct error *err)
{
	static const char *const not_among[NR_SIGHTS] = {
		[SIGHT_WHY] = "no_holder_samples",
		[SIGHT_SPIN] = "no_spin_samples",
	};
	char hz[16];
	bool sampled, noted;
	int ret;

	ret = read_key(&sampled, hz, sizeof(hz), db, "samples_hz", err);
	if (!ret)
		ret = read_key(&noted, reason, SEEN_REASON_LEN, db, "no_samples", err);
	if (!ret && !noted && not_among[what])
		ret = read_key(&noted, reason, SEEN_REASON_LEN, db, not_among[what], err);
	if (!ret && !sampled)
		snprintf(reason, SEEN_REASON_LEN, "%s",
			 r->live ? "made by a version that did not sample the CPUs"
				 : "samples of the CPUs are in a live capture by BPF, and in a "
				   "perf.data with cpu-clock or cycles");
	return ret;
}

static bool is_sampled(enum sight what)
{
	return what == SIGHT_SAMPLES || what == SIGHT_WHY || what == SIGHT_SPIN;
}

int seen_reason(char reason[SEEN_REASON_LEN], struct db *db, enum sight what, struct error *err)
{
	const struct need *need = &needs[what];
	struct recorded r;
	int ret = read_recorded(&r, db, err);

	reason[0] = '\0';
	if (ret || what == SIGHT_LOSSES)
		return ret;
	if (is_sampled(what))
		return decide_samples(reason, what, &r, db, err);
	if (r.has_formats)
		decide(reason, need, &r);
	else if (r.live && r.has_traced)
		decide_old_live(reason, need, &r);
	else
		return decide_old(reason, need, &r, db, err);
	return 0;
}

/* Count the gaps in the events that overlap @start_ns..@end_ns. Lost samples are none. */
static int count_gaps(int64_t *nr, struct db *db, int64_t start_ns, int64_t end_ns,
		      struct error *err)
{
	sqlite3_stmt *stmt;
	int ret = db_prepare(db,
			     "SELECT count(*) FROM loss WHERE (end_ns IS NULL OR end_ns >= ?) "
			     "AND (start_ns IS NULL OR start_ns <= ?) "
			     "AND reason <> " SQL_LOSS_SAMPLES,
			     &stmt, err);

	if (ret)
		return ret;
	sqlite3_bind_int64(stmt, 1, start_ns);
	sqlite3_bind_int64(stmt, 2, end_ns);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*nr = sqlite3_column_int64(stmt, 0);
	else
		ret = db_fail(db, err);
	db_release(db, stmt);
	return ret;
}

#define NO_PROCESS "no process %" PRId64 " is in this capture"
#define NOT_KEPT   "rows of that time were removed (--max-size, --max-age)"

/* Set *@ns to the time before which rows were removed; 0: none were. */
static int kept_from(int64_t *ns, struct db *db, struct error *err)
{
	int ret;

	*ns = 0;
	ret = db_meta_int(db, "kept_from_ns", ns, err);
	return ret == -ENOENT ? 0 : ret;
}

/*
 * The time whose rows are shown, see filter_window(). Returns 0, -ENOENT if the
 * capture has no events, or another negative errno.
 */
static int shown_window(struct window *w, struct db *db, struct error *err)
{
	int64_t kept_from_ns;
	int ret = db_meta_int(db, "first_ns", &w->start_ns, err);

	if (!ret)
		ret = db_meta_int(db, "last_ns", &w->end_ns, err);
	if (ret)
		return ret;
	ret = kept_from(&kept_from_ns, db, err);
	*w = filter_window(*w, kept_from_ns, filter_of(db));
	return ret;
}

int seen_empty(char text[SEEN_EMPTY_LEN], struct db *db, enum sight what,
	       const struct window *window, struct error *err)
{
	struct window w = { 0 };
	char reason[SEEN_REASON_LEN];
	int64_t nr_gaps = 0, missing_pid = 0, ns = 0;
	int ret = seen_reason(reason, db, what, err);

	if (!ret && reason[0]) {
		snprintf(text, SEEN_EMPTY_LEN, "not seen: %s", reason);
		return 0;
	}
	if (!ret)
		ret = shown_window(&w, db, err);
	if (ret == -ENOENT) {
		snprintf(text, SEEN_EMPTY_LEN, "nothing happened: no event was recorded");
		return 0;
	}
	if (window)
		w = *window;
	if (!ret && w.end_ns < w.start_ns) {
		snprintf(text, SEEN_EMPTY_LEN, "not kept: " NOT_KEPT);
		return 0;
	}
	if (!ret)
		ret = count_gaps(&nr_gaps, db, w.start_ns, w.end_ns, err)
			      ?: filter_missing_pid(db, &missing_pid, err)
			      ?: watched_ns(&ns, db, &w, err);
	if (ret)
		return ret;
	if (missing_pid) {
		snprintf(text, SEEN_EMPTY_LEN, NO_PROCESS, missing_pid);
		return 0;
	}
	if (window && !ns) {
		snprintf(text, SEEN_EMPTY_LEN, "not seen: %s",
			 nr_gaps ? "events were lost all that time"
				 : "the capture does not cover that time");
		return 0;
	}
	snprintf(text, SEEN_EMPTY_LEN, "nothing %s: %.3f s watched",
		 filter_of(db)		? "passes the filter"
		 : what == SIGHT_LOSSES ? "was lost"
					: "happened",
		 ns / 1e9);
	if (nr_gaps)
		snprintf(text + strlen(text), SEEN_EMPTY_LEN - strlen(text),
			 ", except in %" PRId64 " gap%s", nr_gaps, nr_gaps == 1 ? "" : "s");
	/* windows are shown from sums per second */
	if (window && filter_sums_are_less(db))
		snprintf(text + strlen(text), SEEN_EMPTY_LEN - strlen(text), FILTER_SUMS_NOTE);
	return 0;
}

int seen_instant(char reason[SEEN_REASON_LEN], struct db *db, int64_t at_ns, struct error *err)
{
	int64_t nr_gaps = 0, kept_from_ns = 0;
	int ret = seen_reason(reason, db, SIGHT_WAITS, err);

	if (!ret && !reason[0])
		ret = kept_from(&kept_from_ns, db, err);
	if (!ret && !reason[0])
		ret = count_gaps(&nr_gaps, db, at_ns, at_ns, err);
	if (at_ns < kept_from_ns)
		snprintf(reason, SEEN_REASON_LEN, NOT_KEPT);
	else if (nr_gaps)
		snprintf(reason, SEEN_REASON_LEN, "events were lost then");
	return ret;
}

int seen_nobody(char text[SEEN_EMPTY_LEN], struct db *db, int64_t at_ns, struct error *err)
{
	/* only whether it is set: it does not say until when the threads slept */
	char reason[SEEN_REASON_LEN], asleep[8] = "";
	int64_t missing_pid = 0;
	int ret = seen_instant(reason, db, at_ns, err);

	if (!ret)
		ret = filter_missing_pid(db, &missing_pid, err);
	if (!ret)
		ret = db_meta_text(db, "asleep", asleep, sizeof(asleep), err);
	if (reason[0])
		snprintf(text, SEEN_EMPTY_LEN, "not seen: %s", reason);
	else if (missing_pid)
		snprintf(text, SEEN_EMPTY_LEN, NO_PROCESS, missing_pid);
	else
		snprintf(text, SEEN_EMPTY_LEN, "nobody%s waited at that time%s",
			 filter_of(db) ? " who passes the filter" : "",
			 asleep[0] ? "; a thread that has slept since before the capture is not "
				     "among its waits"
				   : "");
	return ret == -ENOENT ? 0 : ret;
}
