-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a VMA, or of a process if :vma_id is NULL: who held the locks that it waited
-- for. Waits with exact holders are split over all of these. The time that it waited for
-- a CPU, after the release, is a row without a holder.
WITH
recent AS MATERIALIZED (
	SELECT w.* FROM wait w JOIN task t ON t.id = w.task_id
	WHERE ENDED_IN_WINDOW(w, wait)
	AND coalesce(t.process_id, 0) = :process_id
	AND (:vma_id IS NULL OR coalesce(w.vma_id, 0) = :vma_id)
),
part AS (
	SELECT r.id, 'held lock' AS cause, r.holder_source, p.holder_task_id, p.holder_site_id, p.duration_ns
	FROM recent r JOIN wait_part p ON p.wait_id = r.id
	UNION ALL
	SELECT r.id, 'held lock' AS cause, r.holder_source, r.holder_task_id, r.holder_site_id,
	       r.duration_ns - coalesce(r.runnable_ns, 0) AS duration_ns
	FROM recent r WHERE NOT EXISTS (SELECT 1 FROM wait_part p WHERE p.wait_id = r.id)
	UNION ALL
	SELECT r.id, 'waiting for a CPU' AS cause, HOLDER_UNKNOWN AS holder_source, NULL AS holder_task_id,
	       NULL AS holder_site_id, r.runnable_ns AS duration_ns
	FROM recent r WHERE r.runnable_ns > 0
)
SELECT a.cause AS cause, h.comm AS holder, LABEL(role, s.role) AS role,
       sum(a.duration_ns) AS wait_ns, count(DISTINCT a.id) AS nr_waits, max(a.duration_ns) AS max_ns,
       iif(a.holder_source = HOLDER_UNKNOWN, NULL, LABEL(holder_source, a.holder_source)) AS holder_source,
       s.symbol AS symbol, p.comm AS process, h.tid AS holder_tid
FROM part a
LEFT JOIN site s ON s.id = a.holder_site_id
LEFT JOIN task h ON h.id = a.holder_task_id
LEFT JOIN process p ON p.id = h.process_id
GROUP BY a.cause, a.holder_site_id, a.holder_task_id, a.holder_source
ORDER BY sum(a.duration_ns) DESC, a.cause, a.holder_task_id, a.holder_site_id
