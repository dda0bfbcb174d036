-- SPDX-License-Identifier: GPL-2.0-only
-- Section "culprits" of jank: who held the locks during the delays. A share is proven only for
-- waits whose holders are exact (table wait_part), and within a frame of those that are so wholly;
-- others are counted.
SELECT coalesce(hp.comm, h.comm) AS process, LABEL(role, hs.role) AS role,
       LABEL(holder_source, c.source) AS holder_source,
       count(DISTINCT c.delay_id) AS nr_delays, sum(c.ns) AS proven_ns
FROM (
	SELECT d.id AS delay_id, b.holder_task_id AS task_id, b.holder_site_id AS site_id,
	       w.holder_source AS source,
	       iif(d.frame_id IS NULL OR d.ns = w.duration_ns, b.duration_ns, NULL) AS ns
	FROM jank_delay d JOIN main.wait w ON w.id = d.wait_id JOIN wait_part b ON b.wait_id = w.id
	WHERE b.holder_task_id IS NOT NULL
	UNION ALL
	SELECT d.id AS delay_id, w.holder_task_id AS task_id, w.holder_site_id AS site_id,
	       w.holder_source AS source, NULL AS ns
	FROM jank_delay d JOIN main.wait w ON w.id = d.wait_id
	WHERE w.holder_task_id IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM wait_part b WHERE b.wait_id = w.id)
	UNION ALL
	SELECT id AS delay_id, waker_id AS task_id, NULL AS site_id, source, NULL AS ns
	FROM jank_delay WHERE waker_id IS NOT NULL
) c LEFT JOIN task h ON h.id = c.task_id
LEFT JOIN process hp ON hp.id = h.process_id
LEFT JOIN site hs ON hs.id = c.site_id
GROUP BY 1, 2, 3 ORDER BY proven_ns IS NULL, proven_ns DESC, nr_delays DESC, 1, 2, 3
