-- SPDX-License-Identifier: GPL-2.0-only
-- A row of screen "processes" of top, of a group of roll-ups.
SELECT p.comm, iif(p.of_thread, NULL, p.tgid),
       :wait_ns / :seconds, :nr_waits / :seconds,
       h.comm,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class),
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role),
       h.tid, :p99_ns, :max_ns, :slept_ns / :seconds, :runnable_ns / :seconds,
       :nr_waits, :wait_ns, :nr_uncertain, :process_id
FROM (SELECT 1)
LEFT JOIN process p ON p.id = :process_id
LEFT JOIN lock l ON l.id = :main_lock_id
LEFT JOIN site s ON s.id = :main_site_id
LEFT JOIN task h ON h.id = :holder_task_id
