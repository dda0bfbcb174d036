-- SPDX-License-Identifier: GPL-2.0-only
-- Screen "heatmap" of top: waits by the power of two that their duration is
-- above, and by the time in which they ended, in slots of :slot_s seconds.
WITH RECURSIVE
power(ns) AS (
	SELECT 64 UNION ALL SELECT ns * 2 FROM power WHERE ns < 1 << 40
),
slot AS MATERIALIZED (
	SELECT (second - :start_ns / 1000000000) / :slot_s AS at, hist_merge(hist) AS hist,
	       max(max_wait_ns) AS max_ns
	FROM second_rollup
	WHERE second >= :start_ns / 1000000000 AND second <= (:end_ns - 1) / 1000000000 AND nr_waits > 0
	GROUP BY 1
),
bucket AS (
	SELECT s.at, p.ns, hist_between(s.hist, iif(p.ns = 64, 0, p.ns), p.ns * 2) AS nr
	FROM slot s JOIN power p ON p.ns <= s.max_ns OR p.ns = 64
)
SELECT (:start_ns / 1000000000 + b.at * :slot_s) * 1000000000
	- (SELECT value FROM meta WHERE key = 'first_ns'),
       b.ns, b.ns * 2, b.nr,
       (:start_ns / 1000000000 + b.at * :slot_s) * 1000000000
FROM bucket b WHERE b.nr > 0 ORDER BY b.at, b.ns DESC
