// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/diff.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff_kinds.h"
#include "lib/text.h"

enum capture_column {
	C_SIDE,
	C_FILE,
	C_KERNEL,
	C_HOST,
	C_PROFILE,
	C_RUNG,
	C_SECONDS,
	C_SLICES,
	C_LEFT_OUT,
	C_LOST,
};

static const struct column capture_columns[] = {
	[C_SIDE] = { "side", "SIDE", UNIT_TEXT, 4, "A or B", false },
	[C_FILE] = { "file", "FILE", UNIT_TEXT, 10, "the database", false },
	[C_KERNEL] = { "kernel", "KERNEL", UNIT_TEXT, 10, "release of the kernel", false },
	[C_HOST] = { "host", "HOST", UNIT_TEXT, 8, "name of the machine", false },
	[C_PROFILE] = { "profile", "PROFILE", UNIT_TEXT, 8, "what was recorded", false },
	[C_RUNG] = { "rung", "RUNG", UNIT_ID, 4, "how the waits were recorded, see check", false },
	[C_SECONDS] = { "seconds", "SECONDS", UNIT_COUNT, 7, "whole seconds that are compared",
			false },
	[C_SLICES] = { "slices", "SLICES", UNIT_COUNT, 6, "parts of equal length", false },
	[C_LEFT_OUT] = { "left_out", "LEFT OUT", UNIT_COUNT, 8, "slices in which events were lost",
			 false },
	[C_LOST] = { "nr_lost_min", "LOST", UNIT_COUNT, 6, "events lost at least", false },
	{ 0 },
};

static const struct table_def capture_def = {
	.name = "captures",
	.title = "Captures",
	.help = "what is compared",
	.columns = capture_columns,
};

enum row_column {
	R_BY,
	R_GROUP,
	R_NUMBER,
	R_A,
	R_B,
	R_CHANGE,
	R_LOW,
	R_HIGH,
	R_VERDICT,
	R_FROM,
};

static const struct column row_columns[] = {
	[R_BY] = { "by", "BY", UNIT_TEXT, 7, "what the groups are", false },
	[R_GROUP] = { "label", "GROUP", UNIT_TEXT, 12, "-: the name is not known", false },
	[R_NUMBER] = { "number", "NUMBER", UNIT_TEXT, 12, "what is compared, with its unit",
		       false },
	[R_A] = { "a", "A", UNIT_RATIO, 10, "in A; -: never, or not seen", false },
	[R_B] = { "b", "B", UNIT_RATIO, 10, "in B; -: never, or not seen", false },
	[R_CHANGE] = { "change_percent", "CHANGE %", UNIT_RATIO, 8, "from A to B", false },
	[R_LOW] = { "low_percent", "FROM", UNIT_RATIO, 8,
		    "the lowest likely change, see the note on chance; -: see VERDICT", false },
	[R_HIGH] = { "high_percent", "TO", UNIT_RATIO, 8, "the highest likely change", false },
	[R_VERDICT] = { "verdict", "VERDICT", UNIT_TEXT, 11,
			"of B: faster, slower, more, fewer; no evidence: it may be chance; too rare: in too few slices; not seen: see the notes",
			false },
	[R_FROM] = { "interval_from", "INTERVAL OF", UNIT_TEXT, 11,
		     "slices: of one capture a side; captures: of several", false },
	{ 0 },
};

static const struct table_def row_def = {
	.name = "diff",
	.title = "Differences",
	.help = "from A to B",
	.columns = row_columns,
};

const struct table_def *const diff_tables[] = { &capture_def, &row_def, NULL };

static int no_memory(struct error *err)
{
	return error_set(err, -ENOMEM, "out of memory");
}

static void set_int(struct cell *cell, int64_t value)
{
	*cell = (struct cell){ .type = CELL_INT, .i = value };
}

static void set_real(struct cell *cell, double value)
{
	if (isfinite(value))
		*cell = (struct cell){ .type = CELL_REAL, .r = value };
}

/* --- the captures */

static int add_capture(struct diff *d, enum diff_side side, const struct diff_capture *c)
{
	struct table *t = &d->captures;
	struct cell *row = table_add(t);

	if (!row)
		return -ENOMEM;
	if (c->rung)
		set_int(&row[C_RUNG], c->rung);
	set_int(&row[C_SECONDS], c->nr_slices * d->samples.slice_s);
	set_int(&row[C_SLICES], c->nr_slices);
	set_int(&row[C_LEFT_OUT], c->nr_left_out);
	set_int(&row[C_LOST], c->info.nr_lost);
	return table_set_text(t, &row[C_SIDE], side == SIDE_A ? "A" : "B")
		       ?: table_set_text(t, &row[C_FILE], c->path)
		       ?: table_set_text(t, &row[C_KERNEL], c->info.kernel)
		       ?: table_set_text(t, &row[C_HOST], c->info.host)
		       ?: table_set_text(t, &row[C_PROFILE], c->info.profile);
}

static int add_captures(struct diff *d, struct error *err)
{
	unsigned int side;
	size_t i;

	for (side = 0; side < NR_SIDES; side++)
		for (i = 0; i < d->samples.nr_captures[side]; i++)
			if (add_capture(d, side, &d->samples.capture[side][i]))
				return no_memory(err);
	return table_end(&d->captures) ? no_memory(err) : 0;
}

/* --- what was not compared */

static void note(struct diff *d, const char *text)
{
	const size_t len = strlen(d->notes);

	snprintf(d->notes + len, sizeof(d->notes) - len, "%s\n", text);
}

/* Whether all captures of both sides have the same text in a column of captures. */
static bool all_alike(const struct diff *d, enum capture_column column)
{
	size_t i;
	char first[256], other[256];

	for (i = 0; i < d->captures.nr_rows; i++) {
		cell_format(i ? other : first, sizeof(first), &capture_columns[column],
			    &d->captures.rows[i][column]);
		if (i && strcmp(first, other))
			return false;
	}
	return true;
}

/* First the facts that make the captures hard to compare. */
static void note_differences(struct diff *d)
{
	static const struct {
		enum capture_column column;
		const char *what;
	} kinds[] = {
		{ C_KERNEL, "kernels" },
		{ C_HOST, "machines" },
		{ C_PROFILE, "profiles: what one did not record is not compared" },
		{ C_RUNG, "rungs: waits are not recorded alike" },
	};
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!all_alike(d, kinds[i].column)) {
			snprintf(text, sizeof(text), "the captures have different %s",
				 kinds[i].what);
			note(d, text);
		}
}

static void note_lost(struct diff *d)
{
	size_t i, left_out = 0;
	unsigned int side;
	char text[160];

	for (side = 0; side < NR_SIDES; side++)
		for (i = 0; i < d->samples.nr_captures[side]; i++)
			left_out += d->samples.capture[side][i].nr_left_out;
	if (!left_out)
		return;
	snprintf(text, sizeof(text), "events were lost: %zu slices of %lld s are left out",
		 left_out, (long long)d->samples.slice_s);
	note(d, text);
}

static void note_unseen(struct diff *d, const struct diff_kind *kind)
{
	char text[SEEN_REASON_LEN + 64];
	unsigned int side;

	const bool both = !strcmp(d->samples.unseen[SIDE_A], d->samples.unseen[SIDE_B]);

	for (side = 0; side < NR_SIDES; side++) {
		if (!d->samples.unseen[side][0] || (both && side))
			continue;
		snprintf(text, sizeof(text), "%s: not all seen in %s: %s", kind->name,
			 both	? "A and B"
			 : side ? "B"
				: "A",
			 d->samples.unseen[side]);
		note(d, text);
	}
}

/* --- the rows */

/* A number of a group on both sides. */
struct diff_row {
	const struct diff_group *group;
	const struct diff_metric *metric;
	struct diff_result result;
	bool unseen;
	double low, high; /* of the difference; NAN: not known */
};

/* The numbers of what a side could not record are unknown there, not 0. */
static bool is_unseen(const struct diff *d, const struct diff_group *g, enum diff_side side)
{
	return d->samples.unseen[side][0] && !(g->total[side] > 0);
}

static int compare(struct diff *d, const struct diff_group *g, const struct diff_metric *m)
{
	struct diff_row *grown, row = { .group = g, .metric = m };
	unsigned int side;

	if (diff_compare(&row.result, &d->samples, g, m))
		return -ENOMEM;
	for (side = 0; side < NR_SIDES; side++)
		if (is_unseen(d, g, side)) {
			row.unseen = true;
			row.result.value[side] = row.result.error = NAN;
		}
	/* nothing of it happened on either side */
	if (!(row.result.value[SIDE_A] > 0) && !(row.result.value[SIDE_B] > 0))
		return 0;
	grown = realloc(d->row, (d->nr_rows + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	d->row = grown;
	d->row[d->nr_rows++] = row;
	return 0;
}

/* Set the intervals of all rows, whose level depends on all of them. */
static int set_intervals(struct diff *d)
{
	double *chance = calloc(d->nr_rows + 1, sizeof(*chance)), level;
	size_t i, nr = 0;
	char text[256];

	if (!chance)
		return -ENOMEM;
	for (i = 0; i < d->nr_rows; i++) {
		chance[nr] = diff_chance(&d->row[i].result);
		nr += !isnan(chance[nr]);
	}
	level = diff_level(chance, nr);
	free(chance);
	for (i = 0; i < d->nr_rows; i++)
		diff_interval(&d->row[i].result, level, &d->row[i].low, &d->row[i].high);
	if (nr) {
		snprintf(
			text, sizeof(text),
			"chance: with %zu numbers to compare, each interval has a confidence of %.2f %%, so "
			"that at most %.0f %% of those called different are so by chance, on average",
			nr, 100 * (1 - level), 100 * DIFF_FALSE_SHARE);
		note(d, text);
	}
	return 0;
}

static const char *verdict_of(const struct diff *d, const struct diff_row *row)
{
	const size_t *nr = d->samples.nr_slices;

	if (row->unseen)
		return "not seen";
	if (isnan(row->result.value[SIDE_A]) || isnan(row->result.value[SIDE_B]))
		return "in one only";
	if (isnan(row->low))
		return nr[SIDE_A] < DIFF_SLICES_MIN || nr[SIDE_B] < DIFF_SLICES_MIN ? "too short"
										    : "too rare";
	if (row->low <= 0 && row->high >= 0)
		return "no evidence";
	if (row->metric->neutral)
		return row->low > 0 ? "more" : "fewer";
	return row->low > 0 ? "slower" : "faster";
}

static void set_numbers(struct cell *cell, const struct diff_row *row)
{
	const double *value = row->result.value;

	set_real(&cell[R_A], value[SIDE_A]);
	set_real(&cell[R_B], value[SIDE_B]);
	if (!(value[SIDE_A] > 0))
		return;
	set_real(&cell[R_CHANGE], 100 * (value[SIDE_B] / value[SIDE_A] - 1));
	/* no number can fall below 0 */
	if (!isnan(row->low))
		set_real(&cell[R_LOW], fmax(100 * row->low / value[SIDE_A], -100));
	set_real(&cell[R_HIGH], 100 * row->high / value[SIDE_A]);
}

static int show_row(struct diff *d, const struct diff_row *row)
{
	struct table *t = &d->rows;
	struct cell *cell = table_add(t);

	if (!cell)
		return -ENOMEM;
	set_numbers(cell, row);
	return table_set_text(t, &cell[R_BY], row->group->kind->name)
		       ?: table_set_text(t, &cell[R_GROUP],
					 row->group->label[0] ? row->group->label : NULL)
		       ?: table_set_text(t, &cell[R_NUMBER], row->metric->name)
		       ?: table_set_text(t, &cell[R_VERDICT], verdict_of(d, row))
		       ?: table_set_text(t, &cell[R_FROM],
					 isnan(row->low)	    ? NULL
					 : row->result.by_capture ? "captures"
								    : "slices");
}

static int show_rows(struct diff *d)
{
	size_t i;
	int ret = set_intervals(d);

	for (i = 0; !ret && i < d->nr_rows; i++)
		ret = show_row(d, &d->row[i]);
	return ret ?: table_end(&d->rows);
}

static int most_first(const struct diff_group *a, const struct diff_group *b)
{
	const double x = a->total[SIDE_A] + a->total[SIDE_B];
	const double y = b->total[SIDE_A] + b->total[SIDE_B];

	return x > y ? -1 : x < y ? 1 : strcmp(a->key, b->key);
}

static int add_kind(struct diff *d, const struct diff_kind *kind, size_t max_groups,
		    struct error *err)
{
	const struct diff_metric *m;
	const struct diff_group *g;
	size_t nr = 0;
	int ret = diff_samples_read(&d->samples, kind, err);

	if (ret)
		return ret;
	note_unseen(d, kind);
	HASH_SORT(d->samples.groups, most_first);
	for (g = d->samples.groups; !ret && g; g = g->hh.next) {
		if (g->kind != kind || (max_groups && nr >= max_groups))
			continue;
		nr++;
		for (m = kind->metrics; !ret && m->name; m++)
			if (compare(d, g, m))
				ret = no_memory(err);
	}
	return ret;
}

/* --- the sentence */

static size_t count_verdicts(const struct diff *d, const char *verdict)
{
	size_t i, nr = 0;

	for (i = 0; i < d->rows.nr_rows; i++)
		nr += !strcmp(cell_text(&d->rows.rows[i][R_VERDICT]), verdict);
	return nr;
}

/* Rows whose numbers could be tested. */
static size_t count_tested(const struct diff *d)
{
	return d->rows.nr_rows - count_verdicts(d, "too short") - count_verdicts(d, "too rare") -
	       count_verdicts(d, "in one only") - count_verdicts(d, "not seen");
}

static void write_verdict(struct diff *d)
{
	const size_t faster = count_verdicts(d, "faster"), slower = count_verdicts(d, "slower");
	const size_t tested = count_tested(d);

	if (!tested && !count_verdicts(d, "too short"))
		snprintf(d->verdict, VERDICT_LEN, "There is nothing to compare.");
	else if (!tested)
		snprintf(d->verdict, VERDICT_LEN,
			 "The captures are too short to compare: %d slices of %lld s are needed on "
			 "each side.",
			 DIFF_SLICES_MIN, (long long)d->samples.slice_s);
	else if (!faster && !slower)
		snprintf(d->verdict, VERDICT_LEN,
			 "No evidence that B is faster or slower than A, in %zu numbers.", tested);
	else
		snprintf(d->verdict, VERDICT_LEN,
			 "B is faster than A in %zu and slower in %zu of %zu numbers%s.", faster,
			 slower, d->rows.nr_rows,
			 d->samples.nr_captures[SIDE_A] > 1 && d->samples.nr_captures[SIDE_B] > 1
				 ? ""
				 : "; with one capture a side, what differs from run to run is "
				   "not known");
}

int diff_read(struct diff *d, const struct diff_choice *choice, struct error *err)
{
	unsigned int i;
	int ret;

	memset(d, 0, sizeof(*d));
	table_begin(&d->captures, &capture_def);
	table_begin(&d->rows, &row_def);
	ret = diff_samples_open(&d->samples, choice->paths, err);
	if (!ret)
		ret = add_captures(d, err);
	if (ret)
		return ret;
	note_differences(d);
	note_lost(d);
	for (i = 0; !ret && diff_kinds[i].name; i++)
		if (choice->by[i])
			ret = add_kind(d, &diff_kinds[i], choice->max_groups, err);
	if (choice->missing)
		note(d, choice->missing);
	if (!ret && show_rows(d))
		ret = no_memory(err);
	if (!ret)
		write_verdict(d);
	return ret;
}

void diff_free(struct diff *d)
{
	table_free(&d->captures);
	table_free(&d->rows);
	free(d->row);
	diff_samples_close(&d->samples);
}
