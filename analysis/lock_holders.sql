-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: who held it during the waits that ended in the window, and what the holders
-- did meanwhile. Waits with exact holders are split over all of these.
WITH
recent AS MATERIALIZED (
	SELECT * FROM wait w
	WHERE ENDED_IN_WINDOW(w, wait)
	AND w.lock_id = :lock_id
),
part AS MATERIALIZED (
	SELECT r.id, r.start_ns, r.start_ns + r.duration_ns AS end_ns, r.holder_source, p.holder_task_id,
	       p.holder_site_id, p.duration_ns AS ns, p.holder_ran_ns AS ran_ns,
	       p.holder_runnable_ns AS runnable_ns, p.holder_lock_ns AS lock_ns, p.holder_slept_ns AS slept_ns
	FROM recent r JOIN wait_part p ON p.wait_id = r.id
	UNION ALL
	SELECT r.id, r.start_ns, r.start_ns + r.duration_ns AS end_ns, r.holder_source, r.holder_task_id,
	       r.holder_site_id, r.duration_ns - coalesce(r.runnable_ns, 0) AS ns, r.holder_ran_ns AS ran_ns,
	       r.holder_runnable_ns AS runnable_ns, r.holder_lock_ns AS lock_ns, r.holder_slept_ns AS slept_ns
	FROM recent r WHERE NOT EXISTS (SELECT 1 FROM wait_part p WHERE p.wait_id = r.id)
),
since AS MATERIALIZED (SELECT min(start_ns) AS ns FROM part WHERE slept_ns > 0),
-- uninterruptible sleeps of the holders, but those in waits of their own
slept AS (
	SELECT a.holder_task_id, x.symbol,
	       total(min(n.start_ns + n.duration_ns, a.end_ns) - max(n.start_ns, a.start_ns)) AS ns
	FROM since CROSS JOIN part a JOIN stall n ON n.task_id = a.holder_task_id JOIN site x ON x.id = n.site_id
	WHERE a.slept_ns > 0 AND n.wait_id IS NULL AND n.start_ns < a.end_ns
	AND n.start_ns + n.duration_ns > a.start_ns
	AND n.id > ID_BEFORE(stall, since.ns)
	AND n.id <= ID_UNTIL(stall, :end_ns)
	GROUP BY 1, 2
),
-- SQLite: with max(), symbol is of the row that has it
slept_most AS MATERIALIZED (SELECT holder_task_id, symbol, max(ns) FROM slept GROUP BY 1)
SELECT h.comm AS holder, LABEL(role, s.role) AS role,
       CAST(total(a.ns) AS INTEGER) AS wait_ns, count(DISTINCT a.id) AS nr_waits,
       iif(count(a.ran_ns), CAST(total(a.ran_ns) AS INTEGER), NULL) AS ran_ns,
       iif(count(a.ran_ns), CAST(total(a.runnable_ns) AS INTEGER), NULL) AS runnable_ns,
       iif(count(a.ran_ns), CAST(total(a.lock_ns) AS INTEGER), NULL) AS lock_ns,
       iif(count(a.ran_ns), CAST(total(a.slept_ns) AS INTEGER), NULL) AS slept_ns,
       iif(count(a.ran_ns), CAST(total(a.ns - a.ran_ns - a.runnable_ns - a.lock_ns - a.slept_ns) AS INTEGER), NULL) AS before_ns,
       CAST(total(iif(a.ran_ns IS NULL, a.ns, 0)) AS INTEGER) AS unknown_ns,
       f.symbol AS slept_in,
       iif(a.holder_source = HOLDER_UNKNOWN, NULL, LABEL(holder_source, a.holder_source)) AS holder_source,
       p.comm AS process, h.tid AS holder_tid
FROM part a
LEFT JOIN slept_most f ON f.holder_task_id = a.holder_task_id
LEFT JOIN site s ON s.id = a.holder_site_id
LEFT JOIN task h ON h.id = a.holder_task_id
LEFT JOIN process p ON p.id = h.process_id
GROUP BY a.holder_site_id, a.holder_task_id, a.holder_source
ORDER BY total(a.ns) DESC, a.holder_task_id, a.holder_site_id
