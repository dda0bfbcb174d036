-- SPDX-License-Identifier: GPL-2.0-only
-- Section "frames" of jank: the missed frames that jank_choose() found, the latest first, and
-- the longest delay within each.
WITH sums AS (
	SELECT frame_id, sum(iif(for_lock, ns, 0)) AS lock_ns, sum(iif(for_lock, 0, ns)) AS other_ns,
	       -- SQLite: with max(), delay_id is of the row that has it
	       max(ns) AS longest_ns, id AS delay_id
	FROM jank_delay GROUP BY frame_id
),
-- as in view missed_frames: nothing is known of what was not recorded
seen AS (
	SELECT (SELECT instr(value, 'sched:sched_switch') > 0 AND instr(value, 'sched:sched_waking') > 0
		FROM main.meta WHERE key = 'came') AS stalls,
	       (SELECT instr(value, 'contention_begin') > 0 FROM main.meta WHERE key = 'formats') AS waits
)
SELECT f.start_ns AS start_ns, f.end_ns - f.start_ns AS duration_ns, f.late_ns AS late_ns, p.comm AS process, v.jank AS jank,
       iif(f.end_ns IS NULL OR NOT (coalesce(seen.stalls, 0) OR coalesce(seen.waits, 0)), NULL,
	   coalesce(m.lock_ns, 0)) AS lock_ns,
       iif(f.end_ns IS NULL OR seen.stalls IS NOT 1, NULL, coalesce(m.other_ns, 0)) AS other_ns,
       m.longest_ns AS longest_ns, t.comm AS comm, coalesce(ws.symbol, ss.symbol) AS symbol,
       k.comm AS waker_comm, k.tid AS waker_tid,
       replace(sl.names, char(10), ' > ') AS slice, replace(cl.names, char(10), ' > ') AS other_slice, v.kind AS kind, v.layer AS layer, v.outcome AS outcome
FROM jank_frame f CROSS JOIN seen JOIN frames v ON v.id = f.id
LEFT JOIN process p ON p.id = f.process_id
LEFT JOIN sums m ON m.frame_id = f.id
LEFT JOIN jank_delay d ON d.id = m.delay_id
LEFT JOIN main.wait w ON w.id = d.wait_id
LEFT JOIN main.stall s ON s.id = d.stall_id
LEFT JOIN task t ON t.id = d.task_id
LEFT JOIN site ws ON ws.id = w.site_id
LEFT JOIN site ss ON ss.id = s.site_id
LEFT JOIN slice sl ON sl.id = iif(d.stall_id IS NULL, w.slice_id, s.slice_id)
LEFT JOIN slice cl ON cl.id = iif(d.stall_id IS NULL, w.holder_slice_id, s.waker_slice_id)
LEFT JOIN task k ON k.id = iif(d.stall_id IS NULL, w.holder_task_id, s.waker_task_id)
ORDER BY f.late_ns DESC, duration_ns DESC, f.id
