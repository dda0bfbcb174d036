// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/trigger.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/db_internal.h"
#include "lib/clock.h"
#include "schema/fragments.h"
#include "schema/sql.h"

/* A longer threshold is a mistake: a day. */
#define MIN_MAX_NS 86400e9

struct trigger_kind {
	const char *name;
	bool has_min;	/* NAME>TIME */
	bool has_class; /* knows class= */
	enum sight sight;
	/*
	 * Returns id, start, end (NULL: open), comm, tid of the rows above :from that fire it.
	 * Parameters :min, :pid, :comm and :class; NULL: any.
	 */
	const char *sql;
	const char *next; /* returns the new :from */
	const char *what; /* what the thread did */
};

#define OPEN  "outcome = " SQL_OUTCOME_OPEN
#define REACH "(SELECT value FROM meta WHERE key = 'last_ns')"
#define NEXT(from)                                                                                 \
	"SELECT coalesce((SELECT min(id) - 1 FROM " from " WHERE id > :from AND " OPEN             \
	"), (SELECT max(id) FROM " from "), :from)"
#define LONG(row)                                                                                  \
	"(" row ".duration_ns >= :min OR (" row "." OPEN " AND " REACH " - " row                   \
	".start_ns >= :min)) AND (:pid IS NULL OR t.tgid = :pid) "                                 \
	"AND (:comm IS NULL OR t.comm = :comm)"

static const struct trigger_kind kinds[] = {
	{ "stall", true, false, SIGHT_STALLS,
	  "SELECT s.id, s.start_ns, s.start_ns + s.duration_ns, t.comm, t.tid FROM stall s "
	  "JOIN task t ON t.id = s.task_id WHERE s.id > :from AND " LONG("s") " ORDER BY s.id",
	  NEXT("stall"), "slept uninterruptibly" },
	{ "wait", true, true, SIGHT_WAITS,
	  "SELECT w.id, w.start_ns, w.start_ns + w.duration_ns, t.comm, t.tid FROM wait w "
	  "JOIN task t ON t.id = w.task_id JOIN lock l ON l.id = w.lock_id "
	  "WHERE w.id > :from AND " LONG(
		  "w") " AND (:class IS NULL OR " LABEL(lock_class,
							l.class) " = :class) ORDER BY w.id",
	  NEXT("wait"), "waited for a lock" },
	{ "storm", false, false, SIGHT_STORMS,
	  "SELECT id, start_ns, start_ns + duration_ns, NULL, NULL FROM storm WHERE id > :from "
	  "AND :pid IS NULL AND :comm IS NULL ORDER BY id",
	  "SELECT coalesce((SELECT max(id) FROM storm), :from)", "a storm of retries or skips" },
};

#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

/* --- parsing */

static int wrong(struct error *err, const char *text, const char *at, const char *what)
{
	return error_set(err, -EINVAL, "--trigger: '%s': at '%s': %s", text, at, what);
}

/* Parse a time with its unit, and move *@at behind it. */
static int parse_time(const char *text, const char **at, int64_t *ns, struct error *err)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	char *end;
	const double value = strtod(*at, &end);
	size_t i;

	for (i = 0; end != *at && i < sizeof(units) / sizeof(*units); i++) {
		const size_t len = strlen(units[i].name);

		if (strncmp(end, units[i].name, len) || (end[len] && end[len] != ','))
			continue;
		if (!(value > 0) || value * units[i].ns > MIN_MAX_NS)
			break;
		*ns = value * units[i].ns + 0.5;
		*at = end + len;
		return 0;
	}
	return wrong(err, text, *at, "expected a time above 0 with its unit, such as 30ms");
}

/* Copy the value at *@at up to the next comma, and move behind it. */
static int parse_value(const char *text, const char **at, char *value, size_t room,
		       struct error *err)
{
	const size_t len = strcspn(*at, ",");

	if (!len || len >= room)
		return wrong(err, text, *at, "expected a value of at most a few words");
	memcpy(value, *at, len);
	value[len] = '\0';
	*at += len;
	return 0;
}

static int parse_pid(struct trigger *t, const char **at, struct error *err)
{
	char value[24], *end;
	const char *start = *at;
	int ret = parse_value(t->text, at, value, sizeof(value), err);

	if (ret)
		return ret;
	t->pid = strtoll(value, &end, 10);
	return *end || t->pid <= 0 ? wrong(err, t->text, start, "expected a process id") : 0;
}

static int parse_condition(struct trigger *t, const char **at, struct error *err)
{
	const char *start = *at;

	if (!strncmp(start, "comm=", 5)) {
		*at += 5;
		return parse_value(t->text, at, t->comm, sizeof(t->comm), err);
	}
	if (!strncmp(start, "pid=", 4)) {
		*at += 4;
		return parse_pid(t, at, err);
	}
	if (t->kind->has_class && !strncmp(start, "class=", 6)) {
		*at += 6;
		return parse_value(t->text, at, t->class, sizeof(t->class), err);
	}
	return wrong(err, t->text, start,
		     t->kind->has_class ? "expected comm=, pid= or class="
					: "expected comm= or pid=");
}

int trigger_parse(struct trigger *t, const char *text, struct error *err)
{
	const size_t len = strcspn(text, ">,");
	const char *at = text + len;
	size_t i;
	int ret = 0;

	memset(t, 0, sizeof(*t));
	t->text = text;
	for (i = 0; i < NR_KINDS; i++)
		if (strlen(kinds[i].name) == len && !strncmp(kinds[i].name, text, len))
			t->kind = &kinds[i];
	if (!t->kind)
		return wrong(err, text, text, "expected stall>TIME, wait>TIME or storm");
	if (t->kind->has_min != (*at == '>'))
		return wrong(err, text, at,
			     t->kind->has_min ? "expected > and a time" : "a storm has no time");
	if (*at == '>') {
		at++;
		ret = parse_time(text, &at, &t->min_ns, err);
	}
	while (!ret && *at) {
		at++;
		ret = parse_condition(t, &at, err);
	}
	return ret;
}

/* --- looking */

int trigger_unseen(const struct trigger *t, char reason[SEEN_REASON_LEN], struct db *db,
		   struct error *err)
{
	return seen_reason(reason, db, t->kind->sight, err);
}

static void bind_text(sqlite3_stmt *stmt, const char *name, const char *text)
{
	const int at = sqlite3_bind_parameter_index(stmt, name);

	if (at && text[0])
		sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

static void bind_int(sqlite3_stmt *stmt, const char *name, int64_t value)
{
	const int at = sqlite3_bind_parameter_index(stmt, name);

	if (at)
		sqlite3_bind_int64(stmt, at, value);
}

/* Whether row @id fires for the first time. */
static bool is_new(struct trigger *t, int64_t id)
{
	size_t i;

	for (i = 0; i < t->nr_seen; i++)
		if (t->seen[i] == id)
			return false;
	if (t->nr_seen == TRIGGER_SEEN_MAX)
		memmove(t->seen, t->seen + 1, --t->nr_seen * sizeof(*t->seen));
	t->seen[t->nr_seen++] = id;
	return true;
}

static void describe(struct trigger_event *ev, const struct trigger *t, sqlite3_stmt *stmt)
{
	const bool open = sqlite3_column_type(stmt, 2) == SQLITE_NULL;
	const int64_t start = sqlite3_column_int64(stmt, 1), end = sqlite3_column_int64(stmt, 2);
	const char *comm = (const char *)sqlite3_column_text(stmt, 3);

	ev->time_ns = open ? start : end;
	if (!comm)
		snprintf(ev->what, sizeof(ev->what), "%s", t->kind->what);
	else if (open)
		snprintf(ev->what, sizeof(ev->what), "thread %s (%lld) %s, and still does", comm,
			 (long long)sqlite3_column_int64(stmt, 4), t->kind->what);
	else
		snprintf(ev->what, sizeof(ev->what), "thread %s (%lld) %s for %.3f ms", comm,
			 (long long)sqlite3_column_int64(stmt, 4), t->kind->what,
			 (end - start) / (double)NSEC_PER_MSEC);
}

/* Rows up to the first that is open need not be read again. */
static int move_on(struct trigger *t, struct db *db, struct error *err)
{
	sqlite3_stmt *stmt;
	size_t i, nr = 0;
	int ret = db_prepare(db, t->kind->next, &stmt, err);

	if (ret)
		return ret;
	bind_int(stmt, ":from", t->from_id);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		t->from_id = sqlite3_column_int64(stmt, 0);
	else
		ret = db_fail(db, err);
	db_release(db, stmt);
	for (i = 0; i < t->nr_seen; i++)
		if (t->seen[i] > t->from_id)
			t->seen[nr++] = t->seen[i];
	t->nr_seen = nr;
	return ret;
}

int trigger_look(struct trigger *t, struct db *db, uint64_t *nr, struct trigger_event *event,
		 struct error *err)
{
	sqlite3_stmt *stmt;
	int rc, ret = db_prepare(db, t->kind->sql, &stmt, err);

	*nr = 0;
	if (ret)
		return ret;
	bind_int(stmt, ":from", t->from_id);
	bind_int(stmt, ":min", t->min_ns);
	if (t->pid)
		bind_int(stmt, ":pid", t->pid);
	bind_text(stmt, ":comm", t->comm);
	bind_text(stmt, ":class", t->class);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		if (is_new(t, sqlite3_column_int64(stmt, 0)) && !(*nr)++)
			describe(event, t, stmt);
	db_release(db, stmt);
	return rc == SQLITE_DONE ? move_on(t, db, err) : db_fail(db, err);
}
