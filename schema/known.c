// SPDX-License-Identifier: GPL-2.0-only
#include "schema/known.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/known_list.h"
#include "schema/steps.h"

/* Tables that ANALYZE creates: some SQLite clients run it when they close a file. */
static const struct known_object stat_tables[] = {
	{ "table", "sqlite_stat1", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)" },
	{ "table", "sqlite_stat4", "sqlite_stat4",
	  "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)" },
};
#define NR_STAT_TABLES (sizeof(stat_tables) / sizeof(*stat_tables))

/* The text of column @i of @stmt, "" for NULL; NULL: no memory. */
static const char *column(sqlite3_stmt *stmt, int i)
{
	const char *text = (const char *)sqlite3_column_text(stmt, i);

	return text || sqlite3_column_type(stmt, i) != SQLITE_NULL ? text : "";
}

static int read_object(struct known_object *o, char **sql, sqlite3_stmt *stmt)
{
	const char *text = column(stmt, 3);

	*o = (struct known_object){ column(stmt, 0), column(stmt, 1), column(stmt, 2), NULL };
	if (!o->type || !o->name || !o->table || !text)
		return SQLITE_NOMEM;
	o->sql = *sql = strdup(text);
	if (!*sql)
		return SQLITE_NOMEM;
	sql_normalize(*sql);
	return SQLITE_OK;
}

static bool same(const struct known_object *a, const struct known_object *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->type, b->type) &&
	       !strcmp(a->table, b->table) && !strcmp(a->sql, b->sql);
}

/* Whether @o is known. One of @list is marked in @seen, and is known once. */
static bool find(const struct known_list *list, bool *seen, const struct known_object *o)
{
	unsigned int i;

	for (i = 0; i < list->nr; i++)
		if (!seen[i] && same(&list->item[i], o)) {
			seen[i] = true;
			return true;
		}
	for (i = 0; i < NR_STAT_TABLES; i++)
		if (same(&stat_tables[i], o))
			return true;
	return false;
}

/* Mark the objects of @db in @seen. Sets @why to the first that is not known. */
static int compare(const struct known_list *list, bool *seen, sqlite3 *db, char *why, size_t room)
{
	struct known_object o;
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db, KNOWN_OBJECTS_SQL, -1, &stmt, NULL);

	while (!*why && rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		char *sql = NULL;

		rc = read_object(&o, &sql, stmt);
		if (rc == SQLITE_OK && !find(list, seen, &o))
			snprintf(why, room, "has %.16s %.64s, which rmapscope did not make", o.type,
				 o.name);
		free(sql);
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int known_check(int64_t version, sqlite3 *db, char *why, size_t room)
{
	const struct known_list *list = &known_lists[version - 1];
	bool *seen = calloc(list->nr, sizeof(*seen));
	unsigned int i;
	int rc;

	*why = '\0';
	if (!seen)
		return SQLITE_NOMEM;
	rc = compare(list, seen, db, why, room);
	for (i = 0; rc == SQLITE_OK && !*why && i < list->nr; i++)
		if (!seen[i])
			snprintf(why, room, "has no %s %s", list->item[i].type, list->item[i].name);
	free(seen);
	return rc;
}

int known_views(sqlite3 *db)
{
	static const char create[] = "CREATE VIEW ";
	const struct known_list *list = &known_lists[SCHEMA_VERSION - 1];
	unsigned int i;
	int rc = SQLITE_OK;

	for (i = 0; rc == SQLITE_OK && i < list->nr; i++) {
		char *sql;

		if (strncmp(list->item[i].sql, create, strlen(create)))
			continue;
		sql = sqlite3_mprintf("CREATE TEMP VIEW %s", list->item[i].sql + strlen(create));
		rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
		sqlite3_free(sql);
	}
	return rc;
}
