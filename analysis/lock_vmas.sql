-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: the VMAs that are or were linked to it, and the one in lock.vma_id.
SELECT p.comm AS process, VMA_RANGE(v) AS vma, v.name AS vma_name, v.perms AS perms, iif(p.of_thread, NULL, p.tgid) AS tgid,
       k.from_ns - FIRST_NS() AS from_ns,
       k.to_ns - FIRST_NS() AS to_ns,
       v.id AS vma_id, v.process_id AS process_id
FROM (SELECT vma_id, from_ns, to_ns FROM lock_vma
      WHERE lock_id = :lock_id AND coalesce(from_ns, 0) < :end_ns
      UNION
      SELECT l.vma_id, NULL AS from_ns, NULL AS to_ns FROM lock l WHERE l.id = :lock_id AND l.vma_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM lock_vma k WHERE k.lock_id = l.id AND k.vma_id = l.vma_id)) k
JOIN vma v ON v.id = k.vma_id
LEFT JOIN process p ON p.id = v.process_id
ORDER BY k.to_ns IS NOT NULL, p.comm, v.start
LIMIT 1000
