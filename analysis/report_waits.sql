-- SPDX-License-Identifier: GPL-2.0-only
-- Section "waits" of the report: the thousand longest waits; an open wait counts with its
-- duration so far. Names are joined only to the rows that are shown.
WITH longest AS MATERIALIZED (SELECT id, ns FROM longest_wait ORDER BY ns DESC, id LIMIT :max_rows)
SELECT w.start_ns, l.ns AS duration_ns, w.comm, w.class, w.role, w.holder_comm, w.lock,
       w.holder_tid, w.holder_role, w.holder_source, w.tid, w.process, w.tgid, w.mode, w.symbol,
       w.slept_ns, w.runnable_ns, w.outcome, w.id
FROM longest l CROSS JOIN waits w ON w.id = l.id
ORDER BY l.ns DESC, w.id
