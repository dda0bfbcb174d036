-- SPDX-License-Identifier: GPL-2.0-only
-- Section "time" of the report: what the sampled threads of a process did, as shares of the time in
-- which they were seen. The scheduler's own times are measured; what they did on a CPU is estimated.
-- A thread whose samples were not all counted yet has more of a kind than in all: no share. Nor has a kind
-- that could not be sampled. Sleep for locks is known per process, so not of some threads of one.
WITH
cpu AS MATERIALIZED (
	SELECT coalesce(t.process_id, 0) AS process_id,
	       iif(min(c.task_id) > 0, count(DISTINCT c.task_id), NULL) AS nr_threads,
	       total(c.nr_samples) AS nr_all, total(c.cpu_ns) AS cpu_ns,
	       iif(count(c.seen_ns) = count(*), nullif(total(c.seen_ns), 0), NULL) AS seen_ns,
	       iif(count(c.runnable_ns) = count(*), total(c.runnable_ns), NULL) AS runnable_ns
	FROM cpu_rollup c LEFT JOIN task t ON t.id = c.task_id
	GROUP BY 1
),
sees AS MATERIALIZED (
	SELECT NOT EXISTS (SELECT 1 FROM meta WHERE key = 'no_spin_samples') AS spin,
	       NOT EXISTS (SELECT 1 FROM meta WHERE key = 'no_ipi_samples') AS ipi
),
kinds AS MATERIALIZED (
	SELECT coalesce(t.process_id, 0) AS process_id,
	       total(iif(r.kind IN (SAMPLE_SPIN, SAMPLE_WAIT_SPIN), r.nr_samples, 0)) AS nr_spin,
	       total(iif(r.kind = SAMPLE_IPI, r.nr_samples, 0)) AS nr_ipi
	FROM sample_rollup r LEFT JOIN task t ON t.id = r.task_id
	GROUP BY 1
),
locks AS MATERIALIZED (
	SELECT process_id, iif(total(nr_waits > 0 AND slept_ns IS NULL), NULL, total(slept_ns)) AS slept_ns
	FROM rollup
	WHERE process_id IN (SELECT process_id FROM cpu)
	GROUP BY 1
),
-- neither a damaged file nor a wait at the edge of the time makes a part larger than the whole
sums AS (
	SELECT c.*, iif(e.spin, coalesce(k.nr_spin, 0), NULL) AS nr_spin,
	       iif(e.ipi, coalesce(k.nr_ipi, 0), NULL) AS nr_ipi,
	       max(c.seen_ns - c.cpu_ns - c.runnable_ns, 0) AS asleep_ns,
	       iif(sums_are_less(), NULL, iif(l.process_id IS NULL, 0, l.slept_ns)) AS lock_ns,
	       coalesce(k.nr_spin, 0) + coalesce(k.nr_ipi, 0) <= c.nr_all AS is_counted
	FROM cpu c CROSS JOIN sees e
	LEFT JOIN kinds k ON k.process_id = c.process_id
	LEFT JOIN locks l ON l.process_id = c.process_id
)
SELECT p.comm AS process, p.tgid AS tgid, s.nr_threads AS nr_threads, CAST(s.seen_ns AS INTEGER) AS seen_ns,
       round(100 * s.cpu_ns / s.seen_ns, 2) AS cpu_percent,
       round(100 * s.runnable_ns / s.seen_ns, 2) AS runnable_percent,
       round(100 * min(s.lock_ns, s.asleep_ns) / s.seen_ns, 2) AS lock_percent,
       round(100 * max(s.asleep_ns - s.lock_ns, 0) / s.seen_ns, 2) AS slept_percent,
       iif(s.is_counted, round(100 * (1 - (s.nr_spin + s.nr_ipi) / s.nr_all) * s.cpu_ns / s.seen_ns, 2), NULL)
		AS work_percent,
       iif(s.is_counted, round(100 * s.nr_spin / s.nr_all * s.cpu_ns / s.seen_ns, 2), NULL) AS spin_percent,
       iif(s.nr_spin IS NULL, NULL, round(share_low(s.nr_spin, s.nr_all) * s.cpu_ns / s.seen_ns, 2))
		AS spin_low_percent,
       iif(s.nr_spin IS NULL, NULL, round(share_high(s.nr_spin, s.nr_all) * s.cpu_ns / s.seen_ns, 2))
		AS spin_high_percent,
       iif(s.is_counted, round(100 * s.nr_ipi / s.nr_all * s.cpu_ns / s.seen_ns, 2), NULL) AS ipi_percent,
       iif(s.nr_ipi IS NULL, NULL, round(share_low(s.nr_ipi, s.nr_all) * s.cpu_ns / s.seen_ns, 2))
		AS ipi_low_percent,
       iif(s.nr_ipi IS NULL, NULL, round(share_high(s.nr_ipi, s.nr_all) * s.cpu_ns / s.seen_ns, 2))
		AS ipi_high_percent,
       CAST(s.nr_spin AS INTEGER) AS nr_spin, CAST(s.nr_ipi AS INTEGER) AS nr_ipi,
       CAST(s.nr_all AS INTEGER) AS nr_all
FROM sums s
LEFT JOIN process p ON p.id = s.process_id
ORDER BY s.seen_ns DESC, s.cpu_ns DESC, s.process_id
