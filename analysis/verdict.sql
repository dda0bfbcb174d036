-- SPDX-License-Identifier: GPL-2.0-only
-- For the sentence about the waits: their sums, and the process and the class that waited most.
WITH worst AS (
	SELECT p.comm AS process, sum(a.wait_ns) AS ns
	FROM wait_sum a LEFT JOIN process p ON p.id = a.process_id
	WHERE a.kind = 'process'
	GROUP BY 1 ORDER BY 2 DESC LIMIT 1
),
worst_class AS (
	SELECT l.class
	FROM wait_sum a JOIN lock l ON l.id = a.lock_id
	WHERE a.kind = 'lock'
	GROUP BY l.class ORDER BY sum(a.wait_ns) DESC LIMIT 1
),
open AS (
	SELECT min(start_ns) AS from_ns FROM wait WHERE outcome = OUTCOME_OPEN
)
SELECT sum(nr_waits) AS nr_waits, sum(wait_ns) AS wait_ns, max(max_ns) AS max_ns,
       sum(nr_open) AS nr_open, sum(nr_uncertain) AS nr_uncertain,
       (SELECT value FROM meta WHERE key = 'last_ns') - (SELECT from_ns FROM open) AS open_ns,
       (SELECT process FROM worst) AS process, (SELECT ns FROM worst) AS process_ns,
       LABEL(lock_class, (SELECT class FROM worst_class)) AS class
FROM wait_sum WHERE kind = 'process'
