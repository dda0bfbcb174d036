-- SPDX-License-Identifier: GPL-2.0-only
-- For the header of top: retries, moved folios and storms in the window. The first two are
-- counted from the last checkpoint before its start to that before its end.
WITH
first AS (LAST_CHECKPOINT(:start_ns, time_ns, retry_id, move_id)),
last AS (LAST_CHECKPOINT(:end_ns, time_ns, retry_id, move_id)),
pair AS (
	SELECT last.retry_id - coalesce((SELECT retry_id FROM first), 0) AS nr_retries,
	       last.move_id - coalesce((SELECT move_id FROM first), 0) AS nr_moves,
	       coalesce((SELECT time_ns FROM first),
			FIRST_NS()) AS from_ns,
	       last.time_ns AS to_ns
	FROM last
)
SELECT (SELECT nr_retries FROM pair) AS nr_retries,
       (SELECT nr_moves FROM pair) AS nr_moves,
       (SELECT from_ns FROM pair) AS from_ns,
       (SELECT to_ns FROM pair) AS to_ns,
       (SELECT count(*) FROM storm WHERE start_ns < :end_ns
	AND (outcome = OUTCOME_OPEN OR start_ns + duration_ns >= :start_ns)) AS nr_storms
