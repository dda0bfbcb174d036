-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a stall: the kernel stack that it slept in, one function per row, innermost first.
WITH RECURSIVE
one AS (
	SELECT coalesce(k.frames, 'not recorded: needs profile stalls') || char(10) AS frames
	FROM stall s LEFT JOIN wait w ON w.id = s.wait_id
	LEFT JOIN stack k ON k.id = coalesce(s.stack_id, w.stack_id)
	WHERE s.id = :stall_id
),
frame AS (
	SELECT 0 AS nr, NULL AS name, frames AS rest FROM one
	UNION ALL
	SELECT nr + 1 AS nr, substr(rest, 1, instr(rest, char(10)) - 1) AS name,
	       substr(rest, instr(rest, char(10)) + 1) AS rest
	FROM frame WHERE rest <> '' AND nr < 64
)
SELECT name AS frame FROM frame WHERE nr > 0 ORDER BY nr
