-- SPDX-License-Identifier: GPL-2.0-only
-- Section "tasks" of the report.
SELECT t.comm AS comm, t.tid AS tid, t.tgid AS tgid, p.comm AS process, a.nr_waits AS nr_waits,
       a.wait_ns AS wait_ns, a.max_ns AS max_ns, a.slept_ns AS slept_ns,
       a.runnable_ns AS runnable_ns, a.nr_locks AS nr_locks, a.nr_open AS nr_open,
       a.nr_uncertain AS nr_uncertain
FROM wait_sum a JOIN task t ON t.id = a.task_id
LEFT JOIN process p ON p.id = t.process_id
WHERE a.kind = 'task' ORDER BY a.wait_ns DESC, a.task_id
