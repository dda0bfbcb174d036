-- SPDX-License-Identifier: GPL-2.0-only
-- Section "locks" of the report.
SELECT LABEL(lock_class, l.class) AS class, LOCK_NAME(l) AS lock, a.nr_waits AS nr_waits,
       a.wait_ns AS wait_ns, a.max_ns AS max_ns, a.slept_ns AS slept_ns,
       a.runnable_ns AS runnable_ns, a.nr_tasks AS nr_tasks, a.nr_open AS nr_open,
       a.nr_uncertain AS nr_uncertain
FROM wait_sum a JOIN lock l ON l.id = a.lock_id
WHERE a.kind = 'lock' ORDER BY a.wait_ns DESC, a.lock_id
