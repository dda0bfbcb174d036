-- SPDX-License-Identifier: GPL-2.0-only
-- Schema version 4: samples of the CPUs. They estimate times that no event tells: how long
-- threads spun for a lock before they slept, and what the holder of a lock did meanwhile.
-- Measured times are in other tables, and are never summed up with these.

-- Samples in which a thread spun for a lock, or held one that was waited for. An id is 0 if
-- it is not known.
CREATE TABLE sample_rollup (
	second		INTEGER NOT NULL,	-- time / 1e9, rounded down
	kind		INTEGER NOT NULL,	-- enum sample_kind
	task_id		INTEGER NOT NULL,	-- task.id of the thread that ran
	lock_id		INTEGER NOT NULL,	-- lock.id: what it spun for, or held
	site_id		INTEGER NOT NULL,	-- site.id: where it takes the lock; 0 for a holder
	function_id	INTEGER NOT NULL,	-- site.id: the innermost kernel function, offset 0
	nr_samples	INTEGER NOT NULL,
	PRIMARY KEY (second, kind, task_id, lock_id, site_id, function_id)
) STRICT, WITHOUT ROWID;

-- Of the threads in sample_rollup: all samples, of whatever they did, and their CPU time.
-- So nr_samples there, divided by nr_samples here, estimates a share of cpu_ns.
CREATE TABLE cpu_rollup (
	second		INTEGER NOT NULL,	-- time / 1e9, rounded down
	task_id		INTEGER NOT NULL,	-- task.id; 0: of all threads
	nr_samples	INTEGER NOT NULL,
	cpu_ns		INTEGER NOT NULL,	-- CPU time between these samples, as the scheduler counts it
	PRIMARY KEY (second, task_id)
) STRICT, WITHOUT ROWID;
