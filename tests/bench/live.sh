#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# CPU time of live capture per event, beside perf record + perf script on the
# same events, and whether events are lost at a high rate.
set -eu
. tests/bench/lib.sh

runs=${RUNS:-3}
loops=${LOOPS:-150000}
bench_need_live
command -v perf >/dev/null || bench_skip "no perf"

# switches and wake-ups of a pipe between two processes
load() {
	perf bench sched pipe -l "$loops" >/dev/null
}

ours() {
	"$RMAPSCOPE" record -o "$bench_dir/live.db" --force -- perf bench sched pipe -l "$loops"
}

perf_record() {
	perf record -q -a -o "$bench_dir/perf.data" --kernel-callchains \
		-e lock:contention_begin --filter 'flags==2||flags==4' \
		-e lock:contention_end \
		-e sched:sched_switch --filter 'prev_state & 2' \
		-e sched:sched_waking --filter 'common_pid != 0' \
		-- perf bench sched pipe -l "$loops"
}

perf_script() {
	perf script -i "$bench_dir/perf.data"
}

cpu() {
	seconds "$@" | cut -d' ' -f2
}

for _ in $(seq "$runs"); do
	base=$(cpu load)
	a=$(cpu ours)
	ours_events=$(sqlite3 "$bench_dir/live.db" "SELECT value FROM meta WHERE key = 'nr_events'")
	b=$(cpu perf_record)
	c=$(cpu perf_script)
	perf_events=$(perf script -i "$bench_dir/perf.data" -F event 2>/dev/null | wc -l)
	echo "$base $a $b $c $ours_events $perf_events" >>"$bench_dir/rows"
done
echo "live capture: CPU time beyond the load's own, per event, median of $runs runs in turn"
awk '{
	a = ($2 - $1) / $5 * 1e9; b = ($3 - $1 + $4) / $6 * 1e9
	printf "%.0f %.0f %.3f %d %d\n", a, b, a / b, $5, $6
}' "$bench_dir/rows" >"$bench_dir/per_event"
printf '  rmapscope record            %6.0f ns/event\n' "$(cut -d' ' -f1 "$bench_dir/per_event" | median)"
printf '  perf record + perf script   %6.0f ns/event\n' "$(cut -d' ' -f2 "$bench_dir/per_event" | median)"
printf '  ratio                       %6.2f (target 0.5)\n' "$(cut -d' ' -f3 "$bench_dir/per_event" | median)"
sqlite3 "$bench_dir/live.db" "SELECT printf('  rate %.0f events/s, lost %d', (SELECT value FROM meta WHERE key = 'nr_events') * 1e9 /
	((SELECT value FROM meta WHERE key = 'last_ns') - (SELECT value FROM meta WHERE key = 'first_ns')),
	(SELECT coalesce(sum(nr_lost), 0) FROM loss))"
