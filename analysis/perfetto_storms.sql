-- SPDX-License-Identifier: GPL-2.0-only
-- A slice per storm. One that has not ended lasts to its last event, so far.
SELECT 0 AS track_id, 'storms' AS track, s.start_ns AS start_ns, s.duration_ns AS duration_ns, 0 AS open,
       LABEL(storm_kind, s.kind) || ' storm' AS slice, NULL AS holder_id, NULL AS held_ns,
       s.id AS storm_id,
       iif(l.id IS NULL, NULL, LOCK_NAME(l)) AS lock,
       LABEL(outcome, s.outcome) AS outcome,
       s.nr_events AS nr_events, s.peak_per_s AS peak_per_s, s.nr_walkers AS nr_walkers, s.nr_movers AS nr_movers, s.nr_moves AS nr_moves,
       w.comm AS walker, m.comm AS mover,
       VMA_NAME(f) AS from_vma,
       VMA_NAME(v) AS to_vma
FROM storm s
LEFT JOIN lock l ON l.id = s.lock_id
LEFT JOIN task w ON w.id = s.walker_task_id
LEFT JOIN task m ON m.id = s.mover_task_id
LEFT JOIN vma f ON f.id = s.from_vma_id
LEFT JOIN vma v ON v.id = s.to_vma_id
ORDER BY s.start_ns, s.id
