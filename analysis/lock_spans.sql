-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: the latest waits and holds that ended in the window.
WITH
span AS (
	SELECT * FROM (
		SELECT 'wait' AS what, w.start_ns, w.duration_ns, w.task_id, w.mode, w.site_id
		FROM wait w
		WHERE ENDED_IN_WINDOW(w, wait)
		AND w.lock_id = :lock_id ORDER BY w.id DESC LIMIT 500)
	UNION ALL
	SELECT * FROM (
		SELECT 'hold' AS what, h.start_ns, h.duration_ns, h.task_id, h.mode, h.site_id
		FROM hold h
		WHERE ENDED_IN_WINDOW(h, hold)
		AND h.lock_id = :lock_id ORDER BY h.id DESC LIMIT 500)
)
SELECT a.start_ns - FIRST_NS() AS at_ns, a.what AS what, t.comm AS comm, t.tid AS tid,
       LABEL(lock_mode, a.mode) AS mode,
       LABEL(role, s.role) AS role,
       a.duration_ns AS duration_ns, a.start_ns AS start_ns
FROM span a
JOIN task t ON t.id = a.task_id
LEFT JOIN site s ON s.id = a.site_id
ORDER BY a.start_ns DESC
