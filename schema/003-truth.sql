-- SPDX-License-Identifier: GPL-2.0-only
-- Schema version 3: columns of waits, stalls and losses that version 2 does not have.

-- From the last wake-up to the end: the lock was released, and the waiter waited for
-- a CPU. NULL in a file of an earlier schema version: unknown.
ALTER TABLE wait ADD COLUMN runnable_ns INTEGER;	-- part of duration_ns, and none of slept_ns
ALTER TABLE rollup ADD COLUMN runnable_ns INTEGER;	-- sum of it
ALTER TABLE holder_rollup ADD COLUMN runnable_ns INTEGER;	-- sum of it: part of wait_ns that the holder is not to blame for

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
       w.lock_id, w.task_id, t.process_id, w.site_id, w.stack_id, w.vma_id, w.holder_task_id
FROM wait w
JOIN lock l ON l.id = w.lock_id
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = w.site_id
LEFT JOIN vma v ON v.id = w.vma_id
LEFT JOIN task h ON h.id = w.holder_task_id
LEFT JOIN site hs ON hs.id = w.holder_site_id;

-- Statistics count waits that have a duration; open and uncertain ones are
-- counted beside them.
DROP VIEW wait_by_lock;
CREATE VIEW wait_by_lock AS
SELECT (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.runnable_ns)) AS runnable_ns,
       count(DISTINCT w.task_id) AS nr_tasks,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain,
       w.lock_id
FROM wait w JOIN lock l ON l.id = w.lock_id
GROUP BY w.lock_id;

DROP VIEW wait_by_task;
CREATE VIEW wait_by_task AS
SELECT t.comm, t.tid, t.tgid, p.comm AS process,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.runnable_ns)) AS runnable_ns,
       count(DISTINCT w.lock_id) AS nr_locks,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain,
       w.task_id
FROM wait w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
GROUP BY w.task_id;

DROP VIEW wait_by_process;
CREATE VIEW wait_by_process AS
SELECT p.comm AS process, t.tgid,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.runnable_ns)) AS runnable_ns,
       count(DISTINCT w.task_id) AS nr_tasks,
       count(DISTINCT w.lock_id) AS nr_locks,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain,
       coalesce(t.process_id, 0) AS process_id
FROM wait w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
GROUP BY coalesce(t.process_id, 0);

DROP VIEW wait_by_site;
CREATE VIEW wait_by_site AS
SELECT (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       s.symbol,
       (SELECT label FROM enum WHERE domain = 'lock_mode' AND value = w.mode) AS mode,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.runnable_ns)) AS runnable_ns,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain
FROM wait w
JOIN lock l ON l.id = w.lock_id
LEFT JOIN site s ON s.id = w.site_id
GROUP BY s.symbol, s.role, l.class, w.mode;

-- per VMA; where it is not known, per process
DROP VIEW wait_by_vma;
CREATE VIEW wait_by_vma AS
SELECT p.comm AS process, t.tgid, v.start AS vma_start, v.end AS vma_end, v.name AS vma_name,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.runnable_ns)) AS runnable_ns,
       count(DISTINCT w.lock_id) AS nr_locks,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain,
       coalesce(t.process_id, 0) AS process_id, coalesce(w.vma_id, 0) AS vma_id
FROM wait w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN vma v ON v.id = w.vma_id
GROUP BY coalesce(t.process_id, 0), coalesce(w.vma_id, 0);

-- who made whom wait, how long: waits with exact holders are split over them,
-- others count for the last one known until it let the lock go. From then on a
-- waiter waits for a CPU, which is no holder's: rows of their own. nr_waits: waits
-- that the row is a part of.
DROP VIEW blame;
CREATE VIEW blame AS
WITH part AS (
	SELECT w.task_id, w.lock_id, w.site_id, 'held lock' AS cause, w.holder_source,
	       p.holder_task_id, p.holder_site_id, p.duration_ns,
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
	       w.holder_task_id, w.holder_site_id, w.duration_ns - coalesce(w.runnable_ns, 0), 1
	FROM wait w
	WHERE w.duration_ns IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM wait_part p WHERE p.wait_id = w.id)
	UNION ALL
	SELECT w.task_id, w.lock_id, w.site_id, 'waiting for a CPU', NULL, NULL, NULL,
	       w.runnable_ns, 1
	FROM wait w
	WHERE w.duration_ns IS NOT NULL AND w.runnable_ns > 0
),
-- names are joined to sums, not to waits
ids AS MATERIALIZED (
	SELECT task_id, lock_id, site_id, cause, holder_source, holder_task_id, holder_site_id,
	       sum(first) AS nr_waits, sum(duration_ns) AS wait_ns, max(duration_ns) AS max_ns
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
       max(a.max_ns) AS max_ns
FROM ids a
JOIN lock l ON l.id = a.lock_id
JOIN task t ON t.id = a.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = a.site_id
LEFT JOIN task h ON h.id = a.holder_task_id
LEFT JOIN process hp ON hp.id = h.process_id
LEFT JOIN site hs ON hs.id = a.holder_site_id
GROUP BY t.process_id, t.comm, a.cause, h.process_id, h.comm, l.class, s.role, hs.role, a.holder_source;

-- enum class_why: why lock.class is NULL; NULL where it is not, and in a file of an
-- earlier schema version
ALTER TABLE lock ADD COLUMN class_why INTEGER;

-- 1: no process, but threads of one whose id is not known: tgid is the id of one of
-- them, comm its name and id. 0 or NULL: a process.
ALTER TABLE process ADD COLUMN of_thread INTEGER;

-- one readable row per lock life
CREATE VIEW locks AS
SELECT l.id, printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       (SELECT label FROM enum WHERE domain = 'class_why' AND value = l.class_why) AS class_why,
       l.first_ns, l.last_ns, p.comm AS process,
       v.start AS vma_start, v.end AS vma_end, v.name AS vma_name
FROM lock l
LEFT JOIN vma v ON v.id = l.vma_id
LEFT JOIN process p ON p.id = v.process_id;

DROP VIEW lost;
ALTER TABLE loss RENAME TO loss_2;

-- one row per gap in the events of one CPU, or of all of them
CREATE TABLE loss (
	id		INTEGER PRIMARY KEY,
	start_ns	INTEGER,		-- last event before the gap; NULL: it began before the first one
	end_ns		INTEGER,		-- first event after it; NULL: it lasted to the end of the capture
	cpu		INTEGER,		-- NULL: every CPU
	nr_lost		INTEGER,		-- events; NULL: not counted
	reason		INTEGER NOT NULL	-- enum loss_reason
) STRICT;

-- version 2 gave a gap that began before the first event no length
INSERT INTO loss
SELECT id, iif(reason = 0 AND start_ns = end_ns, NULL, start_ns), end_ns, cpu, nr_lost, reason
FROM loss_2;
DROP TABLE loss_2;

-- Where a gap was not counted nr_lost is not known, and nr_lost_min is what it is
-- at least: the kernel or the file tells that an event is missing, or (reasons
-- not_recorded, unmarked) that none would have been recorded.
CREATE VIEW lost AS
SELECT cpu,
       (SELECT label FROM enum WHERE domain = 'loss_reason' AND value = reason) AS reason,
       count(*) AS nr_gaps,
       iif(count(nr_lost) = count(*), sum(nr_lost), NULL) AS nr_lost,
       sum(coalesce(nr_lost, reason <= 2)) AS nr_lost_min,
       sum(nr_lost IS NULL) AS nr_unknown,
       iif(count(end_ns - start_ns) = count(*), sum(end_ns - start_ns), NULL) AS gap_ns,
       iif(count(end_ns - start_ns) = count(*), round(sum(end_ns - start_ns) / 1e6, 3), NULL)
	AS gap_ms,
       sum(start_ns IS NULL) AS nr_from_start,
       sum(end_ns IS NULL) AS nr_to_end
FROM loss
GROUP BY cpu, reason;

-- where the thread slept; NULL: no stack was recorded
ALTER TABLE stall ADD COLUMN site_id INTEGER;	-- site.id of the function it slept in, as in /proc/PID/wchan
ALTER TABLE stall ADD COLUMN stack_id INTEGER;	-- stack.id
ALTER TABLE stall ADD COLUMN io_wait INTEGER;	-- 1: for a block device; 0: not

-- one readable row per uninterruptible sleep: where it was, and the wait that explains it
DROP VIEW stalls;
CREATE VIEW stalls AS
SELECT s.id, s.start_ns, s.duration_ns, round(s.duration_ns / 1e6, 3) AS duration_ms,
       t.tid, t.comm, t.tgid, p.comm AS process,
       -- the call site of the wait, where the sleep itself has no stack
       coalesce(ss.symbol, st.symbol) AS symbol, s.io_wait,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       (SELECT label FROM enum WHERE domain = 'role' AND value = st.role) AS role,
       w.duration_ns AS wait_ns,
       h.tid AS holder_tid, h.comm AS holder_comm,
       (SELECT label FROM enum WHERE domain = 'role' AND value = hs.role) AS holder_role,
       (SELECT label FROM enum WHERE domain = 'holder_source' AND value = w.holder_source) AS holder_source,
       k.tid AS waker_tid, k.comm AS waker_comm,
       (SELECT label FROM enum WHERE domain = 'outcome' AND value = s.outcome) AS outcome,
       sk.frames AS stack,
       s.task_id, s.wait_id, s.site_id, s.stack_id
FROM stall s
JOIN task t ON t.id = s.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site ss ON ss.id = s.site_id
LEFT JOIN stack sk ON sk.id = s.stack_id
LEFT JOIN wait w ON w.id = s.wait_id
LEFT JOIN lock l ON l.id = w.lock_id
LEFT JOIN site st ON st.id = w.site_id
LEFT JOIN task h ON h.id = w.holder_task_id
LEFT JOIN site hs ON hs.id = w.holder_site_id
LEFT JOIN task k ON k.id = s.waker_task_id;
