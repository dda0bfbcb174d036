-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: in which functions its holders were while others waited, by samples.
WITH
held AS MATERIALIZED (
	SELECT r.task_id, f.symbol, f.role, total(r.nr_samples) AS nr
	FROM sample_rollup r LEFT JOIN site f ON f.id = r.function_id
	WHERE r.kind = SAMPLE_HOLDER AND r.lock_id = :lock_id
	AND SECOND_IN_WINDOW(r.second)
	GROUP BY 1, 2, 3
),
all_held AS (SELECT total(nr) AS nr FROM held)
SELECT h.symbol AS holder_function, LABEL(role, h.role) AS holder_role,
       round(100 * sum(h.nr) / a.nr, 2) AS share_percent,
       share_low(sum(h.nr), a.nr) AS low_percent, share_high(sum(h.nr), a.nr) AS high_percent,
       CAST(sum(h.nr) AS INTEGER) AS nr_samples, CAST(a.nr AS INTEGER) AS nr_held,
       count(DISTINCT h.task_id) AS nr_holders
FROM held h CROSS JOIN all_held a
GROUP BY h.symbol, h.role ORDER BY sum(h.nr) DESC, h.symbol, h.role
