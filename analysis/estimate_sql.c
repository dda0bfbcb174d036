// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/estimate_sql.h"

#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* 95 % of a normal distribution is within so many standard deviations. */
#define Z 1.959964

static bool read_counts(sqlite3_value **argv, double *n, double *of)
{
	*n = sqlite3_value_int64(argv[0]);
	*of = sqlite3_value_int64(argv[1]);
	return *n >= 0 && *n <= *of && *of > 0;
}

/* @sign: -1, the lower end; 1, the upper one */
static void give_end(sqlite3_context *ctx, sqlite3_value **argv, int sign)
{
	double n, of, share, middle, half, end;

	if (!read_counts(argv, &n, &of))
		return;
	share = n / of;
	middle = share + Z * Z / (2 * of);
	half = Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of));
	end = (middle + sign * half) / (1 + Z * Z / of);
	/* an error of rounding may leave the range */
	sqlite3_result_double(ctx, round(1e4 * fmin(fmax(end, 0), 1)) / 100);
}

static void sql_low(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_end(ctx, argv, -1);
}

static void sql_high(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	give_end(ctx, argv, 1);
}

int estimate_sql_register(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	int rc = sqlite3_create_function(db, "share_low", 2, flags, NULL, sql_low, NULL, NULL);

	return rc != SQLITE_OK ? rc
			       : sqlite3_create_function(db, "share_high", 2, flags, NULL, sql_high,
							 NULL, NULL);
}
