-- SPDX-License-Identifier: GPL-2.0-only
-- The last storm and the last stall of 10 ms or more that ended by :before_ns.
SELECT 'storm' AS kind, start_ns, start_ns + duration_ns AS end_ns
FROM (SELECT * FROM storm WHERE start_ns + duration_ns <= :before_ns
      ORDER BY start_ns + duration_ns DESC LIMIT 1)
UNION ALL
SELECT 'stall', start_ns, start_ns + duration_ns
FROM (SELECT * FROM stall
      WHERE id <= ID_UNTIL(stall, :before_ns)
      AND duration_ns >= 10000000 AND start_ns + duration_ns <= :before_ns
      ORDER BY id DESC LIMIT 1)
ORDER BY 3 DESC LIMIT 1
