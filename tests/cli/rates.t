#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rates are over the time that was watched: not before the capture, not after it, and not
# in gaps of all CPUs in which nothing was recorded.
. tests/tap.sh
command -v sqlite3 >/dev/null || tap_skip_all "sqlite3 is not installed"

db=$tap_dir/rates.db

# make_db SQL: 1.5 s from the middle of second 100 on; in each of the two seconds 3 waits of
# 100 ms, a walk of 300 ms and 3 skips
make_db() {
	sh tests/empty-db.sh "$db" <<-END
		INSERT INTO meta VALUES ('state', 'finished'), ('source', 'tracefs'), ('profile', 'all'),
			('first_ns', 100500000000), ('last_ns', 101999999999), ('nr_events', 10), ('nr_waits', 6),
			('sees_walks', 'yes');
		INSERT INTO process (id, tgid, comm) VALUES (1, 100, 'app');
		INSERT INTO task (id, tid, tgid, comm, is_main, process_id) VALUES (1, 100, 100, 'app', 1, 1);
		INSERT INTO lock (id, class, address, generation) VALUES (1, 0, 4096, 0);
		INSERT INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, nr_waits, wait_ns, max_wait_ns,
			nr_uncertain) VALUES (100, 1, 1, 0, 0, 0, 3, 300000000, 100000000, 0),
			(101, 1, 1, 0, 0, 0, 3, 300000000, 100000000, 0);
		INSERT INTO second_rollup (second, nr_waits, wait_ns, max_wait_ns, nr_uncertain)
			SELECT second, nr_waits, wait_ns, max_wait_ns, 0 FROM rollup;
		INSERT INTO walk_rollup (second, kind, site_id, nr_walks, walk_ns, max_walk_ns, nr_counted, nr_vmas,
			nr_retries, nr_contended, nr_uncertain) VALUES (100, 0, 0, 1, 300000000, 300000000, 1, 1, 0, 0, 0),
			(101, 0, 0, 1, 300000000, 300000000, 1, 1, 0, 0, 0);
		INSERT INTO skip (id, time_ns, task_id, pfn, reason) VALUES (1, 100600000000, 1, 1, 1),
			(2, 100600000001, 1, 1, 1), (3, 100600000002, 1, 1, 1), (4, 101600000000, 1, 1, 1),
			(5, 101600000001, 1, 1, 1), (6, 101600000002, 1, 1, 1);
		$1
	END
}

gap() {
	printf 'INSERT INTO loss (start_ns, end_ns, cpu, reason) VALUES (%s, %s, %s, %s);' "$@"
}

# rates [OPTION...]: WAIT ms/s, WAITS/s, of walks WALKS/s, WALK ms/s and SKIP/s
rates() {
	"$RMAPSCOPE" top -b -n 1 "$@" "$db" | awk '/^window/ { print } /^anon_vma +1000/ { print $3, $4 }
		/^anon +- / { print $3, $4, $10 }'
}

make_db ""
tap_is "$(rates)" "window 100000000000..102000000000 ns, 2.000 s, 1.500 s watched
400.0 4.0
1.3 400.0 4.0" "the time before the capture is not watched"
tap_is "$(rates -w 1)" "window 101000000000..102000000000 ns, 1.000 s
300.0 3.0
1.0 300.0 3.0" "a second that was watched is"
tap_like "$("$RMAPSCOPE" top -b -n 1 -s stalls "$db")" '^\(nothing happened: 1\.500 s watched\)$' \
	"nothing happened while it was watched"

# two that overlap, and a third one behind them
make_db "$(gap 100600000000 101100000000 NULL 3; gap 101000000000 101200000000 NULL 4
	gap 101300000000 101400000000 NULL 3)"
tap_is "$(rates)" "window 100000000000..102000000000 ns, 2.000 s, 0.800 s watched
750.0 7.5
2.5 750.0 7.5" "nor are gaps in which nothing was recorded"
tap_like "$("$RMAPSCOPE" top -b -n 1 -s stalls "$db")" '^\(nothing happened: 0\.800 s watched, except in 3 gaps\)$' \
	"nothing happened outside of them"
tap_like "$("$RMAPSCOPE" report "$db")" '^Nobody waited in 0\.800 s, except in the gaps' "a report says so"

make_db "$(gap NULL 101000000000 NULL 3; gap 101500000000 NULL NULL 3)"
tap_is "$(rates)" "window 100000000000..102000000000 ns, 2.000 s, 0.500 s watched
1,200.0 12.0
4.0 1,200.0 12.0" "nor from the beginning, or to the end"

make_db "$(gap 100600000000 101900000000 0 0; gap 100600000000 101900000000 0 4
	gap 100600000000 101900000000 NULL 5; gap 100600000000 101900000000 NULL 0)"
tap_is "$(rates | head -n 2)" "window 100000000000..102000000000 ns, 2.000 s, 1.500 s watched
400.0 4.0" "where single events or samples were lost, or one CPU's, the others were watched"

make_db "$(gap NULL NULL NULL 3)"
tap_like "$("$RMAPSCOPE" top -b -n 1 -s stalls "$db")" '^\(not seen: events were lost all that time\)$' \
	"nothing was watched: it is not said that nothing happened"
tap_is "$(rates)" "window 100000000000..102000000000 ns, 2.000 s, 0.000 s watched
- -
- - -" "a rate over no time is unknown"

# sums and rows that were removed
make_db "INSERT INTO meta VALUES ('rollups_from_ns', 101000000000); DELETE FROM rollup WHERE second = 100;
	DELETE FROM second_rollup WHERE second = 100; DELETE FROM walk_rollup WHERE second = 100;"
tap_is "$(rates)" "window 101000000000..102000000000 ns, 1.000 s
300.0 3.0
1.0 300.0 3.0" "seconds whose sums were removed are not in the window"
make_db "INSERT INTO meta VALUES ('kept_from_ns', 101600000001); DELETE FROM skip WHERE id <= 4;"
tap_is "$(rates | tail -n 1)" "1.3 400.0 -" "how many skips there were is unknown after some were removed"
tap_done
