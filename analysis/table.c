// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/table.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/db_internal.h"
#include "analysis/watched.h"
#include "lib/clock.h"
#include "lib/text.h"

/* Text cells live as long as their table; a chunk has room for many. */
#define CHUNK_BYTES 4000

/* Memory of the rows that are given at once by table_read_pieces(). */
#define PIECE_BYTES (1 << 20)

struct text_chunk {
	struct text_chunk *next;
	size_t used, room;
	char text[];
};

unsigned int table_nr_columns(const struct table_def *def)
{
	unsigned int nr = 0;

	while (def->columns[nr].name)
		nr++;
	return nr;
}

int table_column(const struct table_def *def, const char *name)
{
	int i;

	for (i = 0; def->columns[i].name; i++)
		if (!strcmp(def->columns[i].name, name))
			return i;
	return -1;
}

unsigned int table_default_sort(const struct table_def *def)
{
	const int column = def->sort ? table_column(def, def->sort) : -1;

	return column < 0 ? SORT_AS_READ : (unsigned int)column;
}

static const char *keep_text(struct table *t, const char *text)
{
	const size_t bytes = strlen(text) + 1;
	struct text_chunk *chunk = t->texts;

	if (!chunk || chunk->room - chunk->used < bytes) {
		const size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

		chunk = malloc(sizeof(*chunk) + room);
		if (!chunk)
			return NULL;
		chunk->next = t->texts;
		chunk->used = 0;
		chunk->room = room;
		t->texts = chunk;
	}
	chunk->used += bytes;
	return memcpy(chunk->text + chunk->used - bytes, text, bytes);
}

void table_begin(struct table *t, const struct table_def *def)
{
	memset(t, 0, sizeof(*t));
	t->def = def;
	t->nr_columns = table_nr_columns(def);
}

struct cell *table_add(struct table *t)
{
	struct cell *row;

	if (t->nr_rows == t->room) {
		size_t more = t->room ? t->room * 2 : 64;
		struct cell *grown;

		grown = realloc(t->cells, more * t->nr_columns * sizeof(*grown));
		if (!grown)
			return NULL;
		t->cells = grown;
		t->room = more;
	}
	row = &t->cells[t->nr_rows++ * t->nr_columns];
	memset(row, 0, t->nr_columns * sizeof(*row));
	return row;
}

int table_set_text(struct table *t, struct cell *cell, const char *text)
{
	cell->type = CELL_NULL;
	if (!text)
		return 0;
	cell->text = keep_text(t, text);
	if (!cell->text)
		return -ENOMEM;
	cell->type = CELL_TEXT;
	return 0;
}

/* Whether a value of this unit that is below 0 can only come from a damaged file. */
static bool is_count(enum unit unit)
{
	return unit == UNIT_COUNT || unit == UNIT_NS;
}

/* Returns 0, -ENOMEM, or -EBADMSG: below 0, see is_count(). */
static int read_cell(struct table *t, sqlite3_stmt *stmt, unsigned int i, struct cell *cell)
{
	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_NULL:
		cell->type = CELL_NULL;
		return 0;
	case SQLITE_INTEGER:
		cell->type = CELL_INT;
		cell->i = sqlite3_column_int64(stmt, i);
		return cell->i < 0 && is_count(t->def->columns[i].unit) ? -EBADMSG : 0;
	case SQLITE_FLOAT:
		cell->r = sqlite3_column_double(stmt, i);
		/* infinity is not a measured value */
		cell->type = isfinite(cell->r) ? CELL_REAL : CELL_NULL;
		return 0;
	default:
		return table_set_text(t, cell, (const char *)sqlite3_column_text(stmt, i));
	}
}

/* The memory that the row is going to take. */
static size_t row_bytes(const struct table *t, sqlite3_stmt *stmt)
{
	size_t bytes = t->nr_columns * sizeof(struct cell) + sizeof(struct cell *);
	unsigned int i;

	for (i = 0; i < t->nr_columns; i++)
		if (sqlite3_column_type(stmt, i) >= SQLITE_TEXT)
			bytes += sqlite3_column_bytes(stmt, i);
	return bytes;
}

static int read_row(struct table *t, sqlite3_stmt *stmt)
{
	struct cell *row = table_add(t);
	unsigned int i;
	int ret = row ? 0 : -ENOMEM;

	for (i = 0; !ret && i < t->nr_columns; i++)
		ret = read_cell(t, stmt, i, &row[i]);
	return ret;
}

static void bind_named(sqlite3_stmt *stmt, const char *name, int64_t value)
{
	int at = sqlite3_bind_parameter_index(stmt, name);

	if (at)
		sqlite3_bind_int64(stmt, at, value);
}

unsigned int window_slot(const struct window *window)
{
	const int64_t sec = NSEC_PER_SEC;
	int64_t seconds = (window->end_ns - window->start_ns + sec - 1) / sec;

	return window->slot_s ?: (seconds + 59) / 60;
}

int table_bind_seconds(sqlite3_stmt *stmt, struct db *db, const struct window *window,
		       struct error *err)
{
	const int at = sqlite3_bind_parameter_index(stmt, ":seconds");
	int64_t ns = 0;
	int ret = at ? watched_ns(&ns, db, window, err) : 0;

	if (at && !ret && ns)
		sqlite3_bind_double(stmt, at, ns / 1e9);
	return ret;
}

static int bind_all(sqlite3_stmt *stmt, struct db *db, const struct window *window,
		    const struct param *params, struct error *err)
{
	char name[64];

	bind_named(stmt, ":max_rows", -1);
	if (window) {
		bind_named(stmt, ":start_ns", window->start_ns);
		bind_named(stmt, ":end_ns", window->end_ns);
		bind_named(stmt, ":at_ns", window_at(window));
		bind_named(stmt, ":slot_s", window_slot(window));
	}
	for (; params && params->name; params++) {
		snprintf(name, sizeof(name), ":%s", params->name);
		bind_named(stmt, name, params->value);
	}
	return window ? table_bind_seconds(stmt, db, window, err) : 0;
}

int table_end(struct table *t)
{
	size_t i;

	t->rows = malloc((t->nr_rows + 1) * sizeof(*t->rows));
	if (!t->rows)
		return -ENOMEM;
	for (i = 0; i < t->nr_rows; i++)
		t->rows[i] = &t->cells[i * t->nr_columns];
	return 0;
}

int table_read(struct table *t, const struct table_def *def, struct db *db,
	       const struct window *window, struct error *err)
{
	return table_read_of(t, def, db, window, NULL, err);
}

int table_check_columns(const struct table *t, sqlite3_stmt *stmt, struct error *err)
{
	unsigned int i;

	if (sqlite3_column_count(stmt) != (int)t->nr_columns)
		return error_set(err, -EPROTO,
				 "table %s: the query returns %d columns instead of %u",
				 t->def->name, sqlite3_column_count(stmt), t->nr_columns);
	for (i = 0; i < t->nr_columns; i++) {
		const char *name = sqlite3_column_name(stmt, i);

		if (!name)
			return error_set(err, -ENOMEM, "out of memory");
		if (strcmp(name, t->def->columns[i].name))
			return error_set(err, -EPROTO,
					 "table %s: the query's column %u is %s instead of %s",
					 t->def->name, i + 1, name, t->def->columns[i].name);
	}
	return 0;
}

/* Set @err to why a row could not be read. */
static int cannot_add(const struct table *t, struct db *db, int ret, struct error *err)
{
	if (ret == -EBADMSG)
		return error_set(err, ret, "%s is damaged: table %s has a count below 0",
				 db_path(db), t->def->name);
	return error_set(err, ret, "out of memory");
}

int table_add_rows(struct table *t, struct db *db, sqlite3_stmt *stmt, struct error *err)
{
	int rc, ret = 0;

	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		ret = db_take(db, row_bytes(t, stmt), err);
		if (!ret)
			ret = read_row(t, stmt);
	}
	if (ret)
		return cannot_add(t, db, ret, err);
	return rc == SQLITE_DONE ? 0 : db_fail(db, err);
}

/* Set nr_more. */
static int count_more(struct table *t, struct db *db, struct error *err)
{
	int64_t nr = 0;
	int ret = t->def->count ? db_query_int(db, t->def->count, &nr, err) : 0;

	t->nr_more = nr > (int64_t)t->nr_rows ? nr - t->nr_rows : 0;
	return ret;
}

/* Make the temporary tables of @def, and prepare its query. */
static int prepare(const struct table_def *def, struct db *db, sqlite3_stmt **stmt,
		   struct error *err)
{
	const int ret = def->make ? def->make(db, err) : 0;

	return ret ?: db_prepare(db, def->sql, stmt, err);
}

int table_read_of(struct table *t, const struct table_def *def, struct db *db,
		  const struct window *window, const struct param *params, struct error *err)
{
	sqlite3_stmt *stmt;
	int ret;

	table_begin(t, def);
	ret = prepare(def, db, &stmt, err);
	if (ret)
		return ret;
	ret = bind_all(stmt, db, window, params, err);
	if (!ret)
		ret = table_check_columns(t, stmt, err);
	if (!ret)
		ret = table_add_rows(t, db, stmt, err);
	db_release(db, stmt);
	if (!ret)
		ret = count_more(t, db, err);
	if (!ret && table_end(t))
		ret = error_set(err, -ENOMEM, "out of memory");
	if (ret)
		table_free(t);
	return ret;
}

/* Give the rows of @t to @take, and begin anew with none. */
static int give_piece(struct table *t, table_take *take, void *ctx, struct error *err)
{
	const struct table_def *def = t->def;
	int ret = table_end(t);

	ret = ret ? error_set(err, ret, "out of memory") : take(ctx, t, err);
	table_free(t);
	table_begin(t, def);
	return ret;
}

static int read_pieces(struct table *t, struct db *db, sqlite3_stmt *stmt, table_take *take,
		       void *ctx, struct error *err)
{
	size_t bytes = 0;
	bool given = false;
	int rc, ret = 0;

	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		bytes += row_bytes(t, stmt);
		ret = read_row(t, stmt);
		if (ret)
			return cannot_add(t, db, ret, err);
		if (bytes < PIECE_BYTES)
			continue;
		ret = give_piece(t, take, ctx, err);
		given = true;
		bytes = 0;
	}
	if (!ret && rc != SQLITE_DONE)
		return db_fail(db, err);
	return !ret && (t->nr_rows || !given) ? give_piece(t, take, ctx, err) : ret;
}

int table_read_pieces(const struct table_def *def, struct db *db, const struct param *params,
		      table_take *take, void *ctx, struct error *err)
{
	sqlite3_stmt *stmt;
	struct table t;
	int ret = prepare(def, db, &stmt, err);

	if (ret)
		return ret;
	table_begin(&t, def);
	ret = bind_all(stmt, db, NULL, params, err);
	if (!ret)
		ret = table_check_columns(&t, stmt, err);
	if (!ret)
		ret = read_pieces(&t, db, stmt, take, ctx, err);
	table_free(&t);
	db_release(db, stmt);
	return ret;
}

void table_free(struct table *t)
{
	struct text_chunk *chunk;

	while ((chunk = t->texts)) {
		t->texts = chunk->next;
		free(chunk);
	}
	free(t->cells);
	free(t->rows);
	memset(t, 0, sizeof(*t));
}

int64_t cell_int(const struct cell *c, int64_t unknown)
{
	if (c->type == CELL_INT)
		return c->i;
	if (c->type != CELL_REAL)
		return unknown;
	return c->r >= 0x1p63 ? INT64_MAX : c->r < -0x1p63 ? INT64_MIN : (int64_t)c->r;
}

const char *cell_text(const struct cell *c)
{
	return c->type == CELL_TEXT ? c->text : "";
}

static double number(const struct cell *c)
{
	return c->type == CELL_INT ? (double)c->i : c->r;
}

static int compare_cells(const struct cell *a, const struct cell *b)
{
	if (a->type == CELL_TEXT && b->type == CELL_TEXT)
		return strcmp(a->text, b->text);
	if (a->type == CELL_TEXT || b->type == CELL_TEXT)
		return a->type == CELL_TEXT ? 1 : -1;
	if (a->type == CELL_INT && b->type == CELL_INT)
		return (a->i > b->i) - (a->i < b->i);
	return (number(a) > number(b)) - (number(a) < number(b));
}

struct sort_order {
	unsigned int column;
	bool descending;
};

static int compare_rows(const void *pa, const void *pb, void *arg)
{
	const struct sort_order *order = arg;
	const struct cell *row_a = *(struct cell *const *)pa, *row_b = *(struct cell *const *)pb;
	const struct cell *a = &row_a[order->column], *b = &row_b[order->column];
	int cmp;

	if (a->type == CELL_NULL || b->type == CELL_NULL)
		cmp = (a->type == CELL_NULL) - (b->type == CELL_NULL);
	else
		cmp = order->descending ? compare_cells(b, a) : compare_cells(a, b);
	/* stable: rows keep the order that the query gave them */
	return cmp ? cmp : (row_a > row_b) - (row_a < row_b);
}

void table_sort(struct table *t, unsigned int column, bool descending)
{
	struct sort_order order = { column, descending };

	qsort_r(t->rows, t->nr_rows, sizeof(*t->rows), compare_rows, &order);
}

/* Print @digits with a comma between groups of three, then @tail. */
static int group_thousands(char *buf, size_t room, const char *digits, const char *tail)
{
	size_t len = strlen(digits), sign = digits[0] == '-', n = 0, i;
	char text[64];

	for (i = 0; i < len && n + 2 < sizeof(text); i++) {
		if (i > sign && (len - i) % 3 == 0)
			text[n++] = ',';
		text[n++] = digits[i];
	}
	text[n] = '\0';
	return snprintf(buf, room, "%s%s", text, tail);
}

static int format_real(char *buf, size_t room, double value, int decimals)
{
	char text[64], *point;
	char tail[16] = "";

	snprintf(text, sizeof(text), "%.*f", decimals, value);
	point = strchr(text, '.');
	if (point) {
		snprintf(tail, sizeof(tail), "%s", point);
		*point = '\0';
	}
	return group_thousands(buf, room, text, tail);
}

static int format_text(char *buf, size_t room, const char *text)
{
	int len = snprintf(buf, room, "%s", text);

	if (room)
		text_make_printable(buf);
	return len;
}

unsigned int series_parse(const char *text, int64_t value[SERIES_MAX])
{
	unsigned int nr = 0;
	char *end;

	while (nr < SERIES_MAX) {
		value[nr] = strtoll(text, &end, 10);
		if (end == text)
			break;
		nr++;
		text = end;
	}
	return nr;
}

static int format_series(char *buf, size_t room, const char *text)
{
	static const char *const bars[] = { "·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	int64_t value[SERIES_MAX], max = 1;
	unsigned int nr = series_parse(text, value), i;
	char line[4 * SERIES_MAX] = "";

	for (i = 0; i < nr; i++)
		if (value[i] > max)
			max = value[i];
	for (i = 0; i < nr; i++)
		strcat(line, bars[value[i] > 0 ? (int)ceil(8.0 * value[i] / max) : 0]);
	return snprintf(buf, room, "%s", line);
}

/* Seconds, as instant_parse() takes them. Cut, not rounded: never later than the instant itself. */
static int format_time(char *buf, size_t room, double ns)
{
	const char *sign = ns < 0 ? "-" : "";
	double abs_ns = ns < 0 ? -ns : ns;
	int64_t ms;

	/* NaN, or too large for a time: a damaged file */
	if (!(abs_ns < 9e18))
		return snprintf(buf, room, "%g", ns);
	ms = abs_ns / NSEC_PER_MSEC;
	return snprintf(buf, room, "%s%" PRId64 ".%03d", sign, ms / 1000, (int)(ms % 1000));
}

int cell_format(char *buf, size_t room, const struct column *col, const struct cell *cell)
{
	char digits[32];

	if (cell->type == CELL_NULL)
		return snprintf(buf, room, "-");
	if (cell->type == CELL_TEXT && col->unit == UNIT_SERIES)
		return format_series(buf, room, cell->text);
	if (cell->type == CELL_TEXT)
		return format_text(buf, room, cell->text);
	switch (col->unit) {
	case UNIT_NS:
		return format_real(buf, room, number(cell) / NSEC_PER_MSEC, 3);
	case UNIT_NS_PER_S:
		return format_real(buf, room, number(cell) / NSEC_PER_MSEC, 1);
	case UNIT_PER_S:
		return format_real(buf, room, number(cell), 1);
	case UNIT_RATIO:
		return format_real(buf, room, number(cell), 2);
	case UNIT_TIME:
		return format_time(buf, room, number(cell));
	case UNIT_COUNT:
		snprintf(digits, sizeof(digits), "%.0f", number(cell));
		if (cell->type == CELL_INT)
			snprintf(digits, sizeof(digits), "%" PRId64, cell->i);
		return group_thousands(buf, room, digits, "");
	case UNIT_ADDRESS:
		/* the upper half of the address space is negative in SQLite */
		if (cell->type == CELL_INT)
			return snprintf(buf, room, "%" PRIx64, (uint64_t)cell->i);
		/* fallthrough */
	default:
		if (cell->type == CELL_REAL)
			return snprintf(buf, room, "%g", cell->r);
		return snprintf(buf, room, "%" PRId64, cell->i);
	}
}
