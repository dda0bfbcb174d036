-- SPDX-License-Identifier: GPL-2.0-only
-- Screen Storms: the latest thousand that began before the end of the window.
SELECT LABEL(storm_kind, s.kind) AS kind,
       CASE WHEN s.outcome = OUTCOME_OPEN OR s.start_ns + s.duration_ns >= :end_ns THEN 'on'
	    WHEN s.start_ns + s.duration_ns >= :start_ns THEN 'just over'
	    ELSE 'over' END AS state,
       s.start_ns - FIRST_NS() AS at_ns,
       s.duration_ns AS duration_ns, s.nr_events AS nr_events, s.peak_per_s AS peak_per_s,
       w.comm AS walker, LABEL(role, ws.role) AS walker_role,
       m.comm AS mover, s.nr_walkers AS nr_walkers, s.nr_movers AS nr_movers, s.nr_moves AS nr_moves,
       LOCK_NAME(l) AS lock,
       VMA_NAME(f) AS from_vma,
       VMA_NAME(t) AS to_vma,
       s.id AS storm_id, s.start_ns AS start_ns, s.lock_id AS lock_id
FROM (SELECT * FROM storm WHERE start_ns < :end_ns ORDER BY id DESC LIMIT 1000) s
LEFT JOIN lock l ON l.id = s.lock_id
LEFT JOIN task w ON w.id = s.walker_task_id
LEFT JOIN site ws ON ws.id = s.walker_site_id
LEFT JOIN task m ON m.id = s.mover_task_id
LEFT JOIN vma f ON f.id = s.from_vma_id
LEFT JOIN vma t ON t.id = s.to_vma_id
ORDER BY s.start_ns DESC, s.id
