-- SPDX-License-Identifier: GPL-2.0-only
-- Make a copy of a capture fit to be given away: see analysis/redact.h. What was equal stays
-- equal, so that the tables join as before.

-- facts about the capture that name nobody
DELETE FROM meta WHERE key NOT IN ('version', 'state', 'source', 'source_clock', 'profile', 'kernel_release', 'machine',
	'nr_cpus', 'nr_events', 'rung', 'formats', 'traced', 'came', 'limits', 'clock', 'clock_offset_ns', 'boot_offset_ns',
	'nr_waits', 'nr_uncertain', 'first_ns', 'last_ns', 'kept_from_ns', 'rollups_from_ns',
	'names_from_ns', 'longest_commit_ns', 'samples_hz', 'no_samples', 'no_spin_samples', 'no_holder_samples', 'no_ipi_samples', 'asleep', 'sees_storms', 'sees_stragglers', 'sees_order',
	'sees_walks');
INSERT INTO meta VALUES ('redacted', 'yes');

-- Executables and mapped files. In brackets are names that are no files, such as [heap] and
-- [anon:NAME]; but a program may have put a path there.
CREATE TEMP TABLE file_number (nr INTEGER PRIMARY KEY, path TEXT UNIQUE);
INSERT OR IGNORE INTO file_number (path) SELECT exe FROM process WHERE exe IS NOT NULL ORDER BY id;
INSERT OR IGNORE INTO file_number (path) SELECT name FROM vma
	WHERE name NOT GLOB '[[]*' OR instr(name, '/') ORDER BY id;
UPDATE vma SET name = 'file-' || (SELECT nr FROM file_number WHERE path = name)
	WHERE name NOT GLOB '[[]*' OR instr(name, '/');

CREATE TEMP TABLE cgroup_number (nr INTEGER PRIMARY KEY, path TEXT UNIQUE);
INSERT OR IGNORE INTO cgroup_number (path) SELECT cgroup FROM process WHERE cgroup IS NOT NULL ORDER BY id;
UPDATE process SET cmdline = NULL,
	exe = 'file-' || (SELECT nr FROM file_number WHERE path = exe),
	cgroup = '/cgroup-' || (SELECT nr FROM cgroup_number WHERE path = cgroup);

-- layers have names of apps and titles of windows
CREATE TEMP TABLE layer_number (nr INTEGER PRIMARY KEY, layer TEXT UNIQUE);
INSERT OR IGNORE INTO layer_number (layer) SELECT layer FROM frame WHERE layer IS NOT NULL ORDER BY id;
UPDATE frame SET layer = 'layer-' || (SELECT nr FROM layer_number n WHERE n.layer = frame.layer);

-- programs write anything into their slices
UPDATE slice SET names = 'slices-' || id;

-- the locks at one address keep one
CREATE TEMP TABLE lock_number (address INTEGER PRIMARY KEY, nr INTEGER);
INSERT INTO lock_number SELECT address, min(id) FROM lock GROUP BY address;
UPDATE lock SET address = (SELECT nr FROM lock_number n WHERE n.address = lock.address);

-- Where a process has its memory is secret while it runs, but not how its VMAs lie to each
-- other. vsyscall, in the kernel's half, is below 0 and at the same address everywhere.
CREATE TEMP TABLE process_base (process_id INTEGER PRIMARY KEY, base INTEGER);
INSERT INTO process_base SELECT coalesce(process_id, 0), min(start) FROM vma WHERE start >= 0 GROUP BY 1;
UPDATE vma SET (start, end) = (SELECT start - base, max(end, start) - base FROM process_base b
	WHERE b.process_id = coalesce(vma.process_id, 0)) WHERE start >= 0;
UPDATE straggler SET address = id * 4096;

-- page frames: where memory is
CREATE TEMP TABLE folio_number (nr INTEGER PRIMARY KEY, pfn INTEGER UNIQUE);
INSERT OR IGNORE INTO folio_number (pfn) SELECT pfn FROM walk ORDER BY id;
INSERT OR IGNORE INTO folio_number (pfn) SELECT pfn FROM retry ORDER BY id;
INSERT OR IGNORE INTO folio_number (pfn) SELECT pfn FROM skip ORDER BY id;
INSERT OR IGNORE INTO folio_number (pfn) SELECT pfn FROM move ORDER BY id;
UPDATE walk SET pfn = (SELECT nr FROM folio_number n WHERE n.pfn = walk.pfn);
UPDATE retry SET pfn = (SELECT nr FROM folio_number n WHERE n.pfn = retry.pfn);
UPDATE skip SET pfn = (SELECT nr FROM folio_number n WHERE n.pfn = skip.pfn);
UPDATE move SET pfn = (SELECT nr FROM folio_number n WHERE n.pfn = move.pfn);

-- ANALYZE keeps samples of values
DROP TABLE IF EXISTS sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;
