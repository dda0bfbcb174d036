-- SPDX-License-Identifier: GPL-2.0-only
-- Screen "processes" of top: rates from the roll-ups of the window, holders
-- from the waits that ended in it. :start_ns is at a whole second.
WITH
-- The checkpoints bound the part of table wait that is read; the times decide.
recent AS MATERIALIZED (
	SELECT coalesce(t.process_id, 0) AS process_id, w.holder_task_id, w.duration_ns
	FROM wait w JOIN task t ON t.id = w.task_id
	WHERE w.id > coalesce((SELECT wait_id FROM checkpoint
			       WHERE time_ns <= :start_ns ORDER BY time_ns DESC LIMIT 1), 0)
	AND w.id <= coalesce((SELECT wait_id FROM checkpoint
			      WHERE time_ns >= :end_ns ORDER BY time_ns LIMIT 1),
			     9223372036854775807)
	AND w.duration_ns IS NOT NULL
	AND w.start_ns + w.duration_ns >= :start_ns
	AND w.start_ns + w.duration_ns < :end_ns
),
held AS (
	SELECT process_id, holder_task_id, sum(duration_ns) AS ns
	FROM recent GROUP BY process_id, holder_task_id
),
-- the thread that most of a process's waiting was for
worst AS (
	SELECT process_id, holder_task_id, max(ns)
	FROM held WHERE holder_task_id IS NOT NULL GROUP BY process_id
),
sums AS (
	SELECT process_id, sum(wait_ns) AS wait_ns, sum(nr_waits) AS nr_waits,
	       max(max_wait_ns) AS max_ns, sum(slept_ns) AS slept_ns,
	       sum(nr_uncertain) AS nr_uncertain,
	       -- the middle of the last bucket may lie above the longest wait
       min(hist_quantile(hist_merge(hist), 0.99), max(max_wait_ns)) AS p99_ns
	FROM rollup
	WHERE second >= :start_ns / 1000000000 AND second * 1000000000 < :end_ns
	GROUP BY process_id
),
parts AS (
	SELECT process_id, lock_id, site_id, sum(wait_ns) AS ns
	FROM rollup
	WHERE second >= :start_ns / 1000000000 AND second * 1000000000 < :end_ns
	GROUP BY process_id, lock_id, site_id
),
-- the lock and the call site where most of it was
main AS (
	SELECT process_id, lock_id, site_id, max(ns) FROM parts GROUP BY process_id
),
span AS (
	SELECT (:end_ns - :start_ns) / 1e9 AS seconds
)
SELECT p.comm, p.tgid,
       sums.wait_ns / seconds, sums.nr_waits / seconds,
       h.comm,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class),
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role),
       h.tid, sums.p99_ns, sums.max_ns, sums.slept_ns / seconds,
       sums.nr_waits, sums.wait_ns, sums.nr_uncertain, sums.process_id
FROM sums CROSS JOIN span
LEFT JOIN process p ON p.id = sums.process_id
LEFT JOIN main ON main.process_id = sums.process_id
LEFT JOIN lock l ON l.id = main.lock_id
LEFT JOIN site s ON s.id = main.site_id
LEFT JOIN worst ON worst.process_id = sums.process_id
LEFT JOIN task h ON h.id = worst.holder_task_id
ORDER BY sums.wait_ns DESC, sums.process_id
