-- SPDX-License-Identifier: GPL-2.0-only
-- Section "why" of the report: for each lock and process that held it, in which functions its
-- threads were when they were sampled while others waited. The time that was waited for them is
-- measured; it ends where the lock was released.
WITH
cpu AS MATERIALIZED (
	SELECT task_id, total(nr_samples) AS nr_all, total(cpu_ns) AS cpu_ns
	FROM cpu_rollup GROUP BY task_id
),
by_task AS (
	SELECT r.lock_id, r.task_id, f.symbol, f.role, total(r.nr_samples) AS nr
	FROM sample_rollup r LEFT JOIN site f ON f.id = r.function_id
	WHERE r.kind = SAMPLE_HOLDER
	GROUP BY 1, 2, 3, 4
),
-- a thread whose samples were not all counted yet has no estimate, nor has the sum with it
held AS MATERIALIZED (
	SELECT b.lock_id, coalesce(t.process_id, 0) AS process_id, b.symbol, b.role,
	       total(b.nr) AS nr, count(DISTINCT b.task_id) AS nr_holders,
	       iif(min(b.nr <= c.nr_all), total(b.nr / c.nr_all * c.cpu_ns), NULL) AS est_ns
	FROM by_task b
	LEFT JOIN cpu c ON c.task_id = b.task_id
	LEFT JOIN task t ON t.id = b.task_id
	GROUP BY 1, 2, 3, 4
),
of_holders AS MATERIALIZED (
	SELECT lock_id, process_id, total(nr) AS nr FROM held GROUP BY 1, 2
),
waited AS MATERIALIZED (
	SELECT r.lock_id, coalesce(t.process_id, 0) AS process_id,
	       total(r.wait_ns) - total(r.runnable_ns) AS ns
	FROM holder_rollup r JOIN task t ON t.id = r.holder_task_id
	GROUP BY 1, 2
)
SELECT LABEL(lock_class, l.class) AS class, LOCK_NAME(l) AS lock,
       p.comm AS holder_process, p.tgid AS holder_tgid,
       LABEL(role, h.role) AS holder_role, h.symbol AS holder_function,
       round(100 * h.nr / o.nr, 2) AS share_percent,
       share_low(h.nr, o.nr) AS low_percent, share_high(h.nr, o.nr) AS high_percent,
       CAST(h.nr AS INTEGER) AS nr_samples, CAST(o.nr AS INTEGER) AS nr_held,
       h.nr_holders AS nr_holders, CAST(h.est_ns AS INTEGER) AS est_ns, CAST(w.ns AS INTEGER) AS waited_ns
FROM held h
JOIN of_holders o ON o.lock_id = h.lock_id AND o.process_id = h.process_id
LEFT JOIN waited w ON w.lock_id = h.lock_id AND w.process_id = h.process_id
LEFT JOIN lock l ON l.id = h.lock_id
LEFT JOIN process p ON p.id = h.process_id
ORDER BY o.nr DESC, h.lock_id, h.process_id, h.nr DESC, h.symbol, h.role
