-- SPDX-License-Identifier: GPL-2.0-only
-- A row of screen "vmas" of top: as screen "processes", split by the VMA that the
-- operation was for, where events name it. The numbers and ids are those of a
-- group of roll-ups; what else is known of them is read here.
SELECT p.comm, iif(v.id IS NULL, NULL, printf('%x-%x', v.start, v.end)), v.name,
       :wait_ns / :seconds, :nr_waits / :seconds, :p99_ns, :max_ns,
       :hold_ns / :seconds, :nr_retries / :seconds, :trend,
       h.comm,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class),
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role),
       iif(p.of_thread, NULL, p.tgid), h.tid, :slept_ns / :seconds, :runnable_ns / :seconds,
       v.perms,
       :nr_waits, :wait_ns, :nr_uncertain, :process_id, :vma_id
FROM (SELECT 1)
LEFT JOIN process p ON p.id = :process_id
LEFT JOIN vma v ON v.id = :vma_id
LEFT JOIN lock l ON l.id = :main_lock_id
LEFT JOIN site s ON s.id = :main_site_id
LEFT JOIN task h ON h.id = :holder_task_id
