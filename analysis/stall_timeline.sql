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
row AS (
	SELECT 'asleep' AS what, start_ns, ns, task_id, NULL AS site_id, NULL AS mode, NULL AS source, 0 AS rank FROM one
	UNION ALL
	SELECT 'waits' AS what, start_ns, ns, task_id, site_id, mode, NULL AS source, 1 AS rank FROM waited
	UNION ALL
	SELECT 'holds' AS what, h.start_ns, coalesce(h.duration_ns, :end_ns - h.start_ns) AS ns, h.task_id, h.site_id,
	       h.mode, HOLDER_EXACT AS source, 2 AS rank
	FROM waited w CROSS JOIN hold h
	WHERE ID_IN_SPAN(h.id, hold, waited, waited.start_ns, waited.start_ns + waited.ns)
	AND h.lock_id = w.lock_id AND h.task_id != w.task_id
	AND h.start_ns < w.start_ns + w.ns
	AND (h.outcome = OUTCOME_OPEN OR h.start_ns + h.duration_ns >= w.start_ns)
	UNION ALL
	SELECT 'share of wait' AS what, NULL AS start_ns, p.duration_ns AS ns, p.holder_task_id AS task_id,
	       p.holder_site_id AS site_id, p.mode, HOLDER_EXACT AS source, 3 AS rank
	FROM waited w JOIN wait_part p ON p.wait_id = w.id
	UNION ALL
	SELECT 'blamed' AS what, NULL AS start_ns, w.ns - coalesce(w.runnable_ns, 0) AS ns, w.holder_task_id AS task_id,
	       w.holder_site_id AS site_id, NULL AS mode, w.holder_source AS source, 4 AS rank
	FROM waited w WHERE w.holder_task_id IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM wait_part p WHERE p.wait_id = w.id)
	UNION ALL
	SELECT 'waits for CPU' AS what, FREED_NS(w) AS start_ns, w.runnable_ns - coalesce(w.early_runnable_ns, 0) AS ns,
	       w.task_id, NULL AS site_id, NULL AS mode, NULL AS source, 5 AS rank
	FROM waited w WHERE w.runnable_ns > coalesce(w.early_runnable_ns, 0)
	UNION ALL
	SELECT 'waited for CPU' AS what, NULL AS start_ns, w.early_runnable_ns AS ns, w.task_id, NULL AS site_id,
	       NULL AS mode, NULL AS source, 5 AS rank
	FROM waited w WHERE w.early_runnable_ns > 0
	UNION ALL
	SELECT 'wakes it' AS what, start_ns + duration_ns AS start_ns, NULL AS ns, waker_task_id AS task_id,
	       NULL AS site_id, NULL AS mode, NULL AS source, 6 AS rank
	FROM one WHERE waker_task_id IS NOT NULL
)
SELECT r.start_ns - FIRST_NS() AS at_ns, r.what AS what, t.comm AS comm, t.tid AS tid, p.comm AS process,
       LABEL(role, s.role) AS role,
       LABEL(lock_mode, r.mode) AS mode,
       r.ns AS duration_ns, LABEL(holder_source, r.source) AS holder_source, r.start_ns AS start_ns
FROM row r
LEFT JOIN task t ON t.id = r.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = r.site_id
ORDER BY r.rank, r.start_ns, r.ns DESC
LIMIT 1000
