-- SPDX-License-Identifier: GPL-2.0-only
-- Who waited for whom, by names of threads in processes: the twelve of each with the most time,
-- and number 13 for all others. total(), since a damaged file's sums may not fit into an integer.
WITH
-- by ids first: names are many more bytes to sort
by_task AS MATERIALIZED (
	SELECT task_id, holder_task_id, cause, total(nr_waits) AS nr_waits, total(wait_ns) AS wait_ns
	FROM blame_sum GROUP BY 1, 2, 3
),
pair AS (
	SELECT p.comm AS process, t.tgid, t.comm, a.cause,
	       hp.comm AS holder_process, h.tgid AS holder_tgid, h.comm AS holder_comm,
	       sum(a.nr_waits) AS nr_waits, sum(a.wait_ns) AS wait_ns
	FROM by_task a
	JOIN task t ON t.id = a.task_id
	LEFT JOIN process p ON p.id = t.process_id
	LEFT JOIN task h ON h.id = a.holder_task_id
	LEFT JOIN process hp ON hp.id = h.process_id
	GROUP BY 1, 2, 3, 4, 5, 6, 7
),
summed AS (
	SELECT *, sum(wait_ns) OVER (PARTITION BY process, tgid, comm) AS waiter_ns,
	       sum(wait_ns) OVER (PARTITION BY cause, holder_process, holder_tgid, holder_comm) AS holder_ns
	FROM pair
),
numbered AS (
	SELECT *, min(13, dense_rank() OVER (ORDER BY waiter_ns DESC, process, tgid, comm)) AS waiter_nr,
	       min(13, dense_rank() OVER (ORDER BY holder_ns DESC, cause, holder_process, holder_tgid, holder_comm)) AS holder_nr
	FROM summed
)
SELECT waiter_nr, iif(waiter_nr < 13, comm, NULL) AS comm, iif(waiter_nr < 13, process, NULL) AS process,
       iif(waiter_nr < 13, tgid, NULL) AS tgid, holder_nr, iif(holder_nr < 13, cause, NULL) AS cause,
       iif(holder_nr < 13, holder_comm, NULL) AS holder_comm,
       iif(holder_nr < 13, holder_process, NULL) AS holder_process,
       iif(holder_nr < 13, holder_tgid, NULL) AS holder_tgid,
       CAST(sum(nr_waits) AS INTEGER) AS nr_waits, CAST(sum(wait_ns) AS INTEGER) AS wait_ns
FROM numbered GROUP BY waiter_nr, holder_nr ORDER BY waiter_nr, holder_nr
