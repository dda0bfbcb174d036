-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: who waited for it at :at_ns, the longest wait first.
-- Of waits that ended later, only those in id_range are read. From freed_ns on, a waiter waits for a
-- CPU and no longer for the holder.
WITH
id_range AS (ID_RANGES(wait, :at_ns)),
waiting AS (
	SELECT *, 9223372036854775807 AS freed_ns
	FROM wait WHERE outcome = OUTCOME_OPEN AND lock_id = :lock_id AND start_ns <= :at_ns
	UNION ALL
	SELECT w.*, FREED_NS(w) AS freed_ns
	FROM id_range s JOIN wait w ON w.id > s.first AND w.id <= s.last
	WHERE w.lock_id = :lock_id AND w.outcome != OUTCOME_OPEN AND w.start_ns <= :at_ns
	AND w.start_ns + w.duration_ns > :at_ns
)
SELECT t.comm AS comm, t.tid AS tid, p.comm AS process, LABEL(lock_mode, w.mode) AS mode,
       LABEL(role, s.role) AS role,
       :at_ns - w.start_ns AS age_ns, h.comm AS holder, h.tid AS holder_tid,
       iif(w.holder_source = HOLDER_UNKNOWN OR w.freed_ns <= :at_ns, NULL, LABEL(holder_source, w.holder_source)) AS holder_source,
       w.start_ns AS start_ns
FROM waiting w
JOIN task t ON t.id = w.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = w.site_id
LEFT JOIN task h ON h.id = w.holder_task_id AND w.freed_ns > :at_ns
ORDER BY w.start_ns, w.id
