// SPDX-License-Identifier: GPL-2.0-only
/* Choose the delays, and read the chain of holders of the longest ones. */
#include "analysis/jank.h"

#include <errno.h>
#include <regex.h>
#include <sqlite3.h>

#include "analysis/db_internal.h"
#include "analysis/wait_graph.h"
#include "schema/sql.h"

/* A longer chain is cut. */
#define CHAIN_MAX 8

/* SQL function jank_name(comm): whether a thread's name matches. */
static void name_matches(sqlite3_context *ctx, int nr_args, sqlite3_value **args)
{
	const char *name = (const char *)sqlite3_value_text(args[0]);

	(void)nr_args;
	sqlite3_result_int(ctx, name && !regexec(sqlite3_user_data(ctx), name, 0, NULL, 0));
}

static int set_function(struct db *db, regex_t *re, struct error *err)
{
	const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;

	return sqlite3_create_function(db->db, "jank_name", 1, flags, re, re ? name_matches : NULL,
				       NULL, NULL) == SQLITE_OK
		       ? 0
		       : db_fail(db, err);
}

/* Run what was added to @s, and free it. */
static int run(struct db *db, sqlite3_str *s, struct error *err)
{
	char *sql = sqlite3_str_finish(s);
	int ret = sql ? db_define(db, sql, err) : error_set(err, -ENOMEM, "out of memory");

	sqlite3_free(sql);
	return ret;
}

/* The time of a row of wait or stall; while it is open, so far. */
#define SO_FAR(row)                                                                                \
	"iif(" row ".outcome = " SQL_OUTCOME_OPEN ", (SELECT value FROM main.meta WHERE key = "    \
	"'last_ns') - " row ".start_ns, " row ".duration_ns)"
#define WAIT_NS	 SO_FAR("w")
#define STALL_NS SO_FAR("s")

#define TABLES                                                                                     \
	"CREATE TEMP TABLE jank_task (id INTEGER PRIMARY KEY);"                                    \
	"CREATE TEMP TABLE jank_frame (id INTEGER PRIMARY KEY, process_id INTEGER, "               \
	"start_ns INTEGER, end_ns INTEGER, late_ns INTEGER);"                                      \
	"CREATE INDEX temp.jank_frame_end ON jank_frame (process_id, end_ns);"                     \
	"CREATE TEMP TABLE jank_delay (id INTEGER PRIMARY KEY, start_ns INTEGER, ns INTEGER, "     \
	"task_id INTEGER, wait_id INTEGER, stall_id INTEGER, frame_id INTEGER, "                   \
	"for_lock INTEGER, waker_id INTEGER, source INTEGER);"                                     \
	"CREATE TEMP TABLE jank_time (ns INTEGER);"                                                \
	"CREATE TEMP TABLE jank_queue (delay_id INTEGER PRIMARY KEY, nr_ahead INTEGER);"           \
	"CREATE TEMP TABLE jank_link (delay_id INTEGER, depth INTEGER, task_id INTEGER, "          \
	"site_id INTEGER, source INTEGER, PRIMARY KEY (delay_id, depth));"

int jank_has_frames(bool *has, struct db *db, struct error *err)
{
	int64_t nr = 0;
	int ret = db_query_int(db, "SELECT EXISTS (SELECT 1 FROM main.frame)", &nr, err);

	*has = nr;
	return ret;
}

/* Waits and sleeps that took at least @min_ns. */
static void add_long(sqlite3_str *s, long long min_ns)
{
	sqlite3_str_appendf(s,
			    "INSERT INTO jank_delay (start_ns, ns, task_id, wait_id) "
			    "SELECT w.start_ns, " WAIT_NS ", w.task_id, w.id FROM main.wait w "
			    "WHERE w.task_id IN jank_task AND " WAIT_NS " >= %lld;",
			    min_ns);
	sqlite3_str_appendf(s,
			    "INSERT INTO jank_delay (start_ns, ns, task_id, wait_id, stall_id) "
			    "SELECT s.start_ns, " STALL_NS ", s.task_id, s.wait_id, s.id "
			    "FROM main.stall s WHERE s.task_id IN jank_task AND " STALL_NS
			    " >= %lld AND NOT EXISTS (SELECT 1 FROM main.wait w "
			    "WHERE w.id = s.wait_id AND " WAIT_NS " >= %lld);"
			    "INSERT INTO jank_time SELECT ns FROM jank_delay;",
			    min_ns, min_ns);
}

/*
 * The part of row @row of @table, which took @ns, within the missed frames of its process.
 * Only frames that end soon after it are looked at.
 */
#define IN_FRAMES(row, table, ns, ids)                                                             \
	"INSERT INTO jank_delay (frame_id, start_ns, ns, task_id, wait_id, stall_id) "             \
	"SELECT f.id, max(" row ".start_ns, f.start_ns), min(" row ".start_ns + " ns               \
	", f.end_ns) - max(" row ".start_ns, f.start_ns), " row ".task_id, " ids                   \
	" FROM (SELECT max(end_ns - start_ns) AS ns FROM jank_frame) l CROSS JOIN " table " " row  \
	" CROSS JOIN main.task t ON t.id = " row ".task_id "                                       \
	"CROSS JOIN jank_frame f ON f.process_id = t.process_id "                                  \
	"AND f.end_ns > " row ".start_ns AND f.end_ns <= " row ".start_ns + " ns                   \
	" + l.ns AND f.start_ns < " row ".start_ns + " ns " WHERE l.ns IS NOT NULL AND " row       \
	".task_id IN jank_task"

/* Missed frames of processes with a thread that matters, and what is within them. */
static void add_frames(sqlite3_str *s, const struct jank_choice *c)
{
	sqlite3_str_appendf(s, "INSERT INTO jank_frame SELECT id, process_id, start_ns, end_ns, "
			       "max(end_ns - deadline_ns, 0) FROM main.frame WHERE missed = 1 "
			       "AND process_id IN (SELECT process_id FROM main.task t "
			       "WHERE t.id IN jank_task)");
	if (c->min_ns >= 0)
		sqlite3_str_appendf(s, " AND end_ns - start_ns >= %lld", (long long)c->min_ns);
	sqlite3_str_appendall(s, ";" IN_FRAMES("w", "main.wait", WAIT_NS, "w.id, NULL") ";");
	sqlite3_str_appendall(s, IN_FRAMES("s", "main.stall", STALL_NS, "s.wait_id, s.id"));
	sqlite3_str_appendall(s, " AND NOT EXISTS (SELECT 1 FROM main.wait w "
				 "WHERE w.id = s.wait_id);"
				 "INSERT INTO jank_time SELECT late_ns FROM jank_frame;");
}

/*
 * Sleeps for an rwsem without any other event are for a lock, too: the waker takes
 * the place of its holder, as in view stalls.
 */
#define FOR_LOCKS                                                                                  \
	"UPDATE jank_delay SET for_lock = 1 WHERE wait_id IS NOT NULL;"                            \
	"UPDATE jank_delay SET for_lock = 1, waker_id = s.waker_task_id, "                         \
	"source = iif(s.waker_task_id IS NULL, NULL, " SQL_HOLDER_WAKER ") FROM main.stall s "     \
	"WHERE s.id = jank_delay.stall_id AND s.wait_id IS NULL AND s.rwsem_mode IS NOT NULL;"

static int fill(struct db *db, const struct jank_choice *c, struct error *err)
{
	sqlite3_str *s;
	bool has_frames;
	int ret = jank_has_frames(&has_frames, db, err);

	if (ret)
		return ret;
	s = sqlite3_str_new(NULL);
	sqlite3_str_appendf(s,
			    TABLES "INSERT INTO jank_task SELECT id FROM main.task "
				   "WHERE jank_name(comm)%s;",
			    c->threads ? "" : " OR tid = tgid");
	if (has_frames)
		add_frames(s, c);
	else
		add_long(s, c->min_ns < 0 ? JANK_MIN_NS : c->min_ns);
	sqlite3_str_appendall(s, FOR_LOCKS);
	return run(db, s, err);
}

static const struct graph_wait *wait_of(const struct wait_graph *g, int64_t task_id)
{
	struct graph_task *t;

	HASH_FIND(hh, g->tasks, &task_id, sizeof(task_id), t);
	return t ? t->wait : NULL;
}

/* Add SQL that stores who was ahead in the queue when delay @id began, and the chain. */
static void add_chain(sqlite3_str *s, const struct graph_wait *w, int64_t id)
{
	const struct graph_wait *q;
	const struct graph_hold *h;
	int depth, nr_ahead = 0;

	for (q = w->lock->waits; q && q != w; q = q->next)
		nr_ahead++;
	sqlite3_str_appendf(s, "INSERT INTO jank_queue VALUES (%lld, %d);", (long long)id,
			    nr_ahead);
	for (depth = 0; w && depth < CHAIN_MAX; depth++, w = h->task->wait) {
		h = w->lock->holds;
		if (!h)
			break;
		sqlite3_str_appendf(s, "INSERT INTO jank_link VALUES (%lld, %d, %lld, %lld, %d);",
				    (long long)id, depth, (long long)h->task->id,
				    (long long)h->site_id, h->source);
	}
}

static int read_chain(struct db *db, int64_t id, int64_t task_id, int64_t at_ns, sqlite3_str *s,
		      struct error *err)
{
	const struct graph_wait *w;
	struct wait_graph g;
	int ret = wait_graph_read(&g, db, at_ns, err);

	w = ret ? NULL : wait_of(&g, task_id);
	if (w)
		add_chain(s, w, id);
	wait_graph_free(&g);
	return ret;
}

static const struct column longest_columns[] = {
	{ "id", "", UNIT_ID, 0, "", false },
	{ "task_id", "", UNIT_ID, 0, "", false },
	{ "start_ns", "", UNIT_ID, 0, "", false },
	{ 0 },
};

const struct table_def jank_longest = {
	.name = "jank_longest",
	.sql = "SELECT id AS id, task_id AS task_id, start_ns AS start_ns FROM jank_delay WHERE stall_id IS NULL "
	       "ORDER BY ns DESC, id LIMIT :most",
	.columns = longest_columns,
};

static int read_chains(struct db *db, struct error *err)
{
	const struct param most[] = { { "most", JANK_CHAINS_MAX }, { 0 } };
	sqlite3_str *s;
	struct table t;
	size_t i;
	int ret = table_read_of(&t, &jank_longest, db, NULL, most, err);

	if (ret)
		return ret;
	s = sqlite3_str_new(NULL);
	for (i = 0; !ret && i < t.nr_rows; i++)
		ret = read_chain(db, cell_int(&t.rows[i][0], 0), cell_int(&t.rows[i][1], 0),
				 cell_int(&t.rows[i][2], 0), s, err);
	table_free(&t);
	if (ret || !sqlite3_str_length(s))
		sqlite3_free(sqlite3_str_finish(s));
	else
		ret = run(db, s, err);
	return ret;
}

int jank_choose(struct db *db, const void *choice, struct error *err)
{
	const struct jank_choice *c = choice;
	char why[128];
	regex_t re;
	int ret = regcomp(&re, c->threads ? c->threads : JANK_THREADS, REG_EXTENDED | REG_NOSUB);

	if (ret) {
		regerror(ret, &re, why, sizeof(why));
		return error_set(err, -EINVAL, "--thread: '%s' is not a regular expression: %s",
				 c->threads, why);
	}
	ret = set_function(db, &re, err);
	if (!ret) {
		ret = fill(db, c, err);
		set_function(db, NULL, err);
	}
	regfree(&re);
	return ret ? ret : read_chains(db, err);
}
