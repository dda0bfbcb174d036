-- SPDX-License-Identifier: GPL-2.0-only
-- What ended last by :before_ns: a storm, a stall of 10 ms or more, or a missed frame.
SELECT 'storm' AS kind, start_ns AS start_ns, start_ns + duration_ns AS end_ns
FROM (SELECT * FROM storm WHERE start_ns + duration_ns <= :before_ns
      ORDER BY start_ns + duration_ns DESC LIMIT 1)
UNION ALL
SELECT 'stall' AS kind, start_ns AS start_ns, start_ns + duration_ns AS end_ns
FROM (SELECT * FROM stall
      WHERE id <= ID_UNTIL(stall, :before_ns)
      AND duration_ns >= 10000000 AND start_ns + duration_ns <= :before_ns
      ORDER BY id DESC LIMIT 1)
UNION ALL
SELECT 'missed frame' AS kind, start_ns AS start_ns, end_ns AS end_ns
FROM (SELECT * FROM frame WHERE missed = 1 AND end_ns <= :before_ns ORDER BY end_ns DESC LIMIT 1)
ORDER BY 3 DESC LIMIT 1
