// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/series_sql.h"

#include <sqlite3.h>
#include <stdio.h>

#include "analysis/table.h"
#include "lib/saturate.h"

struct series {
	sqlite3_int64 nr;
	sqlite3_int64 sum[SERIES_MAX];
};

static void series_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct series *s = sqlite3_aggregate_context(ctx, sizeof(*s));
	sqlite3_int64 at = sqlite3_value_int64(argv[0]), nr = sqlite3_value_int64(argv[1]);

	(void)argc;
	if (!s) {
		sqlite3_result_error_nomem(ctx);
		return;
	}
	if (nr > SERIES_MAX)
		nr = SERIES_MAX;
	s->nr = nr;
	if (at >= 0 && at < nr)
		s->sum[at] = sat_add(s->sum[at], sqlite3_value_int64(argv[2]));
}

static void series_final(sqlite3_context *ctx)
{
	struct series *s = sqlite3_aggregate_context(ctx, 0);
	char text[SERIES_MAX * 21 + 1] = "";
	int len = 0, i;

	if (!s)
		return;
	for (i = 0; i < s->nr; i++)
		len += snprintf(text + len, sizeof(text) - len, "%s%lld", i ? " " : "",
				(long long)s->sum[i]);
	sqlite3_result_text(ctx, text, len, SQLITE_TRANSIENT);
}

int series_sql_register(sqlite3 *db)
{
	return sqlite3_create_function(db, "series", 3,
				       SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
				       NULL, series_step, series_final);
}
