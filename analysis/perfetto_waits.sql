-- SPDX-License-Identifier: GPL-2.0-only
-- A slice per wait. An owner held the lock when the wait began (docs/schema.md). Other holders
-- held it until they released it, when the waiter was woken; if that is not known, they had by
-- the end of the wait.
SELECT t.id AS track_id, 'waits' AS track, w.start_ns AS start_ns, w.duration_ns AS duration_ns, w.outcome = OUTCOME_OPEN AS open,
       'wait ' || coalesce(LABEL(lock_class, l.class) || ' ', '') || LABEL(lock_mode, w.mode) AS slice,
       h.id AS holder_id,
       iif(w.duration_ns IS NULL OR w.holder_source = HOLDER_OWNER, w.start_ns,
           FREED_NS(w)) AS held_ns,
       w.id AS wait_id,
       LABEL(lock_class, l.class) AS class,
       LOCK_NAME(l) AS lock,
       LABEL(lock_mode, w.mode) AS mode,
       LABEL(role, s.role) AS role,
       s.symbol AS function,
       VMA_NAME(v) AS vma,
       t.comm AS waiter, h.comm AS holder, h.tid AS holder_tid,
       LABEL(role, hs.role) AS holder_role,
       iif(h.id IS NULL, NULL, LABEL(holder_source, w.holder_source)) AS holder_source,
       LABEL(outcome, w.outcome) AS outcome,
       w.slept_ns AS slept_ns, w.runnable_ns AS runnable_ns, w.spun_ns AS spun_ns
FROM wait w
JOIN task t ON t.id = w.task_id
JOIN lock l ON l.id = w.lock_id
LEFT JOIN site s ON s.id = w.site_id
LEFT JOIN vma v ON v.id = w.vma_id
LEFT JOIN task h ON h.id = w.holder_task_id
LEFT JOIN site hs ON hs.id = w.holder_site_id
ORDER BY t.id, w.start_ns, w.id
