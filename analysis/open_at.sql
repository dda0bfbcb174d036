-- SPDX-License-Identifier: GPL-2.0-only
-- For the header of top: how many waits were open at :at_ns, and since when the longest.
-- Waits that ended later are read by table checkpoint, as in lock_queue.sql.
WITH
id_range AS (
	SELECT coalesce((SELECT wait_id FROM checkpoint p WHERE p.time_ns < c.time_ns
			 ORDER BY p.time_ns DESC LIMIT 1), 0) AS first, c.wait_id AS last
	FROM checkpoint c
	WHERE c.time_ns > :at_ns AND coalesce(c.wait_min_ns, 0) <= :at_ns
),
waiting AS (
	SELECT start_ns FROM wait WHERE outcome = OUTCOME_OPEN AND start_ns <= :at_ns
	UNION ALL
	SELECT w.start_ns
	FROM id_range s JOIN wait w ON w.id > s.first AND w.id <= s.last
	WHERE w.outcome != OUTCOME_OPEN AND w.start_ns <= :at_ns
	AND w.start_ns + w.duration_ns > :at_ns
)
SELECT count(*) AS nr_open, :at_ns - min(start_ns) AS longest_ns FROM waiting
