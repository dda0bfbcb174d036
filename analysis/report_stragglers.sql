-- SPDX-License-Identifier: GPL-2.0-only
-- Section "stragglers" of the report.
SELECT time_ns AS time_ns, process AS process, comm AS comm, tid AS tid, address AS address,
       nr_pages AS nr_pages, why AS why, other_process AS other_process, other_comm AS other_comm,
       other_tid AS other_tid, other_ns AS other_ns
FROM stragglers ORDER BY time_ns, id
