#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Stalls of a live capture are sleeps that were, explained by the waits around them.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/capture.db

# what must hold of every capture of profile stalls
sound() {
	tap_is "$(sql "$db" "SELECT count(*) FROM loss")" 0 "$1: nothing was lost"
	tap_is "$(sql "$db" "SELECT count(*) FROM stall WHERE (outcome = 0) <> (duration_ns IS NOT NULL)
			OR duration_ns < 0")" 0 "$1: those that were woken have a duration, and no others"
	tap_is "$(sql "$db" "SELECT count(*) FROM stall s JOIN wait w ON w.id = s.wait_id
			WHERE w.task_id <> s.task_id OR s.start_ns < w.start_ns OR
			s.start_ns + coalesce(s.duration_ns, 0) > w.start_ns + w.duration_ns")" 0 \
		"$1: explained ones lie within the wait of the same thread"
	tap_is "$(sql "$db" "SELECT count(*) FROM stall s LEFT JOIN wait w ON w.id = s.wait_id
			WHERE s.wait_id IS NOT NULL AND w.id IS NULL")" 0 "$1: by waits that are there"
	tap_is "$(sql "$db" "SELECT count(*) FROM stall a JOIN stall b ON a.task_id = b.task_id AND
			b.id <> a.id AND b.start_ns >= a.start_ns AND b.start_ns < a.start_ns + a.duration_ns")" \
		0 "$1: nobody sleeps twice at once"
	# a wake-up that was not seen leaves the stall without a duration, not the wait
	tap_is "$(sql "$db" "SELECT count(*) FROM wait w LEFT JOIN (SELECT wait_id,
			sum(duration_ns) AS ns, sum(duration_ns IS NULL) AS nr FROM stall GROUP BY 1) s
			ON s.wait_id = w.id WHERE w.duration_ns IS NOT NULL AND coalesce(s.nr, 0) = 0 AND
			w.slept_ns <> coalesce(s.ns, 0)")" 0 "$1: waits slept what their stalls say"
	tap_is "$(sql "$db" "SELECT count(*) FROM stall WHERE stack_id IS NULL OR site_id IS NULL OR
			io_wait IS NULL")" 0 "$1: of each it is known where it was"
	tap_is "$(sql "$db" "SELECT sum(outcome = 2) <= 5 + count(*) / 100 FROM stall")" 1 \
		"$1: of hardly any the wake-up is not known"
	tap_is "$(sql "$db" "SELECT count(*) FROM stalls WHERE process = 'rmapscope' AND
			tgid = $recorder")" 0 "$1: the collector's own are not among them"
}

record() {
	"$RMAPSCOPE" record --force --profile stalls -o "$db" -- "$@" >"$tap_dir/line" 2>"$tap_dir/err" &
	recorder=$!
	live_pids="$live_pids $recorder"
	live_wait "$recorder"
}

# on a busy machine the threads hardly meet
for ((tries = 1; tries <= 5; tries++)); do
	record "$WORKLOADS/uffd-move" -t 4 -d 5 --pin
	status=$?
	pid=$(value pid "$(grep ^workload= "$tap_dir/line")")
	[ $status = 0 ] && [ "$(sql "$db" "SELECT count(*) FROM stalls WHERE tgid = $pid AND role = 'uffd_move'
		AND class = 'anon_vma' AND duration_ns > 0")" = 0 ] || break
done
tap_is "$status:$(cat "$tap_dir/err")" "0:" "record --profile stalls of uffd-move succeeds"
sound uffd-move
tap_note "$(sql "$db" "SELECT printf('uffd-move: %d stalls, %d explained, %d of no time, %d uncertain',
	count(*), count(wait_id), sum(duration_ns = 0), sum(outcome = 2)) FROM stall")"
[ "$(sql "$db" "SELECT count(*) FROM stalls WHERE tgid = $pid AND role = 'uffd_move' AND
	class = 'anon_vma' AND duration_ns > 0")" -ge 1 ]
tap_ok $? "its waits for the anon_vma lock explain stalls"
tap_is "$(sql "$db" "SELECT count(*) FROM wait WHERE duration_ns IS NOT NULL AND slept_ns > 0 AND
		id NOT IN (SELECT wait_id FROM stall WHERE wait_id IS NOT NULL)")" 0 \
	"no wait slept without a stall"

record "$WORKLOADS/mmap-churn" -t 4 -d 3 --pin
tap_is "$?" 0 "record of mmap-churn succeeds"
sound mmap-churn

# --- asleep for another reason, from a time to a time that it knows

record "$WORKLOADS/vfork-sleep"
tap_is "$?" 0 "record of vfork-sleep succeeds"
line=$(grep ^workload= "$tap_dir/line")
asleep_ns=$(value asleep_ns "$line") awake_ns=$(value awake_ns "$line")
of_it="tid = $(value pid "$line") AND start_ns <= $asleep_ns AND
	start_ns + duration_ns >= $awake_ns"
tap_is "$(sql "$db" "SELECT count(*) FROM stalls WHERE $of_it")" 1 \
	"the parent's sleep is a stall, from before to after"
tap_is "$(sql "$db" "SELECT outcome, wait_id IS NULL, waker_tid FROM stalls WHERE $of_it")" \
	"acquired|1|$(value child "$line")" "that no wait explains, ended by its child"
tap_is "$(sql "$db" "SELECT sum(duration_ns) <= $(value duration_ns "$line") FROM stalls
	WHERE $of_it")" 1 "it slept no longer than it took"
# The function that $line sleeps in, without the suffixes of GCC's clones. Some
# machines do not tell.
see_wchan() {
	wchan=$(value wchan "$line") wchan=${wchan%%.*}
	case $wchan in
	''|0) wchan='(kernel_clone|wait_for_vfork_done)' ;;
	esac
}
see_wchan
tap_like "$(sql "$db" "SELECT symbol, io_wait FROM stalls WHERE $of_it")" "^$wchan\|0$" \
	"in the function that /proc/PID/wchan named"
tap_like "$("$RMAPSCOPE" report "$db" stalls --format csv | grep ^vfork)" "^vfork-sleep,.*,$wchan,0," "report says so"

# --- a disk: where dd waits for one is told, if it has to

record dd if=/dev/zero of="$PWD/.stalls-test.$$" bs=64k count=16 conv=fsync
rm -f "$PWD/.stalls-test.$$"
tap_is "$?" 0 "record of a synced write succeeds"
of_dd="comm = 'dd' AND stack LIKE '%fsync%'"
tap_note "$(sql "$db" "SELECT printf('dd: %d times in %s', count(*), symbol) FROM stalls WHERE $of_dd
	GROUP BY symbol")"
tap_is "$(sql "$db" "SELECT count(*) FROM stalls WHERE symbol LIKE '%schedule%' OR
	(stack LIKE '%io_schedule%') <> io_wait")" 0 "sleeps for a disk are those in io_schedule()"

# --- the same by trace-cmd

import_text() {
	"$RMAPSCOPE" import --force "$tap_dir/stalls.dat" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "$1 imports"
}
# record_text TRIGGER: sets $of_it and $wchan
record_text() {
	trace_begin sched/sched_switch sched/sched_waking
	[ -z "$1" ] ||
		echo "$1" >"$tracing/instances/$trace_instance/events/sched/sched_switch/trigger"
	line=$("$WORKLOADS/vfork-sleep")
	trace_stop
	# trace-cmd 3.1.6 now and then writes a compressed file that it cannot read itself
	trace_extract "$tap_dir/stalls.dat" --compression none
	tap_is "$?:$(grep -i fail "$tap_dir/extract")" "0:" "trace-cmd extract"
	of_it="tid = $(value pid "$line") AND start_ns <= $(value asleep_ns "$line") AND
		start_ns + duration_ns >= $(value awake_ns "$line")"
	see_wchan
}
if command -v trace-cmd >/dev/null; then
	record_text 'stacktrace if prev_state & 2'
	import_text "a trace.dat with a stack at sched_switch"
	tap_like "$(sql "$db" "SELECT symbol FROM stalls WHERE $of_it")" "^$wchan$" "it says where"
	record_text ''
	import_text "one without"
	tap_is "$(sql "$db" "SELECT symbol IS NULL, io_wait IS NULL FROM stalls WHERE $of_it")" "1|1" \
		"it is not known where"
	tap_like "$("$RMAPSCOPE" report "$db" stalls)" 'vfork-sleep.* not recorded ' "and report says so"
else
	tap_skip "trace-cmd is not installed" "import of stacks at sched_switch"
fi

# --- interrupts on an idle CPU wake, too: no filter, whatever else is on

# filter_of PROFILES: what the kernel says of sched_waking and sched_switch then
filter_of() {
	local name
	live_start "$RMAPSCOPE" record --force --profile "$1" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	recorder=$live_pid
	await 20 records
	name=$(instance_of "$recorder")
	cat "$tracing/instances/$name/events/sched/"{sched_waking,sched_switch}/filter | paste -sd ,
	kill -INT "$recorder"
	live_wait "$recorder"
}
records() {
	local name
	name=$(instance_of "$recorder")
	[ -n "$name" ] && [ "$(cat "$tracing/instances/$name/tracing_on")" = 1 ]
}
tap_is "$(filter_of contention)" "common_pid != 0,prev_state & 2" "profile contention has its filters"
tap_is "$(filter_of stalls)" "none,none" "profile stalls has none"
tap_is "$(filter_of contention,stalls,holds)" "none,none" "nor has it with others"
tap_is "$(filter_of all)" "none,none" "nor has all"

# --- the other profiles keep no rows

"$RMAPSCOPE" record --force -o "$db" -- "$WORKLOADS/vfork-sleep" >"$tap_dir/line" 2>"$tap_dir/err"
tap_is "$?:$(sql "$db" "SELECT count(*) FROM stall")" "0:0" "profile contention has no stalls"

tap_done
