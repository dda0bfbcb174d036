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
tap_done
