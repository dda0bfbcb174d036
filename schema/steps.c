// SPDX-License-Identifier: GPL-2.0-only
#include "schema/steps.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "schema/migrate.h"

/*
 * The length of the blank or comment at @at, by the rules of SQLite's tokenizer; 0: there is
 * none.
 */
static size_t blank_length(const char *at)
{
	const char *end;

	if (strchr(" \t\n\f\r", *at) && *at)
		return 1;
	if (at[0] == '-' && at[1] == '-')
		return strcspn(at, "\n");
	if (at[0] != '/' || at[1] != '*' || !at[2])
		return 0;
	end = strstr(at + 2, "*/");
	return end ? (size_t)(end + 2 - at) : strlen(at);
}

/* The length of the quoted name or text at @at, with its quotes; 0: there is none. */
static size_t quoted_length(const char *at)
{
	const char *close = *at ? strchr("'\"`[", *at) : NULL, *end;

	if (!close)
		return 0;
	end = strchr(at + 1, *at == '[' ? ']' : *at);
	return end ? (size_t)(end + 1 - at) : strlen(at);
}

/* Whether a blank next to @c has no meaning. */
static bool stands_alone(char c)
{
	return c && strchr("(),;", c);
}

void sql_normalize(char *sql)
{
	char *to = sql, *start = sql;
	bool gap = false;
	size_t len;

	while (*sql) {
		len = blank_length(sql);
		if (len) {
			gap = true;
			sql += len;
			continue;
		}
		if (gap && to > start && !stands_alone(to[-1]) && !stands_alone(*sql))
			*to++ = ' ';
		gap = false;
		len = quoted_length(sql) ?: 1;
		memmove(to, sql, len);
		to += len;
		sql += len;
	}
	*to = '\0';
}

/* The length of the statement at @sql, with its semicolon. */
static size_t statement_length(const char *sql)
{
	const char *at = sql;

	while (*at && *at != ';')
		at += blank_length(at) ?: quoted_length(at) ?: 1;
	return at - sql + (*at == ';');
}

/* The name behind @verb, "CREATE VIEW " or "DROP VIEW ", in a normalized statement; or NULL. */
static char *name_behind(const char *verb, const char *sql)
{
	const size_t len = strlen(verb);

	return strncmp(sql, verb, len) ? NULL : strndup(sql + len, strcspn(sql + len, " ;"));
}

static void drop_view(struct step_views *views, const char *name)
{
	unsigned int i = 0;

	while (i < views->nr && strcmp(views->item[i].name, name))
		i++;
	if (i == views->nr)
		return;
	free(views->item[i].name);
	free(views->item[i].sql);
	views->nr--;
	/* later views may use earlier ones */
	memmove(&views->item[i], &views->item[i + 1], (views->nr - i) * sizeof(*views->item));
}

/* Takes over @name and @sql, also on failure. */
static int add_view(struct step_views *views, char *name, char *sql)
{
	struct step_view *grown = realloc(views->item, (views->nr + 1) * sizeof(*grown));

	if (!grown) {
		free(name);
		free(sql);
		return SQLITE_NOMEM;
	}
	views->item = grown;
	grown[views->nr++] = (struct step_view){ name, sql };
	return SQLITE_OK;
}

/* The statement of @len bytes at @sql, without blanks and comments before it and its semicolon. */
static char *copy_statement(const char *sql, size_t len)
{
	size_t blank;

	while (len && (blank = blank_length(sql))) {
		sql += blank;
		len -= blank;
	}
	return strndup(sql, len && sql[len - 1] == ';' ? len - 1 : len);
}

static int run_statement(sqlite3 *db, const char *at, size_t len, struct step_views *views)
{
	char *sql = copy_statement(at, len), *plain = sql ? strdup(sql) : NULL, *name = NULL;
	int rc = SQLITE_OK;

	if (!plain) {
		free(sql);
		return SQLITE_NOMEM;
	}
	sql_normalize(plain);
	if ((name = name_behind("CREATE VIEW ", plain))) {
		rc = add_view(views, name, sql);
		name = sql = NULL;
	} else if ((name = name_behind("DROP VIEW ", plain))) {
		drop_view(views, name);
	} else {
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	free(name);
	free(plain);
	free(sql);
	return rc;
}

int steps_run(sqlite3 *db, int64_t version, struct step_views *views)
{
	int rc = SQLITE_OK;
	const char *at;
	int64_t i;
	size_t len;

	*views = (struct step_views){ 0 };
	for (i = 0; i < version; i++)
		for (at = schema_steps[i]; rc == SQLITE_OK && *at; at += len) {
			len = statement_length(at);
			rc = run_statement(db, at, len, views);
		}
	return rc;
}

void step_views_free(struct step_views *views)
{
	while (views->nr) {
		views->nr--;
		free(views->item[views->nr].name);
		free(views->item[views->nr].sql);
	}
	free(views->item);
	views->item = NULL;
}
