-- SPDX-License-Identifier: GPL-2.0-only
-- Section "vmas" of the report.
SELECT p.comm AS process, t.tgid AS tgid, v.start AS vma_start, v.end AS vma_end,
       v.name AS vma_name, a.nr_waits AS nr_waits, a.wait_ns AS wait_ns, a.max_ns AS max_ns,
       a.slept_ns AS slept_ns, a.runnable_ns AS runnable_ns, a.nr_locks AS nr_locks,
       a.nr_open AS nr_open, a.nr_uncertain AS nr_uncertain
FROM wait_sum a JOIN task t ON t.id = a.task_id
LEFT JOIN process p ON p.id = a.process_id
LEFT JOIN vma v ON v.id = a.vma_id
WHERE a.kind = 'vma' ORDER BY a.wait_ns DESC, a.process_id, a.vma_id
