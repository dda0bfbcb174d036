-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a storm: the threads whose walks restarted or were given up.
WITH
one AS MATERIALIZED (
	SELECT *, start_ns + duration_ns AS end_ns FROM storm WHERE id = :storm_id
),
event AS MATERIALIZED (
	SELECT r.time_ns, r.task_id, NULL AS site_id FROM one CROSS JOIN retry r
	WHERE one.kind = STORM_RETRY
	AND ID_IN_SPAN(r.id, retry, one, one.start_ns, one.end_ns)
	AND r.time_ns BETWEEN one.start_ns AND one.end_ns AND r.old_lock_id IS one.lock_id
	UNION ALL
	SELECT k.time_ns, k.task_id, k.site_id FROM one CROSS JOIN skip k
	WHERE one.kind = STORM_SKIP
	AND ID_IN_SPAN(k.id, skip, one, one.start_ns, one.end_ns)
	AND k.time_ns BETWEEN one.start_ns AND one.end_ns
)
SELECT t.comm AS comm, t.tid AS tid, p.comm AS process, LABEL(role, s.role) AS role,
       count(*) AS nr_events
FROM event e
JOIN task t ON t.id = e.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = e.site_id
GROUP BY e.task_id, s.role ORDER BY count(*) DESC, e.task_id
