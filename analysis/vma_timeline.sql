-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a VMA, or of a process if :vma_id is NULL: its waits over time, in slots of
-- :slot_s seconds.
SELECT max(r.second / :slot_s * :slot_s * 1000000000
	   - FIRST_NS(), 0) AS at_ns,
       sum(r.nr_waits) AS nr_waits, sum(r.wait_ns) AS wait_ns, iif(sum(r.nr_waits), max(r.max_wait_ns), NULL) AS max_ns,
       r.second / :slot_s * :slot_s * 1000000000 AS start_ns
FROM rollup r
WHERE SECOND_IN_WINDOW(r.second)
AND r.process_id = :process_id AND (:vma_id IS NULL OR r.vma_id = :vma_id) AND (r.nr_waits > 0 OR r.wait_ns > 0)
GROUP BY r.second / :slot_s ORDER BY r.second / :slot_s
