-- SPDX-License-Identifier: GPL-2.0-only
-- The threads that have slices, or that a wait leads to, process by process.
SELECT t.id AS task_id, t.process_id AS process_id, t.tid AS tid, coalesce(p.tgid, t.tgid) AS tgid, t.comm AS comm, p.comm AS process
FROM task t LEFT JOIN process p ON p.id = t.process_id
WHERE t.id IN (SELECT task_id FROM wait UNION SELECT holder_task_id FROM wait UNION SELECT task_id FROM hold)
ORDER BY t.process_id, t.id
