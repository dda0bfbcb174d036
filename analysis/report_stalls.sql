-- SPDX-License-Identifier: GPL-2.0-only
-- Section "stalls" of the report. Names are joined only to the rows that are shown: the longest,
-- and all that are as long as the last of them.
SELECT s.comm AS comm, s.tid AS tid, s.process AS process, s.tgid AS tgid,
       s.start_ns - FIRST_NS() AS from_ns,
       s.start_ns AS start_ns, s.duration_ns AS duration_ns,
       coalesce(s.symbol, iif(s.stack_id IS NULL, 'not recorded', '?')) AS slept_in,
       s.io_wait AS io_wait, s.class AS class, s.mode AS mode, s.lock AS lock, s.role AS role, s.wait_ns AS wait_ns,
       s.holder_comm AS holder_comm, s.holder_tid AS holder_tid, s.holder_role AS holder_role, s.holder_source AS holder_source,
       s.waker_comm AS waker_comm, s.waker_tid AS waker_tid, s.outcome AS outcome
FROM stalls s
WHERE :max_rows < 0 OR coalesce(s.duration_ns, -1) >=
      (SELECT min(coalesce(duration_ns, -1)) FROM (SELECT duration_ns FROM stall ORDER BY duration_ns DESC LIMIT :max_rows))
ORDER BY s.duration_ns DESC, s.id
