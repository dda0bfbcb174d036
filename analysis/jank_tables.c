// SPDX-License-Identifier: GPL-2.0-only
/* The sections of jank, and its sentence. They read the tables that jank_choose() makes. */
#include <stdio.h>

#include "analysis/jank.h"
#include "analysis/seen.h"
#include "lib/saturate.h"
#include "schema/fragments.h"
#include "schema/sql.h"

static const struct column frames_columns[] = {
	{ "start_ns", "START ns", UNIT_ID, 13,
	  "start, in the capture's clock: for --at, the key t and SQL", false },
	{ "duration_ns", "FRAME ms", UNIT_NS, 10, "from its start to its end; -: uncertain",
	  false },
	{ "late_ns", "LATE ms", UNIT_NS, 10, "how long after its deadline it ended; 0: before",
	  false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that made it", false },
	{ "jank", "JANK", UNIT_TEXT, 14, "why it was missed, as SurfaceFlinger says", false },
	{ "lock_ns", "LOCK ms", UNIT_NS, 8,
	  "waits and sleeps for locks within it, of all its threads", false },
	{ "other_ns", "OTHER ms", UNIT_NS, 8, "sleeps for something else, likewise", false },
	{ "longest_ns", "LONGEST ms", UNIT_NS, 10, "the longest of these, within the frame",
	  false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread of that", false },
	{ "symbol", "FUNCTION", UNIT_TEXT, 25,
	  "kernel function that took the lock, or that it slept in", false },
	{ "waker_comm", "ENDED BY", UNIT_TEXT, 15, "thread that held the lock, or woke it", false },
	{ "waker_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "slice", "IN", UNIT_TEXT, 20, "slices of its program that THREAD was in, outermost first",
	  false },
	{ "other_slice", "ENDED IN", UNIT_TEXT, 20,
	  "likewise that ENDED BY was in as it ended that", false },
	{ "kind", "KIND", UNIT_TEXT, 7, "surface: of an app; display: of all surfaces", false },
	{ "layer", "LAYER", UNIT_TEXT, 16, "layer of the surface", false },
	{ "outcome", "OUTCOME", UNIT_TEXT, 9, "acquired: it ended", false },
	{ 0 },
};

static const struct table_def frames = {
	.name = "frames",
	.title = "Missed frames",
	.help = "what came too late; the delays below are within them",
	.sql = analysis_jank_frames_sql,
	.columns = frames_columns,
	.sort = "late_ns",
	.sight = SIGHT_FRAMES,
};

static const struct column delays_columns[] = {
	{ "start_ns", "START ns", UNIT_ID, 13,
	  "start, in the capture's clock: for --at, the key t and SQL", false },
	{ "duration_ns", "DELAY ms", UNIT_NS, 10,
	  "how long it took, in a missed frame: within that; if it is open: so far", false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread that was delayed", false },
	{ "tid", "TID", UNIT_ID, 7, "thread id", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "name of its main thread", false },
	{ "rest_ns", "REST ms", UNIT_NS, 8, "the rest of a wait: RAN and PREEMPT", true },
	{ "ran_ns", "RAN ms", UNIT_NS, 8,
	  "part on a CPU before the release of the lock; -: unknown without all switches", false },
	{ "preempted_ns", "PREEMPT ms", UNIT_NS, 10, "part before the release, waiting for a CPU",
	  false },
	{ "runnable_ns", "CPU ms", UNIT_NS, 8,
	  "part after the release of the lock, waiting for a CPU", false },
	{ "lock_slept_ns", "LOCK ms", UNIT_NS, 8, "part asleep for a lock", false },
	{ "other_slept_ns", "OTHER ms", UNIT_NS, 8, "part asleep for something else, see FUNCTION",
	  false },
	{ "symbol", "FUNCTION", UNIT_TEXT, 16,
	  "kernel function that took the lock, or that it slept in", false },
	{ "class", "CLASS", UNIT_TEXT, 8, "what the lock guards", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address, with #N when reused for the Nth time", false },
	{ "vma", "VMA", UNIT_TEXT, 12, "name of the VMA that the wait was for, or its range",
	  false },
	{ "nr_ahead", "AHEAD", UNIT_COUNT, 5,
	  "threads that waited for the lock already; only for the 100 longest waits", false },
	{ "chain", "HOLDERS", UNIT_TEXT, 24,
	  "who held the lock when the wait began, who held the lock that this thread waited for, "
	  "and so on; only for the 100 longest waits",
	  false },
	{ "holder_comm", "HELD BY", UNIT_TEXT, 15,
	  "thread that held it for the largest part, or the one that the wait names", false },
	{ "holder_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "holder_role", "ROLE", UNIT_TEXT, 13, "kernel operation that held the lock", false },
	{ "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder is known", false },
	{ "holder_ns", "SHARE ms", UNIT_NS, 8,
	  "its part of the delay; -: holds were not recorded, no share is proven", false },
	{ "why", "WHY ms", UNIT_TEXT, 40,
	  "what the thread in HELD BY did meanwhile; -: unknown without all switches", false },
	{ "holder_ran_ns", "HELD: RAN ms", UNIT_NS, 8, "that thread was on a CPU", true },
	{ "holder_runnable_ns", "HELD: PREEMPT ms", UNIT_NS, 10, "it waited for a CPU", true },
	{ "holder_lock_ns", "HELD: LOCK ms", UNIT_NS, 8, "it was asleep for another lock", true },
	{ "holder_slept_ns", "HELD: ASLEEP ms", UNIT_NS, 8, "it was asleep for something else",
	  true },
	{ "holder_slept_in", "HELD: FUNCTION", UNIT_TEXT, 16,
	  "kernel function of the longest of these sleeps; -: unknown", true },
	{ "holder_before_ns", "HELD: BEFORE ms", UNIT_NS, 8,
	  "it waited for the lock itself: others held it", true },
	{ "waker_comm", "WAKER", UNIT_TEXT, 15, "thread that woke it from the sleep", false },
	{ "waker_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "slice", "IN", UNIT_TEXT, 20, "slices of its program that THREAD was in, outermost first",
	  false },
	{ "other_slice", "ENDED IN", UNIT_TEXT, 20,
	  "likewise the holder, as it woke THREAD; without one, WAKER", false },
	{ "outcome", "OUTCOME", UNIT_TEXT, 9, "open: had not ended at the end of the capture",
	  false },
	{ "frame_start_ns", "FRAME ns", UNIT_ID, 13, "start of the missed frame that it is within",
	  false },
	{ 0 },
};

static const struct table_def delays = {
	.name = "delays",
	.title = "Delays",
	.help = "waits and uninterruptible sleeps of the threads that matter",
	.sql = analysis_jank_delays_sql,
	.columns = delays_columns,
	.sort = "duration_ns",
	.sight = SIGHT_STALLS,
};

static const struct column culprits_columns[] = {
	{ "process", "HELD BY", UNIT_TEXT, 15,
	  "process that held the lock; if it is unknown, the thread", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that held it; -: unknown", false },
	{ "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder is known", false },
	{ "nr_delays", "DELAYS", UNIT_COUNT, 7, "delays that it is named for", false },
	{ "proven_ns", "SHARE ms", UNIT_NS, 10, "its part of them; -: no share is proven", false },
	{ 0 },
};

static const struct table_def culprits = {
	.name = "culprits",
	.title = "Culprits",
	.help = "who held the locks during the delays",
	.sql = analysis_jank_culprits_sql,
	.columns = culprits_columns,
	.sight = SIGHT_WAITS,
};

enum total_column {
	T_NR,
	T_SUM,
	T_MAX = 5,
};

static const struct column total_columns[] = {
	{ "nr_delays", "DELAYS", UNIT_COUNT, 7, "how many delays, or missed frames", false },
	{ "sum_ns", "SUM ms", UNIT_NS, 10, "sum of their times", false },
	{ "p50_ns", "P50 ms", UNIT_NS, 10, "half took no longer (nearest rank)", false },
	{ "p95_ns", "P95 ms", UNIT_NS, 10, "95 % took no longer", false },
	{ "p99_ns", "P99 ms", UNIT_NS, 10, "99 % took no longer", false },
	{ "max_ns", "MAX ms", UNIT_NS, 10, "the longest", false },
	{ 0 },
};

/* The nearest rank: the smallest time that @percent of the delays do not exceed. */
#define QUANTILE(percent)                                                                          \
	"(SELECT ns FROM jank_time WHERE ns >= 0 ORDER BY ns LIMIT 1 OFFSET "                      \
	"(SELECT (count(ns) * " #percent " + 99) / 100 - 1 FROM jank_time)) AS p" #percent "_ns, "

static const struct table_def total = {
	.name = "total",
	.title = "Total",
	.help = "of all delays, open ones with their time so far; of missed frames: how late",
	.sql = "SELECT count(*) AS nr_delays, sum(ns) AS sum_ns, " QUANTILE(50) QUANTILE(95)
		QUANTILE(99) "max(ns) AS max_ns FROM jank_time HAVING count(*) > 0",
	.columns = total_columns,
	.sight = SIGHT_STALLS,
};

const struct table_def *const jank_tables[] = { &frames, &delays, &culprits, &total, NULL };

static const char *format(const struct table *t, unsigned int column, const struct cell *cell,
			  char *buf, size_t room)
{
	cell_format(buf, room, &t->def->columns[column], cell);
	return buf;
}

static const char *shown(const struct table *t, size_t row, unsigned int column, char *buf,
			 size_t room)
{
	return format(t, column, &t->rows[row][column], buf, room);
}

/* What of the delays is proven, and whose share is the largest. */
static void culprit_text(char *buf, size_t room, const struct table *t)
{
	const unsigned int process = table_column(t->def, "process"),
			   role = table_column(t->def, "role"),
			   share = table_column(t->def, "proven_ns");
	char name[256], what[64], ns[32], sum[32];
	struct cell proven = { .type = CELL_INT };
	size_t i;

	for (i = 0; i < t->nr_rows; i++)
		proven.i = sat_add(proven.i, cell_int(&t->rows[i][share], 0));
	if (!t->nr_rows)
		snprintf(buf, room, "no holder of a lock is known");
	else if (t->rows[0][share].type == CELL_NULL)
		snprintf(buf, room,
			 "no holder's share is proven: no holds of these locks were recorded");
	else
		snprintf(buf, room,
			 "the holders are proven for %s ms of it, most by %s (%s) with %s ms",
			 format(t, share, &proven, sum, sizeof(sum)),
			 shown(t, 0, process, name, sizeof(name)),
			 shown(t, 0, role, what, sizeof(what)), shown(t, 0, share, ns, sizeof(ns)));
}

/* The first cell of column @name, with @before and @after it; "" if it is unknown. */
static const char *fact(const struct table *t, const char *before, const char *name,
			const char *after, char *buf, size_t room)
{
	const unsigned int column = table_column(t->def, name);
	char value[160];

	snprintf(buf, room, "%s%s%s", before, shown(t, 0, column, value, sizeof(value)), after);
	if (t->rows[0][column].type == CELL_NULL)
		buf[0] = '\0';
	return buf;
}

static bool is_null(const struct table *t, const char *name)
{
	return t->rows[0][table_column(t->def, name)].type == CELL_NULL;
}

/* What the first frame has instead of a longest delay. */
static const char *no_delay(const struct table *t)
{
	if (!is_null(t, "longest_ns"))
		return "";
	return is_null(t, "lock_ns") && is_null(t, "other_ns")
		       ? "; what its threads slept and waited for was not seen"
		       : "; no delay of its threads was seen";
}

/* The latest of the missed frames, and the longest delay within it. */
static int write_frames(char text[VERDICT_LEN], const struct table *total_table, struct db *db,
			struct error *err)
{
	const bool one = cell_int(&total_table->rows[0][T_NR], 0) == 1;
	const char *ended;
	char nr[32], process[96], late[64], thread[96], ns[64], symbol[160], waker[96];
	struct table t;
	int ret = table_read(&t, &frames, db, NULL, err);

	if (ret)
		return ret;
	ended = one ? "; it ended " : is_null(&t, "process") ? "; the latest ended " : ", ended ";
	snprintf(text, VERDICT_LEN, "%s frame%s missed%s%s%s%s%s%s%s.",
		 shown(total_table, 0, T_NR, nr, sizeof(nr)), one ? " was" : "s were",
		 fact(&t, one ? ", of " : "; the latest, of ", "process", "", process,
		      sizeof(process)),
		 fact(&t, ended, "late_ns", " ms after its deadline", late, sizeof(late)),
		 fact(&t, "; ", "comm", " was delayed", thread, sizeof(thread)),
		 fact(&t, " for ", "longest_ns", " ms of it", ns, sizeof(ns)),
		 fact(&t, " in ", "symbol", "", symbol, sizeof(symbol)),
		 fact(&t, ", which ", "waker_comm", " ended", waker, sizeof(waker)), no_delay(&t));
	table_free(&t);
	return 0;
}

/* No delay: that is true only of what was seen. */
static int write_none(char text[VERDICT_LEN], bool has_frames, struct db *db,
		      const struct capture_info *info, struct error *err)
{
	char waits[SEEN_REASON_LEN], stalls[SEEN_REASON_LEN] = "";
	int ret = seen_reason(waits, db, SIGHT_WAITS, err)
			  ?: seen_reason(stalls, db, SIGHT_STALLS, err);

	if (has_frames) {
		snprintf(text, VERDICT_LEN, "No missed frame that matters was seen in %.3f s%s.",
			 (info->last_ns - info->first_ns) / 1e9,
			 info->nr_gaps ? ", except in the gaps where events were lost" : "");
		return ret;
	}
	snprintf(
		text, VERDICT_LEN,
		"No selected thread had a delay as long as --min (default 16.6 ms) in %.3f s%s%s%s%s%s.",
		(info->last_ns - info->first_ns) / 1e9,
		info->nr_gaps ? ", except in the gaps where events were lost" : "",
		waits[0] ? "; waits were not seen: " : "", waits,
		stalls[0] ? "; sleeps were not seen: " : "", stalls);
	return ret;
}

int jank_verdict(char text[VERDICT_LEN], struct db *db, const struct capture_info *info,
		 struct error *err)
{
	char nr[32], sum[32], max[32], culprit[448];
	struct table t, c;
	bool has_frames;
	int ret = jank_has_frames(&has_frames, db, err);

	if (!ret)
		ret = table_read(&t, &total, db, NULL, err);
	if (ret)
		return ret;
	if (!t.nr_rows || has_frames) {
		ret = t.nr_rows ? write_frames(text, &t, db, err)
				: write_none(text, has_frames, db, info, err);
		table_free(&t);
		return ret;
	}
	ret = table_read(&c, &culprits, db, NULL, err);
	if (!ret) {
		culprit_text(culprit, sizeof(culprit), &c);
		snprintf(text, VERDICT_LEN, "%s delay%s took %s ms in all, the longest %s ms; %s.",
			 shown(&t, 0, T_NR, nr, sizeof(nr)),
			 cell_int(&t.rows[0][T_NR], 0) == 1 ? "" : "s",
			 shown(&t, 0, T_SUM, sum, sizeof(sum)),
			 shown(&t, 0, T_MAX, max, sizeof(max)), culprit);
		table_free(&c);
	}
	table_free(&t);
	return ret;
}
