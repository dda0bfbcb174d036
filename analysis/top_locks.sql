-- SPDX-License-Identifier: GPL-2.0-only
-- A row of screen "locks" of top, of a group of roll-ups.
SELECT (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class),
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END,
       :wait_ns / :seconds, :nr_waits / :seconds,
       h.comm,
       p.comm,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role),
       h.tid, :p99_ns, :max_ns, :slept_ns / :seconds, :runnable_ns / :seconds,
       :nr_waits, :wait_ns, :nr_uncertain, :lock_id
FROM (SELECT 1)
LEFT JOIN lock l ON l.id = :lock_id
LEFT JOIN process p ON p.id = :main_process_id
LEFT JOIN site s ON s.id = :main_site_id
LEFT JOIN task h ON h.id = :holder_task_id
