// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
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

/* JSON is UTF-8 (RFC 8259), whatever the bytes of a name are. */
static void print_string(FILE *f, sqlite3_stmt *stmt, const char *text)
{
	char *copy = strdup(text);

	if (copy)
		text_make_utf8(copy);
	sqlite3_bind_text(stmt, 1, copy, -1, free);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		print_quoted(f, (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_reset(stmt);
}

static void print_cell(FILE *f, sqlite3_stmt *stmt, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NULL:
		fputs("null", f);
		break;
	case CELL_INT:
		fprintf(f, "%" PRId64, cell->i);
		break;
	case CELL_REAL:
		fprintf(f, "%.17g", cell->r);
		break;
	case CELL_TEXT:
		print_string(f, stmt, cell->text);
		break;
	}
}

int output_json(FILE *f, const struct table *t)
{
	sqlite3_stmt *stmt;
	unsigned int i;
	sqlite3 *db;
	size_t row;

	if (open_json(&db, &stmt))
		return -ENOMEM;
	fputc('[', f);
	for (row = 0; row < t->nr_rows; row++) {
		fputs(row ? ",\n {" : "\n {", f);
		for (i = 0; i < t->nr_columns; i++) {
			fprintf(f, "%s\"%s\":", i ? "," : "", t->def->columns[i].name);
			print_cell(f, stmt, &t->rows[row][i]);
		}
		fputc('}', f);
	}
	fputs(t->nr_rows ? "\n]" : "]", f);
	close_json(db, stmt);
	return 0;
}

int output_json_string(FILE *f, const char *text)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;

	if (open_json(&db, &stmt))
		return -ENOMEM;
	print_string(f, stmt, text);
	close_json(db, stmt);
	return 0;
}
