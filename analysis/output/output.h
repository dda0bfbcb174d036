/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables as text for people, CSV (RFC 4180) and JSON for programs. */
#ifndef RMAPSCOPE_OUTPUT_H
#define RMAPSCOPE_OUTPUT_H

#include <stdio.h>

#include "analysis/table.h"

enum output_format {
	OUTPUT_TEXT,
	OUTPUT_CSV,
	OUTPUT_JSON,
};

/* OUTPUT_* of "text", "csv" or "json"; -1 for anything else. */
int output_format(const char *name);

/*
 * Text: columns that are not details, as wide as their cells need.
 * @max_rows: 0 for all; a line says how many were left out.
 * @width: terminal columns that a line may take, 0: any number. Texts are cut for
 *	it, then the last columns are left out (not the one that the rows are
 *	sorted by), which a line says
 * @empty: what is printed in place of a table without rows
 */
void output_text(FILE *f, const struct table *t, size_t max_rows, int width, const char *empty);

/* The width for text that is written to @f: that of the terminal; 0 for a file or a pipe. */
int output_width(FILE *f);

/*
 * A line of column names, then a line per row; NULL is an empty field. Text that
 * a spreadsheet would take for a formula has a "'" before it; controls and what
 * is no UTF-8 are '?', but for the ends of lines within a field.
 */
void output_csv(FILE *f, const struct table *t);

/*
 * An array of one object per row. Strings are the true text, escaped; a number
 * that is not finite is null. Returns 0 or -ENOMEM: then it is cut, and the caller
 * must not complete what is around it.
 */
int output_json(FILE *f, const struct table *t);

/* @text as a JSON string, quotes included. Returns 0 or -ENOMEM. */
int output_json_string(FILE *f, const char *text);

#endif
