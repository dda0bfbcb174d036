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
