-- SPDX-License-Identifier: GPL-2.0-only
-- Section "walks" of the report: view walk_cost, and quantiles, which need a function of our own.
SELECT LABEL(walk_kind, r.kind) AS kind, LABEL(role, s.role) AS role, s.symbol AS rmap_one,
       sum(r.nr_walks) AS nr_walks,
       iif(sum(r.nr_counted) = sum(r.nr_walks), sum(r.nr_vmas), NULL) AS nr_vmas,
       sum(r.walk_ns) AS walk_ns,
       hist_quantile(hist_merge(r.hist), 0.5) AS p50_ns,
       hist_quantile(hist_merge(r.hist), 0.99) AS p99_ns,
       iif(sum(r.nr_walks), max(r.max_walk_ns), NULL) AS max_ns,
       sum(r.nr_retries) AS nr_retries,
       round(1.0 * sum(r.nr_retries) / nullif(sum(r.nr_walks), 0), 4) AS retries_per_walk,
       sum(r.nr_contended) AS nr_contended, sum(r.nr_uncertain) AS nr_uncertain
FROM walk_rollup r LEFT JOIN site s ON s.id = r.site_id
GROUP BY r.kind, r.site_id ORDER BY sum(r.walk_ns) DESC, r.kind, r.site_id
