-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a VMA, or of a process if :vma_id is NULL: the locks that it waited for.
WITH span AS (
	SELECT :start_ns / 1000000000 AS first,
	       (:end_ns - 1) / 1000000000 - :start_ns / 1000000000 + 1 AS nr
)
SELECT LABEL(lock_class, l.class) AS class,
       LOCK_NAME(l) AS lock,
       sum(r.wait_ns) AS wait_ns, sum(r.nr_waits) AS nr_waits,
       min(hist_quantile(hist_merge(r.hist), 0.99), max(r.max_wait_ns)) AS p99_ns,
       iif(sum(r.nr_waits), max(r.max_wait_ns), NULL) AS max_ns,
       series((r.second - first) * min(8, nr) / nr, min(8, nr), r.wait_ns) AS trend, r.lock_id AS lock_id
FROM rollup r CROSS JOIN span LEFT JOIN lock l ON l.id = r.lock_id
WHERE SECOND_IN_WINDOW(r.second)
AND r.process_id = :process_id AND (:vma_id IS NULL OR r.vma_id = :vma_id) AND (r.nr_waits > 0 OR r.wait_ns > 0)
GROUP BY r.lock_id ORDER BY sum(r.wait_ns) DESC, r.lock_id
