#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Screens of a part of a capture: which part is a line of its own on each of
# them, and what comes later is part of it, too.
. tests/tui/lib.sh
tui_fixture

tui_top 80 24 "--comm 'surf*' --class anon_vma"
for screen in 1-vmas 3-blocked 5-stalls 6-walks; do
	tui_keys ${screen%-*}
	tui_golden "filter-${screen#*-}-80x24" "a filter on screen ${screen#*-}"
done
tui_keys 2
tui_sees '^anon_vma +ffff888101234500 ' "locks of the class"
tui_sees '^filter: --comm surf\* --class anon_vma' "the filter is said there"
tui_keys Enter
tui_sees '^filter: ' "and in what a row opens"
tui_top 80 24 "--by exe"
tui_keys p
tui_sees '^/usr/bin/redis-server' "--by exe: processes are called by their executables"
tui_top 80 24 "-p 1201 -s processes"
tui_sees '^redis-server ' "-p: of a file, one process"
tui_sees ' 1/1$' "-p: and no other"
tui_top 80 24 "--since 2 --until 4 -s processes"
tui_sees 'AT 4\.000 of 29\.700 s  window 3s to 4\.800' "--since --until: the window to begin with"
tui_keys End
tui_sees ' END ' "--since --until: and End is the end"

# growing: processes that begin while they are looked at
sqlite3 "$db" "UPDATE meta SET value = 'recording' WHERE key = 'state'; PRAGMA journal_mode = WAL" >/dev/null
# late ID NAME SECOND
late() {
	sqlite3 "$db" "BEGIN;
		INSERT INTO process (id, tgid, comm) VALUES ($1, 7000 + $1, '$2');
		INSERT INTO task (id, tid, tgid, comm, is_main, process_id) VALUES ($1 + 100, 7000 + $1, 7000 + $1, '$2', 1, $1);
		INSERT INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, nr_waits, wait_ns, max_wait_ns,
			nr_uncertain, hist)
			SELECT $3, $1, 3, 0, 5, 1, 10, 1000000000, 3000000, 0, hist FROM rollup WHERE hist != x'' LIMIT 1;
		UPDATE meta SET value = $3 * 1000000000 + 999999999 WHERE key = 'last_ns';
		COMMIT"
}
tui_top 80 24 "-d 0.1 -w 1 -s processes --comm late"
tui_sees 'nothing passes the filter' "nobody of that name yet"
late 20 late 1030
tui_sees '^late +7020 +1,000\.0 ' "a process that begins later passes"
late 21 other 1030
late 22 late 1030
tui_sees ' 1/2$' "a second one, and none of another name"
tui_top 80 24 "-d 0.1 -w 1 -s processes --by comm --comm late"
tui_sees '^late +- +2,000\.0 ' "--by comm: they are one row"
late 23 late 1030
tui_sees '^late +- +3,000\.0 ' "and so is one that begins later"

tap_done
