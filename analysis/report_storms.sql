-- SPDX-License-Identifier: GPL-2.0-only
-- Section "storms" of the report.
SELECT kind AS kind, lock AS lock, nr_events AS nr_events, peak_per_s AS peak_per_s,
       start_ns AS start_ns, duration_ns AS duration_ns, outcome AS outcome,
       nr_walkers AS nr_walkers, walker_process AS walker_process, walker_comm AS walker_comm,
       walker_tid AS walker_tid, walker_role AS walker_role, nr_movers AS nr_movers,
       nr_moves AS nr_moves, mover_process AS mover_process, mover_comm AS mover_comm,
       mover_tid AS mover_tid,
       ADDRESS_RANGE(from_start, from_end) AS from_vma,
       ADDRESS_RANGE(to_start, to_end) AS to_vma
FROM storms ORDER BY nr_events DESC, id
