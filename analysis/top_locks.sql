-- SPDX-License-Identifier: GPL-2.0-only
-- Screen "locks" of top: rates and holders from the roll-ups of the window.
-- :start_ns is at a whole second.
WITH
held AS (
	SELECT lock_id, holder_task_id, sum(wait_ns) AS ns
	FROM holder_rollup
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000
	AND holder_task_id > 0
	GROUP BY lock_id, holder_task_id
),
-- the thread that most of the waiting was for
worst AS (
	SELECT lock_id, holder_task_id, max(ns) FROM held GROUP BY lock_id
),
sums AS (
	SELECT lock_id, sum(wait_ns) AS wait_ns, sum(nr_waits) AS nr_waits,
	       max(max_wait_ns) AS max_ns, sum(slept_ns) AS slept_ns,
	       sum(nr_uncertain) AS nr_uncertain,
	       -- the middle of the last bucket may lie above the longest wait
	       min(hist_quantile(hist_merge(hist), 0.99), max(max_wait_ns)) AS p99_ns
	FROM rollup
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000
	GROUP BY lock_id
),
parts AS (
	SELECT lock_id, process_id, site_id, sum(wait_ns) AS ns
	FROM rollup
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000
	GROUP BY lock_id, process_id, site_id
),
-- the process and the call site that most of it came from
main AS (
	SELECT lock_id, process_id, site_id, max(ns) FROM parts GROUP BY lock_id
),
span AS (
	SELECT (:end_ns - :start_ns) / 1e9 AS seconds
)
SELECT (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class),
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END,
       sums.wait_ns / seconds, sums.nr_waits / seconds,
       h.comm,
       p.comm,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role),
       h.tid, sums.p99_ns, sums.max_ns, sums.slept_ns / seconds,
       sums.nr_waits, sums.wait_ns, sums.nr_uncertain, sums.lock_id
FROM sums CROSS JOIN span
LEFT JOIN lock l ON l.id = sums.lock_id
LEFT JOIN main ON main.lock_id = sums.lock_id
LEFT JOIN process p ON p.id = main.process_id
LEFT JOIN site s ON s.id = main.site_id
LEFT JOIN worst ON worst.lock_id = sums.lock_id
LEFT JOIN task h ON h.id = worst.holder_task_id
ORDER BY sums.wait_ns DESC, sums.lock_id
