// SPDX-License-Identifier: GPL-2.0-only
/* Write rows: for each table of rows.def its INSERT, and the values that are bound to it. */
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/text.h"
#include "schema/enums.h"
#include "schema/store_internal.h"

/* An INSERT. The first two characters of columns and values, ", ", are skipped. */
struct insert {
	const char *verb, *table;
	const char *columns; /* ", name" of each */
	const char *values;  /* ", ?" of each */
	const char *suffix;
};

#define COLUMN(name) ", " #name
#define ROW(table)   static const char table##_columns[] = ""
#define END(table)   ;
#include "schema/rows.def"

#define COLUMN(name) ", ?"
#define ROW(table)   static const char table##_values[] = ""
#define END(table)   ;
#include "schema/rows.def"

static const char checkpoint_columns[] = ", time_ns"
#define ORDERED(table) ", " #table "_id"
#define SPAN(table)    ", " #table "_id, " #table "_min_ns"
#include "schema/rows.def"
	;
static const char checkpoint_values[] = ", ?"
#define ORDERED(table) ", ?"
#define SPAN(table)    ", ?, ?"
#include "schema/rows.def"
	;
/* two commits at the same time make one checkpoint, with the later ids */
static const char checkpoint_again[] = " ON CONFLICT DO UPDATE SET time_ns = excluded.time_ns"
#define ORDERED(table) ", " #table "_id = excluded." #table "_id"
#define SPAN(table)                                                                                \
	ORDERED(table)                                                                             \
	", " #table "_min_ns = min(coalesce(" #table "_min_ns, excluded." #table "_min_ns), "      \
	"coalesce(excluded." #table "_min_ns, " #table "_min_ns))"
#include "schema/rows.def"
	;

/*
 * when its holder is known, a wait is added to each second in which it lasted, also to earlier
 * ones
 */
static const char add_holder_rollup[] =
	" ON CONFLICT DO UPDATE SET "
	"nr_waits = nr_waits + excluded.nr_waits, wait_ns = wait_ns + excluded.wait_ns, "
	"runnable_ns = iif(runnable_ns IS NULL, excluded.runnable_ns, "
	"runnable_ns + coalesce(excluded.runnable_ns, 0))";

static const char add_sample_rollup[] =
	" ON CONFLICT DO UPDATE SET nr_samples = nr_samples + excluded.nr_samples";

/* what a thread did is known when it is sampled next, maybe much later */
static const char add_cpu_rollup[] =
	" ON CONFLICT DO UPDATE SET nr_samples = nr_samples + excluded.nr_samples, "
	"cpu_ns = cpu_ns + excluded.cpu_ns, seen_ns = seen_ns + excluded.seen_ns, "
	"runnable_ns = runnable_ns + excluded.runnable_ns";

#define INSERT_ROW(verb, table, suffix)                                                            \
	[ST_##table] = { verb, #table, table##_columns, table##_values, suffix },

static const struct insert insert[NR_STATEMENTS] = {
#define ROW(table)   INSERT_ROW("INSERT OR REPLACE", table, "")
#define ONCE(table)  INSERT_ROW("INSERT", table, "")
#define SPAN(table)  INSERT_ROW("INSERT", table, "")
#define ADDED(table) INSERT_ROW("INSERT", table, add_##table)
#include "schema/rows.def"
	[ST_META] = { "INSERT OR REPLACE", "meta", ", key, value", ", ?, ?", "" },
	[ST_CHECKPOINT] = { "INSERT", "checkpoint", checkpoint_columns, checkpoint_values,
			    checkpoint_again },
};

static const char *const statement_sql[NR_STATEMENTS] = {
	[ST_WAIT_FORGET] = "DELETE FROM wait WHERE id = ?",
	[ST_WAIT_VMA] = "UPDATE wait SET vma_id = ? WHERE id = ?",
	[ST_HOLD_FORGET] = "DELETE FROM hold WHERE id = ?",
	[ST_LOCK_VMA_END] = "UPDATE lock_vma SET to_ns = ? WHERE id = ?",
};

static int prepare(struct store *st, enum statement which)
{
	const struct insert *in = &insert[which];
	char *made = in->table
			     ? sqlite3_mprintf("%s INTO %s (%s) VALUES (%s)%s", in->verb, in->table,
					       in->columns + 2, in->values + 2, in->suffix)
			     : NULL;
	int rc = SQLITE_NOMEM;

	if (made || !in->table)
		rc = sqlite3_prepare_v3(st->db, made ? made : statement_sql[which], -1,
					SQLITE_PREPARE_PERSISTENT, &st->stmt[which], NULL);
	sqlite3_free(made);
	return rc;
}

/* A row that is being written: each bind_*() binds the next column. */
struct binder {
	sqlite3_stmt *stmt;
	int at;
	bool no_memory;
};

static struct binder begin_row(struct store *st, enum statement which)
{
	int rc;

	if (!st->stmt[which]) {
		rc = prepare(st, which);
		if (rc != SQLITE_OK)
			store_fail(st, rc);
	}
	return (struct binder){ .stmt = st->stmt[which] };
}

static int end_row(struct store *st, const struct binder *b)
{
	int rc;

	if (st->broken)
		return st->ret;
	if (b->no_memory)
		return store_fail(st, SQLITE_NOMEM);
	rc = sqlite3_step(b->stmt);
	sqlite3_reset(b->stmt);
	return rc == SQLITE_DONE ? 0 : store_fail(st, rc);
}

static void bind_int(struct binder *b, int64_t v)
{
	sqlite3_bind_int64(b->stmt, ++b->at, v);
}

static void bind_unless(struct binder *b, int64_t v, int64_t unknown)
{
	if (v == unknown)
		sqlite3_bind_null(b->stmt, ++b->at);
	else
		bind_int(b, v);
}

static void bind_id(struct binder *b, int64_t id)
{
	bind_unless(b, id, 0);
}

/* Text in a database must be UTF-8; names of threads and files may have any bytes. */
static void bind_text(struct binder *b, const char *text)
{
	char *copy;

	if (!text || !*text) {
		sqlite3_bind_null(b->stmt, ++b->at);
		return;
	}
	if (text_is_utf8(text)) {
		sqlite3_bind_text(b->stmt, ++b->at, text, -1, SQLITE_STATIC);
		return;
	}
	copy = strdup(text);
	if (copy)
		text_make_utf8(copy);
	sqlite3_bind_text(b->stmt, ++b->at, copy, -1, free);
}

static void bind_hist(struct binder *b, const struct hist *hist)
{
	size_t max = hist_encoded_max(hist);
	uint8_t *blob = malloc(max ? max : 1);

	b->no_memory = !blob;
	if (blob)
		sqlite3_bind_blob(b->stmt, ++b->at, blob, hist_encode(hist, blob), free);
}

#define ROW(table)                                                                                 \
	static void bind_##table(struct binder *b, const struct table##_row *row)                  \
	{
#define INT(type, name)		      bind_int(b, row->name);
#define ID(name)		      bind_id(b, row->name);
#define UNLESS(type, name, unknown)   bind_unless(b, row->name, unknown);
#define TEXT(name, bytes)	      bind_text(b, row->name);
#define STRING(name)		      bind_text(b, row->name);
#define HIST(name)		      bind_hist(b, &row->name);
#define DERIVED(name, unknown, value) bind_unless(b, value, unknown);
#define END(table)		      }
#include "schema/rows.def"

/* Tables whose rows are inserted as they are. */
#define ROW(table)                                                                                 \
	static int write_##table(struct store *st, const struct table##_row *row)                  \
	{                                                                                          \
		struct binder b = begin_row(st, ST_##table);                                       \
                                                                                                   \
		bind_##table(&b, row);                                                             \
		return end_row(st, &b);                                                            \
	}
#include "schema/rows.def"

#define ROW(table)                                                                                 \
	int store_##table(struct store *st, const struct table##_row *row)                         \
	{                                                                                          \
		return write_##table(st, row);                                                     \
	}
/* Tables whose ids SQLite assigns. */
#define ORDERED(table)                                                                             \
	int store_##table(struct store *st, const struct table##_row *row)                         \
	{                                                                                          \
		int ret = write_##table(st, row);                                                  \
                                                                                                   \
		if (!ret)                                                                          \
			st->done.id[AT_##table] = sqlite3_last_insert_rowid(st->db);               \
		return ret;                                                                        \
	}
/* these are written below: each handles a row that is passed again in its own way */
#define NUMBERED(table)
#define ADDED(table)
#include "schema/rows.def"

int store_meta_text(struct store *st, const char *key, const char *value)
{
	struct binder b = begin_row(st, ST_META);

	bind_text(&b, key);
	bind_text(&b, value);
	return end_row(st, &b);
}

int store_meta_int(struct store *st, const char *key, int64_t value)
{
	struct binder b = begin_row(st, ST_META);

	bind_text(&b, key);
	bind_int(&b, value);
	return end_row(st, &b);
}

/* Delete the row of an open wait or hold, which is passed again. */
static int forget(struct store *st, enum statement which, int64_t id)
{
	struct binder b = begin_row(st, which);

	bind_int(&b, id);
	return end_row(st, &b);
}

/*
 * Assign the next id: SQLite would reuse the id of a deleted last row. Note the start for
 * the next checkpoint.
 */
static void note_span(struct store *st, enum ordered which, int64_t *id, int64_t start_ns)
{
	int64_t *min_ns = &st->done.min_ns[which];

	*id = ++st->done.id[which];
	if (*min_ns == NO_TIME || start_ns < *min_ns)
		*min_ns = start_ns;
}

int store_wait(struct store *st, struct wait_row *row)
{
	struct wait_row next = *row;
	int ret = row->id ? forget(st, ST_WAIT_FORGET, row->id) : 0;

	next.id = st->done.id[AT_wait] + 1;
	if (!ret)
		ret = write_wait(st, &next);
	if (!ret)
		note_span(st, AT_wait, &row->id, row->start_ns);
	return ret;
}

int store_hold(struct store *st, struct hold_row *row)
{
	struct hold_row next = *row;
	int ret = row->id ? forget(st, ST_HOLD_FORGET, row->id) : 0;

	next.id = st->done.id[AT_hold] + 1;
	if (!ret)
		ret = write_hold(st, &next);
	if (!ret)
		note_span(st, AT_hold, &row->id, row->start_ns);
	return ret;
}

int store_wait_vma(struct store *st, int64_t wait_id, int64_t vma_id)
{
	struct binder b = begin_row(st, ST_WAIT_VMA);

	bind_id(&b, vma_id);
	bind_int(&b, wait_id);
	return end_row(st, &b);
}

/* Set the time of the unlink. The row may have been deleted already. */
static int end_lock_vma(struct store *st, const struct lock_vma_row *row)
{
	struct binder b = begin_row(st, ST_LOCK_VMA_END);

	bind_unless(&b, row->to_ns, NO_TIME);
	bind_int(&b, row->id);
	return end_row(st, &b);
}

int store_lock_vma(struct store *st, struct lock_vma_row *row)
{
	int ret;

	if (row->id)
		return end_lock_vma(st, row);
	ret = write_lock_vma(st, row);
	row->id = sqlite3_last_insert_rowid(st->db);
	return ret;
}

int store_storm(struct store *st, struct storm_row *row)
{
	int ret = write_storm(st, row);

	if (!ret && !row->id)
		row->id = sqlite3_last_insert_rowid(st->db);
	return ret;
}

/* Additions may come late: the names of their second may be deleted already. */
static bool is_without_names(const struct store *st, int64_t second)
{
	return st->names_from_ns != NO_TIME && second < st->names_from_ns / (int64_t)NSEC_PER_SEC;
}

int store_holder_rollup(struct store *st, const struct holder_rollup_row *row)
{
	struct holder_rollup_row named = *row;

	if (is_without_names(st, row->second))
		named.lock_id = named.process_id = named.holder_task_id = 0;
	return write_holder_rollup(st, &named);
}

int store_sample_rollup(struct store *st, const struct sample_rollup_row *row)
{
	struct sample_rollup_row named = *row;

	if (is_without_names(st, row->second))
		named.task_id = named.lock_id = 0;
	return write_sample_rollup(st, &named);
}

int store_cpu_rollup(struct store *st, const struct cpu_rollup_row *row)
{
	struct cpu_rollup_row named = *row;

	if (is_without_names(st, row->second))
		named.task_id = 0;
	return write_cpu_rollup(st, &named);
}

int store_checkpoint(struct store *st, int64_t time_ns)
{
	struct binder b = begin_row(st, ST_CHECKPOINT);

	if (!memcmp(st->done.id, st->checkpointed.id, sizeof(st->done.id)))
		return 0;
	bind_int(&b, time_ns);
#define ORDERED(table) bind_int(&b, st->done.id[AT_##table]);
#define SPAN(table)                                                                                \
	bind_int(&b, st->done.id[AT_##table]);                                                     \
	bind_unless(&b, st->done.min_ns[AT_##table], NO_TIME);
#include "schema/rows.def"
	memset(st->done.min_ns, 0xff, sizeof(st->done.min_ns)); /* NO_TIME */
	st->checkpointed = st->done;
	return end_row(st, &b);
}

#define ROW(table)                                                                                 \
	static int sink_##table(void *ctx, const struct table##_row *row)                          \
	{                                                                                          \
		return store_##table(ctx, row);                                                    \
	}
#define NUMBERED(table)                                                                            \
	static int sink_##table(void *ctx, struct table##_row *row)                                \
	{                                                                                          \
		return store_##table(ctx, row);                                                    \
	}
#include "schema/rows.def"

static int sink_wait_vma(void *ctx, int64_t wait_id, int64_t vma_id)
{
	return store_wait_vma(ctx, wait_id, vma_id);
}

struct sink store_sink(struct store *st)
{
	return (struct sink){
		.ctx = st,
		.wait_vma = sink_wait_vma,
#define ROW(table) .table = sink_##table,
#include "schema/rows.def"
	};
}
