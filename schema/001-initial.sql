-- SPDX-License-Identifier: GPL-2.0-only
-- Schema version 1. Times are nanoseconds of the capture's clock; NULL is
-- "not known". docs/schema.md describes every table and column.

-- application_id: "RMSC"
PRAGMA application_id = 0x524d5343;

-- what the capture is: tool version, host, kernel, clock, profile, limits
CREATE TABLE meta (
	key	TEXT PRIMARY KEY,
	value	ANY
) STRICT, WITHOUT ROWID;

-- labels of the small integers stored elsewhere
CREATE TABLE enum (
	domain	TEXT NOT NULL,		-- which enumeration
	value	INTEGER NOT NULL,
	label	TEXT NOT NULL,
	PRIMARY KEY (domain, value)
) STRICT, WITHOUT ROWID;

-- one row per process life
CREATE TABLE process (
	id		INTEGER PRIMARY KEY,
	tgid		INTEGER NOT NULL,	-- process id
	comm		TEXT,			-- name of the main thread
	exe		TEXT,			-- path of the executable
	cmdline		TEXT,			-- words separated by blanks, cut at 511 bytes
	cgroup		TEXT,			-- path of the cgroup
	first_ns	INTEGER,		-- first seen
	last_ns		INTEGER			-- last seen
) STRICT;

-- one row per thread life
CREATE TABLE task (
	id		INTEGER PRIMARY KEY,
	tid		INTEGER NOT NULL,	-- thread id
	tgid		INTEGER,		-- process id
	comm		TEXT,			-- last name seen
	is_main		INTEGER,		-- 1: tid = tgid
	process_id	INTEGER,		-- process.id
	first_ns	INTEGER,		-- first seen
	last_ns		INTEGER			-- last seen
) STRICT;

-- one row per VMA life
CREATE TABLE vma (
	id		INTEGER PRIMARY KEY,
	process_id	INTEGER,		-- process.id
	start		INTEGER NOT NULL,	-- first address
	end		INTEGER NOT NULL,	-- first address after it
	perms		TEXT,			-- as in /proc/PID/maps
	name		TEXT,			-- [heap], [anon:...], file
	from_ns		INTEGER,		-- valid from
	to_ns		INTEGER			-- valid to
) STRICT;

-- one row per lock life: an address that is freed and reused is a new lock
CREATE TABLE lock (
	id		INTEGER PRIMARY KEY,
	class		INTEGER,		-- enum lock_class; NULL: the call sites leave it open
	address		INTEGER NOT NULL,	-- of the rwsem, or of the anon_vma root
	generation	INTEGER NOT NULL,	-- earlier lives of this address
	vma_id		INTEGER,		-- vma.id that describes it
	first_ns	INTEGER,		-- first seen
	last_ns		INTEGER			-- last seen
) STRICT;

-- one row per call site and role: where a lock is taken, and on whose behalf
CREATE TABLE site (
	id		INTEGER PRIMARY KEY,
	symbol		TEXT,			-- kernel function that takes the lock
	offset		INTEGER,		-- bytes into it
	role		INTEGER			-- enum role
) STRICT;

-- one row per unique kernel stack
CREATE TABLE stack (
	id		INTEGER PRIMARY KEY,
	site_id		INTEGER,		-- site.id
	frames		TEXT			-- a line per frame, innermost first
) STRICT;

-- one row per contended wait for a lock
CREATE TABLE wait (
	id		INTEGER PRIMARY KEY,
	start_ns	INTEGER NOT NULL,	-- fast path failed
	duration_ns	INTEGER,		-- until acquired or interrupted; else NULL
	slept_ns	INTEGER,		-- asleep until woken; the rest was spinning and the run queue
	spun_ns		INTEGER,		-- before the kernel's own contention event: invisible on stock kernels
	lock_id		INTEGER NOT NULL,	-- lock.id
	task_id		INTEGER NOT NULL,	-- task.id: who waited
	mode		INTEGER NOT NULL,	-- enum lock_mode
	site_id		INTEGER,		-- site.id
	stack_id	INTEGER,		-- stack.id
	vma_id		INTEGER,		-- vma.id that the operation was for
	holder_task_id	INTEGER,		-- task.id: who held it last
	holder_site_id	INTEGER,		-- site.id: where the holder took it
	holder_source	INTEGER NOT NULL,	-- enum holder_source: how the holder was learnt
	outcome		INTEGER NOT NULL	-- enum outcome
) STRICT;

-- open waits are few: found without reading all
CREATE INDEX wait_open ON wait (start_ns) WHERE outcome = 1;

-- one row per lock hold that somebody waited for, or that lasted over 1 ms
CREATE TABLE hold (
	id		INTEGER PRIMARY KEY,
	start_ns	INTEGER NOT NULL,	-- acquired
	duration_ns	INTEGER,		-- until released; NULL when not known
	lock_id		INTEGER NOT NULL,	-- lock.id
	task_id		INTEGER NOT NULL,	-- task.id
	mode		INTEGER NOT NULL,	-- enum lock_mode
	site_id		INTEGER,		-- site.id
	nr_waiters	INTEGER NOT NULL,	-- waits for the lock that overlapped it
	outcome		INTEGER NOT NULL	-- enum outcome: acquired means released in time
) STRICT;

-- one row per rmap walk that retried, was contended, or took over 1 ms
CREATE TABLE walk (
	id		INTEGER PRIMARY KEY,
	start_ns	INTEGER NOT NULL,
	duration_ns	INTEGER,
	task_id		INTEGER NOT NULL,	-- task.id
	kind		INTEGER NOT NULL,	-- enum walk_kind
	site_id		INTEGER,		-- site.id of rmap_one()
	pfn		INTEGER NOT NULL,
	nr_pages	INTEGER,		-- of the folio
	nr_vmas		INTEGER,		-- visited
	nr_retries	INTEGER NOT NULL,
	outcome		INTEGER NOT NULL	-- enum walk_outcome
) STRICT;

-- walks per second and kind
CREATE TABLE walk_rollup (
	second		INTEGER NOT NULL,	-- end time / 1e9, rounded down
	kind		INTEGER NOT NULL,	-- enum walk_kind
	site_id		INTEGER NOT NULL,	-- site.id of rmap_one(), 0 unknown
	nr_walks	INTEGER NOT NULL,	-- with a duration
	walk_ns		INTEGER NOT NULL,	-- sum of durations
	max_walk_ns	INTEGER NOT NULL,
	nr_vmas		INTEGER NOT NULL,	-- visited
	nr_retries	INTEGER NOT NULL,
	nr_contended	INTEGER NOT NULL,	-- gave up because of a lock
	nr_uncertain	INTEGER NOT NULL,	-- without a duration: cut by a loss
	hist		BLOB,			-- of durations
	PRIMARY KEY (second, kind, site_id)
) STRICT, WITHOUT ROWID;

-- one row per start over of a walk, because the folio had moved meanwhile
CREATE TABLE retry (
	id		INTEGER PRIMARY KEY,
	time_ns		INTEGER NOT NULL,
	task_id		INTEGER NOT NULL,	-- task.id of the walker
	pfn		INTEGER NOT NULL,
	old_lock_id	INTEGER,		-- lock.id of the root it had locked
	new_lock_id	INTEGER,		-- lock.id of the root that the folio is on now
	attempt		INTEGER,
	slow		INTEGER			-- 1: had slept for the lock
) STRICT;

-- one row per walk that was given up
CREATE TABLE skip (
	id		INTEGER PRIMARY KEY,
	time_ns		INTEGER NOT NULL,
	task_id		INTEGER NOT NULL,	-- task.id of the walker
	pfn		INTEGER NOT NULL,
	reason		INTEGER NOT NULL,	-- enum skip_reason: which lock was taken
	site_id		INTEGER			-- site.id
) STRICT;

-- one row per folio that moved to another anon_vma root
CREATE TABLE move (
	id		INTEGER PRIMARY KEY,
	time_ns		INTEGER NOT NULL,
	task_id		INTEGER NOT NULL,	-- task.id of the mover
	pfn		INTEGER NOT NULL,
	nr_pages	INTEGER,
	old_lock_id	INTEGER,		-- lock.id of the former root
	new_lock_id	INTEGER,		-- lock.id of the root now
	vma_id		INTEGER,		-- vma.id that it moved to
	root_changed	INTEGER NOT NULL	-- 1, or 0 with --keep all
) STRICT;

-- which VMAs hang on an anon_vma root; only roots that something was seen of
CREATE TABLE lock_vma (
	id		INTEGER PRIMARY KEY,
	lock_id		INTEGER NOT NULL,	-- lock.id
	vma_id		INTEGER NOT NULL,	-- vma.id
	from_ns		INTEGER,		-- linked
	to_ns		INTEGER			-- unlinked; NULL: still linked
) STRICT;

-- where a time is in table wait: one row per commit that added waits. Rows of
-- wait with an id up to wait_id ended before time_ns, later ones after it.
-- (An open wait's row is replaced by one with a new id when it ends.)
CREATE TABLE checkpoint (
	time_ns		INTEGER PRIMARY KEY,	-- the events had reached this time
	wait_id		INTEGER NOT NULL	-- highest wait.id then
) STRICT;

-- one row per gap in the events of one CPU
CREATE TABLE loss (
	id		INTEGER PRIMARY KEY,
	start_ns	INTEGER NOT NULL,	-- last event before the gap
	end_ns		INTEGER NOT NULL,	-- first event after it
	cpu		INTEGER NOT NULL,
	nr_lost		INTEGER,		-- events
	reason		INTEGER NOT NULL	-- enum loss_reason
) STRICT;

-- waits per second in which they ended; ids are 0 where not known
CREATE TABLE rollup (
	second		INTEGER NOT NULL,	-- end time / 1e9, rounded down
	process_id	INTEGER NOT NULL,	-- process.id of the waiters
	lock_id		INTEGER NOT NULL,	-- lock.id
	vma_id		INTEGER NOT NULL,	-- vma.id
	site_id		INTEGER NOT NULL,	-- site.id
	mode		INTEGER NOT NULL,	-- enum lock_mode
	nr_waits	INTEGER NOT NULL,	-- with a duration
	wait_ns		INTEGER NOT NULL,	-- sum of durations
	max_wait_ns	INTEGER NOT NULL,
	slept_ns	INTEGER,		-- sum of sleep
	nr_uncertain	INTEGER NOT NULL,	-- without a duration: cut by a loss
	nr_holds	INTEGER,		-- NULL: holds were not traced
	hold_ns		INTEGER,
	nr_retries	INTEGER,		-- NULL: retries were not traced
	nr_moves	INTEGER,		-- NULL: moves were not traced
	hist		BLOB,			-- of durations, see docs/schema.md
	PRIMARY KEY (second, process_id, lock_id, vma_id, site_id, mode)
) STRICT, WITHOUT ROWID;

-- one readable row per wait
CREATE VIEW waits AS
SELECT w.id, w.start_ns, w.duration_ns, w.slept_ns,
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

-- one readable row per hold
CREATE VIEW holds AS
SELECT h.id, h.start_ns, h.duration_ns, round(h.duration_ns / 1e6, 3) AS duration_ms,
       t.tid, t.comm, t.tgid, p.comm AS process,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       (SELECT label FROM enum WHERE domain = 'lock_mode' AND value = h.mode) AS mode,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       s.symbol, h.nr_waiters,
       (SELECT label FROM enum WHERE domain = 'outcome' AND value = h.outcome) AS outcome
FROM hold h
JOIN lock l ON l.id = h.lock_id
JOIN task t ON t.id = h.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = h.site_id;

-- one readable row per walk
CREATE VIEW walks AS
SELECT k.id, k.start_ns, k.duration_ns, round(k.duration_ns / 1e6, 3) AS duration_ms,
       t.tid, t.comm, t.tgid, p.comm AS process,
       (SELECT label FROM enum WHERE domain = 'walk_kind' AND value = k.kind) AS kind,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       s.symbol AS rmap_one, k.pfn, k.nr_pages, k.nr_vmas, k.nr_retries,
       (SELECT label FROM enum WHERE domain = 'walk_outcome' AND value = k.outcome) AS outcome
FROM walk k
JOIN task t ON t.id = k.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = k.site_id;

-- what walks cost, by kind and rmap_one()
CREATE VIEW walk_cost AS
SELECT (SELECT label FROM enum WHERE domain = 'walk_kind' AND value = r.kind) AS kind,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       s.symbol AS rmap_one,
       sum(r.nr_walks) AS nr_walks, sum(r.nr_vmas) AS nr_vmas,
       sum(r.walk_ns) AS walk_ns, round(sum(r.walk_ns) / 1e6, 3) AS walk_ms,
       max(r.max_walk_ns) AS max_ns,
       sum(r.nr_retries) AS nr_retries, sum(r.nr_contended) AS nr_contended,
       sum(r.nr_uncertain) AS nr_uncertain
FROM walk_rollup r
LEFT JOIN site s ON s.id = r.site_id
GROUP BY r.kind, r.site_id;

-- one readable row per retry
CREATE VIEW retries AS
SELECT r.id, r.time_ns, t.tid, t.comm, t.tgid, p.comm AS process, r.pfn,
       printf('%x', o.address) || CASE o.generation WHEN 0 THEN '' ELSE '#' || o.generation END AS old_lock,
       printf('%x', n.address) || CASE n.generation WHEN 0 THEN '' ELSE '#' || n.generation END AS new_lock,
       r.attempt, r.slow
FROM retry r
JOIN task t ON t.id = r.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN lock o ON o.id = r.old_lock_id
LEFT JOIN lock n ON n.id = r.new_lock_id;

-- one readable row per walk given up
CREATE VIEW skips AS
SELECT k.id, k.time_ns, t.tid, t.comm, t.tgid, p.comm AS process, k.pfn,
       (SELECT label FROM enum WHERE domain = 'skip_reason' AND value = k.reason) AS reason,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       s.symbol
FROM skip k
JOIN task t ON t.id = k.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = k.site_id;

-- one readable row per moved folio
CREATE VIEW moves AS
SELECT m.id, m.time_ns, t.tid, t.comm, t.tgid, p.comm AS process, m.pfn, m.nr_pages,
       printf('%x', o.address) || CASE o.generation WHEN 0 THEN '' ELSE '#' || o.generation END AS old_lock,
       printf('%x', n.address) || CASE n.generation WHEN 0 THEN '' ELSE '#' || n.generation END AS new_lock,
       v.start AS vma_start, v.end AS vma_end, v.name AS vma_name, m.root_changed
FROM move m
JOIN task t ON t.id = m.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN lock o ON o.id = m.old_lock_id
LEFT JOIN lock n ON n.id = m.new_lock_id
LEFT JOIN vma v ON v.id = m.vma_id;

-- Statistics count waits that have a duration; open and uncertain ones are
-- counted beside them.
CREATE VIEW wait_by_lock AS
SELECT (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       count(DISTINCT w.task_id) AS nr_tasks,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain,
       w.lock_id
FROM wait w JOIN lock l ON l.id = w.lock_id
GROUP BY w.lock_id;

CREATE VIEW wait_by_task AS
SELECT t.comm, t.tid, t.tgid, p.comm AS process,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       count(DISTINCT w.lock_id) AS nr_locks,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain,
       w.task_id
FROM wait w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
GROUP BY w.task_id;

CREATE VIEW wait_by_process AS
SELECT p.comm AS process, t.tgid,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns,
       count(DISTINCT w.task_id) AS nr_tasks,
       count(DISTINCT w.lock_id) AS nr_locks,
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain,
       coalesce(t.process_id, 0) AS process_id
FROM wait w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
GROUP BY coalesce(t.process_id, 0);

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
       sum(w.outcome = 1) AS nr_open,
       sum(w.outcome = 2) AS nr_uncertain
FROM wait w
JOIN lock l ON l.id = w.lock_id
LEFT JOIN site s ON s.id = w.site_id
GROUP BY s.symbol, s.role, l.class, w.mode;

-- who made whom wait, how long
CREATE VIEW blame AS
SELECT p.comm AS process, t.tgid, t.comm,
       hp.comm AS holder_process, h.tgid AS holder_tgid, h.comm AS holder_comm,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       (SELECT label FROM enum WHERE domain = 'holder_source' AND value = w.holder_source) AS holder_source,
       count(w.duration_ns) AS nr_waits,
       coalesce(sum(w.duration_ns), 0) AS wait_ns,
       round(coalesce(sum(w.duration_ns), 0) / 1e6, 3) AS wait_ms,
       max(w.duration_ns) AS max_ns,
       sum(iif(w.duration_ns IS NULL, NULL, w.slept_ns)) AS slept_ns
FROM wait w
JOIN lock l ON l.id = w.lock_id
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = w.site_id
LEFT JOIN task h ON h.id = w.holder_task_id
LEFT JOIN process hp ON hp.id = h.process_id
WHERE w.duration_ns IS NOT NULL
GROUP BY t.process_id, t.comm, h.process_id, h.comm, l.class, s.role, w.holder_source;

CREATE VIEW lost AS
SELECT cpu,
       (SELECT label FROM enum WHERE domain = 'loss_reason' AND value = reason) AS reason,
       count(*) AS nr_gaps,
       sum(nr_lost) AS nr_lost,
       sum(nr_lost IS NULL) AS nr_unknown,
       sum(end_ns - start_ns) AS gap_ns,
       round(sum(end_ns - start_ns) / 1e6, 3) AS gap_ms
FROM loss
GROUP BY cpu, reason;
