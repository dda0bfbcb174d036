#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A database of an earlier schema version becomes one of this version when it is
# opened, and is then the same as a new one.
. tests/tap.sh

old=$tap_dir/old.db
sqlite3 "$old" <schema/001-initial.sql
sqlite3 "$old" "PRAGMA user_version = 1; PRAGMA journal_mode = DELETE;
	INSERT INTO meta VALUES ('state', 'finished'), ('nr_waits', 1);
	INSERT INTO task (id, tid, comm) VALUES (1, 7, 'waiter');
	INSERT INTO lock (id, class, address, generation) VALUES (1, 0, 4096, 0);
	INSERT INTO wait (id, start_ns, duration_ns, lock_id, task_id, mode, holder_source, outcome)
		VALUES (1, 1000, 5000000, 1, 1, 1, 0, 0);
	INSERT INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, nr_waits, wait_ns,
		max_wait_ns, nr_uncertain, hist) VALUES (0, 0, 1, 0, 0, 1, 1, 5000000, 5000000, 0, x'cc0401'),
		(0, 0, 1, 0, 0, 0, 0, 0, 0, 2, x''), (3, 0, 1, 0, 0, 1, 1, 7, 7, 0, x'0701');
	INSERT INTO checkpoint VALUES (6000000, 1)" >"$tap_dir/out"
sh tests/empty-db.sh "$tap_dir/new.db" </dev/null

"$RMAPSCOPE" report "$old" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "a database of version 1 is read"
tap_like "$(cat "$tap_dir/out")" "waiter .* 5.000" "with what is in it"

schema() {
	sqlite3 "$1" "PRAGMA user_version; SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2;
		SELECT * FROM enum ORDER BY 1, 2"
}
tap_is "$(schema "$old")" "$(schema "$tap_dir/new.db")" "and is like a new one afterwards"
tap_is "$(sqlite3 "$old" "SELECT sum(duration_ns) FROM waits; PRAGMA integrity_check" | tr '\n' ' ')" \
	"5000000 ok " "with the same rows"
tap_is "$(sqlite3 "$old" "SELECT second, nr_waits, wait_ns, max_wait_ns, nr_uncertain, hex(hist)
	FROM second_rollup" | tr '\n' ' ')" "0|1|5000000|5000000|2|CC0401 3|1|7|7|0|0701 " \
	"and its roll-ups by second alone"

# a reader that may not write: the file is left alone
sqlite3 "$tap_dir/locked.db" <schema/001-initial.sql
sqlite3 "$tap_dir/locked.db" "PRAGMA user_version = 1"
coproc sqlite { sqlite3 "$tap_dir/locked.db" 2>&1; }
echo "BEGIN IMMEDIATE; SELECT 'locked';" >&"${sqlite[1]}"
read -r _ <&"${sqlite[0]}"
"$RMAPSCOPE" report "$tap_dir/locked.db" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err")" "1:1" "one that another program is writing: one line"
tap_like "$(cat "$tap_dir/err")" "older schema .*locked.*copy it" "which says why and what to do"
echo ".quit" >&"${sqlite[1]}"
wait "$sqlite_PID"
tap_is "$(sqlite3 "$tap_dir/locked.db" "PRAGMA user_version")" 1 "and it is as it was"
tap_done
