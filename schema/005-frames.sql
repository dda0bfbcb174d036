-- SPDX-License-Identifier: GPL-2.0-only
-- Frames of what a user sees, and sleeps for an rwsem without an event of a lock.

-- one row per frame: of an app's surface, or of the display, which combines them
CREATE TABLE frame (
	id		INTEGER PRIMARY KEY,
	kind		INTEGER NOT NULL,	-- enum frame_kind
	start_ns	INTEGER NOT NULL,	-- its process began to work on it
	end_ns		INTEGER,		-- NULL: open or uncertain
	deadline_ns	INTEGER,		-- expected end; NULL: not told
	process_id	INTEGER,		-- process.id that made it
	task_id		INTEGER,		-- task.id: main thread of that
	layer		TEXT,			-- of kind surface: name of the layer, cut
	token		INTEGER,		-- given to the process for its work; not unique
	display_token	INTEGER,		-- of kind surface: token of the frame of kind display that shows it
	jank		INTEGER,		-- bits 1 << enum frame_jank; NULL: not told
	present		INTEGER,		-- enum frame_present; NULL: not told
	on_time		INTEGER,		-- 1: it ended by its deadline, 0: not
	missed		INTEGER,		-- 1: late or dropped, as its jank or present says; 0: not
	outcome		INTEGER NOT NULL	-- enum outcome; acquired: it ended
) STRICT;

-- missed frames are few
CREATE INDEX frame_missed ON frame (process_id, end_ns) WHERE missed = 1;
CREATE INDEX frame_missed_end ON frame (end_ns) WHERE missed = 1;

-- one readable row per frame
CREATE VIEW frames AS
SELECT f.id, (SELECT label FROM enum WHERE domain = 'frame_kind' AND value = f.kind) AS kind,
       f.start_ns, f.end_ns, f.end_ns - f.start_ns AS duration_ns,
       round((f.end_ns - f.start_ns) / 1e6, 3) AS duration_ms, f.deadline_ns,
       f.end_ns - f.deadline_ns AS late_ns,	-- negative: before the deadline
       round((f.end_ns - f.deadline_ns) / 1e6, 3) AS late_ms,
       p.comm AS process, p.tgid, f.layer,
       -- a value that has no label is printed as a number
       coalesce((SELECT group_concat(label, ', ') FROM enum
		 WHERE domain = 'frame_jank' AND f.jank & (1 << value)), f.jank) AS jank,
       (SELECT label FROM enum WHERE domain = 'frame_present' AND value = f.present) AS present,
       f.on_time, f.missed,
       (SELECT label FROM enum WHERE domain = 'outcome' AND value = f.outcome) AS outcome,
       f.token, f.display_token, f.process_id, f.task_id
FROM frame f LEFT JOIN process p ON p.id = f.process_id;

-- Missed frames, with the sleeps (table stall) and waits for locks of the threads that
-- make them: the main thread, and those that draw. Only those with a duration, and of that
-- the part within the frame; stall_id is the sleep with the largest part.
CREATE VIEW missed_frames AS
WITH
-- with this only frames that end soon after a sleep are looked at; NULL: there are none
longest AS MATERIALIZED (SELECT max(end_ns - start_ns) AS ns FROM frame WHERE missed = 1),
part AS (
	SELECT f.id, 0 AS is_wait, s.id AS row_id,
	       min(s.start_ns + s.duration_ns, f.end_ns) - max(s.start_ns, f.start_ns) AS ns
	FROM longest CROSS JOIN stall s CROSS JOIN task t ON t.id = s.task_id
	CROSS JOIN frame f ON f.process_id = t.process_id
	WHERE longest.ns IS NOT NULL
	AND f.missed = 1 AND (t.is_main = 1 OR t.comm IN ('RenderThread', 'RenderEngine'))
	AND f.end_ns > s.start_ns AND f.end_ns <= s.start_ns + s.duration_ns + longest.ns
	AND f.start_ns < s.start_ns + s.duration_ns
	UNION ALL
	SELECT f.id, 1, w.id, min(w.start_ns + w.duration_ns, f.end_ns) - max(w.start_ns, f.start_ns)
	FROM longest CROSS JOIN wait w CROSS JOIN task t ON t.id = w.task_id
	CROSS JOIN frame f ON f.process_id = t.process_id
	WHERE longest.ns IS NOT NULL
	AND f.missed = 1 AND (t.is_main = 1 OR t.comm IN ('RenderThread', 'RenderEngine'))
	AND f.end_ns > w.start_ns AND f.end_ns <= w.start_ns + w.duration_ns + longest.ns
	AND f.start_ns < w.start_ns + w.duration_ns
),
parts AS MATERIALIZED (
	SELECT id, count(*) - sum(is_wait) AS nr_stalls, sum(iif(is_wait, 0, ns)) AS stall_ns,
	       sum(is_wait) AS nr_waits, sum(iif(is_wait, ns, 0)) AS wait_ns,
	       -- SQLite: with max(), row_id is of the row that has it
	       max(iif(is_wait, NULL, ns)) AS max_stall_ns, row_id
	FROM part GROUP BY id
),
seen AS (
	SELECT (SELECT instr(value, 'sched:sched_switch') > 0 AND instr(value, 'sched:sched_waking') > 0
		FROM meta WHERE key = 'came') AS stalls,
	       (SELECT instr(value, 'contention_begin') > 0 FROM meta WHERE key = 'formats') AS waits
)
-- An uncertain frame has no end, so nothing is known to be within it. Nor is anything known
-- of what was not recorded: see analysis/seen.c.
SELECT f.*, iif(f.end_ns IS NULL OR seen.stalls IS NOT 1, NULL, coalesce(p.nr_stalls, 0)) AS nr_stalls,
       iif(f.end_ns IS NULL OR seen.stalls IS NOT 1, NULL, coalesce(p.stall_ns, 0)) AS stall_ns,
       iif(f.end_ns IS NULL OR seen.waits IS NOT 1, NULL, coalesce(p.nr_waits, 0)) AS nr_waits,
       iif(f.end_ns IS NULL OR seen.waits IS NOT 1, NULL, coalesce(p.wait_ns, 0)) AS wait_ns,
       p.max_stall_ns, iif(p.max_stall_ns IS NULL, NULL, p.row_id) AS stall_id
FROM frames f CROSS JOIN seen LEFT JOIN parts p ON p.id = f.id
WHERE f.missed = 1;

-- NULL in a file of an earlier schema version: not known
ALTER TABLE stall ADD COLUMN rwsem_mode INTEGER;	-- enum lock_mode: it slept in the slow path of an rwsem; NULL: not, or not known
ALTER TABLE stall ADD COLUMN class INTEGER;	-- enum lock_class of that rwsem, where the stack proves it

-- one readable row per uninterruptible sleep: where it was, and the wait that explains it.
-- Lock-shaped: in the slow path of an rwsem, without an event of its lock; then who woke
-- it is taken for the holder.
DROP VIEW stalls;
CREATE VIEW stalls AS
SELECT s.id, s.start_ns, s.duration_ns, round(s.duration_ns / 1e6, 3) AS duration_ms,
       t.tid, t.comm, t.tgid, p.comm AS process,
       -- the call site of the wait, where the sleep itself has no stack
       coalesce(ss.symbol, st.symbol) AS symbol, s.io_wait,
       s.wait_id IS NULL AND s.rwsem_mode IS NOT NULL AS lock_shaped,
       (SELECT label FROM enum WHERE domain = 'lock_class'
	AND value = iif(s.wait_id IS NULL, s.class, l.class)) AS class,
       printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       (SELECT label FROM enum WHERE domain = 'lock_mode'
	AND value = iif(s.wait_id IS NULL, s.rwsem_mode, w.mode)) AS mode,
       (SELECT label FROM enum WHERE domain = 'role'
	AND value = iif(s.wait_id IS NULL AND s.rwsem_mode IS NOT NULL, ss.role, st.role)) AS role,
       w.duration_ns AS wait_ns,
       h.tid AS holder_tid, h.comm AS holder_comm,
       (SELECT label FROM enum WHERE domain = 'role' AND value = hs.role) AS holder_role,
       (SELECT label FROM enum WHERE domain = 'holder_source'
	AND value = iif(s.wait_id IS NULL, iif(h.id IS NULL, NULL, 1), w.holder_source)) AS holder_source,
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
LEFT JOIN task h ON h.id = iif(s.wait_id IS NULL, iif(s.rwsem_mode IS NULL, NULL, s.waker_task_id), w.holder_task_id)
LEFT JOIN site hs ON hs.id = w.holder_site_id
LEFT JOIN task k ON k.id = s.waker_task_id;
