-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a stall: the sleep, the wait that explains it, the holds of the lock during
-- that wait, and the thread that ended the sleep. A "share of wait" has a duration but no
-- start; so has "waited for CPU", of wake-ups after which another thread took the lock.
WITH
one AS MATERIALIZED (
	SELECT s.*, coalesce(s.duration_ns, :end_ns - s.start_ns) AS ns FROM stall s WHERE s.id = :stall_id
),
waited AS MATERIALIZED (
	SELECT w.*, coalesce(w.duration_ns, :end_ns - w.start_ns) AS ns FROM one JOIN wait w ON w.id = one.wait_id
),
row(what, start_ns, ns, task_id, site_id, mode, source, rank) AS (
	SELECT 'asleep', start_ns, ns, task_id, NULL, NULL, NULL, 0 FROM one
	UNION ALL
	SELECT 'waits', start_ns, ns, task_id, site_id, mode, NULL, 1 FROM waited
	UNION ALL
	SELECT 'holds', h.start_ns, coalesce(h.duration_ns, :end_ns - h.start_ns), h.task_id, h.site_id, h.mode, 3, 2
	FROM waited w CROSS JOIN hold h
	WHERE ID_IN_SPAN(h.id, hold, waited, waited.start_ns, waited.start_ns + waited.ns)
	AND h.lock_id = w.lock_id AND h.task_id != w.task_id
	AND h.start_ns < w.start_ns + w.ns
	AND (h.outcome = OUTCOME_OPEN OR h.start_ns + h.duration_ns >= w.start_ns)
	UNION ALL
	SELECT 'share of wait', NULL, p.duration_ns, p.holder_task_id, p.holder_site_id, p.mode, 3, 3
	FROM waited w JOIN wait_part p ON p.wait_id = w.id
	UNION ALL
	SELECT 'blamed', NULL, w.ns - coalesce(w.runnable_ns, 0), w.holder_task_id, w.holder_site_id, NULL, w.holder_source, 4
	FROM waited w WHERE w.holder_task_id IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM wait_part p WHERE p.wait_id = w.id)
	UNION ALL
	SELECT 'waits for CPU', FREED_NS(w), w.runnable_ns - coalesce(w.early_runnable_ns, 0), w.task_id,
	       NULL, NULL, NULL, 5
	FROM waited w WHERE w.runnable_ns > coalesce(w.early_runnable_ns, 0)
	UNION ALL
	SELECT 'waited for CPU', NULL, w.early_runnable_ns, w.task_id, NULL, NULL, NULL, 5
	FROM waited w WHERE w.early_runnable_ns > 0
	UNION ALL
	SELECT 'wakes it', start_ns + duration_ns, NULL, waker_task_id, NULL, NULL, NULL, 6
	FROM one WHERE waker_task_id IS NOT NULL
)
SELECT r.start_ns - (SELECT value FROM meta WHERE key = 'first_ns') AS at_ns, r.what, t.comm, t.tid, p.comm AS process,
       LABEL(role, s.role) AS role,
       LABEL(lock_mode, r.mode) AS mode,
       r.ns AS duration_ns, LABEL(holder_source, r.source) AS holder_source, r.start_ns
FROM row r
LEFT JOIN task t ON t.id = r.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = r.site_id
ORDER BY r.rank, r.start_ns, r.ns DESC
LIMIT 1000
