// SPDX-License-Identifier: GPL-2.0-only
/*
 * queries FILE: what each query behind a screen or a report section takes, a
 * line each: name, milliseconds of wall clock, and of CPU time. The median of a few
 * runs; the report is read once: each section alone, and all of them together, which share
 * one pass over the waits.
 *
 * queries FILE NAME: that one alone, for a second: to be looked at by a profiler.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/tables.h"
#include "analysis/views.h"
#include "lib/clock.h"

#define RUNS	  5
#define WINDOW_S  10
#define HEATMAP_S 237
/* rows of a section, as report prints by default */
#define ROWS	  20

struct query {
	struct db *db;
	const struct capture_info *info;
	const struct table_def *def; /* NULL: a screen, or the header */
	const struct view_def *view;
	const char *only; /* name of the one to measure; NULL: all */
	struct window window;
	int64_t at_ns;
};

static int run_section(const struct query *q, struct error *err)
{
	const struct param most[] = { { "max_rows", ROWS }, { 0 } };
	struct table t;
	int ret = table_read_of(&t, q->def, q->db, NULL, most, err);

	if (!ret)
		table_free(&t);
	return ret;
}

static int run_report(const struct query *q, struct error *err)
{
	const struct table_def *const *def;
	struct query section = *q;
	int ret = 0;

	for (def = report_tables; !ret && *def; def++) {
		section.def = *def;
		ret = run_section(&section, err);
	}
	return ret;
}

static int run_view(const struct query *q, struct error *err)
{
	struct table t;
	int ret = view_read(&t, q->view, q->db, &q->window, NULL, err);

	if (!ret)
		table_free(&t);
	return ret;
}

static int run_header(const struct query *q, struct error *err)
{
	int64_t rate[60];
	struct capture_info info;
	int ret = capture_info_read(&info, q->db, err);

	return ret ? ret : capture_rate(q->db, info.last_ns, rate, 60, err);
}

static int compare(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : 1;
}

/* In a transaction, as screens and reports read. */
static int run_once(const char *name, int (*run)(const struct query *q, struct error *err),
		    const struct query *q)
{
	struct error e = { 0 };
	int ret = db_begin(q->db, &e);

	if (!ret)
		ret = run(q, &e);
	if (ret)
		errx(1, "%s: %s", name, e.msg);
	db_end(q->db);
	return ret;
}

static void measure(const char *name, int (*run)(const struct query *q, struct error *err),
		    const struct query *q, unsigned int nr_runs)
{
	double ms[RUNS], cpu_ms[RUNS];
	uint64_t start_ns, cpu_ns;
	unsigned int i;

	if (q->only && strcmp(q->only, name))
		return;
	for (start_ns = now_ns(); q->only && now_ns() - start_ns < NSEC_PER_SEC;)
		run_once(name, run, q);
	for (i = 0; i < nr_runs; i++) {
		start_ns = now_ns();
		cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		run_once(name, run, q);
		ms[i] = (now_ns() - start_ns) / 1e6;
		cpu_ms[i] = (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns) / 1e6;
	}
	qsort(ms, nr_runs, sizeof(*ms), compare);
	qsort(cpu_ms, nr_runs, sizeof(*cpu_ms), compare);
	printf("%-32s %10.2f %10.2f\n", name, ms[nr_runs / 2], cpu_ms[nr_runs / 2]);
	fflush(stdout);
}

static void measure_screens(struct query *q, unsigned int percent)
{
	char name[64];

	q->at_ns = q->info->first_ns + (q->info->last_ns - q->info->first_ns) / 100 * percent;
	q->window = capture_window(q->info, q->at_ns + 1, WINDOW_S);
	if (!percent)
		q->window.end_ns = q->window.start_ns + WINDOW_S * NSEC_PER_SEC;
	for (q->view = top_views; q->view->table; q->view++) {
		struct window w = q->window;

		/* the heatmap is as long as a wide screen has columns */
		if (q->view->shape == SHAPE_HEATMAP) {
			q->window.start_ns = q->window.end_ns / NSEC_PER_SEC * NSEC_PER_SEC -
					     HEATMAP_S * NSEC_PER_SEC;
			q->window.slot_s = 1;
		}
		snprintf(name, sizeof(name), "top %s, %d s at %u %%", q->view->table->name,
			 q->view->shape == SHAPE_HEATMAP ? HEATMAP_S : WINDOW_S, percent);
		measure(name, run_view, q, RUNS);
		q->window = w;
	}
}

int main(int argc, char **argv)
{
	static const unsigned int percent[] = { 0, 50, 99, 100 };
	const struct table_def *const *def;
	struct capture_info info;
	struct error e = { 0 };
	struct query q = { .info = &info };
	char name[64];
	unsigned int i;

	if (argc < 2 || argc > 3)
		errx(1, "usage: queries FILE [NAME]");
	q.only = argv[2];
	if (db_open(&q.db, argv[1], &e) || capture_info_read(&info, q.db, &e))
		errx(1, "%s", e.msg);
	measure("header", run_header, &q, RUNS);
	for (i = 0; i < sizeof(percent) / sizeof(*percent); i++)
		measure_screens(&q, percent[i]);
	memset(&q.window, 0, sizeof(q.window));
	for (def = report_tables; *def; def++) {
		q.def = *def;
		snprintf(name, sizeof(name), "report %s", (*def)->name);
		measure(name, run_section, &q, 1);
	}
	measure("report, all sections", run_report, &q, 1);
	db_close(q.db);
	return 0;
}
