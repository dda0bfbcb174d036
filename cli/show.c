// SPDX-License-Identifier: GPL-2.0-only
#include "cli/show.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "analysis/filter_times.h"
#include "analysis/watched.h"
#include "cli/filter_args.h"
#include "lib/clock.h"
#include "lib/text.h"

int show_end(FILE *f, int ret, struct error *err)
{
	if (!ret && (fflush(f) || ferror(f)))
		ret = -errno ?: -EIO;
	return ret ? error_set(err, ret, "cannot write the report: %s", strerror(-ret)) : 0;
}

/* Why a section has no rows, or not all. */
struct reasons {
	char unseen[SEEN_REASON_LEN], empty[SEEN_EMPTY_LEN];
};

/* A section that the filter cannot be applied to: no rows, and the reason. */
static bool is_refused(struct reasons *why, const struct table_def *def, const struct db *db)
{
	char refused[SEEN_REASON_LEN];
	size_t len;

	filter_refuses(refused, sizeof(refused), db, def->unfiltered);
	if (!refused[0])
		return false;
	/* there may be rows although not everything was seen */
	if (!why->unseen[0])
		snprintf(why->empty, sizeof(why->empty), "not shown: %s", refused);
	len = strlen(why->unseen);
	snprintf(why->unseen + len, sizeof(why->unseen) - len, "%s%s", len ? "; " : "", refused);
	return true;
}

static int show_rows(struct output *o, struct db *db, const struct table *t, struct reasons *why,
		     const struct report_options *opt, struct error *err)
{
	int ret = 0;

	if (!t->nr_rows && !why->empty[0])
		ret = seen_empty(why->empty, db, t->def->sight, NULL, err);
	if (!ret)
		ret = output_table(o, t, &(struct table_notes){ NULL, why->unseen, why->empty });
	if (!ret && opt->remark)
		opt->remark(o->f, t, why->unseen);
	return ret;
}

/* A section that is written while it is read. */
struct stream {
	struct output *o;
	struct table_notes notes;
	bool begun;
};

static int stream_piece(void *ctx, const struct table *t, struct error *err)
{
	struct stream *s = ctx;
	int ret = s->begun ? 0 : output_begin_table(s->o, t, &s->notes);

	s->begun = true;
	if (!ret)
		ret = output_rows(s->o, t);
	/* stop after a failed write */
	if (!ret && ferror(s->o->f))
		ret = -errno ?: -EIO;
	return ret ? show_end(s->o->f, ret, err) : 0;
}

static int stream_section(struct output *o, struct db *db, const struct table_def *def,
			  const struct reasons *why, struct error *err)
{
	struct stream s = { .o = o, .notes = { NULL, why->unseen, "" } };
	const struct table none = { .def = def, .nr_columns = table_nr_columns(def) };
	const struct param all[] = { { "max_rows", -1 }, { 0 } };
	int ret = table_read_pieces(def, db, all, stream_piece, &s, err);

	return ret ? ret : output_end_table(o, &none, &s.notes);
}

static int show_section(struct output *o, struct db *db, const struct table_def *def,
			const struct report_options *opt, struct error *err)
{
	const bool limited = output_ops(o->format)->limited;
	const struct param most[] = { { "max_rows", o->max_rows ? (int64_t)o->max_rows : -1 },
				      { 0 } };
	struct reasons why = { 0 };
	struct table t;
	bool refused;
	int ret = seen_reason(why.unseen, db, def->sight, err);

	if (ret)
		return ret;
	refused = is_refused(&why, def, db);
	/* text needs all rows for the widths of its columns, a page their number */
	if (!refused && !limited)
		return stream_section(o, db, def, &why, err);
	table_begin(&t, def);
	if (!refused)
		ret = table_read_of(&t, def, db, NULL, most, err);
	else if (table_end(&t))
		ret = error_set(err, -ENOMEM, "out of memory");
	if (ret)
		return ret;
	ret = show_rows(o, db, &t, &why, opt, err);
	table_free(&t);
	return ret;
}

/* The filter if it is set, otherwise NULL. */
static const struct filter *filter_set(const struct report_options *opt)
{
	return opt->filter && filter_is_set(&opt->filter->filter) ? &opt->filter->filter : NULL;
}

static int show_view(struct output *o, struct db *db, const struct view_def *view,
		     const struct window *window, struct error *err)
{
	char empty[SEEN_EMPTY_LEN] = "";
	struct table t;
	int ret = view_read(&t, view, db, window, NULL, err);

	if (ret)
		return ret;
	if (!t.nr_rows)
		ret = view_empty(empty, view, db, window, err);
	if (!ret)
		ret = output_table(o, &t, &(struct table_notes){ NULL, "", empty });
	table_free(&t);
	return ret;
}

int show_report(FILE *f, struct db *db, const struct report_options *opt, struct error *err)
{
	struct output o = {
		.f = f,
		.format = opt->format,
		.several = opt->sections[1],
		.max_rows = opt->max_rows,
		.width = opt->width,
	};
	const struct table_def *const *section;
	char verdict[VERDICT_LEN];
	struct capture_info info;
	struct output_head head = { .path = db_path(db), .info = &info };
	struct window whole;
	int ret = db_begin(db, err);

	if (ret)
		return ret;
	ret = capture_info_read(&info, db, err);
	if (!ret && opt->filter)
		ret = filter_times(&opt->filter->filter, opt->filter->since, opt->filter->until,
				   &info, err);
	if (!ret && opt->filter)
		ret = filter_apply(db, &opt->filter->filter, err);
	if (!ret && opt->prepare)
		ret = opt->prepare(db, opt->prepare_for, err);
	if (!ret && opt->verdict) {
		ret = opt->verdict(verdict, db, &info, err);
		head.verdict = verdict;
	}
	head.filter = filter_set(opt);
	if (!ret)
		ret = output_begin(&o, &head);
	if (!ret && opt->overview) {
		whole = capture_whole(&info);
		ret = show_view(&o, db, opt->overview, &whole, err);
	}
	for (section = opt->sections; !ret && *section; section++)
		ret = show_section(&o, db, *section, opt, err);
	ret = output_end(&o, ret);
	db_end(db);
	return show_end(f, ret, err);
}

/* The window of a frame. Sums are per whole second, so it ends with the second of the time. */
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

/* Its rates are over the time that was watched. */
static int show_window_line(FILE *f, struct db *db, const struct window *w, struct error *err)
{
	int64_t ns;
	int ret = watched_ns(&ns, db, w, err);

	if (ret)
		return ret;
	fprintf(f, "window %" PRId64 "..%" PRId64 " ns, %.3f s", w->start_ns, w->end_ns,
		(w->end_ns - w->start_ns) / 1e9);
	if (ns < w->end_ns - w->start_ns)
		fprintf(f, ", %.3f s watched", ns / 1e9);
	fputc('\n', f);
	return 0;
}

int show_frame(FILE *f, struct db *db, const struct view_def *only, const struct frame_time *time,
	       struct error *err)
{
	struct output o = { .f = f, .format = OUTPUT_TEXT, .width = output_width(f) };
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
		output_text_capture(f, db_path(db), &info);
		show_filter_line(f, db);
		ret = show_window_line(f, db, &window, err);
	}
	for (; !ret && view->table; view++) {
		ret = show_view(&o, db, view, &window, err);
		if (only)
			break;
	}
	db_end(db);
	output_end(&o, ret);
	fputc('\n', f);
	if (!ret && (fflush(f) || ferror(f)))
		ret = error_set(err, -EIO, "cannot write: %s", strerror(errno));
	return ret;
}
