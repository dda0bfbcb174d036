-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a VMA, or of a process if :vma_id is NULL: how long the waits were.
WITH RECURSIVE
power(ns) AS (
	SELECT 1 UNION ALL SELECT ns * 2 FROM power WHERE ns < 1 << 61
),
total AS MATERIALIZED (
	SELECT hist_merge(hist) AS hist, max(max_wait_ns) AS max_ns
	FROM rollup
	WHERE SECOND_IN_WINDOW(second)
	AND process_id = :process_id AND (:vma_id IS NULL OR vma_id = :vma_id) AND nr_waits > 0
),
bucket AS (
	SELECT p.ns, hist_between(w.hist, iif(p.ns = 1, 0, p.ns), p.ns * 2) AS nr
	FROM total w JOIN power p ON p.ns <= w.max_ns OR p.ns = 1
)
SELECT ns AS from_ns, ns * 2 AS to_ns, nr AS nr_waits FROM bucket
WHERE ns >= (SELECT min(ns) FROM bucket WHERE nr > 0)
AND ns <= (SELECT max(ns) FROM bucket WHERE nr > 0)
ORDER BY ns
