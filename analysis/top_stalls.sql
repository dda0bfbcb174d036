-- SPDX-License-Identifier: GPL-2.0-only
-- Screen Stalls: the thousand longest sleeps that ended in the window or were open at its
-- end.
WITH
-- Checkpoints limit the part of table stall that is read; the times select the rows.
recent AS (
	SELECT id, coalesce(duration_ns, :end_ns - start_ns) AS ns
	FROM stall
	WHERE ID_IN_WINDOW(id, stall)
	AND start_ns < :end_ns
	AND (outcome = OUTCOME_OPEN OR start_ns + duration_ns >= :start_ns)
	AND (outcome = OUTCOME_OPEN OR start_ns + duration_ns < :end_ns)
	ORDER BY ns DESC LIMIT 1000
),
-- Without an event of its lock, who woke it is taken for the holder: as in view stalls.
named AS (
	SELECT s.*, r.ns, w.lock_id, w.site_id AS wait_site_id, w.duration_ns AS wait_ns, w.holder_site_id,
	       iif(s.wait_id IS NULL, iif(s.rwsem_mode IS NULL, NULL, s.waker_task_id), w.holder_task_id) AS holder_task_id,
	       iif(s.wait_id IS NULL, iif(s.rwsem_mode + s.waker_task_id IS NULL, NULL, HOLDER_WAKER),
		   nullif(w.holder_source, HOLDER_UNKNOWN)) AS holder_source
	FROM recent r JOIN stall s ON s.id = r.id LEFT JOIN wait w ON w.id = s.wait_id
)
SELECT t.comm AS comm, t.tid AS tid, s.ns AS duration_ns,
       coalesce(ss.symbol, st.symbol, iif(s.stack_id IS NULL, 'not recorded', '?')) AS slept_in,
       LABEL(lock_class, iif(s.wait_id IS NULL, s.class, l.class)) AS class,
       LABEL(role, iif(s.wait_id IS NULL AND s.rwsem_mode IS NOT NULL, ss.role, st.role)) AS role,
       h.comm AS holder,
       LABEL(role, hs.role) AS holder_role,
       h.tid AS holder_tid,
       LABEL(holder_source, s.holder_source) AS holder_source,
       k.comm AS waker, k.tid AS waker_tid, p.comm AS process, t.tgid AS tgid,
       LOCK_NAME(l) AS lock,
       s.start_ns - FIRST_NS() AS at_ns,
       iif(s.outcome = OUTCOME_ACQUIRED, NULL, LABEL(outcome, s.outcome)) AS outcome,
       s.wait_ns AS wait_ns, s.io_wait AS io_wait, s.id AS stall_id, s.start_ns AS start_ns, s.lock_id AS lock_id
FROM named s
JOIN task t ON t.id = s.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site ss ON ss.id = s.site_id
LEFT JOIN lock l ON l.id = s.lock_id
LEFT JOIN site st ON st.id = s.wait_site_id
LEFT JOIN task h ON h.id = s.holder_task_id
LEFT JOIN site hs ON hs.id = s.holder_site_id
LEFT JOIN task k ON k.id = s.waker_task_id
ORDER BY s.ns DESC, s.id
