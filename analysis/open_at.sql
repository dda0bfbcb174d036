-- SPDX-License-Identifier: GPL-2.0-only
-- For the header of top: how many waits were open at :at_ns, and since when the longest.
-- Of waits that ended later, only those in id_range are read, as in lock_queue.sql.
WITH
id_range AS (ID_RANGES(wait, :at_ns)),
waiting AS (
	SELECT start_ns FROM wait WHERE outcome = OUTCOME_OPEN AND start_ns <= :at_ns
	UNION ALL
	SELECT w.start_ns
	FROM id_range s JOIN wait w ON w.id > s.first AND w.id <= s.last
	WHERE w.outcome != OUTCOME_OPEN AND w.start_ns <= :at_ns
	AND w.start_ns + w.duration_ns > :at_ns
)
SELECT count(*) AS nr_open, :at_ns - min(start_ns) AS longest_ns FROM waiting
