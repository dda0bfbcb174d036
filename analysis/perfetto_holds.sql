-- SPDX-License-Identifier: GPL-2.0-only
-- A slice per hold.
SELECT t.id AS track_id, 'holds' AS track, k.start_ns AS start_ns, k.duration_ns AS duration_ns, k.outcome = OUTCOME_OPEN AS open,
       'hold ' || coalesce(LABEL(lock_class, l.class) || ' ', '') || LABEL(lock_mode, k.mode) AS slice,
       NULL AS holder_id, NULL AS held_ns,
       k.id AS hold_id,
       LABEL(lock_class, l.class) AS class,
       LOCK_NAME(l) AS lock,
       LABEL(lock_mode, k.mode) AS mode,
       LABEL(role, s.role) AS role,
       s.symbol AS function, k.nr_waiters AS nr_waiters,
       LABEL(outcome, k.outcome) AS outcome
FROM hold k
JOIN task t ON t.id = k.task_id
JOIN lock l ON l.id = k.lock_id
LEFT JOIN site s ON s.id = k.site_id
ORDER BY t.id, k.start_ns, k.id
