-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: the kernel stacks of its waiters, innermost function first.
SELECT LABEL(role, s.role) AS role,
       sum(w.duration_ns) AS wait_ns, count(*) AS nr_waits, max(w.duration_ns) AS max_ns, replace(k.frames, char(10), ' < ') AS stack
FROM wait w
LEFT JOIN stack k ON k.id = w.stack_id
LEFT JOIN site s ON s.id = w.site_id
WHERE ENDED_IN_WINDOW(w, wait)
AND w.lock_id = :lock_id
GROUP BY w.stack_id, s.role ORDER BY sum(w.duration_ns) DESC, w.stack_id
