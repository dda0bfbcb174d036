// SPDX-License-Identifier: GPL-2.0-only
#include "schema/hist_sql.h"

/*
 * As a loadable extension, the code calls SQLite through a table of functions from the
 * program that loads it; as a part of rmapscope, directly.
 */
#ifdef HIST_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1
#else
#include <sqlite3.h>
#endif

#include <errno.h>
#include <stdlib.h>

#include "lib/saturate.h"
#include "schema/hist.h"

#define NOT_A_HISTOGRAM "not a histogram, or a damaged one"

/* Add the blob in @value to @h. Returns 0, or a negative errno that was reported to SQL. */
static int add_blob(sqlite3_context *ctx, struct hist *h, sqlite3_value *value)
{
	int ret = -EBADMSG;

	if (sqlite3_value_type(value) == SQLITE_BLOB)
		ret = hist_decode_add(h, sqlite3_value_blob(value), sqlite3_value_bytes(value));

	if (ret == -ENOMEM)
		sqlite3_result_error_nomem(ctx);
	else if (ret)
		sqlite3_result_error(ctx, NOT_A_HISTOGRAM, -1);
	return ret;
}

static void sql_count(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct hist h = { 0 };

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	if (!add_blob(ctx, &h, argv[0]))
		sqlite3_result_int64(ctx, sat_int(hist_count(&h)));
	hist_free(&h);
}

/* The result is NULL for an empty histogram. */
static void sql_quantile(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct hist h = { 0 };
	double q = sqlite3_value_double(argv[1]);

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL ||
	    sqlite3_value_type(argv[1]) == SQLITE_NULL)
		return;
	if (!(q >= 0 && q <= 1)) {
		sqlite3_result_error(ctx, "a quantile is between 0 and 1", -1);
		return;
	}
	if (!add_blob(ctx, &h, argv[0]) && h.nr)
		sqlite3_result_int64(ctx, hist_quantile(&h, q));
	hist_free(&h);
}

/* The count of values in [argv[1], argv[2]); exact if both are powers of two. */
static void sql_between(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const sqlite3_int64 from = sqlite3_value_int64(argv[1]);
	const sqlite3_int64 to = sqlite3_value_int64(argv[2]);
	uint64_t nr;

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	if (sqlite3_value_type(argv[0]) != SQLITE_BLOB ||
	    hist_decode_between(sqlite3_value_blob(argv[0]), sqlite3_value_bytes(argv[0]), from, to,
				&nr))
		sqlite3_result_error(ctx, NOT_A_HISTOGRAM, -1);
	else
		sqlite3_result_int64(ctx, sat_int(nr));
}

static void merge_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct hist *h = sqlite3_aggregate_context(ctx, sizeof(*h));

	(void)argc;
	if (!h)
		sqlite3_result_error_nomem(ctx);
	else if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
		add_blob(ctx, h, argv[0]);
}

static void merge_final(sqlite3_context *ctx)
{
	struct hist *h = sqlite3_aggregate_context(ctx, 0);
	uint8_t *blob;
	size_t max;

	if (!h)
		return;
	max = hist_encoded_max(h);
	blob = malloc(max ? max : 1);
	if (blob)
		sqlite3_result_blob64(ctx, blob, hist_encode(h, blob), free);
	else
		sqlite3_result_error_nomem(ctx);
	hist_free(h);
}

int hist_sql_register(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	int rc;

	rc = sqlite3_create_function(db, "hist_count", 1, flags, NULL, sql_count, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(db, "hist_quantile", 2, flags, NULL, sql_quantile,
					     NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(db, "hist_between", 3, flags, NULL, sql_between, NULL,
					     NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(db, "hist_merge", 1, flags, NULL, NULL, merge_step,
					     merge_final);
	return rc;
}

#ifdef HIST_EXTENSION
/* The name that SQLite derives from the file name rmapscope_hist.so. */
int sqlite3_rmapscopehist_init(sqlite3 *db, char **msg, const sqlite3_api_routines *api);

int sqlite3_rmapscopehist_init(sqlite3 *db, char **msg, const sqlite3_api_routines *api)
{
	(void)msg;
	SQLITE_EXTENSION_INIT2(api);
	return hist_sql_register(db);
}
#endif
