-- SPDX-License-Identifier: GPL-2.0-only
-- Section "spin" of the report: which share of their CPU time the threads of a process spun.
-- A thread whose samples were not all counted yet has more of a kind than in all: no share.
WITH
cpu AS MATERIALIZED (
	SELECT coalesce(t.process_id, 0) AS process_id, total(c.nr_samples) AS nr_all,
	       total(c.cpu_ns) AS cpu_ns
	FROM cpu_rollup c LEFT JOIN task t ON t.id = c.task_id
	GROUP BY 1
),
spun AS (
	SELECT coalesce(t.process_id, 0) AS process_id, l.class, s.role, total(r.nr_samples) AS nr
	FROM sample_rollup r
	LEFT JOIN task t ON t.id = r.task_id
	LEFT JOIN lock l ON l.id = r.lock_id
	LEFT JOIN site s ON s.id = r.site_id
	WHERE r.kind = SAMPLE_SPIN
	GROUP BY 1, 2, 3
)
SELECT p.comm AS process, p.tgid AS tgid, LABEL(lock_class, x.class) AS class, LABEL(role, x.role) AS role,
       iif(x.nr <= c.nr_all, CAST(x.nr / c.nr_all * c.cpu_ns AS INTEGER), NULL) AS est_ns,
       iif(x.nr <= c.nr_all, round(100 * x.nr / c.nr_all, 2), NULL) AS share_percent,
       share_low(x.nr, c.nr_all) AS low_percent, share_high(x.nr, c.nr_all) AS high_percent,
       CAST(x.nr AS INTEGER) AS nr_samples, CAST(c.nr_all AS INTEGER) AS nr_all,
       CAST(c.cpu_ns AS INTEGER) AS cpu_ns
FROM spun x
LEFT JOIN cpu c ON c.process_id = x.process_id
LEFT JOIN process p ON p.id = x.process_id
ORDER BY x.nr DESC, x.process_id, x.class, x.role
