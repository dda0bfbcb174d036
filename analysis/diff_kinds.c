// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/diff_kinds.h"

#include "schema/fragments.h"
#include "schema/sql.h"

/* From sums of nanoseconds. */
#define MS 1e-6
#define US 1e-3

static const struct diff_metric wait_metrics[] = {
	{ "waits/s", PER_SECOND, 1, false },
	{ "wait ms/s", TOTAL_PER_S, MS, false },
	{ "mean wait us", TOTAL_PER_NR, US, false },
	{ "p99 wait us", QUANTILE_99, US, false },
	{ 0 },
};

static const struct diff_metric hold_metrics[] = {
	{ "holds/s", PER_SECOND, 1, true },
	{ "hold ms/s", TOTAL_PER_S, MS, false },
	{ "mean hold us", TOTAL_PER_NR, US, false },
	{ 0 },
};

static const struct diff_metric walk_metrics[] = {
	{ "walks/s", PER_SECOND, 1, true },
	{ "mean walk us", TOTAL_PER_NR, US, false },
	{ "p99 walk us", QUANTILE_99, US, false },
	{ 0 },
};

static const struct diff_metric retry_metrics[] = {
	{ "retries per 1,000 walks", TOTAL_PER_NR, 1000, false },
	{ 0 },
};

static const struct diff_metric skip_metrics[] = {
	{ "skips per 1,000 walks", TOTAL_PER_NR, 1000, false },
	{ 0 },
};

static const struct diff_metric move_metrics[] = {
	{ "moves/s", PER_SECOND, 1, true },
	{ "wait us per move", TOTAL_PER_NR, US, false },
	{ 0 },
};

#define WAITS_BY(label, joins, group)                                                              \
	"SELECT " label ", r.second, sum(r.nr_waits), sum(r.wait_ns), hist_merge(r.hist) "         \
	"FROM rollup r " joins " WHERE r.second BETWEEN ?1 AND ?2 GROUP BY " group ", r.second"

#define WALKS_BY(total, hist)                                                                      \
	"SELECT " LABEL(role, s.role) ", r.second, sum(r.nr_walks), " total ", " hist              \
				      " FROM walk_rollup r LEFT JOIN site s ON s.id = r.site_id "  \
				      "WHERE r.second BETWEEN ?1 AND ?2 GROUP BY s.role, r.second"

/* Skips are rows; those from before kept_from_ns were deleted. */
#define SKIPS_BY_ROLE                                                                                                \
	"SELECT " LABEL(                                                                                             \
		role,                                                                                                \
		s.role) ", r.second, sum(r.nr_walks), sum(r.nr_skips), NULL FROM "                                   \
			"(SELECT second, site_id, nr_walks, 0 AS nr_skips FROM walk_rollup UNION ALL "               \
			"SELECT time_ns / 1000000000 AS second, site_id, 1 AS nr_walks, 1 AS nr_skips FROM skip) r " \
			"LEFT JOIN site s ON s.id = r.site_id "                                                      \
			"WHERE r.second BETWEEN ?1 AND ?2 GROUP BY s.role, r.second"

#define WAITS_OF_MOVERS                                                                            \
	"SELECT 'uffd_move', r.second, sum(r.nr_moves), sum(iif(s.role = " SQL_ROLE_UFFD_MOVE      \
	", r.wait_ns, 0)), NULL FROM rollup r LEFT JOIN site s ON s.id = r.site_id "               \
	"WHERE r.second BETWEEN ?1 AND ?2 AND (r.nr_moves > 0 OR s.role = " SQL_ROLE_UFFD_MOVE     \
	") GROUP BY r.second HAVING sum(r.nr_moves) > 0"

const struct diff_kind diff_kinds[] = {
	{ "all", "all waits", SIGHT_WAITS, WAITS_BY("'all'", "", "1"), wait_metrics, false },
	{ "class", "waits by what the lock guards", SIGHT_WAITS,
	  WAITS_BY(LABEL(lock_class, l.class), "LEFT JOIN lock l ON l.id = r.lock_id", "l.class"),
	  wait_metrics, false },
	{ "role", "waits by the kernel operation that waited", SIGHT_WAITS,
	  WAITS_BY(LABEL(role, s.role), "LEFT JOIN site s ON s.id = r.site_id", "s.role"),
	  wait_metrics, false },
	{ "vma", "waits by the name of the VMA", SIGHT_WAITS,
	  WAITS_BY("iif(v.id IS NULL, NULL, coalesce(nullif(v.name, ''), '(anonymous)'))",
		   "LEFT JOIN vma v ON v.id = r.vma_id", "1"),
	  wait_metrics, false },
	{ "process", "waits by the name of the process", SIGHT_WAITS,
	  WAITS_BY("p.comm", "LEFT JOIN process p ON p.id = r.process_id", "p.comm"), wait_metrics,
	  true },
	{ "write", "waits to write-lock an anon_vma, by the operation that waited", SIGHT_WAITS,
	  "SELECT " LABEL(
		  role,
		  s.role) ", r.second, sum(r.nr_waits), sum(r.wait_ns), "
			  "hist_merge(r.hist) FROM rollup r JOIN lock l ON l.id = r.lock_id "
			  "LEFT JOIN site s ON s.id = r.site_id WHERE r.second BETWEEN ?1 AND ?2 "
			  "AND l.class = " SQL_LOCK_ANON_VMA " AND r.mode = " SQL_MODE_WRITE
			  " GROUP BY s.role, r.second",
	  wait_metrics, true },
	{ "hold", "holds by what the lock guards", SIGHT_HOLDS,
	  "SELECT " LABEL(
		  lock_class,
		  l.class) ", r.second, sum(r.nr_holds), sum(r.hold_ns), NULL "
			   "FROM rollup r LEFT JOIN lock l ON l.id = r.lock_id "
			   "WHERE r.second BETWEEN ?1 AND ?2 AND r.nr_holds > 0 GROUP BY l.class, r.second",
	  hold_metrics, false },
	{ "walk", "rmap walks by their purpose", SIGHT_WALKS,
	  WALKS_BY("sum(r.walk_ns)", "hist_merge(r.hist)"), walk_metrics, false },
	{ "retry", "retries of rmap walks, by their purpose", SIGHT_RETRIES,
	  WALKS_BY("sum(r.nr_retries)", "NULL"), retry_metrics, false },
	{ "skip", "rmap walks that were given up, by their purpose", SIGHT_SKIPS, SKIPS_BY_ROLE,
	  skip_metrics, false },
	{ "move", "folios that UFFDIO_MOVE moved", SIGHT_MOVES, WAITS_OF_MOVERS, move_metrics,
	  false },
	{ 0 },
};

const struct diff_page diff_pages[] = {
	{ "rmap-locking",
	  { "skip", "retry", "walk", "write", "move" },
	  "who held the folio lock at a skip, how long walks hold it and who sleeps for it "
	  "meanwhile, and what reclaim refaults are not recorded" },
	{ 0 },
};
