#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The same seconds of mmap-churn by rmapscope record, and by perf record and import: the
# same waits. Both take the same tracepoints, on the same clock, through buffers of their
# own; each reads the clock itself, so that an interrupt may come between the two.
. tests/tap.sh
. tests/live/trace.sh
command -v perf >/dev/null || tap_skip_all "perf is not installed"
tap_need_live
events=lock:contention_begin,lock:contention_end,sched:sched_switch,sched:sched_waking
perf record -q -a -e "$events" -o "$tap_dir/perf.data" -- true >"$tap_dir/err" 2>&1 ||
	tap_skip_all "perf record does not run here: $(tail -n 1 "$tap_dir/err")"

ours=$tap_dir/ours.db theirs=$tap_dir/theirs.db
cat /proc/kallsyms >"$tap_dir/kallsyms"

# lost DB
lost() {
	sql "$1" "SELECT count(*) FROM loss"
}

# both SQL: tables mine and perfs have the waits of the workload by either
both() {
	sqlite3 "$ours" "ATTACH '$theirs' AS p;
		CREATE TEMP TABLE mine AS SELECT * FROM main.waits WHERE tgid = $pid;
		CREATE TEMP TABLE perfs AS SELECT * FROM p.waits WHERE tgid = $pid; $1"
}

# record MODE: until neither has lost anything, three times at most
record() {
	local try zstd='' to=$tap_dir/perf.data
	[ "$1" != zstd ] || zstd=-z
	[ "$1" != pipe ] || to=-
	for try in 1 2 3; do
		# shellcheck disable=SC2086 # an option or none
		perf record -q -a -g -k mono -m 4096 $zstd -e "$events" -o "$to" -- "$RMAPSCOPE" record \
			--force -o "$ours" -- "$WORKLOADS/mmap-churn" -t 8 -d 2 >"$tap_dir/stdout" 2>"$tap_dir/line"
		[ "$to" != - ] || mv "$tap_dir/stdout" "$tap_dir/perf.data"
		"$RMAPSCOPE" import --force -o "$theirs" --kallsyms "$tap_dir/kallsyms" \
			"$tap_dir/perf.data" >"$tap_dir/out" 2>"$tap_dir/err"
		code=$?
		[ "$code" = 0 ] && [ "$(lost "$ours") $(lost "$theirs")" != "0 0" ] || break
		tap_note "$1, try $try: lost $(lost "$ours") and $(lost "$theirs") times"
	done
}

for mode in file zstd pipe; do
	record $mode
	tap_is "$code:$(cat "$tap_dir/err")" "0:" "$mode: what perf recorded imports"
	tap_is "$(lost "$ours") $(lost "$theirs")" "0 0" "$mode: neither lost an event"
	# another such process may run on this machine
	pid=$(value pid "$(cat "$tap_dir/stdout" "$tap_dir/line" 2>/dev/null | grep -a ^workload=)")
	nr_mine=$(both "SELECT count(*) FROM mine")
	tap_note "$(both "SELECT printf('$mode: %d waits of %.3f ms, by perf %d of %.3f ms',
		(SELECT count(*) FROM mine), (SELECT sum(duration_ns) / 1e6 FROM mine),
		(SELECT count(*) FROM perfs), (SELECT sum(duration_ns) / 1e6 FROM perfs))")"
	[ "$nr_mine" -ge 5 ]
	tap_ok $? "$mode: the workload waited"
	tap_is "$(both "SELECT 100 * abs((SELECT count(*) FROM perfs) - $nr_mine) <= $nr_mine")" 1 \
		"$mode: the number of waits is within 1 %"
	tap_is "$(both "SELECT abs((SELECT sum(duration_ns) FROM perfs) - sum(duration_ns)) * 100 <=
		sum(duration_ns) FROM mine")" 1 "$mode: the time waited is within 1 %"
	# the same wait: of the same thread for the same lock, begun within 0.1 ms
	tap_is "$(both "SELECT 100 * count(*) >= 99 * $nr_mine FROM mine WHERE EXISTS (SELECT 1 FROM perfs
		WHERE perfs.tid = mine.tid AND perfs.lock = mine.lock AND perfs.mode = mine.mode AND
		abs(perfs.start_ns - mine.start_ns) < 100000 AND
		abs(perfs.duration_ns - mine.duration_ns) < 100000)")" 1 \
		"$mode: each wait is there, with its begin, its length, its lock and its mode"
	tap_is "$(both "SELECT group_concat(role, ' ') FROM (SELECT DISTINCT role FROM perfs ORDER BY 1)")" \
		"$(both "SELECT group_concat(role, ' ') FROM (SELECT DISTINCT role FROM mine ORDER BY 1)")" \
		"$mode: call sites are of the same roles"
	tap_is "$(both "SELECT group_concat(class, ' ') FROM (SELECT DISTINCT class FROM perfs ORDER BY 1)")" \
		"$(both "SELECT group_concat(class, ' ') FROM (SELECT DISTINCT class FROM mine ORDER BY 1)")" \
		"$mode: locks are of the same classes"
done

# --- samples of perf's clock and of ours estimate the spinning of the same threads

perf record -q -a -g -e cpu-clock/freq=499/ -o "$tap_dir/perf.data" -- true >"$tap_dir/err" 2>&1
status=$?
if [ $status != 0 ] || ! grep -q '^BPF: samples  *yes' "$tap_dir/check"; then
	tap_skip "no samples by perf, or none by BPF here: $(tail -n 1 "$tap_dir/err")" "spinning by perf and by us"
	tap_done
fi
# spin DB SQL: of the row of the workload, r
spin() {
	"$RMAPSCOPE" report --format json --pid "$pid" "$1" spin >"$tap_dir/json"
	sqlite3 :memory: "SELECT $2 FROM (SELECT value AS r FROM json_each(readfile('$tap_dir/json'), '$.spin')
		WHERE value ->> 'role' = 'uffd_move')"
}
# sample: until there are enough, and the intervals meet (by chance they do not, once in a hundred times)
sample() {
	perf record -q -a -g -k mono -m 4096 -e cpu-clock/freq=499/ -e "$events" -o "$tap_dir/perf.data" -- \
		"$RMAPSCOPE" record --rung 2 --force -o "$ours" -- "$WORKLOADS/uffd-move" -t 8 -d 4 --pin \
		>"$tap_dir/stdout" 2>"$tap_dir/line"
	"$RMAPSCOPE" import --force -o "$theirs" --kallsyms "$tap_dir/kallsyms" "$tap_dir/perf.data" \
		>"$tap_dir/out" 2>"$tap_dir/err" || return 1
	pid=$(value pid "$(cat "$tap_dir/stdout" "$tap_dir/line" | grep -a ^workload=)")
	mine=$(spin "$ours" "r ->> 'low_percent' || ' ' || (r ->> 'high_percent') || ' ' || (r ->> 'nr_samples')")
	perfs=$(spin "$theirs" "r ->> 'low_percent' || ' ' || (r ->> 'high_percent') || ' ' || (r ->> 'nr_samples')")
	tap_note "spinning, interval in percent and n: by us $mine, by perf $perfs"
	awk -v a="$mine" -v b="$perfs" 'BEGIN { split(a, m); split(b, p)
		exit !(m[3] >= 5 && p[3] >= 5 && m[1] <= p[2] && p[1] <= m[2]) }'
}
await 120 sample
tap_ok $? "spinning by perf and by us: the intervals of both estimates meet"
tap_is "$(sql "$theirs" "SELECT count(*) FROM sample_rollup r JOIN site s ON s.id = r.site_id WHERE s.symbol LIKE '%rwsem%'")" 0 \
	"and where a thread spins is who calls the rwsem"
tap_done
