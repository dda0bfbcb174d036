-- SPDX-License-Identifier: GPL-2.0-only
-- One row of screen Locks. The sums are parameters, see group_tables.c.
SELECT LABEL(lock_class, l.class) AS class,
       LOCK_NAME(l) AS lock,
       :wait_ns / :seconds AS wait_ns_per_s, :nr_waits / :seconds AS waits_per_s,
       h.comm AS holder,
       p.comm AS process,
       LABEL(role, s.role) AS role,
       p.tgid AS tgid, h.tid AS holder_tid, :p99_ns AS p99_ns, :max_ns AS max_ns,
       :slept_ns / :seconds AS slept_ns_per_s, :runnable_ns / :seconds AS runnable_ns_per_s,
       :nr_waits AS nr_waits, :wait_ns AS wait_ns, :nr_uncertain AS nr_uncertain, :lock_id AS lock_id
FROM (SELECT 1)
LEFT JOIN lock l ON l.id = :lock_id
LEFT JOIN process p ON p.id = :main_process_id
LEFT JOIN site s ON s.id = :main_site_id
LEFT JOIN task h ON h.id = :holder_task_id
