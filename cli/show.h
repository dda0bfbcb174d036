/* SPDX-License-Identifier: GPL-2.0-only */
/* Print a database: the report, and the frames of `top --batch`. */
#ifndef RMAPSCOPE_SHOW_H
#define RMAPSCOPE_SHOW_H

#include <stdio.h>

#include "analysis/db.h"
#include "analysis/output/output.h"
#include "analysis/table.h"
#include "analysis/verdict.h"
#include "analysis/views.h"

struct filter_args;

struct report_options {
	const struct table_def *const *sections; /* ends with NULL */
	enum output_format format;
	size_t max_rows; /* per section, if the format limits them; 0: all */
	int width;	 /* of a line of text; 0: unlimited */
	/* a screen, of the whole capture, before the sections; or NULL */
	const struct view_def *overview;
	/* makes the sentence to begin with, such as verdict_read(); or NULL */
	int (*verdict)(char text[VERDICT_LEN], struct db *db, const struct capture_info *info,
		       struct error *err);
	/* runs before all reads, with the transaction open; or NULL */
	int (*prepare)(struct db *db, const void *prepare_for, struct error *err);
	const void *prepare_for;
	struct filter_args *filter; /* or NULL; show_report() sets its times */
	/* prints something after a section, or NULL; @unseen: why rows may be missing, or "" */
	void (*remark)(FILE *f, const struct table *t, const char *unseen);
};

/* Flush @f after the last output. Returns @ret, or a negative errno with @err if writing failed. */
int show_end(FILE *f, int ret, struct error *err);

/*
 * Print the report. Returns 0, -EINVAL if the filter or the choice is not valid, or another
 * negative errno.
 */
int show_report(FILE *f, struct db *db, const struct report_options *opt, struct error *err);

struct frame_time {
	int64_t at_ns; /* 0: the end of the capture */
	unsigned int window_s;
};

/*
 * show_frame - print one frame of `top --batch` for the seconds up to @time
 * @only: the screen to print; NULL: all screens
 */
int show_frame(FILE *f, struct db *db, const struct view_def *only, const struct frame_time *time,
	       struct error *err);

#endif
