-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a storm: the VMA that most folios left, the one that most went to, and the
-- number of moves to each VMA.
WITH
one AS MATERIALIZED (
	SELECT *, start_ns + duration_ns AS end_ns FROM storm WHERE id = :storm_id
),
moved AS MATERIALIZED (
	SELECT m.* FROM one CROSS JOIN move m
	WHERE ID_IN_SPAN(m.id, move, one, one.start_ns, one.end_ns)
	AND m.time_ns BETWEEN one.start_ns AND one.end_ns
	AND (one.lock_id IS NULL OR m.old_lock_id = one.lock_id OR m.new_lock_id = one.lock_id)
)
SELECT 'most left' AS what, p.comm AS process, VMA_RANGE(v) AS vma, v.name AS vma_name,
       NULL AS nr_moves, v.id AS vma_id, v.process_id AS process_id
FROM one JOIN vma v ON v.id = one.from_vma_id LEFT JOIN process p ON p.id = v.process_id
UNION ALL
SELECT 'most went to' AS what, p.comm AS process, VMA_RANGE(v) AS vma, v.name AS vma_name,
       NULL AS nr_moves, v.id AS vma_id, v.process_id AS process_id
FROM one JOIN vma v ON v.id = one.to_vma_id LEFT JOIN process p ON p.id = v.process_id
UNION ALL
SELECT 'went to' AS what, p.comm AS process, VMA_RANGE(v) AS vma, v.name AS vma_name,
       count(*) AS nr_moves, v.id AS vma_id, v.process_id AS process_id
FROM moved m JOIN vma v ON v.id = m.vma_id LEFT JOIN process p ON p.id = v.process_id
GROUP BY m.vma_id
