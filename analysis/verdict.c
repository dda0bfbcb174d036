// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "analysis/filter.h"
#include "analysis/filter_times.h"
#include "analysis/seen.h"
#include "analysis/wait_sums.h"
#include "analysis/watched.h"
#include "lib/clock.h"
#include "schema/sql.h"

/* Shorter waits do not matter. */
#define SHORT_NS ((int64_t)NSEC_PER_MSEC)

enum verdict_column {
	V_NR_WAITS,
	V_WAIT_NS,
	V_MAX_NS,
	V_NR_OPEN,
	V_NR_UNCERTAIN,
	V_OPEN_NS,
	V_PROCESS,
	V_PROCESS_NS,
	V_CLASS,
};

static const struct column columns[] = {
	[V_NR_WAITS] = { "nr_waits", "", UNIT_COUNT, 0, "", false },
	[V_WAIT_NS] = { "wait_ns", "", UNIT_NS, 0, "", false },
	[V_MAX_NS] = { "max_ns", "", UNIT_NS, 0, "", false },
	[V_NR_OPEN] = { "nr_open", "", UNIT_COUNT, 0, "", false },
	[V_NR_UNCERTAIN] = { "nr_uncertain", "", UNIT_COUNT, 0, "", false },
	[V_OPEN_NS] = { "open_ns", "", UNIT_NS, 0, "", false },
	[V_PROCESS] = { "process", "", UNIT_TEXT, 0, "", false },
	[V_PROCESS_NS] = { "process_ns", "", UNIT_NS, 0, "", false },
	[V_CLASS] = { "class", "", UNIT_TEXT, 0, "", false },
	{ 0 },
};

const struct table_def verdict_table = {
	.name = "verdict",
	.make = wait_sums_make,
	.sql = analysis_verdict_sql,
	.columns = columns,
};

struct verdict {
	char *text;
	const struct cell *cell;
	const struct capture_info *info;
	double seconds; /* that were watched, of the time whose rows are shown */
	bool filtered;
};

static int64_t number(const struct verdict *v, enum verdict_column column)
{
	return v->cell[column].type == CELL_INT ? v->cell[column].i : 0;
}

/* Format the cell as reports do. */
static const char *shown(const struct verdict *v, enum verdict_column column, char *buf,
			 size_t room)
{
	cell_format(buf, room, &columns[column], &v->cell[column]);
	return buf;
}

/* ", and 4 had not ended, the longest after 1,250.000 ms", or "" */
static const char *open_text(const struct verdict *v, char *buf, size_t room)
{
	char nr[32], longest[32];

	buf[0] = '\0';
	if (number(v, V_NR_OPEN))
		snprintf(buf, room, ", and %s had not ended, the longest after %s ms",
			 shown(v, V_NR_OPEN, nr, sizeof(nr)),
			 shown(v, V_OPEN_NS, longest, sizeof(longest)));
	return buf;
}

/* "; how long 3 more took is not known", or "" */
static const char *uncertain_text(const struct verdict *v, char *buf, size_t room)
{
	char nr[32];

	buf[0] = '\0';
	if (number(v, V_NR_UNCERTAIN))
		snprintf(buf, room, "; how long %s more took is not known, as events are missing",
			 shown(v, V_NR_UNCERTAIN, nr, sizeof(nr)));
	return buf;
}

static void write_short(const struct verdict *v)
{
	char nr[32], sum[32], max[32], open[128], uncertain[96];

	snprintf(v->text, VERDICT_LEN,
		 "%s waited longer than 1 ms: %s wait%s, %s ms in all, the longest %s ms%s%s.",
		 number(v, V_NR_UNCERTAIN) ? "Nobody is known to have" : "Nobody",
		 shown(v, V_NR_WAITS, nr, sizeof(nr)), number(v, V_NR_WAITS) == 1 ? "" : "s",
		 shown(v, V_WAIT_NS, sum, sizeof(sum)), shown(v, V_MAX_NS, max, sizeof(max)),
		 open_text(v, open, sizeof(open)), uncertain_text(v, uncertain, sizeof(uncertain)));
}

static void write_long(const struct verdict *v)
{
	/* 0 is possible: all ended waits took 0 ns, and an open wait is long */
	const double percent =
		number(v, V_WAIT_NS) ? 100.0 * number(v, V_PROCESS_NS) / number(v, V_WAIT_NS) : 0;
	char sum[32], max[32], open[128], uncertain[96], process[256], class[64];

	snprintf(v->text, VERDICT_LEN,
		 "Waits took %s%s ms in %.3f s, %.0f %% of it in %s, most for %s locks; the longest "
		 "took %s ms%s%s.",
		 number(v, V_NR_UNCERTAIN) ? "at least " : "",
		 shown(v, V_WAIT_NS, sum, sizeof(sum)), v->seconds, percent,
		 v->cell[V_PROCESS].type == CELL_TEXT
			 ? shown(v, V_PROCESS, process, sizeof(process))
			 : "processes of unknown name",
		 v->cell[V_CLASS].type == CELL_TEXT ? shown(v, V_CLASS, class, sizeof(class))
						    : "unknown",
		 shown(v, V_MAX_NS, max, sizeof(max)), open_text(v, open, sizeof(open)),
		 uncertain_text(v, uncertain, sizeof(uncertain)));
}

static int write_none(const struct verdict *v, struct db *db, struct error *err)
{
	const bool one = number(v, V_NR_UNCERTAIN) == 1;
	char reason[SEEN_REASON_LEN], nr[32], longest[32];
	bool passes_nobody = false;
	int64_t missing_pid = 0;
	int ret;

	if (number(v, V_NR_OPEN)) {
		snprintf(v->text, VERDICT_LEN,
			 "No wait has ended: %s %s open at the end of the capture, the longest "
			 "for %s ms.",
			 shown(v, V_NR_OPEN, nr, sizeof(nr)),
			 number(v, V_NR_OPEN) == 1 ? "was" : "were",
			 shown(v, V_OPEN_NS, longest, sizeof(longest)));
		return 0;
	}
	if (number(v, V_NR_UNCERTAIN)) {
		snprintf(v->text, VERDICT_LEN,
			 "How long anybody waited is not known: %s%s wait%s uncertain, as events of "
			 "%s are missing.",
			 one ? "the only" : "all ",
			 one ? "" : shown(v, V_NR_UNCERTAIN, nr, sizeof(nr)), one ? " is" : "s are",
			 one ? "it" : "them");
		return 0;
	}
	ret = seen_reason(reason, db, SIGHT_WAITS, err)
		      ?: filter_passes_nobody(db, &passes_nobody, err)
		      ?: filter_missing_pid(db, &missing_pid, err);
	if (reason[0])
		snprintf(v->text, VERDICT_LEN, "Waits were not seen: %s.", reason);
	else if (!v->info->last_ns && v->info->recording)
		snprintf(v->text, VERDICT_LEN,
			 "No event is in this file, which is not finished; if it is a copy, its log "
			 "(-wal) was not copied with it.");
	else if (!v->info->last_ns)
		snprintf(v->text, VERDICT_LEN, "No event was recorded.");
	else if (missing_pid)
		snprintf(v->text, VERDICT_LEN, "No process %" PRId64 " is in this capture.",
			 missing_pid);
	else if (passes_nobody)
		snprintf(v->text, VERDICT_LEN, "No thread of the capture passes the filter.");
	else
		snprintf(v->text, VERDICT_LEN, "Nobody%s waited in %.3f s%s%s.",
			 v->filtered ? " who passes the filter" : "", v->seconds,
			 v->info->nr_gaps ? ", except in the gaps where events were lost" : "",
			 v->info->asleep[0]
				 ? v->filtered ? ", except perhaps for threads that slept since "
						 "before the capture"
					       : ", except for threads that slept since before "
						 "the capture"
				 : "");
	return ret;
}

int verdict_read(char text[VERDICT_LEN], struct db *db, const struct capture_info *info,
		 struct error *err)
{
	struct verdict v = {
		.text = text,
		.info = info,
		.filtered = filter_of(db),
	};
	const struct window whole = { .start_ns = info->first_ns, .end_ns = info->last_ns };
	const struct window w = filter_window(whole, info->kept_from_ns, filter_of(db));
	struct table t;
	int64_t ns;
	int ret;

	if (w.end_ns < w.start_ns) {
		snprintf(text, VERDICT_LEN,
			 "The rows of that time were removed (--max-size, --max-age); there are "
			 "rows from %.3f s on.",
			 (info->kept_from_ns - info->first_ns) / 1e9);
		return 0;
	}
	ret = watched_ns(&ns, db, &w, err);
	v.seconds = ns / 1e9;
	if (!ret)
		ret = table_read(&t, &verdict_table, db, NULL, err);
	if (ret)
		return ret;
	v.cell = t.rows[0];
	if (!number(&v, V_NR_WAITS))
		ret = write_none(&v, db, err);
	else if (number(&v, V_MAX_NS) <= SHORT_NS && number(&v, V_OPEN_NS) <= SHORT_NS)
		write_short(&v);
	else
		write_long(&v);
	table_free(&t);
	return ret;
}
