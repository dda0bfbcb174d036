-- SPDX-License-Identifier: GPL-2.0-only
-- Section "blame" of the report. Names are joined only to the rows that are shown: those with
-- the most waiting, and all that have as much as the last of them.
SELECT p.comm AS process, t.tgid AS tgid, t.comm AS comm, LABEL(role, s.role) AS role, a.cause AS cause,
       hp.comm AS holder_process, h.tgid AS holder_tgid, h.comm AS holder_comm,
       LABEL(role, hs.role) AS holder_role,
       LABEL(lock_class, l.class) AS class,
       LABEL(holder_source, a.holder_source) AS holder_source,
       a.nr_waits AS nr_waits, a.wait_ns AS wait_ns, a.max_ns AS max_ns,
       a.ran_ns AS ran_ns, a.runnable_ns AS runnable_ns, a.lock_ns AS lock_ns, a.slept_ns AS slept_ns, a.before_ns AS before_ns, a.unknown_ns AS unknown_ns
FROM blame_sum a
JOIN lock l ON l.id = a.lock_id
JOIN task t ON t.id = a.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = a.site_id
LEFT JOIN task h ON h.id = a.holder_task_id
LEFT JOIN process hp ON hp.id = h.process_id
LEFT JOIN site hs ON hs.id = a.holder_site_id
WHERE :max_rows < 0 OR a.wait_ns >= (SELECT min(wait_ns) FROM (SELECT wait_ns FROM blame_sum ORDER BY wait_ns DESC LIMIT :max_rows))
ORDER BY a.wait_ns DESC, t.comm, a.cause, holder_comm, class, 4, holder_role, 11
