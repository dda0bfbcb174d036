-- SPDX-License-Identifier: GPL-2.0-only
-- Of pprof: the waits that have a duration, by what is known of them.
SELECT p.comm AS process, t.comm AS thread, LABEL(lock_class, l.class) AS class,
       LABEL(role, s.role) AS role,
       VMA_NAME(v) AS vma,
       h.comm AS holder, iif(h.id IS NULL, NULL, LABEL(holder_source, w.holder_source)) AS holder_source,
       k.frames AS stack, count(*) AS nr_waits, sum(w.duration_ns) AS wait_ns
FROM wait w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN stack k ON k.id = w.stack_id
LEFT JOIN task h ON h.id = w.holder_task_id
LEFT JOIN lock l ON l.id = w.lock_id
LEFT JOIN site s ON s.id = w.site_id
LEFT JOIN vma v ON v.id = w.vma_id
WHERE w.duration_ns IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7, w.stack_id ORDER BY 1, 2, 3, 4, 5, 6, 7, w.stack_id
