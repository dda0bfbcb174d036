-- SPDX-License-Identifier: GPL-2.0-only
-- One row of screen VMAs: waits of a process for one VMA, or for all unknown VMAs. The sums
-- and ids are parameters, see group_tables.c; names are added here.
SELECT p.comm AS process, VMA_RANGE(v) AS vma, v.name AS vma_name,
       :wait_ns / :seconds AS wait_ns_per_s, :nr_waits / :seconds AS waits_per_s, :p99_ns AS p99_ns, :max_ns AS max_ns,
       :hold_ns / :seconds AS hold_ns_per_s, :nr_retries / :seconds AS retries_per_s, :trend AS trend,
       h.comm AS holder,
       LABEL(lock_class, l.class) AS class,
       LABEL(role, s.role) AS role,
       iif(p.of_thread, NULL, p.tgid) AS tgid, h.tid AS holder_tid, :slept_ns / :seconds AS slept_ns_per_s, :runnable_ns / :seconds AS runnable_ns_per_s,
       v.perms AS perms,
       :nr_waits AS nr_waits, :wait_ns AS wait_ns, :nr_uncertain AS nr_uncertain, :process_id AS process_id, :vma_id AS vma_id
FROM (SELECT 1)
LEFT JOIN process p ON p.id = :process_id
LEFT JOIN vma v ON v.id = :vma_id
LEFT JOIN lock l ON l.id = :main_lock_id
LEFT JOIN site s ON s.id = :main_site_id
LEFT JOIN task h ON h.id = :holder_task_id
