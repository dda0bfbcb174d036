-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a VMA, or of a process if :vma_id is NULL: the call sites that waited.
SELECT LABEL(role, s.role) AS role,
       s.symbol AS symbol, LABEL(lock_mode, r.mode) AS mode,
       sum(r.wait_ns) AS wait_ns, sum(r.nr_waits) AS nr_waits,
       min(hist_quantile(hist_merge(r.hist), 0.99), max(r.max_wait_ns)) AS p99_ns,
       iif(sum(r.nr_waits), max(r.max_wait_ns), NULL) AS max_ns
FROM rollup r LEFT JOIN site s ON s.id = r.site_id
WHERE SECOND_IN_WINDOW(r.second)
AND r.process_id = :process_id AND (:vma_id IS NULL OR r.vma_id = :vma_id) AND (r.nr_waits > 0 OR r.wait_ns > 0)
GROUP BY r.site_id, r.mode ORDER BY sum(r.wait_ns) DESC, r.site_id, r.mode
