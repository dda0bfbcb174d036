-- SPDX-License-Identifier: GPL-2.0-only
-- For the header of top: retries, moved folios and storms in the window. Rates are
-- computed between the last checkpoints before its start and before its end.
WITH
first AS (
	SELECT time_ns, retry_id, move_id FROM checkpoint
	WHERE time_ns <= :start_ns ORDER BY time_ns DESC LIMIT 1
),
last AS (
	SELECT time_ns, retry_id, move_id FROM checkpoint
	WHERE time_ns <= :end_ns ORDER BY time_ns DESC LIMIT 1
),
pair AS (
	SELECT coalesce((SELECT retry_id FROM first), 0) AS retry_before,
	       coalesce((SELECT move_id FROM first), 0) AS move_before,
	       last.retry_id, last.move_id,
	       nullif(last.time_ns - coalesce((SELECT time_ns FROM first),
					      (SELECT value FROM meta WHERE key = 'first_ns')), 0) / 1e9
		AS seconds
	FROM last
)
SELECT (SELECT (retry_id - retry_before) / seconds FROM pair) AS retries_per_s,
       (SELECT (move_id - move_before) / seconds FROM pair) AS moves_per_s,
       (SELECT count(*) FROM storm WHERE start_ns < :end_ns
	AND (outcome = OUTCOME_OPEN OR start_ns + duration_ns >= :start_ns)) AS nr_storms
