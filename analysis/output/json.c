// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/output/output.h"
#include "lib/text.h"

/* SQLite's own json_quote(), on a database that holds nothing. */
static int open_json(sqlite3 **db, sqlite3_stmt **stmt)
{
	int rc = sqlite3_open_v2(":memory:", db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(*db, "SELECT json_quote(?)", -1, stmt, NULL);
	if (rc == SQLITE_OK)
		return 0;
	sqlite3_close(*db);
	return -ENOMEM;
}

static void close_json(sqlite3 *db, sqlite3_stmt *stmt)
{
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

/*
 * A JSON string as it goes out: true text, but what a terminal would obey or
 * hide is escaped (RFC 8259, 7), as json_quote() does below U+0020.
 */
static void print_quoted(FILE *f, const char *text)
{
	const char *next = text;
	int32_t c;

	for (; *text; text = next) {
		c = text_next(&next);
		if (!text_is_unsafe(c))
			fwrite(text, 1, next - text, f);
		else if (c < 0x10000)
			fprintf(f, "\\u%04x", (unsigned int)c);
		else
			fprintf(f, "\\u%04x\\u%04x", (unsigned int)(0xd7c0 + (c >> 10)),
				(unsigned int)(0xdc00 | (c & 0x3ff)));
	}
}

/*
 * JSON is UTF-8 (RFC 8259), whatever the bytes of a name are. Returns 0, or
 * -ENOMEM: then nothing is printed, for null would be a lie.
 */
static int print_string(FILE *f, sqlite3_stmt *stmt, const char *text)
{
	char *copy = strdup(text);
	const char *quoted = NULL;

	if (!copy)
		return -ENOMEM;
	text_make_utf8(copy);
	if (sqlite3_bind_text(stmt, 1, copy, -1, free) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		quoted = (const char *)sqlite3_column_text(stmt, 0);
	if (quoted)
		print_quoted(f, quoted);
	sqlite3_reset(stmt);
	return quoted ? 0 : -ENOMEM;
}

static int print_cell(FILE *f, sqlite3_stmt *stmt, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NULL:
		fputs("null", f);
		break;
	case CELL_INT:
		fprintf(f, "%" PRId64, cell->i);
		break;
	case CELL_REAL:
		/* JSON has no number for infinity */
		if (isfinite(cell->r))
			fprintf(f, "%.17g", cell->r);
		else
			fputs("null", f);
		break;
	case CELL_TEXT:
		return print_string(f, stmt, cell->text);
	}
	return 0;
}

static int print_row(FILE *f, sqlite3_stmt *stmt, const struct table *t, size_t row)
{
	unsigned int i;
	int ret = 0;

	fputs(row ? ",\n {" : "\n {", f);
	for (i = 0; !ret && i < t->nr_columns; i++) {
		fprintf(f, "%s\"%s\":", i ? "," : "", t->def->columns[i].name);
		ret = print_cell(f, stmt, &t->rows[row][i]);
	}
	if (!ret)
		fputc('}', f);
	return ret;
}

int output_json(FILE *f, const struct table *t)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	size_t row;
	int ret = open_json(&db, &stmt);

	if (ret)
		return ret;
	fputc('[', f);
	for (row = 0; !ret && row < t->nr_rows; row++)
		ret = print_row(f, stmt, t, row);
	if (!ret)
		fputs(t->nr_rows ? "\n]" : "]", f);
	close_json(db, stmt);
	return ret;
}

int output_json_string(FILE *f, const char *text)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int ret = open_json(&db, &stmt);

	if (ret)
		return ret;
	ret = print_string(f, stmt, text);
	close_json(db, stmt);
	return ret;
}
