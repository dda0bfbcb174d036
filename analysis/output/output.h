/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Print tables as text, CSV (RFC 4180), JSON, folded stacks, a flame graph, a web page, a
 * profile of pprof, or a trace of Perfetto.
 *
 * A format is a struct output_ops and a line of OUTPUT_FORMATS. Callers do not depend on
 * the format:
 *
 *	output_begin(o, head), output_table(o, t, notes) for each table, output_end(o, ret)
 *
 * Functions return 0 or a negative errno. They do not check that all was written: the
 * caller does, with fflush().
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
	FORMAT(OUTPUT_JSON, json_ops)                                                              \
	FORMAT(OUTPUT_FOLDED, folded_ops)                                                          \
	FORMAT(OUTPUT_HTML, html_ops)                                                              \
	FORMAT(OUTPUT_SVG, svg_ops)                                                                \
	FORMAT(OUTPUT_PPROF, pprof_ops)                                                            \
	FORMAT(OUTPUT_PERFETTO, perfetto_ops)

enum output_format {
#define FORMAT(id, ops) id,
	OUTPUT_FORMATS
#undef FORMAT
		NR_OUTPUT_FORMATS,
};

/* The facts that are printed before the tables. */
struct output_head {
	const char *path;		 /* of the database */
	const struct capture_info *info; /* NULL: the tables are not of one capture */
	const char *verdict;		 /* of analysis/verdict.h; or NULL */
	const struct filter *filter;	 /* the rows are limited to this; or NULL */
	const int64_t *at_ns;		 /* the instant that is shown; NULL: the whole capture */
};

/* What is printed about a table besides its rows. */
struct table_notes {
	const char *heading; /* in text; NULL: the table's title and help */
	const char *unseen;  /* why rows may be missing; "": none are */
	const char *empty;   /* why there are no rows */
};

/* An output under way. */
struct output {
	FILE *f;
	enum output_format format;
	bool several;	 /* several tables: CSV names each */
	bool alone;	 /* print the rows of one table and nothing else */
	size_t max_rows; /* per table, if the format limits them; 0: all */
	int width;	 /* of a line of text, see text.c; 0: unlimited */
	size_t nr_rows;	 /* of the present table, so far */
	void *state;	 /* private to the format */
};

struct output_ops {
	const char *name;   /* value of --format; NULL: not for any table */
	const char *ending; /* extension of a file name, ".json"; NULL: none */
	bool binary;	    /* not for a terminal */
	const char *tail;   /* printed at the end of a file with a single table */
	bool limited;	    /* prints at most @max_rows of a struct output */
	int (*begin)(struct output *o, const struct output_head *head);
	/* Before the rows of the table; @t has at least the first one, if there are any. */
	int (*begin_table)(struct output *o, const struct table *t,
			   const struct table_notes *notes);
	int (*row)(struct output *o, const struct table *t, size_t row);
	/* After the rows: end the table, and say what is missing in it. @t may have none. */
	int (*end_table)(struct output *o, const struct table *t, const struct table_notes *notes);
	/*
	 * After the last table; frees @o->state. @ret: 0, or an error that ended the
	 * output early; then it must not look complete. Returns @ret, or another error.
	 */
	int (*end)(struct output *o, int ret);
};

/* The operations of a format. */
const struct output_ops *output_ops(enum output_format format);

/* OUTPUT_* of "text", "csv" or "json"; -1 for anything else. */
int output_format(const char *name);

/* The format for a file name, by its extension; CSV if that is unknown. */
enum output_format output_format_of_file(const char *path);

/* For end_table(): print to stderr why rows are missing, where the format has no place for it. */
int output_unseen(struct output *o, const struct table *t, const struct table_notes *notes);

/* How many rows of @t are printed by a format that limits them. */
static inline size_t output_nr_shown(const struct output *o, const struct table *t)
{
	return o->max_rows && o->max_rows < t->nr_rows ? o->max_rows : t->nr_rows;
}

/* How many are left out, there or when @t was read. */
static inline size_t output_nr_more(const struct output *o, const struct table *t)
{
	return t->nr_rows + t->nr_more - output_nr_shown(o, t);
}

int output_begin(struct output *o, const struct output_head *head);
int output_table(struct output *o, const struct table *t, const struct table_notes *notes);

/*
 * output_table() in parts, for table_read_pieces(): each @t has some of the rows. The first
 * piece goes to output_begin_table() and to output_rows(). Not for text, whose columns are
 * as wide as all rows need.
 */
int output_begin_table(struct output *o, const struct table *t, const struct table_notes *notes);
int output_rows(struct output *o, const struct table *t);
int output_end_table(struct output *o, const struct table *t, const struct table_notes *notes);

/* Call this also after a failure of the others. Returns @ret, or another error. */
int output_end(struct output *o, int ret);

/* Write a file with only the rows of @t. */
int output_file_of(FILE *f, enum output_format format, const struct table *t);

/* The width of the terminal @f; 0 for a file or pipe. */
int output_width(FILE *f);

/* Print the facts about the capture as a whole, as text, without its limits. */
void output_text_capture(FILE *f, const char *path, const struct capture_info *info);

/*
 * Print @text as a JSON string, with quotes. Returns 0, or -ENOMEM; then nothing is
 * printed.
 */
int output_json_string(FILE *f, const char *text);

#endif
