#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Make docs/demo.db, the capture that `rmapscope demo` shows where none can be
# made: a real one of the three workloads, without this machine's names and
# kernel addresses. Run it from the project's root, as root, after `make
# workloads`.
set -eu

out=docs/demo.db
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/run" <<'RUN'
build/tests/workloads/mmap-churn -t 4 -d 8 >/dev/null &
build/tests/workloads/fork-chain -D 8 >/dev/null &
build/tests/workloads/uffd-move -t 4 -d 8 --pin >/dev/null &
wait
RUN
./rmapscope record -o "$dir/demo.db" -- sh "$dir/run"

sqlite3 "$dir/demo.db" <<'SQL'
.load ./rmapscope_hist.so
-- only the workloads and kernel threads: nobody else's names
CREATE TEMP TABLE ours AS SELECT id FROM process
	WHERE exe LIKE '%/build/tests/workloads/%' OR (exe IS NULL AND cmdline IS NULL);
CREATE TEMP TABLE gone AS SELECT id FROM task
	WHERE process_id IS NULL OR process_id NOT IN (SELECT id FROM ours);
DELETE FROM wait WHERE task_id IN (SELECT id FROM gone);
UPDATE wait SET holder_task_id = NULL, holder_source = 0
	WHERE holder_task_id IN (SELECT id FROM gone);
DELETE FROM rollup WHERE process_id NOT IN (SELECT id FROM ours);
DELETE FROM second_rollup;
INSERT INTO second_rollup SELECT second, sum(nr_waits), sum(wait_ns), max(max_wait_ns),
	sum(nr_uncertain), hist_merge(hist) FROM rollup WHERE nr_waits + nr_uncertain > 0 GROUP BY second;
DELETE FROM sample_rollup WHERE task_id IN (SELECT id FROM gone);
DELETE FROM cpu_rollup WHERE task_id IN (SELECT id FROM gone);
DELETE FROM task WHERE id IN (SELECT id FROM gone);
DELETE FROM process WHERE id NOT IN (SELECT id FROM ours);
DELETE FROM lock WHERE id NOT IN (SELECT lock_id FROM wait UNION SELECT lock_id FROM sample_rollup);
UPDATE process SET exe = NULL, cmdline = NULL, cgroup = NULL;
UPDATE lock SET address = id;
UPDATE meta SET value = (SELECT count(duration_ns) FROM wait) WHERE key = 'nr_waits';
UPDATE meta SET value = (SELECT count(*) FROM wait WHERE outcome = 2) WHERE key = 'nr_uncertain';
UPDATE meta SET value = 'demo' WHERE key = 'host';
UPDATE meta SET value = 'rmapscope record' WHERE key = 'command';
DELETE FROM meta WHERE key IN ('kernel_version');
PRAGMA page_size = 1024;
VACUUM;
SQL
mv "$dir/demo.db" "$out"
ls -l "$out"
