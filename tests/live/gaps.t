#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What others do to a recording is noticed within a second, told, and a gap in
# the database; so is tracing that was switched off in a trace.dat.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/capture.db
live_start "$WORKLOADS/mmap-churn" -t 2 -d 600 --pin >"$tap_dir/churn"
churn=$live_pid

meta() {
	sql "$db" "SELECT value FROM meta WHERE key = '$1'"
}

# start_recorder [OPTION...]: until it has waits; $instance is its tracefs instance
start_recorder() {
	rm -f "$db" "$db"-*
	live_start "$RMAPSCOPE" record -o "$db" "$@" >"$tap_dir/out" 2>"$tap_dir/err"
	recorder=$live_pid
	await 20 has_waits
	live_need "it records"
	instance=$tracing/instances/$(instance_of "$recorder")
}

has_waits() {
	local nr
	nr=$(sql "$db" "SELECT count(*) FROM wait WHERE duration_ns IS NOT NULL" 2>/dev/null) &&
		[ "$nr" -ge 5 ]
}

stop_recorder() {
	kill -INT "$recorder"
	live_wait "$recorder"
	tap_is "$?" 0 "$1: the recorder ends in order"
}

in_trouble() {
	[ -n "$(meta trouble 2>/dev/null)" ]
}
out_of_trouble() {
	! in_trouble
}

# gap: number of rows not_recorded, and whether they began when the change was made
gap() {
	sql "$db" "SELECT count(*), min(start_ns <= $off), min(end_ns >= $off), min(cpu IS NULL),
		min(nr_lost IS NULL) FROM loss WHERE reason = 3"
}

# no wait or stall with a duration may reach over it
across() {
	sql "$db" "SELECT count(*) FROM wait w, loss l WHERE l.reason = 3 AND w.duration_ns IS NOT NULL
		AND w.start_ns < $off AND w.start_ns + w.duration_ns > $on"
}

# change NAME FILE VALUE BACK PATTERN: another program writes VALUE, and BACK
change() {
	start_recorder
	sh -c "echo '$3' >'$instance/$2'"
	off=$(now_ns)
	await 20 in_trouble
	tap_ok $? "$1: the database tells"
	took=$((($(now_ns) - off) / 1000000))
	tap_note "after $took ms"
	tap_like "$(meta trouble)" "$5" "$1: what it was"
	await 20 grep -Eq "^rmapscope: $5.* by somebody else" "$tap_dir/err"
	tap_ok $? "$1: so does a line"
	tap_like "$("$RMAPSCOPE" report "$db" lost 2>&1)" "^note: not recorded now: $5" "$1: and a report"
	sh -c "echo '$4' >'$instance/$2'"
	await 20 out_of_trouble
	tap_ok $? "$1: and when it is over"
	await 20 grep -Eq "^rmapscope: recording again, after a gap of [0-9.]+ s" "$tap_dir/err"
	tap_ok $? "$1: a line then"
	stop_recorder "$1"
	tap_is "$(gap)" "1|1|1|1|1" "$1: one row, of all CPUs, from before the change on"
	[ "$(sql "$db" "SELECT end_ns - start_ns FROM loss WHERE reason = 3")" -ge 100000000 ]
	tap_ok $? "$1: and as long as it lasted"
	tap_like "$(cat "$tap_dir/out")" "(at least [0-9]+ lost|unknown number lost)$" \
		"$1: the last line does not say 0 lost"
	tap_is "$(meta trouble)" "" "$1: nothing is wrong any more"
}

change "tracing off" tracing_on 0 1 "tracing was switched off \(tracing_on\)"
change "an event off" events/sched/sched_waking/enable 0 1 "its events were changed \(set_event\)"
change "a filter" events/sched/sched_switch/filter 'prev_state & 1' 'prev_state & 2' "a filter was changed \("
change "processes" set_event_pid 1 '' "its processes were changed \(set_event_pid\)"
if [ "$(nproc)" -gt 1 ]; then
	all_cpus=$(printf '%x' $(((1 << $(nproc)) - 1)))
	change "CPUs" tracing_cpumask 1 "$all_cpus" "its CPUs were changed \(tracing_cpumask\)"
fi

# it is not switched on again by us, and lasts to the end
start_recorder
sh -c "echo 0 >'$instance/tracing_on'"
off=$(now_ns)
await 20 in_trouble
tap_is "$(cat "$instance/tracing_on")" 0 "what others do is respected"
"$RMAPSCOPE" top -b -n 1 "$db" >"$tap_dir/frame" 2>&1
tap_like "$(cat "$tap_dir/frame")" '^note: not recorded now: tracing was switched off' "top tells, too"
on=$(now_ns)
stop_recorder "off to the end"
tap_is "$(sql "$db" "SELECT count(*), min(start_ns <= $off), count(end_ns) FROM loss WHERE reason = 3")" "1|1|0" \
	"off to the end: the gap lasts to the end"
tap_is "$("$RMAPSCOPE" report "$db" lost --format csv | cut -d, -f3,7,9 | tail -n 1)" "1,,1" "and a report says so"
tap_is "$(across)" 0 "off to the end: nothing reaches over it"

# the buffers emptied by somebody else
start_recorder
many_events() {
	[ "$(meta nr_events)" -gt 2000 ]
}
await 20 many_events
off=$(now_ns)
sh -c ": >'$instance/trace'"
on=$(now_ns)
emptied() {
	[ "$(sql "$db" "SELECT count(*) FROM loss WHERE reason = 3 AND nr_lost IS NULL
		AND start_ns <= $off AND end_ns >= $on")" -ge 1 ]
}
await 20 emptied
tap_ok $? "buffers that were emptied are a gap from before that on"
await 20 grep -Eq "^rmapscope: its buffer was emptied \(trace\) by somebody else" "$tap_dir/err"
tap_ok $? "emptied: a line tells"
stop_recorder "emptied"

# somebody else reads the events, too: the kernel gives each to one reader
start_recorder
await 20 many_events
off=$(now_ns)
timeout 2 cat "$instance/trace_pipe" >"$tap_dir/taken"
await 20 grep -Eq "^rmapscope: its events were read \(trace_pipe\) by somebody else" "$tap_dir/err"
tap_ok $? "read by others: a line tells"
stop_recorder "read by others"
# what cat had not written yet when it was ended is taken, too
nr_taken=$(grep -Ec '^ *[^ =].* [0-9]+\.[0-9]+: ' "$tap_dir/taken")
on=$(grep -Eo ' [0-9]+\.[0-9]{6}: ' "$tap_dir/taken" | tail -n 1 | tr -d ' .:')000
nr_lost=$(sql "$db" "SELECT sum(nr_lost) FROM loss WHERE reason = 3")
[ "$nr_taken" -gt 0 ] && [ "${nr_lost:-0}" -ge "$nr_taken" ]
tap_ok $? "read by others: all that they took is lost: $nr_lost, they wrote $nr_taken"
tap_is "$(sql "$db" "SELECT min(start_ns) <= $off, max(end_ns) >= $on, min(nr_lost IS NOT NULL) FROM loss
	WHERE reason = 3")" "1|1|1" "read by others: a gap from before that on, with a number"
tap_like "$(cat "$tap_dir/out")" ", (at least )?[1-9][0-9]* lost$" "read by others: the last line does not say 0 lost"

# nobody interferes: nothing is said
start_recorder
stop_recorder "untouched"
tap_is "$(cat "$tap_dir/err"):$(sql "$db" "SELECT count(*) FROM loss")" ":0" "untouched: no gap, no word"

# a file: tracing off and on again by other programs, with all switches recorded
traced() {
	[ "$(wc -l <"$dir/trace")" -gt "$1" ]
}
record_gap() {
	local nr
	TRACE_WHOLE=1 trace_begin $contention_events
	dir=$tracing/instances/$trace_instance
	await 20 traced 2000
	# a shell that has slept: its own switches are in the file
	sh -c "sleep 0.01; echo 0 >'$dir/tracing_on'"
	off=$(now_ns)
	await 1 false
	on=$(now_ns)
	sh -c "echo 1 >'$dir/tracing_on'"
	nr=$(wc -l <"$dir/trace")
	await 20 traced $((nr + 2000))
	trace_stop
	trace_extract "$tap_dir/gap.dat"
}
if command -v trace-cmd >/dev/null; then
	# some kernels do not record the switch from the idle task to the shell, which then proves nothing
	busy=
	for cpu in $(seq 0 $(($(nproc) - 1))); do
		live_start taskset -c "$cpu" nice -n 19 sh -c 'while :; do :; done'
		busy="$busy $live_pid"
	done
	await 60 record_gap
	live_need "a file with a gap is made"
	for pid in $busy; do
		kill -KILL "$pid"
		live_wait "$pid" 2>/dev/null
	done
	db=$tap_dir/gap.db
	"$RMAPSCOPE" import "$tap_dir/gap.dat" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "a file with a gap imports"
	tap_is "$(sql "$db" "SELECT count(*) > 0 FROM loss WHERE reason = 4 AND start_ns <= $off AND end_ns >= $on")" 1 \
		"the gap that nothing marks is found"
	tap_is "$(sql "$db" "SELECT (SELECT count(*) FROM stall WHERE duration_ns IS NOT NULL AND start_ns < $off
		AND start_ns + duration_ns > $on) + (SELECT count(*) FROM wait WHERE duration_ns IS NOT NULL
		AND start_ns < $off AND start_ns + duration_ns > $on)")" 0 "nothing that reaches over it has a duration"
	tap_like "$(cat "$tap_dir/out")" 'at least|unknown number' "and the import does not say 0 lost"
else
	tap_skip "no trace-cmd" "a file with a gap"
fi

kill -TERM "$churn"
live_wait "$churn"
tap_done
