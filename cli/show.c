// SPDX-License-Identifier: GPL-2.0-only
#include "cli/show.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "analysis/filter_times.h"
#include "analysis/instant.h"
#include "analysis/verdict.h"
#include "cli/filter_args.h"
#include "lib/clock.h"
#include "lib/text.h"

static void print_limits(FILE *f, const char *limits)
{
	const char *line = limits;

	while (*line) {
		int len = strcspn(line, "\n");
		char text[1024];

		snprintf(text, sizeof(text), "%.*s", len, line);
		text_make_printable(text);
		fprintf(f, "note: %s\n", text);
		line += len + (line[len] == '\n');
	}
}

/* Say so when rows were trimmed. */
static void print_kept(FILE *f, const struct capture_info *info)
{
	char from[64];

	if (info->kept_from_ns) {
		instant_format(from, sizeof(from), info->kept_from_ns, info);
		fprintf(f, "note: rows from %s on; older ones had to go (--max-size, --max-age)\n",
			from);
	}
	if (info->rollups_from_ns) {
		instant_format(from, sizeof(from), info->rollups_from_ns, info);
		fprintf(f, "note: sums per second from %s on\n", from);
	}
	if (info->names_from_ns > info->rollups_from_ns) {
		instant_format(from, sizeof(from), info->names_from_ns, info);
		fprintf(f, "note: sums before %s name no process, lock or VMA (--max-age)\n", from);
	}
}

static void print_lost(FILE *f, const struct capture_info *info)
{
	char lost[48];

	capture_lost_format(lost, sizeof(lost), info, false);
	if (lost[0] == '-')
		fprintf(f, ", events lost in %" PRId64 " gaps: how many is not known\n",
			info->nr_gaps);
	else
		fprintf(f, ", %s events lost in %" PRId64 " gaps\n", lost, info->nr_gaps);
}

static void print_header(FILE *f, const struct db *db, const struct capture_info *info)
{
	const char *const texts[] = {
		db_path(db), info->host, info->kernel, info->source, info->profile,
	};
	char shown[sizeof(texts) / sizeof(*texts)][PATH_MAX];
	unsigned int i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		text_shown(shown[i], sizeof(shown[i]), texts[i][0] ? texts[i] : "-");
	fprintf(f, "%s: %s %s, source %s, profile %s%s\n", shown[0], shown[1], shown[2], shown[3],
		shown[4],
		!info->recording      ? ""
		: info->recorder_gone ? ", not finished: its recorder was killed, or is elsewhere"
		: info->recorder_pid  ? ", not finished: being recorded now"
				      : ", not finished");
	fprintf(f, "%.3f s, %" PRId64 " events, ", (info->last_ns - info->first_ns) / 1e9,
		info->nr_events);
	if (info->sees_waits)
		fprintf(f, "%" PRId64 " waits, %" PRId64 " open, %" PRId64 " uncertain",
			info->nr_waits, info->nr_open_all, info->nr_uncertain);
	else
		fputs("waits not seen", f);
	print_lost(f, info);
	if (info->trouble[0])
		fprintf(f, "note: not recorded now: %s\n",
			text_shown(shown[0], sizeof(shown[0]), info->trouble));
	if (info->asleep[0])
		fprintf(f, "note: " CAPTURE_ASLEEP "%s\n",
			text_shown(shown[0], sizeof(shown[0]), info->asleep));
	print_kept(f, info);
}

static int print_json_header(FILE *f, const struct capture_info *info)
{
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "host", info->host },	    { "kernel_release", info->kernel },
		{ "source", info->source }, { "profile", info->profile },
		{ "limits", info->limits }, { "trouble", info->trouble },
		{ "asleep", info->asleep },
	};
	const struct {
		const char *key;
		int64_t value;
		bool known;
	} numbers[] = {
		{ "first_ns", info->first_ns, info->first_ns },
		{ "last_ns", info->last_ns, info->first_ns },
		{ "nr_events", info->nr_events, true },
		{ "nr_waits", info->nr_waits, info->sees_waits },
		{ "nr_open", info->nr_open_all, info->sees_waits },
		{ "nr_uncertain", info->nr_uncertain, info->sees_waits },
		{ "nr_lost", info->nr_lost, !info->nr_uncounted },
		{ "nr_lost_min", info->nr_lost, true },
		{ "nr_gaps", info->nr_gaps, true },
		{ "kept_from_ns", info->kept_from_ns, info->kept_from_ns },
		{ "rollups_from_ns", info->rollups_from_ns, info->rollups_from_ns },
		{ "names_from_ns", info->names_from_ns, info->names_from_ns },
	};
	unsigned int i;
	int ret = 0;

	fputs("{\"capture\":{", f);
	for (i = 0; !ret && i < sizeof(texts) / sizeof(*texts); i++) {
		fprintf(f, "\"%s\":", texts[i].key);
		ret = texts[i].value[0]	     ? output_json_string(f, texts[i].value)
		      : fputs("null", f) < 0 ? -EIO
					     : 0;
		fputc(',', f);
	}
	fprintf(f, "\"finished\":%s,\"being_recorded\":%s", info->recording ? "false" : "true",
		info->recorder_pid			  ? "true"
		: info->recording && !info->recorder_gone ? "null"
							  : "false");
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (numbers[i].known)
			fprintf(f, ",\"%s\":%" PRId64, numbers[i].key, numbers[i].value);
		else
			fprintf(f, ",\"%s\":null", numbers[i].key);
	fputc('}', f);
	return ret;
}

int show_capture(FILE *f, const struct db *db, const struct capture_info *info,
		 enum output_format format)
{
	if (format == OUTPUT_JSON)
		return print_json_header(f, info);
	if (format == OUTPUT_TEXT) {
		print_header(f, db, info);
		print_limits(f, info->limits);
	}
	return 0;
}

int show_end(FILE *f, int ret, struct error *err)
{
	if (!ret && (fflush(f) || ferror(f)))
		ret = -errno ?: -EIO;
	return ret ? error_set(err, ret, "cannot write the report: %s", strerror(-ret)) : 0;
}

static int print_json_filter(FILE *f, const struct filter *filter)
{
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "comm", filter->comm },
		{ "cgroup", filter->cgroup },
		{ "class", filter->class },
		{ "by", filter_by_label(filter->by) },
	};
	const struct {
		const char *key;
		int64_t value;
	} ints[] = {
		{ "pid", filter->pid },
		{ "since_ns", filter->since_ns },
		{ "until_ns", filter->until_ns },
	};
	unsigned int i;
	int ret = 0;

	fputs(",\n\"filter\":{", f);
	for (i = 0; !ret && i < sizeof(texts) / sizeof(*texts); i++) {
		fprintf(f, "%s\"%s\":", i ? "," : "", texts[i].key);
		if (texts[i].value)
			ret = output_json_string(f, texts[i].value);
		else
			fputs("null", f);
	}
	for (i = 0; i < sizeof(ints) / sizeof(*ints); i++)
		/* 0 prints no digit here */
		fprintf(f, ",\"%s\":%s%.0" PRId64, ints[i].key, ints[i].value ? "" : "null",
			ints[i].value);
	fputc('}', f);
	return ret;
}

/* What is left out of all that follows: nobody is to take it for the whole. */
static int show_filter(FILE *f, const struct filter *filter, const struct report_options *opt)
{
	char text[FILTER_TEXT_LEN], shown[FILTER_TEXT_LEN];

	if (!filter_is_set(filter))
		return 0;
	filter_text(text, sizeof(text), filter);
	text_shown(shown, sizeof(shown), text);
	switch (opt->format) {
	case OUTPUT_JSON:
		return print_json_filter(f, filter);
	case OUTPUT_CSV:
		/* one table has no place for it */
		if (opt->sections[1])
			fprintf(f, "# filter: %s\n", shown);
		else if (!fflush(f))
			fprintf(stderr, "rmapscope: filter: %s\n", shown);
		return 0;
	default:
		fprintf(f, "filter: %s\n", shown);
		return 0;
	}
}

/* What is said of a section besides its rows. */
struct said {
	char unseen[SEEN_REASON_LEN]; /* why the rows are not all there is, or "" */
	char empty[SEEN_EMPTY_LEN];   /* why there are none */
};

/* CSV has no place for why a section is empty; that it cannot be written is told later. */
static void show_csv(FILE *f, const struct table *t, const struct said *said,
		     const struct report_options *opt)
{
	const struct table_def *def = t->def;
	char reason[SEEN_REASON_LEN];

	if (opt->sections[1])
		fprintf(f, "# %s\n", def->name);
	output_csv(f, t);
	if (said->unseen[0] && !fflush(f))
		fprintf(stderr, "rmapscope: %s: not %sseen: %s\n", def->name,
			t->nr_rows ? "all " : "", text_shown(reason, sizeof(reason), said->unseen));
}

/* What could not be seen is null, not a list without elements. */
static int show_json(FILE *f, const struct table *t, const struct said *said)
{
	int ret = 0;

	fprintf(f, ",\n\"%s\":", t->def->name);
	if (said->unseen[0] && !t->nr_rows)
		fputs("null", f);
	else
		ret = output_json(f, t);
	if (!ret && said->unseen[0]) {
		fprintf(f, ",\n\"%s_unseen\":", t->def->name);
		ret = output_json_string(f, said->unseen);
	}
	return ret;
}

static int show_section(FILE *f, const struct table *t, const struct said *said,
			const struct report_options *opt)
{
	char reason[SEEN_REASON_LEN];

	switch (opt->format) {
	case OUTPUT_CSV:
		show_csv(f, t, said, opt);
		return 0;
	case OUTPUT_JSON:
		return show_json(f, t, said);
	default:
		fprintf(f, "\n%s: %s\n", t->def->title, t->def->help);
		if (said->unseen[0] && t->nr_rows)
			fprintf(f, "(not all seen: %s)\n",
				text_shown(reason, sizeof(reason), said->unseen));
		output_text(f, t, opt->max_rows, opt->width, said->empty);
		return 0;
	}
}

/* A section that cannot be filtered has no rows rather than those of all. */
static int read_section(struct table *t, const struct table_def *def, struct db *db,
			struct said *said, struct error *err)
{
	char refused[SEEN_REASON_LEN];

	filter_refuses(refused, sizeof(refused), db, def->unfiltered);
	if (said->unseen[0] || !refused[0])
		return table_read(t, def, db, NULL, err);
	snprintf(said->unseen, sizeof(said->unseen), "%s", refused);
	snprintf(said->empty, sizeof(said->empty), "not shown: %s", refused);
	table_begin(t, def);
	return table_end(t) ? error_set(err, -ENOMEM, "out of memory") : 0;
}

static int read_and_show(FILE *f, struct db *db, const struct table_def *def,
			 const struct report_options *opt, struct error *err)
{
	struct said said = { 0 };
	struct table t;
	int ret = seen_reason(said.unseen, db, def->sight, err);

	if (!ret)
		ret = read_section(&t, def, db, &said, err);
	if (ret)
		return ret;
	if (!t.nr_rows && !said.empty[0])
		ret = seen_empty(said.empty, db, def->sight, NULL, err);
	if (!ret)
		ret = show_section(f, &t, &said, opt);
	if (!ret && opt->remark)
		opt->remark(f, &t, said.unseen);
	table_free(&t);
	return ret;
}

int show_report(FILE *f, struct db *db, const struct report_options *opt, struct error *err)
{
	char verdict[VERDICT_LEN], shown[VERDICT_LEN];
	const struct table_def *const *section;
	struct capture_info info;
	int ret = db_begin(db, err);

	if (ret)
		return ret;
	ret = capture_info_read(&info, db, err);
	if (!ret && opt->filter)
		ret = filter_times(&opt->filter->filter, opt->filter->since, opt->filter->until,
				   &info, err);
	if (!ret && opt->filter)
		ret = filter_apply(db, &opt->filter->filter, err);
	if (!ret && opt->verdict)
		ret = verdict_read(verdict, db, &info, err);
	if (!ret && opt->verdict && opt->format == OUTPUT_TEXT)
		fprintf(f, "%s\n", text_shown(shown, sizeof(shown), verdict));
	if (!ret)
		ret = show_capture(f, db, &info, opt->format);
	if (!ret && opt->filter)
		ret = show_filter(f, &opt->filter->filter, opt);
	if (!ret && opt->verdict && opt->format == OUTPUT_JSON) {
		fputs(",\n\"verdict\":", f);
		ret = output_json_string(f, verdict);
	}
	for (section = opt->sections; !ret && *section; section++)
		ret = read_and_show(f, db, *section, opt, err);
	/* what was cut by an error must not look whole */
	if (!ret && opt->format == OUTPUT_JSON)
		fputs("}\n", f);
	db_end(db);
	return show_end(f, ret, err);
}

static int show_view(FILE *f, struct db *db, const struct view_def *view,
		     const struct window *window, struct error *err)
{
	char empty[SEEN_EMPTY_LEN] = "";
	struct table t;
	int ret = view_read(&t, view, db, window, NULL, err);

	if (ret)
		return ret;
	if (!t.nr_rows)
		ret = view_empty(empty, view, db, window, err);
	if (!ret) {
		fprintf(f, "\n%s: %s\n", t.def->title, t.def->help);
		output_text(f, &t, 0, output_width(f), empty);
	}
	table_free(&t);
	return ret;
}

/* Sums are of whole seconds: to the end of the one that the time is in. */
static struct window frame_window(const struct frame_time *time, const struct capture_info *info)
{
	const int64_t sec = NSEC_PER_SEC;
	/* the last event is part of the window */
	int64_t end_ns = info->last_ns + 1;
	struct window w;

	if (time->at_ns && (time->at_ns + sec - 1) / sec * sec < end_ns)
		end_ns = (time->at_ns + sec - 1) / sec * sec;
	w = capture_window(info, end_ns, time->window_s);
	w.at_ns = time->at_ns ? time->at_ns : info->last_ns;
	return w;
}

static void show_filter_line(FILE *f, const struct db *db)
{
	char text[FILTER_TEXT_LEN], shown[FILTER_TEXT_LEN];

	if (!filter_of(db))
		return;
	filter_text(text, sizeof(text), filter_of(db));
	fprintf(f, "filter: %s%s\n", text_shown(shown, sizeof(shown), text),
		filter_sums_are_less(db) ? FILTER_SUMS_NOTE : "");
}

int show_frame(FILE *f, struct db *db, const struct view_def *only, const struct frame_time *time,
	       struct error *err)
{
	const struct view_def *view = only ?: top_views;
	struct capture_info info;
	struct window window;
	int ret = db_begin(db, err);

	if (ret)
		return ret;
	ret = filter_refresh(db, err);
	if (!ret)
		ret = capture_info_read(&info, db, err);
	if (!ret) {
		window = frame_window(time, &info);
		print_header(f, db, &info);
		show_filter_line(f, db);
		fprintf(f, "window %" PRId64 "..%" PRId64 " ns, %.3f s\n", window.start_ns,
			window.end_ns, (window.end_ns - window.start_ns) / 1e9);
	}
	for (; !ret && view->table; view++) {
		ret = show_view(f, db, view, &window, err);
		if (only)
			break;
	}
	db_end(db);
	fputc('\n', f);
	if (!ret && (fflush(f) || ferror(f)))
		ret = error_set(err, -EIO, "cannot write: %s", strerror(errno));
	return ret;
}
