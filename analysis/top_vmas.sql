-- SPDX-License-Identifier: GPL-2.0-only
-- Screen "vmas" of top: as screen "processes", split by the VMA that the
-- operation was for, where events name it. :start_ns is at a whole second.
--
-- Of the thousands that a busy machine has, the five hundred with most time:
-- histograms and holders of the others would cost more than they tell.
WITH
span AS MATERIALIZED (
	SELECT (:end_ns - :start_ns) / 1e9 AS seconds, :start_ns / 1000000000 AS first,
	       (:end_ns - 1) / 1000000000 - :start_ns / 1000000000 + 1 AS nr
),
part AS MATERIALIZED (
	SELECT process_id, vma_id, lock_id, site_id, sum(wait_ns) AS wait_ns,
	       sum(nr_waits) AS nr_waits, max(max_wait_ns) AS max_ns, sum(slept_ns) AS slept_ns,
	       sum(nr_uncertain) AS nr_uncertain, sum(nr_retries) AS nr_retries,
	       sum(hold_ns) AS hold_ns
	FROM rollup
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000
	GROUP BY process_id, vma_id, lock_id, site_id
),
sums AS MATERIALIZED (
	SELECT process_id, vma_id, sum(wait_ns) AS wait_ns, sum(nr_waits) AS nr_waits,
	       max(max_ns) AS max_ns, sum(slept_ns) AS slept_ns,
	       sum(nr_uncertain) AS nr_uncertain, sum(nr_retries) AS nr_retries
	FROM part
	GROUP BY process_id, vma_id HAVING sum(nr_waits) + sum(nr_uncertain) > 0
	ORDER BY sum(wait_ns) DESC, process_id, vma_id LIMIT 500
),
shape AS MATERIALIZED (
	SELECT r.process_id, r.vma_id, hist_merge(r.hist) AS hist,
	       series((r.second - first) * 8 / nr, min(8, nr), r.wait_ns) AS trend
	FROM rollup r CROSS JOIN span
	JOIN sums ON sums.process_id = r.process_id AND sums.vma_id = r.vma_id
	WHERE r.second >= :start_ns / 1000000000 AND r.second <= (:end_ns - 1) / 1000000000
	GROUP BY r.process_id, r.vma_id
),
-- how long the locks were held, by whomever
held_locks AS MATERIALIZED (
	SELECT lock_id, sum(hold_ns) AS hold_ns FROM part WHERE hold_ns IS NOT NULL GROUP BY lock_id
),
holds AS MATERIALIZED (
	SELECT process_id, vma_id, sum(hold_ns) AS hold_ns
	FROM (SELECT DISTINCT process_id, vma_id, lock_id FROM part
	      WHERE nr_waits + nr_uncertain > 0
	      AND lock_id IN (SELECT lock_id FROM held_locks))
	JOIN held_locks USING (lock_id)
	GROUP BY process_id, vma_id
),
-- the lock and the call site where most of it was
main AS MATERIALIZED (
	SELECT process_id, vma_id, lock_id, site_id, max(wait_ns)
	FROM part WHERE nr_waits + nr_uncertain > 0 GROUP BY process_id, vma_id
),
-- The holders are known by process and lock: of that lock.
held AS (
	SELECT process_id, lock_id, holder_task_id, sum(wait_ns) AS ns
	FROM holder_rollup
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000
	AND holder_task_id > 0
	GROUP BY process_id, lock_id, holder_task_id
),
worst AS MATERIALIZED (
	SELECT process_id, lock_id, holder_task_id, max(ns) FROM held GROUP BY process_id, lock_id
)
SELECT p.comm, iif(v.id IS NULL, NULL, printf('%x-%x', v.start, v.end)), v.name,
       sums.wait_ns / seconds, sums.nr_waits / seconds,
       -- the middle of the last bucket may lie above the longest wait
       min(hist_quantile(shape.hist, 0.99), sums.max_ns), sums.max_ns,
       holds.hold_ns / seconds, sums.nr_retries / seconds, shape.trend,
       h.comm,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class),
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role),
       p.tgid, h.tid, sums.slept_ns / seconds, v.perms,
       sums.nr_waits, sums.wait_ns, sums.nr_uncertain, sums.process_id, sums.vma_id
FROM sums CROSS JOIN span
LEFT JOIN shape ON shape.process_id = sums.process_id AND shape.vma_id = sums.vma_id
LEFT JOIN process p ON p.id = sums.process_id
LEFT JOIN vma v ON v.id = sums.vma_id
LEFT JOIN holds ON holds.process_id = sums.process_id AND holds.vma_id = sums.vma_id
LEFT JOIN main ON main.process_id = sums.process_id AND main.vma_id = sums.vma_id
LEFT JOIN lock l ON l.id = main.lock_id
LEFT JOIN site s ON s.id = main.site_id
LEFT JOIN worst ON worst.process_id = sums.process_id AND worst.lock_id = main.lock_id
LEFT JOIN task h ON h.id = worst.holder_task_id
ORDER BY sums.wait_ns DESC, sums.process_id, sums.vma_id
