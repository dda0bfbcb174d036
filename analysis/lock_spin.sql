-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: which share of their CPU time the threads of a process spun for it, by samples: before
-- waits began or, with the rmap events, within them. A thread whose samples were not all counted yet has no share.
WITH
spun AS MATERIALIZED (
	SELECT r.task_id, s.role, total(r.nr_samples) AS nr,
	       total(iif(r.kind = SAMPLE_WAIT_SPIN, r.nr_samples, 0)) AS nr_in_waits
	FROM sample_rollup r LEFT JOIN site s ON s.id = r.site_id
	WHERE r.kind IN (SAMPLE_SPIN, SAMPLE_WAIT_SPIN) AND r.lock_id = :lock_id
	AND SECOND_IN_WINDOW(r.second)
	GROUP BY 1, 2
),
-- of these threads, whatever they did
cpu AS MATERIALIZED (
	SELECT coalesce(t.process_id, 0) AS process_id, total(c.nr_samples) AS nr_all, total(c.cpu_ns) AS cpu_ns
	FROM cpu_rollup c LEFT JOIN task t ON t.id = c.task_id
	WHERE c.task_id IN (SELECT task_id FROM spun)
	AND SECOND_IN_WINDOW(c.second)
	GROUP BY 1
),
by_process AS (
	SELECT coalesce(t.process_id, 0) AS process_id, x.role, total(x.nr) AS nr, total(x.nr_in_waits) AS nr_in_waits,
	       count(DISTINCT x.task_id) AS nr_tasks
	FROM spun x LEFT JOIN task t ON t.id = x.task_id
	GROUP BY 1, 2
)
SELECT p.comm AS process, LABEL(role, x.role) AS role,
       iif(x.nr <= c.nr_all, round(100 * x.nr / c.nr_all, 2), NULL) AS share_percent,
       share_low(x.nr, c.nr_all) AS low_percent, share_high(x.nr, c.nr_all) AS high_percent,
       CAST(x.nr AS INTEGER) AS nr_samples, CAST(c.nr_all AS INTEGER) AS nr_all,
       iif(x.nr <= c.nr_all, CAST(x.nr / c.nr_all * c.cpu_ns AS INTEGER), NULL) AS est_ns,
       x.nr_tasks AS nr_tasks, CAST(x.nr_in_waits AS INTEGER) AS nr_in_waits, p.tgid AS tgid
FROM by_process x
LEFT JOIN cpu c ON c.process_id = x.process_id
LEFT JOIN process p ON p.id = x.process_id
ORDER BY x.nr DESC, x.process_id, x.role
