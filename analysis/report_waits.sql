-- SPDX-License-Identifier: GPL-2.0-only
-- Section "waits" of the report: the thousand longest waits; an open wait counts with its
-- duration so far. Names are joined only to the rows that are shown.
WITH longest AS MATERIALIZED (SELECT id, ns FROM longest_wait ORDER BY ns DESC, id LIMIT :max_rows)
SELECT w.start_ns AS start_ns, l.ns AS duration_ns, w.comm AS comm, w.class AS class, w.role AS role, w.holder_comm AS holder_comm, w.lock AS lock,
       w.holder_tid AS holder_tid, w.holder_role AS holder_role, w.holder_source AS holder_source, w.tid AS tid, w.process AS process, w.tgid AS tgid, w.mode AS mode, w.symbol AS symbol,
       w.slept_ns AS slept_ns, w.runnable_ns AS runnable_ns, w.outcome AS outcome, w.id AS id
FROM longest l CROSS JOIN waits w ON w.id = l.id
ORDER BY l.ns DESC, w.id
