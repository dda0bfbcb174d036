#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The database that the other tests show is sound.
. tests/tap.sh
command -v sqlite3 >/dev/null || tap_skip_all "sqlite3 is not installed"
db=$tap_dir/fixture.db

sh tests/tui/make-fixture.sh "$db"
tap_ok $? "the fixture loads"
sql() {
	sqlite3 "$db" "$1"
}
tap_is "$(sql 'PRAGMA integrity_check')" ok "the file is sound"
tap_is "$(sql 'SELECT count(*), sum(outcome = 1), sum(outcome = 2) FROM wait')" "200|4|2" \
	"200 waits, 4 of them open, 2 cut by the loss"
tap_is "$(sql 'SELECT sum(nr_waits), sum(wait_ns), max(max_wait_ns), sum(slept_ns), sum(runnable_ns), sum(nr_uncertain) FROM rollup')" \
	"$(sql 'SELECT count(duration_ns), sum(duration_ns), max(duration_ns), sum(slept_ns), sum(runnable_ns), sum(outcome = 2) FROM wait')" \
	"roll-ups and waits agree"
tap_is "$(sql 'SELECT count(*) FROM (SELECT second, lock_id, sum(wait_ns) FROM rollup WHERE nr_waits GROUP BY 1, 2
	EXCEPT SELECT (start_ns + duration_ns) / 1000000000, lock_id, sum(duration_ns) FROM wait
	WHERE duration_ns IS NOT NULL GROUP BY 1, 2)')" 0 "second by second, lock by lock"
tap_is "$(sql 'SELECT second, nr_waits, wait_ns, max_wait_ns, nr_uncertain FROM second_rollup')" \
	"$(sql 'SELECT second, sum(nr_waits), sum(wait_ns), max(max_wait_ns), sum(nr_uncertain) FROM rollup
	WHERE nr_waits + nr_uncertain > 0 GROUP BY second')" "all locks together"
tap_is "$(sql 'SELECT count(*) FROM checkpoint c JOIN wait w
	WHERE w.duration_ns IS NOT NULL AND (w.id <= c.wait_id) != (w.start_ns + w.duration_ns < c.time_ns)')" 0 \
	"checkpoints divide the waits by their end"
if [ -e rmapscope_hist.so ]; then
	tap_is "$(sqlite3 "$db" '.load ./rmapscope_hist.so' 'SELECT hist FROM second_rollup')" \
		"$(sqlite3 "$db" '.load ./rmapscope_hist.so' 'SELECT hist_merge(hist) FROM rollup
		WHERE nr_waits + nr_uncertain > 0 GROUP BY second')" "histograms of a second agree"
	tap_is "$(sqlite3 "$db" '.load ./rmapscope_hist.so' 'SELECT count(*) FROM rollup WHERE hist_count(hist) != nr_waits
		OR abs(hist_quantile(hist, 1.0) - max_wait_ns) > max_wait_ns / 60')" 0 "histograms agree with their roll-ups"
else
	tap_skip "rmapscope_hist.so is not built" "histograms of a second agree"
	tap_skip "rmapscope_hist.so is not built" "histograms agree with their roll-ups"
fi

tap_done
