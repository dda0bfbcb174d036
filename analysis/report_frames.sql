-- SPDX-License-Identifier: GPL-2.0-only
-- Section "frames" of the report.
SELECT m.start_ns AS start_ns, max(m.late_ns, 0) AS late_ns, m.process AS process, m.jank AS jank,
       m.stall_ns AS stall_ns, s.comm AS comm, s.symbol AS symbol, s.waker_comm AS waker_comm,
       s.waker_tid AS waker_tid, m.max_stall_ns AS max_stall_ns, m.duration_ns AS duration_ns,
       m.nr_stalls AS nr_stalls, m.nr_waits AS nr_waits, m.wait_ns AS waited_ns, m.kind AS kind,
       m.present AS present, m.tgid AS tgid, m.layer AS layer, m.outcome AS outcome
FROM missed_frames m LEFT JOIN stalls s ON s.id = m.stall_id
ORDER BY m.late_ns DESC, m.duration_ns DESC, m.id
