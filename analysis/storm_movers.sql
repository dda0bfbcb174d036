-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a storm: the threads that moved folios off or onto its lock during it.
WITH
one AS MATERIALIZED (
	SELECT *, start_ns + duration_ns AS end_ns FROM storm WHERE id = :storm_id
),
moved AS MATERIALIZED (
	SELECT m.* FROM one CROSS JOIN move m
	WHERE ID_IN_SPAN(m.id, move, one, one.start_ns, one.end_ns)
	AND m.time_ns BETWEEN one.start_ns AND one.end_ns
	AND (one.lock_id IS NULL OR m.old_lock_id = one.lock_id OR m.new_lock_id = one.lock_id)
)
SELECT t.comm AS comm, t.tid AS tid, p.comm AS process, count(*) AS nr_moves, sum(m.nr_pages) AS nr_pages
FROM moved m
JOIN task t ON t.id = m.task_id
LEFT JOIN process p ON p.id = t.process_id
GROUP BY m.task_id ORDER BY count(*) DESC, m.task_id
