// SPDX-License-Identifier: GPL-2.0-only
#include "schema/known.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/steps.h"

#define OBJECTS_SQL "SELECT type, name, tbl_name, sql FROM sqlite_schema"

/* Tables that ANALYZE creates: some SQLite clients run it when they close a file. */
static const char stat_sql[] =
	"SELECT 'table', 'sqlite_stat1', 'sqlite_stat1', 'CREATE TABLE sqlite_stat1(tbl,idx,stat)' "
	"UNION ALL SELECT 'table', 'sqlite_stat4', 'sqlite_stat4', "
	"'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)'";

/* A row of sqlite_schema. */
struct object {
	char *text[3]; /* type, name, name of its table */
	char *sql;     /* normalized; "" for the automatic index of a key */
	bool optional, seen;
};

struct known {
	struct object *item;
	unsigned int nr;
};

static void free_object(struct object *o)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		free(o->text[i]);
	free(o->sql);
}

void known_free(struct known *known)
{
	if (!known)
		return;
	while (known->nr)
		free_object(&known->item[--known->nr]);
	free(known->item);
	free(known);
}

static char *copy_column(sqlite3_stmt *stmt, int i)
{
	const char *text = (const char *)sqlite3_column_text(stmt, i);

	return strdup(text ? text : "");
}

static int read_object(struct object *o, sqlite3_stmt *stmt)
{
	unsigned int i;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < 3; i++)
		o->text[i] = copy_column(stmt, i);
	o->sql = copy_column(stmt, 3);
	if (!o->text[0] || !o->text[1] || !o->text[2] || !o->sql)
		return SQLITE_NOMEM;
	sql_normalize(o->sql);
	return SQLITE_OK;
}

static struct object *new_object(struct known *known)
{
	struct object *grown = realloc(known->item, (known->nr + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	known->item = grown;
	memset(&grown[known->nr], 0, sizeof(*grown));
	return &grown[known->nr++];
}

static int add_objects(struct known *known, sqlite3 *db, const char *sql, bool optional)
{
	struct object *o;
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		o = new_object(known);
		rc = o ? read_object(o, stmt) : SQLITE_NOMEM;
		if (o)
			o->optional = optional;
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int add_view(struct known *known, const struct step_view *view)
{
	struct object *o = new_object(known);

	if (!o)
		return SQLITE_NOMEM;
	*o = (struct object){
		.text = { strdup("view"), strdup(view->name), strdup(view->name) },
		.sql = strdup(view->sql),
	};
	if (!o->text[0] || !o->text[1] || !o->text[2] || !o->sql)
		return SQLITE_NOMEM;
	sql_normalize(o->sql);
	return SQLITE_OK;
}

/* Run the steps of the schema on an empty database, and read the resulting schema. */
struct known *known_schema(int64_t version)
{
	struct known *known = calloc(1, sizeof(*known));
	struct step_views views = { 0 };
	unsigned int i;
	sqlite3 *db;
	int rc;

	if (!known)
		return NULL;
	rc = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = steps_run(db, version, &views);
	for (i = 0; rc == SQLITE_OK && i < views.nr; i++)
		rc = add_view(known, &views.item[i]);
	if (rc == SQLITE_OK)
		rc = add_objects(known, db, OBJECTS_SQL, false);
	if (rc == SQLITE_OK)
		rc = add_objects(known, db, stat_sql, true);
	step_views_free(&views);
	sqlite3_close(db);
	if (rc == SQLITE_OK)
		return known;
	known_free(known);
	return NULL;
}

static struct object *find(const struct known *known, const struct object *o)
{
	unsigned int i;

	for (i = 0; i < known->nr; i++) {
		struct object *k = &known->item[i];

		if ((!k->seen || k->optional) && !strcmp(k->text[0], o->text[0]) &&
		    !strcmp(k->text[1], o->text[1]) && !strcmp(k->text[2], o->text[2]) &&
		    !strcmp(k->sql, o->sql))
			return k;
	}
	return NULL;
}

/* Mark the objects of @db that are known. Sets @why to the first that is not. */
static int compare(const struct known *known, sqlite3 *db, char *why, size_t room)
{
	struct object o = { 0 }, *same;
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db, OBJECTS_SQL, -1, &stmt, NULL);

	while (!*why && rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		rc = read_object(&o, stmt);
		same = rc == SQLITE_OK ? find(known, &o) : NULL;
		if (same)
			same->seen = true;
		else if (rc == SQLITE_OK)
			snprintf(why, room, "has %.16s %.64s, which rmapscope did not make",
				 o.text[0], o.text[1]);
		free_object(&o);
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int known_check(struct known *known, sqlite3 *db, char *why, size_t room)
{
	unsigned int i;
	int rc;

	*why = '\0';
	for (i = 0; i < known->nr; i++)
		known->item[i].seen = known->item[i].optional;
	rc = compare(known, db, why, room);
	for (i = 0; rc == SQLITE_OK && !*why && i < known->nr; i++)
		if (!known->item[i].seen)
			snprintf(why, room, "has no %s %s", known->item[i].text[0],
				 known->item[i].text[1]);
	return rc;
}

int known_views(const struct known *known, sqlite3 *db)
{
	static const char create[] = "CREATE VIEW ";
	unsigned int i;
	int rc = SQLITE_OK;

	for (i = 0; rc == SQLITE_OK && i < known->nr; i++) {
		char *sql;

		if (strncmp(known->item[i].sql, create, strlen(create)))
			continue;
		sql = sqlite3_mprintf("CREATE TEMP VIEW %s", known->item[i].sql + strlen(create));
		rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
		sqlite3_free(sql);
	}
	return rc;
}
