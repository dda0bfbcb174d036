-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a storm: its retries or skips over time, in at most forty slots.
WITH
one AS MATERIALIZED (
	SELECT *, start_ns + duration_ns AS end_ns FROM storm WHERE id = :storm_id
),
event AS MATERIALIZED (
	SELECT r.time_ns, r.task_id, NULL AS site_id FROM one CROSS JOIN retry r
	WHERE one.kind = STORM_RETRY
	AND ID_IN_SPAN(r.id, retry, one, one.start_ns, one.end_ns)
	AND r.time_ns BETWEEN one.start_ns AND one.end_ns AND r.old_lock_id IS one.lock_id
	UNION ALL
	SELECT k.time_ns, k.task_id, k.site_id FROM one CROSS JOIN skip k
	WHERE one.kind = STORM_SKIP
	AND ID_IN_SPAN(k.id, skip, one, one.start_ns, one.end_ns)
	AND k.time_ns BETWEEN one.start_ns AND one.end_ns
),
slot AS (
	SELECT max(duration_ns / 40 + 1, 1000000) AS ns FROM one
)
SELECT one.start_ns + (e.time_ns - one.start_ns) / slot.ns * slot.ns
	- FIRST_NS() AS at_ns,
       count(*) AS nr_events, count(*) * 1e9 / slot.ns AS events_per_s, count(DISTINCT e.task_id) AS nr_walkers
FROM event e CROSS JOIN one CROSS JOIN slot
GROUP BY (e.time_ns - one.start_ns) / slot.ns ORDER BY 1
