-- SPDX-License-Identifier: GPL-2.0-only
-- Schema version 2: stalls, storms, stragglers, lock order, and each wait split
-- over its holders.

-- Where a time is in the tables whose rows come in time order. Rows up to an id
-- ended before time_ns. The *_min_ns are the earliest start among the rows since
-- the checkpoint before: what overlaps an instant is in few of these stretches.
-- NULL in a file of schema version 1: not known.
ALTER TABLE checkpoint ADD COLUMN wait_min_ns INTEGER;	-- earliest wait.start_ns
ALTER TABLE checkpoint ADD COLUMN hold_id INTEGER;	-- highest hold.id then
ALTER TABLE checkpoint ADD COLUMN hold_min_ns INTEGER;	-- earliest hold.start_ns
ALTER TABLE checkpoint ADD COLUMN walk_id INTEGER;	-- highest walk.id then
ALTER TABLE checkpoint ADD COLUMN stall_id INTEGER;	-- highest stall.id then
ALTER TABLE checkpoint ADD COLUMN retry_id INTEGER;	-- highest retry.id then
ALTER TABLE checkpoint ADD COLUMN skip_id INTEGER;	-- highest skip.id then
ALTER TABLE checkpoint ADD COLUMN move_id INTEGER;	-- highest move.id then

-- open holds are few, too
CREATE INDEX hold_open ON hold (start_ns) WHERE outcome = 1;

-- one row per thread that held the lock during a wait: the wait's time split
-- over its holders, at any moment equally over those who held it then. The parts
-- of a wait add up to its duration. Only waits whose holders are exact.
CREATE TABLE wait_part (
	wait_id		INTEGER NOT NULL,	-- wait.id
	nr		INTEGER NOT NULL,	-- 0, 1, ... within the wait
	holder_task_id	INTEGER,		-- task.id; NULL: nobody known held it then
	holder_site_id	INTEGER,		-- site.id: where the holder took it
	mode		INTEGER,		-- enum lock_mode of the hold
	duration_ns	INTEGER NOT NULL,	-- part of wait.duration_ns
	PRIMARY KEY (wait_id, nr)
) STRICT, WITHOUT ROWID;

-- one row per uninterruptible sleep; profile stalls
CREATE TABLE stall (
	id		INTEGER PRIMARY KEY,
	start_ns	INTEGER NOT NULL,	-- switched out
	duration_ns	INTEGER,		-- until woken; else NULL
	task_id		INTEGER NOT NULL,	-- task.id: who slept
	wait_id		INTEGER,		-- wait.id that explains it; NULL: none does
	waker_task_id	INTEGER,		-- task.id of who woke it
	outcome		INTEGER NOT NULL	-- enum outcome: acquired means woken
) STRICT;

-- one row per burst of retries or skips
CREATE TABLE storm (
	id		INTEGER PRIMARY KEY,
	kind		INTEGER NOT NULL,	-- enum storm_kind
	start_ns	INTEGER NOT NULL,	-- first retry or skip
	duration_ns	INTEGER NOT NULL,	-- to the last one, so far
	outcome		INTEGER NOT NULL,	-- enum outcome: acquired means over, open not yet
	lock_id		INTEGER,		-- lock.id of the root that the folios left; NULL not known
	nr_events	INTEGER NOT NULL,	-- retries or skips
	peak_per_s	INTEGER NOT NULL,	-- most in one second
	nr_walkers	INTEGER NOT NULL,	-- threads that walked
	nr_movers	INTEGER,		-- threads that moved folios meanwhile; NULL: moves not traced, or lock not known
	nr_moves	INTEGER,		-- folios that they moved off or onto the lock
	walker_task_id	INTEGER,		-- task.id of the one with most of it
	walker_site_id	INTEGER,		-- site.id of its walk
	mover_task_id	INTEGER,		-- task.id of the one with most moves
	from_vma_id	INTEGER,		-- vma.id that most moves left
	to_vma_id	INTEGER			-- vma.id that most moves went to
) STRICT;

-- one row per migration entry that was set and never removed
CREATE TABLE straggler (
	id		INTEGER PRIMARY KEY,
	time_ns		INTEGER NOT NULL,	-- entry set
	task_id		INTEGER NOT NULL,	-- task.id of who migrated
	address		INTEGER NOT NULL,	-- user address of the entry
	nr_pages	INTEGER,
	why		INTEGER NOT NULL,	-- enum straggler_why
	other_task_id	INTEGER,		-- task.id of who moved the page tables
	other_ns	INTEGER			-- when that began
) STRICT;

-- one row per pair of lock classes of which one was taken while the other was held;
-- a lock that its own holder took again is a row of its own
CREATE TABLE order_edge (
	id		INTEGER PRIMARY KEY,
	held_class	INTEGER NOT NULL,	-- enum lock_class: held
	taken_class	INTEGER NOT NULL,	-- enum lock_class: taken meanwhile
	nr_taken	INTEGER NOT NULL,	-- times, waiting for it if need be
	nr_tried	INTEGER NOT NULL,	-- times by a try-lock, which cannot deadlock, or not known to have been able to wait
	documented	INTEGER,		-- 1: the order of mm/rmap.c; 0: against it; NULL: it has none
	time_ns		INTEGER NOT NULL,	-- first example
	task_id		INTEGER NOT NULL,	-- task.id there
	held_lock_id	INTEGER,		-- lock.id there; NULL for the mmap_lock
	taken_lock_id	INTEGER,		-- lock.id there; NULL for the mmap_lock
	held_site_id	INTEGER,		-- site.id where the first was taken
	taken_site_id	INTEGER,		-- site.id where the second was
	held_stack_id	INTEGER,		-- stack.id of it, where known
	taken_stack_id	INTEGER			-- stack.id of it, where known
) STRICT;

-- all waits per second in which they ended: what is drawn over a long time is
-- read from here. In a file of schema version 1 it is made of table rollup.
CREATE TABLE second_rollup (
	second		INTEGER PRIMARY KEY,	-- end time / 1e9, rounded down
	nr_waits	INTEGER NOT NULL,	-- with a duration
	wait_ns		INTEGER NOT NULL,	-- sum of durations
	max_wait_ns	INTEGER NOT NULL,
	nr_uncertain	INTEGER NOT NULL,	-- without a duration: cut by a loss
	hist		BLOB			-- of durations
) STRICT;

-- for whom was waited, per second in which the waits ended; ids are 0 where not
-- known. In a file of schema version 1 it is made of the waits.
CREATE TABLE holder_rollup (
	second		INTEGER NOT NULL,	-- end time / 1e9, rounded down
	lock_id		INTEGER NOT NULL,	-- lock.id
	process_id	INTEGER NOT NULL,	-- process.id of the waiters
	holder_task_id	INTEGER NOT NULL,	-- task.id of the last holder
	nr_waits	INTEGER NOT NULL,	-- with a duration
	wait_ns		INTEGER NOT NULL,	-- sum of durations
	PRIMARY KEY (second, lock_id, process_id, holder_task_id)
) STRICT, WITHOUT ROWID;

INSERT INTO holder_rollup
SELECT (w.start_ns + w.duration_ns) / 1000000000, w.lock_id, coalesce(t.process_id, 0),
       coalesce(w.holder_task_id, 0), count(*), sum(w.duration_ns)
FROM wait w LEFT JOIN task t ON t.id = w.task_id
WHERE w.duration_ns IS NOT NULL
GROUP BY 1, 2, 3, 4;

-- one readable row per uninterruptible sleep, with the wait that explains it
CREATE VIEW stalls AS
SELECT s.id, s.start_ns, s.duration_ns, round(s.duration_ns / 1e6, 3) AS duration_ms,
       t.tid, t.comm, t.tgid, p.comm AS process,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       (SELECT label FROM enum WHERE domain = 'role' AND value = st.role) AS role,
       w.duration_ns AS wait_ns,
       h.tid AS holder_tid, h.comm AS holder_comm,
       (SELECT label FROM enum WHERE domain = 'role' AND value = hs.role) AS holder_role,
       (SELECT label FROM enum WHERE domain = 'holder_source' AND value = w.holder_source) AS holder_source,
       k.tid AS waker_tid, k.comm AS waker_comm,
       (SELECT label FROM enum WHERE domain = 'outcome' AND value = s.outcome) AS outcome,
       s.task_id, s.wait_id
FROM stall s
JOIN task t ON t.id = s.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN wait w ON w.id = s.wait_id
LEFT JOIN lock l ON l.id = w.lock_id
LEFT JOIN site st ON st.id = w.site_id
LEFT JOIN task h ON h.id = w.holder_task_id
LEFT JOIN site hs ON hs.id = w.holder_site_id
LEFT JOIN task k ON k.id = s.waker_task_id;

-- one readable row per storm
CREATE VIEW storms AS
SELECT s.id,
       (SELECT label FROM enum WHERE domain = 'storm_kind' AND value = s.kind) AS kind,
       s.start_ns, s.duration_ns, round(s.duration_ns / 1e6, 3) AS duration_ms,
       (SELECT label FROM enum WHERE domain = 'outcome' AND value = s.outcome) AS outcome,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       s.nr_events, s.peak_per_s, s.nr_walkers, s.nr_movers, s.nr_moves,
       w.tid AS walker_tid, w.comm AS walker_comm, wp.comm AS walker_process,
       (SELECT label FROM enum WHERE domain = 'role' AND value = ws.role) AS walker_role,
       m.tid AS mover_tid, m.comm AS mover_comm, mp.comm AS mover_process,
       f.start AS from_start, f.end AS from_end, f.name AS from_name,
       v.start AS to_start, v.end AS to_end, v.name AS to_name,
       s.lock_id
FROM storm s
LEFT JOIN lock l ON l.id = s.lock_id
LEFT JOIN task w ON w.id = s.walker_task_id
LEFT JOIN process wp ON wp.id = w.process_id
LEFT JOIN site ws ON ws.id = s.walker_site_id
LEFT JOIN task m ON m.id = s.mover_task_id
LEFT JOIN process mp ON mp.id = m.process_id
LEFT JOIN vma f ON f.id = s.from_vma_id
LEFT JOIN vma v ON v.id = s.to_vma_id;

-- one readable row per migration entry left behind
CREATE VIEW stragglers AS
SELECT s.id, s.time_ns, t.tid, t.comm, t.tgid, p.comm AS process,
       printf('%x', s.address) AS address, s.nr_pages,
       (SELECT label FROM enum WHERE domain = 'straggler_why' AND value = s.why) AS why,
       o.tid AS other_tid, o.comm AS other_comm, op.comm AS other_process, s.other_ns
FROM straggler s
JOIN task t ON t.id = s.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN task o ON o.id = s.other_task_id
LEFT JOIN process op ON op.id = o.process_id;

-- one readable row per order in which two classes of locks were taken
CREATE VIEW lock_order AS
SELECT (SELECT label FROM enum WHERE domain = 'lock_class' AND value = e.held_class) AS held,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = e.taken_class) AS taken,
       e.nr_taken, e.nr_tried, e.documented,
       -- a try-lock gives up instead of closing a circle
       e.documented = 0 AND e.nr_taken > 0 AS inversion,
       e.time_ns, t.tid, t.comm, t.tgid, p.comm AS process,
       printf('%x', h.address) AS held_lock, printf('%x', k.address) AS taken_lock,
       hs.symbol AS held_symbol, ks.symbol AS taken_symbol,
       hk.frames AS held_stack, kk.frames AS taken_stack
FROM order_edge e
JOIN task t ON t.id = e.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN lock h ON h.id = e.held_lock_id
LEFT JOIN lock k ON k.id = e.taken_lock_id
LEFT JOIN site hs ON hs.id = e.held_site_id
LEFT JOIN site ks ON ks.id = e.taken_site_id
LEFT JOIN stack hk ON hk.id = e.held_stack_id
LEFT JOIN stack kk ON kk.id = e.taken_stack_id;

-- per VMA; where it is not known, per process
CREATE VIEW wait_by_vma AS
SELECT p.comm AS process, t.tgid, v.start AS vma_start, v.end AS vma_end, v.name AS vma_name,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
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
-- others count whole for the last one known. nr_waits: waits that a holder had
-- a part in.
DROP VIEW blame;
CREATE VIEW blame AS
WITH part AS (
	SELECT w.task_id, w.lock_id, w.site_id, w.holder_source,
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
	SELECT w.task_id, w.lock_id, w.site_id, w.holder_source,
	       w.holder_task_id, w.holder_site_id, w.duration_ns, 1
	FROM wait w
	WHERE w.duration_ns IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM wait_part p WHERE p.wait_id = w.id)
),
-- names are joined to sums, not to waits
ids AS MATERIALIZED (
	SELECT task_id, lock_id, site_id, holder_source, holder_task_id, holder_site_id,
	       sum(first) AS nr_waits, sum(duration_ns) AS wait_ns, max(duration_ns) AS max_ns
	FROM part GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT p.comm AS process, t.tgid, t.comm,
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
GROUP BY t.process_id, t.comm, h.process_id, h.comm, l.class, s.role, hs.role, a.holder_source;
