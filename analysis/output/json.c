// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: an object with the facts about the capture, and for each table an array with one
 * object per row. Strings have the unchanged text, escaped; infinite numbers are null.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "analysis/output/output.h"
#include "lib/text.h"

/*
 * Version of what is written, see docs/schema.md. A key that changes its meaning or goes makes
 * a new one; a new key does not.
 */
#define JSON_FORMAT 1

/* Prepare SQLite's json_quote(), on an empty database in memory. */
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
 * Print a quoted JSON string. Control and invisible characters are escaped (RFC 8259, 7);
 * json_quote() escapes only those below U+0020.
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
 * JSON is UTF-8 (RFC 8259), but a name may have any bytes. Returns 0, or -ENOMEM; then
 * nothing is printed: null would mean "unknown".
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

static int print_capture(FILE *f, const struct capture_info *info)
{
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "host", info->host },	    { "kernel_release", info->kernel },
		{ "source", info->source }, { "profile", info->profile },
		{ "limits", info->limits }, { "trouble", info->trouble },
		{ "asleep", info->asleep }, { "error", info->failure },
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

	fputc('{', f);
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

static int print_filter(FILE *f, const struct filter *filter)
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
		/* "%.0" prints no digit for 0, which means null here */
		fprintf(f, ",\"%s\":%s%.0" PRId64, ints[i].key, ints[i].value ? "" : "null",
			ints[i].value);
	fputc('}', f);
	return ret;
}

static int begin(struct output *o, const struct output_head *head)
{
	int ret = 0;

	fprintf(o->f, "{\"format\":%d,\"capture\":", JSON_FORMAT);
	if (head->info)
		ret = print_capture(o->f, head->info);
	else
		fputs("null", o->f);
	if (!ret && head->filter)
		ret = print_filter(o->f, head->filter);
	if (!ret && head->at_ns)
		fprintf(o->f, ",\n\"at_ns\":%" PRId64, *head->at_ns);
	if (!ret && head->verdict) {
		fputs(",\n\"verdict\":", o->f);
		ret = output_json_string(o->f, head->verdict);
	}
	return ret;
}

/* A table that could not be seen is null, not an empty array. */
static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;

	if (!o->alone)
		fprintf(o->f, ",\n\"%s\":", t->def->name);
	if (t->nr_rows)
		fputc('[', o->f);
	else
		fputs(notes->unseen[0] ? "null" : "[]", o->f);
	if (o->state)
		return 0;
	if (open_json(&db, &stmt))
		return -ENOMEM;
	o->state = stmt;
	return 0;
}

static int print_row(struct output *o, const struct table *t, size_t row)
{
	unsigned int i;
	int ret = 0;

	fputs(o->nr_rows ? ",\n {" : "\n {", o->f);
	for (i = 0; !ret && i < t->nr_columns; i++) {
		fprintf(o->f, "%s\"%s\":", i ? "," : "", t->def->columns[i].name);
		ret = print_cell(o->f, o->state, &t->rows[row][i]);
	}
	if (!ret)
		fputc('}', o->f);
	return ret;
}

static int end_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	if (o->nr_rows)
		fputs("\n]", o->f);
	if (!notes->unseen[0])
		return 0;
	fprintf(o->f, ",\n\"%s_unseen\":", t->def->name);
	return print_string(o->f, o->state, notes->unseen);
}

static int end(struct output *o, int ret)
{
	if (!ret && !o->alone)
		fputs("}\n", o->f);
	if (o->state)
		close_json(sqlite3_db_handle(o->state), o->state);
	return ret;
}

const struct output_ops json_ops = {
	.name = "json",
	.ending = ".json",
	.tail = "\n",
	.begin = begin,
	.begin_table = begin_table,
	.row = print_row,
	.end_table = end_table,
	.end = end,
};
