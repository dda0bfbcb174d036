-- SPDX-License-Identifier: GPL-2.0-only
-- A slice per gap. One from before the first event is drawn from the first event on.
SELECT coalesce(cpu, -1) AS track_id,
       coalesce('lost events, CPU ' || cpu, 'lost events, all CPUs') AS track,
       from_ns AS start_ns, max(end_ns - from_ns, 0) AS duration_ns, end_ns IS NULL AS open,
       'lost events' AS slice, NULL AS holder_id, NULL AS held_ns,
       id AS loss_id, nr_lost AS nr_lost,
       LABEL(loss_reason, reason) AS reason,
       iif(start_ns IS NULL, 'before the first event', NULL) AS began
FROM (SELECT *, coalesce(start_ns,
                         min(end_ns, FIRST_NS()),
                         end_ns) AS from_ns
      FROM loss)
WHERE from_ns IS NOT NULL
ORDER BY 1, from_ns, id
