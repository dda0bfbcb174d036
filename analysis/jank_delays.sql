-- SPDX-License-Identifier: GPL-2.0-only
-- Section "delays" of jank: one row per delay that jank_choose() found, the longest first. The
-- holder is the one with the largest part of the wait, else the one that the wait names; of a
-- sleep for an rwsem without an event of its lock, who woke it, as in view stalls. The parts of a
-- wait are known for the whole of it, not for what is within a frame; so is what its holder did.
WITH
did AS MATERIALIZED (
	SELECT d.id AS delay_id, iif(b.wait_id IS NULL, o.holder_ran_ns, b.holder_ran_ns) AS ran_ns,
	       iif(b.wait_id IS NULL, o.holder_runnable_ns, b.holder_runnable_ns) AS runnable_ns,
	       iif(b.wait_id IS NULL, o.holder_lock_ns, b.holder_lock_ns) AS lock_ns,
	       iif(b.wait_id IS NULL, o.holder_slept_ns, b.holder_slept_ns) AS slept_ns,
	       iif(b.wait_id IS NULL, o.duration_ns - coalesce(o.runnable_ns, 0), b.duration_ns) AS whole_ns,
	       iif(coalesce(b.holder_slept_ns, o.holder_slept_ns) > 0, (
			SELECT x.symbol FROM main.stall n JOIN site x ON x.id = n.site_id
			WHERE n.id > ID_BEFORE(stall, o.start_ns)
			AND n.id <= ID_UNTIL(stall, o.start_ns + o.duration_ns)
			AND n.task_id = coalesce(b.holder_task_id, o.holder_task_id) AND n.wait_id IS NULL
			AND n.start_ns + n.duration_ns > o.start_ns AND n.start_ns < o.start_ns + o.duration_ns
			ORDER BY n.duration_ns DESC LIMIT 1), NULL) AS slept_in
	FROM jank_delay d
	JOIN main.wait o ON o.id = d.wait_id AND d.stall_id IS NULL AND (d.frame_id IS NULL OR d.ns = o.duration_ns)
	LEFT JOIN wait_part b ON b.wait_id = o.id AND b.nr = (
		SELECT nr FROM wait_part n WHERE n.wait_id = o.id AND n.holder_task_id IS NOT NULL
		ORDER BY n.duration_ns DESC, n.nr LIMIT 1)
),
holder_did AS MATERIALIZED (
	SELECT *, whole_ns - ran_ns - runnable_ns - lock_ns - slept_ns AS before_ns FROM did
	WHERE ran_ns IS NOT NULL
)
SELECT d.start_ns AS start_ns, d.ns AS duration_ns, t.comm AS comm, t.tid AS tid, p.comm AS process,
       iif(o.slept_ns + o.runnable_ns <= o.duration_ns, o.duration_ns - o.slept_ns - o.runnable_ns, NULL) AS rest_ns,
       iif(o.slept_ns + o.runnable_ns + o.ran_ns <= o.duration_ns, o.ran_ns, NULL) AS ran_ns,
       iif(o.slept_ns + o.runnable_ns + o.ran_ns <= o.duration_ns, o.duration_ns - o.slept_ns - o.runnable_ns - o.ran_ns, NULL) AS preempted_ns,
       o.runnable_ns AS runnable_ns,
       iif(d.stall_id IS NULL, o.slept_ns, iif(d.for_lock, d.ns, NULL)) AS lock_slept_ns,
       iif(d.for_lock, NULL, d.ns) AS other_slept_ns,
       coalesce(ws.symbol, ss.symbol) AS symbol,
       LABEL(lock_class, coalesce(l.class, s.class)) AS class,
       LOCK_NAME(l) AS lock,
       VMA_NAME(v) AS vma,
       q.nr_ahead AS nr_ahead,
       (SELECT group_concat(name, ' <- ') FROM
		(SELECT coalesce(ct.comm, 'thread') || '/' || coalesce(ct.tid, '?') || ' (' ||
			coalesce(LABEL(role, cs.role) || ', ', '') || LABEL(holder_source, c.source) || ')' AS name
		 FROM jank_link c LEFT JOIN task ct ON ct.id = c.task_id LEFT JOIN site cs ON cs.id = c.site_id
		 WHERE c.delay_id = d.id ORDER BY c.depth)) AS chain,
       h.comm AS holder_comm, h.tid AS holder_tid,
       LABEL(role, hs.role) AS holder_role,
       LABEL(holder_source, coalesce(d.source, w.holder_source)) AS holder_source,
       iif(d.frame_id IS NULL OR d.ns = w.duration_ns, b.duration_ns, NULL) AS holder_ns,
       nullif(trim(iif(e.ran_ns > 0, printf('ran %.3f, ', e.ran_ns / 1e6), '') ||
		   iif(e.runnable_ns > 0, printf('waited %.3f for a CPU, ', e.runnable_ns / 1e6), '') ||
		   iif(e.lock_ns > 0, printf('asleep %.3f for another lock, ', e.lock_ns / 1e6), '') ||
		   iif(e.slept_ns > 0, printf('asleep %.3f', e.slept_ns / 1e6) || coalesce(' in ' || e.slept_in, '') || ', ', '') ||
		   iif(e.before_ns > 0, printf('itself waited %.3f for it, ', e.before_ns / 1e6), ''), ', '), '') AS why,
       e.ran_ns AS holder_ran_ns, e.runnable_ns AS holder_runnable_ns, e.lock_ns AS holder_lock_ns,
       e.slept_ns AS holder_slept_ns, e.slept_in AS holder_slept_in, e.before_ns AS holder_before_ns,
       k.comm AS waker_comm, k.tid AS waker_tid,
       replace(sl.names, char(10), ' > ') AS slice, replace(cl.names, char(10), ' > ') AS other_slice,
       LABEL(outcome, coalesce(s.outcome, w.outcome)) AS outcome,
       f.start_ns AS frame_start_ns
FROM jank_delay d JOIN task t ON t.id = d.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN main.wait w ON w.id = d.wait_id
LEFT JOIN main.stall s ON s.id = d.stall_id
LEFT JOIN main.wait o ON o.id = d.wait_id AND d.stall_id IS NULL AND (d.frame_id IS NULL OR d.ns = o.duration_ns)
LEFT JOIN jank_frame f ON f.id = d.frame_id
LEFT JOIN lock l ON l.id = w.lock_id
LEFT JOIN vma v ON v.id = w.vma_id
LEFT JOIN site ws ON ws.id = w.site_id
LEFT JOIN site ss ON ss.id = s.site_id
LEFT JOIN wait_part b ON b.wait_id = w.id AND b.nr = (
	SELECT nr FROM wait_part n WHERE n.wait_id = w.id AND n.holder_task_id IS NOT NULL
	ORDER BY n.duration_ns DESC, n.nr LIMIT 1)
LEFT JOIN task h ON h.id = coalesce(b.holder_task_id, w.holder_task_id, d.waker_id)
LEFT JOIN site hs ON hs.id = iif(b.wait_id IS NULL, w.holder_site_id, b.holder_site_id)
LEFT JOIN task k ON k.id = s.waker_task_id
LEFT JOIN slice sl ON sl.id = coalesce(w.slice_id, s.slice_id)
LEFT JOIN slice cl ON cl.id = coalesce(w.holder_slice_id, s.waker_slice_id)
LEFT JOIN holder_did e ON e.delay_id = d.id
LEFT JOIN jank_queue q ON q.delay_id = d.id
ORDER BY d.ns DESC, d.id
