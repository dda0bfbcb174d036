/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables in a format: text for people, CSV (RFC 4180) and JSON for programs.
 *
 * A format is a table of operations, and a line of OUTPUT_FORMATS. What writes a
 * report does not know which one it is:
 *
 *	output_begin(o, head), output_table(o, t, said) for each table, output_end(o, ret)
 *
 * Functions return 0 or a negative errno. Whether all was written is for the
 * caller to find out, with fflush().
 */
#ifndef RMAPSCOPE_OUTPUT_H
#define RMAPSCOPE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/table.h"

struct capture_info;
struct filter;

/* Each format: FORMAT(OUTPUT_ID, its operations) */
#define OUTPUT_FORMATS                                                                             \
	FORMAT(OUTPUT_TEXT, text_ops)                                                              \
	FORMAT(OUTPUT_CSV, csv_ops)                                                                \
	FORMAT(OUTPUT_JSON, json_ops)

enum output_format {
#define FORMAT(id, ops) id,
	OUTPUT_FORMATS
#undef FORMAT
		NR_OUTPUT_FORMATS,
};

/* What comes before the tables. */
struct output_head {
	const char *path; /* of the database */
	const struct capture_info *info;
	const char *verdict;	     /* of analysis/verdict.h; or NULL */
	const struct filter *filter; /* what the rows are limited to; or NULL */
	const int64_t *at_ns;	     /* the instant that is shown; NULL: the whole capture */
};

/* What is said of a table besides its rows. */
struct said {
	const char *heading; /* for people; NULL: its title and help */
	const char *unseen;  /* why the rows are not all there is; "" when they are */
	const char *empty;   /* why there are none */
};

/* Where the output goes, and what the caller wants of it. */
struct output {
	FILE *f;
	enum output_format format;
	bool several;	 /* more tables than one: CSV names each */
	bool alone;	 /* the rows of one table, and nothing besides */
	size_t max_rows; /* of a table, text only; 0: all */
	int width;	 /* of a line of text: see text.c; 0: any */
	void *state;	 /* the format's own */
};

struct output_ops {
	const char *name;   /* of --format */
	const char *ending; /* of a file's name, ".json"; NULL: none */
	const char *tail;   /* what a file of one table ends with, after it */
	int (*begin)(struct output *o, const struct output_head *head);
	/* Before the rows of @t, of which there may be none. */
	int (*table)(struct output *o, const struct table *t, const struct said *said);
	int (*row)(struct output *o, const struct table *t, size_t row);
	/* After the rows of @t: the end of the table, and what is missing of it. */
	int (*lost)(struct output *o, const struct table *t, const struct said *said);
	/*
	 * After the last table; frees @o->state. @ret: 0, or an error that cut the
	 * output, which must not look whole then.
	 */
	void (*end)(struct output *o, int ret);
};

/* The operations of a format. */
const struct output_ops *output_ops(enum output_format format);

/* OUTPUT_* of "text", "csv" or "json"; -1 for anything else. */
int output_format(const char *name);

/* The format that the ending of a file's name asks for, or CSV. */
enum output_format output_format_of_file(const char *path);

int output_begin(struct output *o, const struct output_head *head);
int output_table(struct output *o, const struct table *t, const struct said *said);
/* Returns @ret. Also after a failure of the others. */
int output_end(struct output *o, int ret);

/* The rows of @t as a file of their own. */
int output_file_of(FILE *f, enum output_format format, const struct table *t);

/* The width for text that is written to @f: that of the terminal; 0 for a file or a pipe. */
int output_width(FILE *f);

/* Text: what a capture is as a whole. The limits of what it can tell are left out. */
void output_text_capture(FILE *f, const char *path, const struct capture_info *info);

/*
 * @text as a JSON string, quotes included. Returns 0 or -ENOMEM: then nothing is
 * printed.
 */
int output_json_string(FILE *f, const char *text);

#endif
