-- SPDX-License-Identifier: GPL-2.0-only
-- Section "lost" of the report.
SELECT cpu AS cpu, reason AS reason, nr_gaps AS nr_gaps, nr_lost AS nr_lost,
       nr_lost_min AS nr_lost_min, nr_unknown AS nr_unknown, gap_ns AS gap_ns,
       nr_from_start AS nr_from_start, nr_to_end AS nr_to_end
FROM lost ORDER BY cpu, reason
