-- SPDX-License-Identifier: GPL-2.0-only
-- Section "sites" of the report.
SELECT LABEL(role, s.role) AS role, LABEL(lock_class, l.class) AS class, s.symbol AS symbol,
       LABEL(lock_mode, a.mode) AS mode, a.nr_waits AS nr_waits, a.wait_ns AS wait_ns,
       a.max_ns AS max_ns, a.slept_ns AS slept_ns, a.runnable_ns AS runnable_ns,
       a.nr_open AS nr_open, a.nr_uncertain AS nr_uncertain
FROM wait_sum a JOIN lock l ON l.id = a.lock_id
LEFT JOIN site s ON s.id = a.site_id
WHERE a.kind = 'site' ORDER BY a.wait_ns DESC, s.symbol, 1, 2, 4
