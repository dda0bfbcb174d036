// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/filter.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/db_internal.h"
#include "lib/clock.h"
#include "schema/sql.h"

/* Threads and processes change their names: the tables are filled from scratch after this time. */
#define REBUILD_NS (10 * NSEC_PER_SEC)

static const char *const by_names[] = {
	[BY_PROCESS] = "process",
	[BY_COMM] = "comm",
	[BY_EXE] = "exe",
	[BY_CGROUP] = "cgroup",
};

#define NR_BY ((int)(sizeof(by_names) / sizeof(*by_names)))

static const struct {
	enum filter_part part;
	const char *option;
} options[] = {
	{ FILTER_COMM, "--comm" },
	{ FILTER_PID, "--pid" },
	{ FILTER_CGROUP, "--cgroup" },
	{ FILTER_CLASS, "--class" },
	{ FILTER_TIME, "--since and --until" },
};

unsigned int filter_parts(const struct filter *f)
{
	return (f->comm ? FILTER_COMM : 0) | (f->pid ? FILTER_PID : 0) |
	       (f->cgroup ? FILTER_CGROUP : 0) | (f->class ? FILTER_CLASS : 0) |
	       (f->since_ns || f->until_ns ? FILTER_TIME : 0);
}

bool filter_is_set(const struct filter *f)
{
	return f && (filter_parts(f) || f->by != BY_PROCESS);
}

int filter_by_name(const char *name)
{
	int i;

	for (i = 0; i < NR_BY; i++)
		if (!strcmp(by_names[i], name))
			return i;
	return -1;
}

const char *filter_by_label(enum filter_by by)
{
	return by_names[by];
}

int filter_text(char *buf, size_t room, const struct filter *f)
{
	size_t len = 0;

	buf[0] = '\0';
#define ADD(...) (len += len < room ? snprintf(buf + len, room - len, __VA_ARGS__) : 0)
	if (f->comm)
		ADD(" --comm %s", f->comm);
	if (f->pid)
		ADD(" --pid %" PRId64, f->pid);
	if (f->cgroup)
		ADD(" --cgroup %s", f->cgroup);
	if (f->class)
		ADD(" --class %s", f->class);
	if (f->since_ns)
		ADD(" --since %" PRId64 "ns", f->since_ns);
	if (f->until_ns)
		ADD(" --until %" PRId64 "ns", f->until_ns);
	if (f->by != BY_PROCESS)
		ADD(" --by %s", by_names[f->by]);
#undef ADD
	if (len)
		memmove(buf, buf + 1, strlen(buf));
	return len;
}

/* --- the rows that pass, as SQL over the tables of the file */

/* The condition for thread t and its process p. */
static void add_thread_condition(sqlite3_str *s, const struct filter *f)
{
	sqlite3_str_appendall(s, "1");
	if (f->pid)
		sqlite3_str_appendf(s, " AND coalesce(p.tgid, t.tgid) = %lld", f->pid);
	if (f->comm)
		sqlite3_str_appendf(s, " AND (t.comm GLOB %Q OR p.comm GLOB %Q)", f->comm, f->comm);
	if (f->cgroup) {
		size_t len = strlen(f->cgroup);

		while (len && f->cgroup[len - 1] == '/')
			len--;
		/* "/a" is above "/a/b", and not above "/ab" */
		sqlite3_str_appendf(s, " AND substr(p.cgroup || '/', 1, %d) = '%.*q/'",
				    (int)len + 1, (int)len, f->cgroup);
	}
}

/* The condition for a row with start_ns, duration_ns (NULL: unknown) and outcome. */
static void add_time_condition(sqlite3_str *s, const struct filter *f)
{
	const int64_t until_ns = f->until_ns ? f->until_ns : INT64_MAX;

	if (filter_parts(f) & FILTER_TIME)
		sqlite3_str_appendf(s,
				    " AND CASE WHEN duration_ns IS NOT NULL "
				    "THEN start_ns + duration_ns >= %lld "
				    "AND start_ns + duration_ns < %lld "
				    "ELSE start_ns < %lld AND (outcome = " SQL_OUTCOME_OPEN
				    " OR start_ns >= %lld) END",
				    f->since_ns, until_ns, until_ns, f->since_ns);
}

static void add_class_condition(sqlite3_str *s, const struct filter *f, const char *lock)
{
	if (f->class)
		sqlite3_str_appendf(s, " AND %s IN chosen_lock", lock);
}

static void add_task_condition(sqlite3_str *s, const struct filter *f, const char *task)
{
	if (filter_parts(f) & FILTER_THREAD)
		sqlite3_str_appendf(s, " AND %s IN chosen_task", task);
}

static void add_process_condition(sqlite3_str *s, const struct filter *f)
{
	if (filter_parts(f) & FILTER_THREAD)
		sqlite3_str_appendall(s, " AND process_id IN chosen_process");
}

#define GROUP_OF(process)                                                                          \
	"coalesce((SELECT g.group_id FROM process_group g WHERE g.id = " process "), " process ")"

/* A column of a table whose view shows another expression instead. */
struct instead {
	const char *column, *sql;
};

static const char *instead_of(const struct instead *instead, const char *column)
{
	for (; instead && instead->column; instead++)
		if (!strcmp(instead->column, column))
			return instead->sql;
	return NULL;
}

/* Add the names of all columns of @table, as result columns, some replaced by @instead. */
static int add_columns(sqlite3_str *s, struct db *db, const char *table,
		       const struct instead *instead, struct error *err)
{
	sqlite3_stmt *stmt;
	char sql[80];
	int i, ret;

	snprintf(sql, sizeof(sql), "SELECT * FROM main.%s LIMIT 0", table);
	ret = db_prepare(db, sql, &stmt, err);
	for (i = 0; !ret && i < sqlite3_column_count(stmt); i++) {
		const char *name = sqlite3_column_name(stmt, i), *other = instead_of(instead, name);

		sqlite3_str_appendf(s, "%s%s%s%s", i ? ", " : "", other ? other : name,
				    other ? " AS " : "", other ? name : "");
	}
	if (!ret)
		db_release(db, stmt);
	return ret;
}

/* A process is replaced by its group. */
static const struct instead grouped_process[] = {
	{ "process_id", GROUP_OF("process_id") },
	{ NULL, NULL },
};

static void add_wait_views(sqlite3_str *s, const struct filter *f)
{
	sqlite3_str_appendall(s, "CREATE TEMP VIEW wait AS SELECT * FROM main.wait WHERE 1");
	add_task_condition(s, f, "task_id");
	add_class_condition(s, f, "lock_id");
	add_time_condition(s, f);
	/* the time filters stalls, not the waits that explain them */
	sqlite3_str_appendall(s, "; CREATE TEMP VIEW stall AS SELECT * FROM main.stall WHERE 1");
	add_task_condition(s, f, "task_id");
	add_time_condition(s, f);
	if (f->class)
		sqlite3_str_appendf(s,
				    " AND (EXISTS (SELECT 1 FROM main.wait w WHERE "
				    "w.id = wait_id AND w.lock_id IN chosen_lock) "
				    "OR (wait_id IS NULL AND class = (SELECT value FROM main.enum "
				    "WHERE domain = 'lock_class' AND label = %Q)))",
				    f->class);
	sqlite3_str_appendall(s, ";");
}

static int add_frame_view(sqlite3_str *s, struct db *db, const struct filter *f, struct error *err)
{
	const int64_t until_ns = f->until_ns ? f->until_ns : INT64_MAX;
	int ret;

	sqlite3_str_appendall(s, "CREATE TEMP VIEW frame AS SELECT ");
	ret = add_columns(s, db, "frame", f->by == BY_PROCESS ? NULL : grouped_process, err);
	sqlite3_str_appendall(s, " FROM main.frame WHERE 1");
	/* those that a chosen thread may have made */
	if (filter_parts(f) & FILTER_THREAD)
		sqlite3_str_appendall(s, " AND process_id IN (SELECT t.process_id FROM main.task t "
					 "JOIN chosen_task c ON c.id = t.id)");
	if (filter_parts(f) & FILTER_TIME)
		sqlite3_str_appendf(s,
				    " AND coalesce(end_ns, start_ns) >= %lld "
				    "AND coalesce(end_ns, start_ns) < %lld",
				    f->since_ns, until_ns);
	sqlite3_str_appendall(s, ";");
	return ret;
}

/* Of a second that the time begins or ends in, all. */
static void add_second_condition(sqlite3_str *s, const struct filter *f)
{
	if (f->since_ns)
		sqlite3_str_appendf(s, " AND second >= %lld", f->since_ns / (int64_t)NSEC_PER_SEC);
	if (f->until_ns)
		sqlite3_str_appendf(s, " AND second <= %lld",
				    (f->until_ns - 1) / (int64_t)NSEC_PER_SEC);
}

static int add_sum_view(sqlite3_str *s, struct db *db, const struct filter *f, const char *table,
			struct error *err)
{
	int ret;

	sqlite3_str_appendf(s, "CREATE TEMP VIEW %s AS SELECT ", table);
	ret = add_columns(s, db, table, f->by == BY_PROCESS ? NULL : grouped_process, err);
	sqlite3_str_appendf(s, " FROM main.%s WHERE 1", table);
	add_process_condition(s, f);
	add_class_condition(s, f, "lock_id");
	add_second_condition(s, f);
	sqlite3_str_appendall(s, ";");
	return ret;
}

/* rollup has sums per process; second_rollup, for header and heatmap, has sums of all processes. */
static int add_sum_views(sqlite3_str *s, struct db *db, const struct filter *f, struct error *err)
{
	int ret = add_sum_view(s, db, f, "rollup", err);

	if (!ret)
		ret = add_sum_view(s, db, f, "holder_rollup", err);
	if (filter_parts(f) & (FILTER_THREAD | FILTER_CLASS))
		sqlite3_str_appendall(
			s, "CREATE TEMP VIEW second_rollup AS SELECT second, "
			   "sum(nr_waits) AS nr_waits, sum(wait_ns) AS wait_ns, "
			   "max(max_wait_ns) AS max_wait_ns, sum(nr_uncertain) AS nr_uncertain, "
			   "hist_merge(hist) AS hist FROM rollup "
			   "WHERE nr_waits + nr_uncertain > 0 GROUP BY second;");
	return ret;
}

static void add_sample_views(sqlite3_str *s, const struct filter *f)
{
	sqlite3_str_appendall(
		s, "CREATE TEMP VIEW sample_rollup AS SELECT * FROM main.sample_rollup WHERE 1");
	add_task_condition(s, f, "task_id");
	add_class_condition(s, f, "lock_id");
	add_second_condition(s, f);
	/* of a class, it is the share of all that the threads did */
	sqlite3_str_appendall(
		s, ";CREATE TEMP VIEW cpu_rollup AS SELECT * FROM main.cpu_rollup WHERE 1");
	add_task_condition(s, f, "task_id");
	add_second_condition(s, f);
	sqlite3_str_appendall(s, ";");
}

static void add_finding_views(sqlite3_str *s, const struct filter *f)
{
	const int64_t until_ns = f->until_ns ? f->until_ns : INT64_MAX;
	const bool thread = filter_parts(f) & FILTER_THREAD, time = filter_parts(f) & FILTER_TIME;

	sqlite3_str_appendall(s, "CREATE TEMP VIEW storm AS SELECT * FROM main.storm WHERE 1");
	if (thread)
		sqlite3_str_appendall(s, " AND (walker_task_id IN chosen_task "
					 "OR mover_task_id IN chosen_task)");
	add_class_condition(s, f, "lock_id");
	/* a storm has a duration: it passes if it overlaps the time */
	if (time)
		sqlite3_str_appendf(s, " AND start_ns + duration_ns >= %lld AND start_ns < %lld",
				    f->since_ns, until_ns);
	sqlite3_str_appendall(
		s, "; CREATE TEMP VIEW straggler AS SELECT * FROM main.straggler WHERE 1");
	if (thread)
		sqlite3_str_appendall(s, " AND (task_id IN chosen_task "
					 "OR other_task_id IN chosen_task)");
	if (time)
		sqlite3_str_appendf(s, " AND time_ns >= %lld AND time_ns < %lld", f->since_ns,
				    until_ns);
	sqlite3_str_appendall(
		s, "; CREATE TEMP VIEW order_edge AS SELECT * FROM main.order_edge WHERE 1");
	if (f->class)
		sqlite3_str_appendf(s,
				    " AND (SELECT value FROM main.enum WHERE domain = 'lock_class' "
				    "AND label = %Q) IN (held_class, taken_class)",
				    f->class);
	sqlite3_str_appendall(s, "; CREATE TEMP VIEW loss AS SELECT * FROM main.loss WHERE 1");
	if (time)
		sqlite3_str_appendf(s,
				    " AND coalesce(end_ns, start_ns) >= %lld AND start_ns < %lld",
				    f->since_ns, until_ns);
	sqlite3_str_appendall(s, ";");
}

/* --- the tables of ids that the views refer to */

/* Processes with the same key are one group. A process without the name is a group of its own. */
static const char *const keys[] = {
	[BY_COMM] = "coalesce('n' || p.comm, 'i' || p.id)",
	[BY_EXE] = "coalesce('n' || p.exe, 'i' || p.id)",
	[BY_CGROUP] = "coalesce('n' || p.cgroup, 'i' || p.id)",
};

/* The name of a group. A process without the name is shown as by ps, in brackets. */
static const char *const labels[] = {
	[BY_COMM] = "p.comm",
	[BY_EXE] = "coalesce(p.exe, '[' || p.comm || ']')",
	[BY_CGROUP] = "coalesce(p.cgroup, '[' || p.comm || ']')",
};

static int add_tables(sqlite3_str *s, struct db *db, const struct filter *f, struct error *err)
{
	/* a group has a process id only if it is a single process */
	static const struct instead task[] = {
		{ "tgid", "iif(process_id IS NULL, tgid, (SELECT p.tgid FROM temp.process p "
			  "WHERE p.id = " GROUP_OF("process_id") "))" },
		{ "process_id", GROUP_OF("process_id") },
		{ NULL, NULL },
	};
	int ret;

	sqlite3_str_appendall(s, "CREATE TEMP TABLE chosen_task (id INTEGER PRIMARY KEY);"
				 "CREATE TEMP TABLE chosen_process (id INTEGER PRIMARY KEY);"
				 "CREATE TEMP TABLE chosen_lock (id INTEGER PRIMARY KEY);");
	if (f->by == BY_PROCESS)
		return 0;
	sqlite3_str_appendall(
		s, "CREATE TEMP TABLE process_group (id INTEGER PRIMARY KEY, group_id INTEGER);"
		   "CREATE TEMP TABLE process AS SELECT ");
	ret = add_columns(s, db, "process", NULL, err);
	sqlite3_str_appendall(s, ", '' AS key FROM main.process WHERE 0;"
				 "CREATE UNIQUE INDEX temp.process_id ON process (id);"
				 "CREATE UNIQUE INDEX temp.process_key ON process (key);"
				 "CREATE TEMP VIEW task AS SELECT ");
	if (!ret)
		ret = add_columns(s, db, "task", task, err);
	sqlite3_str_appendall(s, " FROM main.task;");
	return ret;
}

static int add_groups(sqlite3_str *s, struct db *db, const struct filter *f, int64_t after_process,
		      struct error *err)
{
	const struct instead label[] = { { "comm", labels[f->by] }, { NULL, NULL } };
	int ret;

	if (f->by == BY_PROCESS)
		return 0;
	sqlite3_str_appendall(s, "INSERT OR IGNORE INTO temp.process SELECT ");
	ret = add_columns(s, db, "process", label, err);
	sqlite3_str_appendf(
		s,
		", %s FROM main.process p WHERE p.id > %lld ORDER BY p.id;"
		"INSERT OR REPLACE INTO process_group SELECT p.id, (SELECT g.id FROM temp.process "
		"g WHERE g.key = %s) FROM main.process p WHERE p.id > %lld;"
		"UPDATE temp.process SET tgid = NULL WHERE id IN (SELECT group_id "
		"FROM process_group GROUP BY group_id HAVING count(*) > 1);",
		keys[f->by], after_process, keys[f->by], after_process);
	return ret;
}

/* Add the rows with ids above @after, which the tables do not have yet. */
static int add_ids(sqlite3_str *s, struct db *db, const struct filter *f,
		   const struct filter_state *after, struct error *err)
{
	if (filter_parts(f) & FILTER_THREAD) {
		sqlite3_str_appendall(s, "INSERT OR IGNORE INTO chosen_task SELECT t.id FROM "
					 "main.task t LEFT JOIN main.process p ON p.id = "
					 "t.process_id WHERE ");
		add_thread_condition(s, f);
		sqlite3_str_appendf(s,
				    " AND t.id > %lld; INSERT OR IGNORE INTO chosen_process "
				    "SELECT p.id FROM main.process p, (SELECT NULL AS comm, "
				    "NULL AS tgid) t WHERE ",
				    after->task_id);
		add_thread_condition(s, f);
		sqlite3_str_appendf(s, " AND p.id > %lld;", after->process_id);
	}
	if (f->class)
		sqlite3_str_appendf(s,
				    "INSERT OR IGNORE INTO chosen_lock SELECT id FROM main.lock "
				    "WHERE class = (SELECT value FROM main.enum WHERE domain = "
				    "'lock_class' AND label = %Q) AND id > %lld;",
				    f->class, after->lock_id);
	return add_groups(s, db, f, after->process_id, err);
}

/* Run what was added to @s, if that went well (@ret is 0), and free it. */
static int run(struct db *db, sqlite3_str *s, int ret, struct error *err)
{
	char *sql = sqlite3_str_finish(s);

	if (!ret)
		ret = sql ? db_define(db, sql, err) : error_set(err, -ENOMEM, "out of memory");
	sqlite3_free(sql);
	return ret;
}

static int query_id(struct db *db, const char *table, int64_t *id, struct error *err)
{
	char sql[80];

	snprintf(sql, sizeof(sql), "SELECT coalesce(max(id), 0) FROM main.%s", table);
	return db_query_int(db, sql, id, err);
}

/* Note the highest ids, which the tables are going to cover. */
static int note_ids(struct db *db, struct filter_state *to, struct error *err)
{
	int ret = query_id(db, "task", &to->task_id, err);

	if (!ret)
		ret = query_id(db, "process", &to->process_id, err);
	return ret ? ret : query_id(db, "lock", &to->lock_id, err);
}

static int check_class(struct db *db, const char *class, struct error *err)
{
	char labels[256] = "";
	sqlite3_stmt *stmt;
	bool known = false;
	int ret;

	if (!class)
		return 0;
	ret = db_prepare(db, "SELECT label FROM enum WHERE domain = 'lock_class' ORDER BY value",
			 &stmt, err);
	if (ret)
		return ret;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *label = (const char *)sqlite3_column_text(stmt, 0);
		size_t len = strlen(labels);

		known |= label && !strcmp(label, class);
		snprintf(labels + len, sizeof(labels) - len, "%s%.32s", len ? ", " : "",
			 label ? label : "-");
	}
	db_release(db, stmt);
	return known ? 0
		     : error_set(err, -EINVAL, "--class: no class '%s'; there are: %s", class,
				 labels);
}

/*
 * Make view stalls join the unfiltered table wait: a stall shows its wait even if that does
 * not pass.
 */
static int redefine_stalls(struct db *db, struct error *err)
{
	static const char create[] = "CREATE VIEW", join[] = "LEFT JOIN wait w";
	sqlite3_str *s;
	char *sql, *at;
	int ret = db_view_text(db, "stalls", &sql, err);

	if (ret)
		return ret;
	at = strstr(sql, join);
	if (!at || strncmp(sql, create, strlen(create))) {
		free(sql);
		return error_set(err, -EINVAL, "view stalls is not what the filter knows");
	}
	s = sqlite3_str_new(NULL);
	sqlite3_str_appendf(s, "DROP VIEW temp.stalls; CREATE TEMP VIEW%.*sLEFT JOIN main.wait w%s",
			    (int)(at - sql - strlen(create)), sql + strlen(create),
			    at + strlen(join));
	free(sql);
	return run(db, s, 0, err);
}

int filter_apply(struct db *db, const struct filter *f, struct error *err)
{
	const struct filter_state none = { 0 };
	int64_t nr_strangers = 0;
	sqlite3_str *s;
	int ret = check_class(db, f->class, err);

	if (ret || !filter_is_set(f))
		return ret;
	ret = note_ids(db, &db->filter_state, err);
	if (ret)
		return ret;
	s = sqlite3_str_new(NULL);
	ret = add_tables(s, db, f, err);
	if (!ret)
		ret = add_ids(s, db, f, &none, err);
	add_wait_views(s, f);
	if (!ret)
		ret = add_sum_views(s, db, f, err);
	add_finding_views(s, f);
	add_sample_views(s, f);
	if (!ret)
		ret = add_frame_view(s, db, f, err);
	ret = run(db, s, ret, err);
	if (!ret)
		ret = redefine_stalls(db, err);
	if (ret)
		return ret;
	if (f->comm)
		ret = db_query_int(db,
				   "SELECT count(*) FROM chosen_task c JOIN main.task t ON t.id = "
				   "c.id WHERE t.process_id NOT IN chosen_process",
				   &nr_strangers, err);
	if (ret)
		return ret;
	db->filter_state.sums_are_less = nr_strangers > 0;
	db->filter = f;
	db->filter_state.built_ns = now_ns();
	return 0;
}

int filter_passes_nobody(struct db *db, bool *nobody, struct error *err)
{
	int64_t any = 1;
	int ret = 0;

	if (db->filter && filter_parts(db->filter) & FILTER_THREAD)
		ret = db_query_int(db, "SELECT EXISTS (SELECT 1 FROM chosen_task)", &any, err);
	*nobody = !any;
	return ret;
}

int filter_missing_pid(struct db *db, int64_t *pid, struct error *err)
{
	int64_t any = 1;
	int ret = 0;

	if (db->filter && (filter_parts(db->filter) & FILTER_THREAD) == FILTER_PID)
		ret = db_query_int(db,
				   "SELECT EXISTS (SELECT 1 FROM chosen_process UNION ALL "
				   "SELECT 1 FROM chosen_task)",
				   &any, err);
	*pid = any ? 0 : db->filter->pid;
	return ret;
}

const struct filter *filter_of(const struct db *db)
{
	return db->filter;
}

int filter_refresh(struct db *db, struct error *err)
{
	struct filter_state from = db->filter_state, to = from;
	const struct filter *f = db->filter;
	sqlite3_str *s;
	int ret;

	if (!f)
		return 0;
	ret = note_ids(db, &to, err);
	if (ret || !memcmp(&from, &to, sizeof(from)))
		return ret;
	s = sqlite3_str_new(NULL);
	if (now_ns() - from.built_ns >= REBUILD_NS) {
		sqlite3_str_appendall(s, "DELETE FROM chosen_task; DELETE FROM chosen_process;");
		if (f->by != BY_PROCESS)
			sqlite3_str_appendall(s, "DELETE FROM process_group;"
						 "DELETE FROM temp.process;");
		from.task_id = from.process_id = 0;
		to.built_ns = now_ns();
	}
	ret = add_ids(s, db, f, &from, err);
	ret = run(db, s, ret, err);
	if (!ret)
		db->filter_state = to;
	return ret;
}

void filter_refuses(char *reason, size_t room, const struct db *db, unsigned int parts)
{
	const unsigned int missing = db->filter ? filter_parts(db->filter) & parts : 0;
	size_t len = 0, i;

	reason[0] = '\0';
	for (i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (missing & options[i].part)
			len += snprintf(reason + len, len < room ? room - len : 0, "%s%s",
					len ? ", " : "it cannot be filtered by ",
					options[i].option);
}

bool filter_sums_are_less(const struct db *db)
{
	return db->filter && db->filter_state.sums_are_less;
}

static void sql_sums_are_less(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	(void)argv;
	sqlite3_result_int(ctx, filter_sums_are_less(sqlite3_user_data(ctx)));
}

int filter_sql_register(struct db *db)
{
	return sqlite3_create_function(db->db, "sums_are_less", 0, SQLITE_UTF8, db,
				       sql_sums_are_less, NULL, NULL);
}

int filter_passes(struct db *db, int64_t task_id, const char *class, struct error *err)
{
	const struct filter *f = db->filter;
	sqlite3_stmt *stmt;
	int ret;

	if (!f || (f->class && (!class || strcmp(class, f->class))))
		return !f;
	if (!(filter_parts(f) & FILTER_THREAD))
		return 1;
	ret = db_prepare(db, "SELECT 1 FROM chosen_task WHERE id = ?", &stmt, err);
	if (ret)
		return ret;
	sqlite3_bind_int64(stmt, 1, task_id);
	ret = sqlite3_step(stmt) == SQLITE_ROW;
	db_release(db, stmt);
	return ret;
}
