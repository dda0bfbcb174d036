-- SPDX-License-Identifier: GPL-2.0-only
-- Screen Walks. A walk that was given up at a lock has the kind of that lock. One that was
-- given up earlier, at the folio's lock, has an unknown kind.
WITH
skipped AS (
	SELECT CASE k.reason WHEN SKIP_ANON_VMA THEN WALK_ANON WHEN SKIP_I_MMAP THEN WALK_FILE END AS kind, s.role, count(*) AS nr_skips
	FROM skip k LEFT JOIN site s ON s.id = k.site_id
	WHERE ID_IN_WINDOW(k.id, skip)
	AND k.time_ns >= :start_ns AND k.time_ns < :end_ns
	GROUP BY 1, 2
),
walked AS (
	SELECT r.kind, s.role, sum(nr_walks) AS nr_walks, sum(walk_ns) AS walk_ns,
	       max(max_walk_ns) AS max_ns, sum(nr_counted) AS nr_counted, sum(nr_vmas) AS nr_vmas,
	       sum(nr_retries) AS nr_retries,
	       sum(nr_contended) AS nr_contended, sum(nr_uncertain) AS nr_uncertain,
	       hist_merge(hist) AS hist
	FROM walk_rollup r LEFT JOIN site s ON s.id = r.site_id
	WHERE SECOND_IN_WINDOW(second)
	GROUP BY 1, 2
),
kept AS (
	-- skips are rows, which are removed before sums
	SELECT NOT EXISTS (SELECT 1 FROM meta WHERE key = 'kept_from_ns'
	                   AND CAST(value AS INTEGER) > :start_ns) AS all_skips
),
both AS (
	SELECT kind, role FROM walked UNION SELECT kind, role FROM skipped
)
SELECT LABEL(walk_kind, b.kind) AS kind,
       LABEL(role, b.role) AS role,
       w.nr_walks / :seconds AS walks_per_s, w.walk_ns / :seconds AS walk_ns_per_s,
       w.nr_vmas * 1.0 / nullif(w.nr_counted, 0) AS vmas_per_walk,
       min(hist_quantile(w.hist, 0.5), w.max_ns) AS p50_ns, min(hist_quantile(w.hist, 0.99), w.max_ns) AS p99_ns,
       iif(w.nr_walks, w.max_ns, NULL) AS max_ns,
       w.nr_retries * 1.0 / nullif(w.nr_walks + w.nr_uncertain, 0) AS retries_per_walk,
       iif(all_skips, coalesce(k.nr_skips, iif((SELECT 1 FROM skip LIMIT 1), 0, NULL)), NULL) / :seconds
	AS skips_per_s,
       w.nr_contended / :seconds AS contended_per_s,
       w.nr_walks AS nr_walks, w.walk_ns AS walk_ns, w.nr_uncertain AS nr_uncertain
FROM both b CROSS JOIN kept
LEFT JOIN walked w ON w.kind IS b.kind AND w.role IS b.role
LEFT JOIN skipped k ON k.kind IS b.kind AND k.role IS b.role
ORDER BY w.walk_ns DESC, b.kind, b.role
