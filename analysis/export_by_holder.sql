-- SPDX-License-Identifier: GPL-2.0-only
-- Of flame graphs with the holders at the root: the waits that have a duration.
SELECT coalesce('held by ' || h.comm, 'held by an unknown thread') AS holder,
       p.comm AS process, t.comm AS comm, k.frames AS stack, sum(w.duration_ns) AS wait_ns
FROM wait w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN stack k ON k.id = w.stack_id
LEFT JOIN task h ON h.id = w.holder_task_id
WHERE w.duration_ns IS NOT NULL
GROUP BY 1, p.comm, t.comm, w.stack_id ORDER BY 1, p.comm, t.comm, w.stack_id
