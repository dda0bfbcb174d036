-- SPDX-License-Identifier: GPL-2.0-only
-- One row of screen Processes. The sums are parameters, see group_tables.c.
SELECT p.comm AS process, iif(p.of_thread, NULL, p.tgid) AS tgid,
       :wait_ns / :seconds AS wait_ns_per_s, :nr_waits / :seconds AS waits_per_s,
       h.comm AS holder,
       LABEL(lock_class, l.class) AS class,
       LABEL(role, s.role) AS role,
       h.tid AS holder_tid, :p99_ns AS p99_ns, :max_ns AS max_ns,
       :slept_ns / :seconds AS slept_ns_per_s, :runnable_ns / :seconds AS runnable_ns_per_s,
       :nr_waits AS nr_waits, :wait_ns AS wait_ns, :nr_uncertain AS nr_uncertain, :process_id AS process_id
FROM (SELECT 1)
LEFT JOIN process p ON p.id = :process_id
LEFT JOIN lock l ON l.id = :main_lock_id
LEFT JOIN site s ON s.id = :main_site_id
LEFT JOIN task h ON h.id = :holder_task_id
