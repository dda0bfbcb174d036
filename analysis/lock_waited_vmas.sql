-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: in which VMAs threads were when they waited for it; one row has those of no known VMA.
SELECT p.comm AS process, VMA_RANGE(v) AS vma, v.name AS vma_name,
       sum(w.duration_ns) AS wait_ns, count(*) AS nr_waits, max(w.duration_ns) AS max_ns,
       w.vma_id AS vma_id, v.process_id AS process_id
FROM wait w
LEFT JOIN vma v ON v.id = w.vma_id
LEFT JOIN process p ON p.id = v.process_id
WHERE ENDED_IN_WINDOW(w, wait)
AND w.lock_id = :lock_id
GROUP BY w.vma_id ORDER BY sum(w.duration_ns) DESC, w.vma_id
