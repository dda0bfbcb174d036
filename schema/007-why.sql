-- SPDX-License-Identifier: GPL-2.0-only
-- What the holder of a lock did while others waited for it.

-- Of the waiter itself: part of duration_ns, and none of slept_ns and runnable_ns. What remains
-- it waited for a CPU before the release.
ALTER TABLE wait ADD COLUMN ran_ns INTEGER;

-- Of the holder in holder_task_id, while it is proven to have held the lock during the wait, until
-- it let the lock go. All four are known, or none.
ALTER TABLE wait ADD COLUMN holder_ran_ns INTEGER;	-- on a CPU
ALTER TABLE wait ADD COLUMN holder_runnable_ns INTEGER;	-- preempted, or woken and not yet running
ALTER TABLE wait ADD COLUMN holder_lock_ns INTEGER;	-- asleep for another lock
ALTER TABLE wait ADD COLUMN holder_slept_ns INTEGER;	-- asleep for something else

-- Likewise of the holder of a part: these add up to its duration_ns, unless they are NULL.
ALTER TABLE wait_part ADD COLUMN holder_ran_ns INTEGER;
ALTER TABLE wait_part ADD COLUMN holder_runnable_ns INTEGER;
ALTER TABLE wait_part ADD COLUMN holder_lock_ns INTEGER;
ALTER TABLE wait_part ADD COLUMN holder_slept_ns INTEGER;

-- who made whom wait, and why for so long: all NULL but unknown_ns, if that is not known
DROP VIEW blame;
CREATE VIEW blame AS
WITH part AS (
	SELECT w.task_id, w.lock_id, w.site_id, 'held lock' AS cause, w.holder_source,
	       p.holder_task_id, p.holder_site_id, p.duration_ns, p.holder_ran_ns AS ran_ns,
	       p.holder_runnable_ns AS runnable_ns, p.holder_lock_ns AS lock_ns, p.holder_slept_ns AS slept_ns,
	       -- threads of one name that shared a wait are one row, and it is one wait
	       NOT EXISTS (SELECT 1 FROM wait_part q
			   LEFT JOIN task qt ON qt.id = q.holder_task_id
			   LEFT JOIN task pt ON pt.id = p.holder_task_id
			   LEFT JOIN site qs ON qs.id = q.holder_site_id
			   LEFT JOIN site ps ON ps.id = p.holder_site_id
			   WHERE q.wait_id = p.wait_id AND q.nr < p.nr
			   AND qt.process_id IS pt.process_id AND qt.comm IS pt.comm
			   AND qs.role IS ps.role) AS first
	FROM wait_part p CROSS JOIN wait w ON w.id = p.wait_id
	WHERE w.duration_ns IS NOT NULL
	UNION ALL
	SELECT w.task_id, w.lock_id, w.site_id, 'held lock', w.holder_source,
	       w.holder_task_id, w.holder_site_id, w.duration_ns - coalesce(w.runnable_ns, 0),
	       w.holder_ran_ns, w.holder_runnable_ns, w.holder_lock_ns, w.holder_slept_ns, 1
	FROM wait w
	WHERE w.duration_ns IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM wait_part p WHERE p.wait_id = w.id)
	UNION ALL
	SELECT w.task_id, w.lock_id, w.site_id, 'waiting for a CPU', NULL, NULL, NULL,
	       w.runnable_ns, NULL, NULL, NULL, NULL, 1
	FROM wait w
	WHERE w.duration_ns IS NOT NULL AND w.runnable_ns > 0
),
-- names are joined to sums, not to waits
ids AS MATERIALIZED (
	SELECT task_id, lock_id, site_id, cause, holder_source, holder_task_id, holder_site_id,
	       sum(first) AS nr_waits, sum(duration_ns) AS wait_ns, max(duration_ns) AS max_ns,
	       sum(ran_ns) AS ran_ns, sum(runnable_ns) AS runnable_ns, sum(lock_ns) AS lock_ns,
	       sum(slept_ns) AS slept_ns,
	       sum(duration_ns - ran_ns - runnable_ns - lock_ns - slept_ns) AS before_ns,
	       sum(iif(cause <> 'held lock', NULL, iif(ran_ns IS NULL, duration_ns, 0))) AS unknown_ns
	FROM part GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT p.comm AS process, t.tgid, t.comm, a.cause,
       hp.comm AS holder_process, h.tgid AS holder_tgid, h.comm AS holder_comm,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       (SELECT label FROM enum WHERE domain = 'role' AND value = hs.role) AS holder_role,
       (SELECT label FROM enum WHERE domain = 'holder_source' AND value = a.holder_source) AS holder_source,
       sum(a.nr_waits) AS nr_waits,
       sum(a.wait_ns) AS wait_ns,
       round(sum(a.wait_ns) / 1e6, 3) AS wait_ms,
       max(a.max_ns) AS max_ns,
       -- what the holder did meanwhile; before_ns: it waited for the lock itself
       sum(a.ran_ns) AS ran_ns, sum(a.runnable_ns) AS runnable_ns, sum(a.lock_ns) AS lock_ns,
       sum(a.slept_ns) AS slept_ns, sum(a.before_ns) AS before_ns, sum(a.unknown_ns) AS unknown_ns
FROM ids a
JOIN lock l ON l.id = a.lock_id
JOIN task t ON t.id = a.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = a.site_id
LEFT JOIN task h ON h.id = a.holder_task_id
LEFT JOIN process hp ON hp.id = h.process_id
LEFT JOIN site hs ON hs.id = a.holder_site_id
GROUP BY t.process_id, t.comm, a.cause, h.process_id, h.comm, l.class, s.role, hs.role, a.holder_source;

-- one readable row per wait
DROP VIEW waits;
CREATE VIEW waits AS
SELECT w.id, w.start_ns, w.duration_ns, w.slept_ns, w.runnable_ns,
       round(w.duration_ns / 1e6, 3) AS duration_ms, w.spun_ns,
       t.tid, t.comm, t.tgid, p.comm AS process,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       (SELECT label FROM enum WHERE domain = 'lock_mode' AND value = w.mode) AS mode,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       s.symbol,
       v.start AS vma_start, v.end AS vma_end, v.name AS vma_name,
       h.tid AS holder_tid, h.comm AS holder_comm,
       (SELECT label FROM enum WHERE domain = 'role' AND value = hs.role) AS holder_role,
       (SELECT label FROM enum WHERE domain = 'holder_source' AND value = w.holder_source) AS holder_source,
       (SELECT label FROM enum WHERE domain = 'outcome' AND value = w.outcome) AS outcome,
       w.ran_ns, w.holder_ran_ns, w.holder_runnable_ns, w.holder_lock_ns, w.holder_slept_ns,
       w.lock_id, w.task_id, t.process_id, w.site_id, w.stack_id, w.vma_id, w.holder_task_id
FROM wait w
JOIN lock l ON l.id = w.lock_id
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = w.site_id
LEFT JOIN vma v ON v.id = w.vma_id
LEFT JOIN task h ON h.id = w.holder_task_id
LEFT JOIN site hs ON hs.id = w.holder_site_id;
