-- SPDX-License-Identifier: GPL-2.0-only
-- Schema version 3: what a wait, a stall and a loss do not tell in version 2.

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
