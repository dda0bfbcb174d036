-- SPDX-License-Identifier: GPL-2.0-only
-- Screen "vmas" of top: as screen "processes", split by the VMA that the
-- operation was for, where events name it. :start_ns is at a whole second.
WITH
-- The holders are known by process and lock: of the lock where most of it was.
held AS (
	SELECT process_id, lock_id, holder_task_id, sum(wait_ns) AS ns
	FROM holder_rollup
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000
	AND holder_task_id > 0
	GROUP BY process_id, lock_id, holder_task_id
),
worst AS (
	SELECT process_id, lock_id, holder_task_id, max(ns) FROM held GROUP BY process_id, lock_id
),
span AS (
	SELECT (:end_ns - :start_ns) / 1e9 AS seconds, :start_ns / 1000000000 AS first,
	       (:end_ns - 1) / 1000000000 - :start_ns / 1000000000 + 1 AS nr
),
part AS MATERIALIZED (
	SELECT *, (second - first) * 8 / nr AS at
	FROM rollup CROSS JOIN span
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000
),
sums AS (
	SELECT process_id, vma_id, sum(wait_ns) AS wait_ns, sum(nr_waits) AS nr_waits,
	       max(max_wait_ns) AS max_ns, sum(slept_ns) AS slept_ns,
	       sum(nr_uncertain) AS nr_uncertain, sum(nr_retries) AS nr_retries,
	       series(at, min(8, nr), wait_ns) AS trend,
	       -- the middle of the last bucket may lie above the longest wait
	       min(hist_quantile(hist_merge(hist), 0.99), max(max_wait_ns)) AS p99_ns
	FROM part
	GROUP BY process_id, vma_id HAVING sum(nr_waits) + sum(nr_uncertain) > 0
),
-- how long the locks were held, by whomever
held_locks AS (
	SELECT lock_id, sum(hold_ns) AS hold_ns FROM part WHERE hold_ns IS NOT NULL GROUP BY lock_id
),
holds AS (
	SELECT process_id, vma_id, sum(hold_ns) AS hold_ns
	FROM (SELECT DISTINCT process_id, vma_id, lock_id FROM part
	      WHERE nr_waits + nr_uncertain > 0)
	JOIN held_locks USING (lock_id)
	GROUP BY process_id, vma_id
),
parts AS (
	SELECT process_id, vma_id, lock_id, site_id, sum(wait_ns) AS ns
	FROM part WHERE nr_waits + nr_uncertain > 0
	GROUP BY process_id, vma_id, lock_id, site_id
),
-- the lock and the call site where most of it was
main AS (
	SELECT process_id, vma_id, lock_id, site_id, max(ns) FROM parts GROUP BY process_id, vma_id
)
SELECT p.comm, iif(v.id IS NULL, NULL, printf('%x-%x', v.start, v.end)), v.name,
       sums.wait_ns / seconds, sums.nr_waits / seconds, sums.p99_ns, sums.max_ns,
       holds.hold_ns / seconds, sums.nr_retries / seconds, sums.trend,
       h.comm,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class),
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role),
       p.tgid, h.tid, sums.slept_ns / seconds, v.perms,
       sums.nr_waits, sums.wait_ns, sums.nr_uncertain, sums.process_id, sums.vma_id
FROM sums CROSS JOIN span
LEFT JOIN process p ON p.id = sums.process_id
LEFT JOIN vma v ON v.id = sums.vma_id
LEFT JOIN holds ON holds.process_id = sums.process_id AND holds.vma_id = sums.vma_id
LEFT JOIN main ON main.process_id = sums.process_id AND main.vma_id = sums.vma_id
LEFT JOIN lock l ON l.id = main.lock_id
LEFT JOIN site s ON s.id = main.site_id
LEFT JOIN worst ON worst.process_id = sums.process_id AND worst.lock_id = main.lock_id
LEFT JOIN task h ON h.id = worst.holder_task_id
ORDER BY sums.wait_ns DESC, sums.process_id, sums.vma_id
