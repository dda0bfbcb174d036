// SPDX-License-Identifier: GPL-2.0-only
#include "schema/migrate.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

#include "schema/hist_sql.h"
#include "schema/steps.h"

/* Write the labels of enums.def, which include those of earlier versions. */
static int write_enums(sqlite3 *db)
{
	static const struct {
		const char *domain;
		int value;
		const char *label;
	} rows[] = {
#define DOMAIN(name)
#define VALUE(domain, id, value, label) { #domain, value, label },
#include "schema/enums.def"
#undef DOMAIN
#undef VALUE
	};
	sqlite3_stmt *stmt;
	unsigned int i;
	int rc;

	rc = sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO enum VALUES (?, ?, ?)", -1, &stmt,
				NULL);
	for (i = 0; rc == SQLITE_OK && i < sizeof(rows) / sizeof(*rows); i++) {
		sqlite3_bind_text(stmt, 1, rows[i].domain, -1, SQLITE_STATIC);
		sqlite3_bind_int(stmt, 2, rows[i].value);
		sqlite3_bind_text(stmt, 3, rows[i].label, -1, SQLITE_STATIC);
		sqlite3_step(stmt);
		rc = sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/*
 * Fill second_rollup from table rollup, for a file of version 1. In C, since merging
 * histograms needs a function.
 */
static int fill_second_rollup(sqlite3 *db)
{
	int rc = hist_sql_register(db);

	return rc != SQLITE_OK
		       ? rc
		       : sqlite3_exec(db,
				      "INSERT INTO second_rollup SELECT second, sum(nr_waits), "
				      "sum(wait_ns), max(max_wait_ns), sum(nr_uncertain), "
				      "hist_merge(hist) FROM rollup "
				      "WHERE nr_waits + nr_uncertain > 0 GROUP BY second",
				      NULL, NULL, NULL);
}

static int create_all(sqlite3 *db)
{
	struct step_views views;
	unsigned int i;
	int rc = steps_run(db, SCHEMA_VERSION, &views);

	for (i = 0; rc == SQLITE_OK && i < views.nr; i++)
		rc = sqlite3_exec(db, views.item[i].sql, NULL, NULL, NULL);
	step_views_free(&views);
	return rc;
}

int schema_migrate(sqlite3 *db, int64_t from)
{
	const bool has_rollups = from == 1;
	char version[48];
	int rc = SQLITE_OK;

	if (!from) {
		rc = create_all(db);
		from = SCHEMA_VERSION;
	}
	for (; rc == SQLITE_OK && from < SCHEMA_VERSION; from++)
		rc = sqlite3_exec(db, schema_steps[from], NULL, NULL, NULL);
	if (rc == SQLITE_OK && has_rollups)
		rc = fill_second_rollup(db);
	if (rc == SQLITE_OK)
		rc = write_enums(db);
	snprintf(version, sizeof(version), "PRAGMA user_version = %d", SCHEMA_VERSION);
	return rc == SQLITE_OK ? sqlite3_exec(db, version, NULL, NULL, NULL) : rc;
}
