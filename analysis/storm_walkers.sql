-- SPDX-License-Identifier: GPL-2.0-only
-- Of a storm: the threads whose walks started over or were given up.
WITH
one AS MATERIALIZED (
	SELECT *, start_ns + duration_ns AS end_ns FROM storm WHERE id = :storm_id
),
event AS MATERIALIZED (
	SELECT r.time_ns, r.task_id, NULL AS site_id FROM one CROSS JOIN retry r
	WHERE one.kind = 0
	AND r.id > coalesce((SELECT retry_id FROM checkpoint, one
			      WHERE checkpoint.time_ns <= one.start_ns
			      ORDER BY checkpoint.time_ns DESC LIMIT 1), 0)
	AND r.id <= coalesce((SELECT retry_id FROM checkpoint, one
			       WHERE checkpoint.time_ns > one.end_ns
			       ORDER BY checkpoint.time_ns LIMIT 1), 9223372036854775807)
	AND r.time_ns BETWEEN one.start_ns AND one.end_ns AND r.old_lock_id IS one.lock_id
	UNION ALL
	SELECT k.time_ns, k.task_id, k.site_id FROM one CROSS JOIN skip k
	WHERE one.kind = 1
	AND k.id > coalesce((SELECT skip_id FROM checkpoint, one
			      WHERE checkpoint.time_ns <= one.start_ns
			      ORDER BY checkpoint.time_ns DESC LIMIT 1), 0)
	AND k.id <= coalesce((SELECT skip_id FROM checkpoint, one
			       WHERE checkpoint.time_ns > one.end_ns
			       ORDER BY checkpoint.time_ns LIMIT 1), 9223372036854775807)
	AND k.time_ns BETWEEN one.start_ns AND one.end_ns
)
SELECT t.comm, t.tid, p.comm AS process, (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       count(*) AS nr_events
FROM event e
JOIN task t ON t.id = e.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = e.site_id
GROUP BY e.task_id, s.role ORDER BY count(*) DESC, e.task_id
