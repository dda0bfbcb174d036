-- SPDX-License-Identifier: GPL-2.0-only
-- Walks of a kernel that does not tell all of them: retries, and VMAs that nobody counts.

DROP VIEW walks;
DROP VIEW walk_cost;
-- no ALTER TABLE RENAME: it looks at every view, and SQLite 3.40 does not understand missed_frames there
-- until the end of this file
CREATE TABLE walk_9 AS SELECT * FROM walk;
-- likewise
CREATE TABLE walk_rollup_9 AS SELECT * FROM walk_rollup;
DROP TABLE walk;
DROP TABLE walk_rollup;

-- one row per rmap walk that retried, was contended, or took over 1 ms
CREATE TABLE walk (
	id		INTEGER PRIMARY KEY,
	start_ns	INTEGER NOT NULL,
	duration_ns	INTEGER,
	task_id		INTEGER NOT NULL,	-- task.id
	kind		INTEGER NOT NULL,	-- enum walk_kind
	site_id		INTEGER,		-- site.id of rmap_one()
	pfn		INTEGER NOT NULL,
	nr_pages	INTEGER,		-- of the folio
	nr_vmas		INTEGER,		-- visited; NULL: not counted
	nr_retries	INTEGER,		-- NULL: retries were not traced
	outcome		INTEGER NOT NULL	-- enum walk_outcome
) STRICT;

-- walks per second and kind
CREATE TABLE walk_rollup (
	second		INTEGER NOT NULL,	-- end time / 1e9, rounded down
	kind		INTEGER NOT NULL,	-- enum walk_kind
	site_id		INTEGER NOT NULL,	-- site.id of rmap_one(), 0 unknown
	nr_walks	INTEGER NOT NULL,	-- with a duration
	walk_ns		INTEGER NOT NULL,	-- sum of durations
	max_walk_ns	INTEGER NOT NULL,
	nr_counted	INTEGER NOT NULL,	-- of nr_walks, those whose VMAs are counted
	nr_vmas		INTEGER NOT NULL,	-- visited by these
	nr_retries	INTEGER,		-- NULL: retries were not traced
	nr_contended	INTEGER NOT NULL,	-- gave up because of a lock
	nr_uncertain	INTEGER NOT NULL,	-- without a duration: cut by a loss
	hist		BLOB,			-- of durations
	PRIMARY KEY (second, kind, site_id)
) STRICT, WITHOUT ROWID;

INSERT INTO walk
SELECT id, start_ns, duration_ns, task_id, kind, site_id, pfn, nr_pages, nr_vmas, nr_retries, outcome
FROM walk_9;
INSERT INTO walk_rollup
SELECT second, kind, site_id, nr_walks, walk_ns, max_walk_ns, nr_walks, nr_vmas, nr_retries, nr_contended,
       nr_uncertain, hist
FROM walk_rollup_9;
DROP TABLE walk_9;
DROP TABLE walk_rollup_9;

-- earlier versions said 0 where the kernel has no event of a retry
UPDATE walk SET nr_retries = NULL
WHERE nr_retries = 0 AND (SELECT instr(value, 'rmap:rmap_walk_retry') = 0 FROM meta WHERE key = 'formats');
UPDATE walk_rollup SET nr_retries = NULL
WHERE nr_retries = 0 AND (SELECT instr(value, 'rmap:rmap_walk_retry') = 0 FROM meta WHERE key = 'formats');

-- one readable row per walk
CREATE VIEW walks AS
SELECT k.id, k.start_ns, k.duration_ns, round(k.duration_ns / 1e6, 3) AS duration_ms,
       t.tid, t.comm, t.tgid, p.comm AS process,
       (SELECT label FROM enum WHERE domain = 'walk_kind' AND value = k.kind) AS kind,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       s.symbol AS rmap_one, k.pfn, k.nr_pages, k.nr_vmas, k.nr_retries,
       (SELECT label FROM enum WHERE domain = 'walk_outcome' AND value = k.outcome) AS outcome
FROM walk k
JOIN task t ON t.id = k.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN site s ON s.id = k.site_id;

-- what walks cost, by kind and rmap_one(); nr_vmas: NULL unless those of all are counted
CREATE VIEW walk_cost AS
SELECT (SELECT label FROM enum WHERE domain = 'walk_kind' AND value = r.kind) AS kind,
       (SELECT label FROM enum WHERE domain = 'role' AND value = s.role) AS role,
       s.symbol AS rmap_one,
       sum(r.nr_walks) AS nr_walks, iif(sum(r.nr_counted) = sum(r.nr_walks), sum(r.nr_vmas), NULL) AS nr_vmas,
       sum(r.walk_ns) AS walk_ns, round(sum(r.walk_ns) / 1e6, 3) AS walk_ms,
       max(r.max_walk_ns) AS max_ns,
       sum(r.nr_retries) AS nr_retries, sum(r.nr_contended) AS nr_contended,
       sum(r.nr_uncertain) AS nr_uncertain
FROM walk_rollup r
LEFT JOIN site s ON s.id = r.site_id
GROUP BY r.kind, r.site_id;
