/* SPDX-License-Identifier: GPL-2.0-only */
/* Printing what a database says: the report, and batch frames of top. */
#ifndef RMAPSCOPE_SHOW_H
#define RMAPSCOPE_SHOW_H

#include <stdio.h>

#include "analysis/db.h"
#include "analysis/output/output.h"
#include "analysis/table.h"
#include "analysis/views.h"

struct filter_args;

struct report_options {
	const struct table_def *const *sections; /* ends with NULL */
	enum output_format format;
	size_t max_rows;	    /* per section, text only; 0: all */
	int width;		    /* of a line of text; 0: any */
	bool verdict;		    /* begin with a sentence of analysis/verdict.h */
	struct filter_args *filter; /* its times are set; or NULL */
	/* what to add after a section, or NULL; @unseen: why it may lack some, or "" */
	void (*remark)(FILE *f, const struct table *t, const char *unseen);
};

/* Everything is written. Returns @ret, or a negative errno with @err. */
int show_end(FILE *f, int ret, struct error *err);

/* Returns 0, -EINVAL when the filter makes no sense, or another negative errno. */
int show_report(FILE *f, struct db *db, const struct report_options *opt, struct error *err);

struct frame_time {
	int64_t at_ns; /* 0: the end of the capture */
	unsigned int window_s;
};

/*
 * show_frame - one frame of `top -b`: the header, and screen @only, or NULL
 * each of them, over the seconds up to @time
 */
int show_frame(FILE *f, struct db *db, const struct view_def *only, const struct frame_time *time,
	       struct error *err);

#endif
