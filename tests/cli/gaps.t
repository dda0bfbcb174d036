#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A gap in a trace file is a loss, marked or not, and what overlaps it has no
# duration; a filtered file may be silent.
. tests/tap.sh
: "${STAGE_DAT:=$(pwd)/build/tests/stage/stage-dat}"

# import NAME [OPTION...]: the events on standard input; its last line is $said
import() {
	local name=$1
	shift
	"$STAGE_DAT" "$tap_dir/$name.dat" clock=mono cpus=2 "$@"
	said=$("$RMAPSCOPE" import "$tap_dir/$name.dat" -o "$tap_dir/$name.db" 2>&1 | sed -n 's/.* events, //p')
	db=$tap_dir/$name.db
}

stalls() {
	sqlite3 -separator ' ' "$db" "SELECT tid, duration_ms, outcome FROM stalls ORDER BY start_ns"
}

losses() {
	sqlite3 -separator ' ' "$db" "SELECT start_ns, end_ns, coalesce(cpu, 'all'), coalesce(nr_lost, 'unknown'),
		(SELECT label FROM enum WHERE domain = 'loss_reason' AND value = reason) FROM loss ORDER BY id"
}

ms=000000
s=000$ms
d='prev_state=2 prev_comm=waiter prev_pid=101'
idle='prev_state=0 prev_comm=swapper prev_pid=0'

# ten minutes in which no CPU says a word, in a file that has all switches
import silent <<-END
	0 0 1000$s 101 sched_switch $d next_pid=0
	0 1 1600$s 102 sched_waking pid=101
	0 0 1600${s%?}1 0 sched_switch $idle next_pid=101
END
tap_is "$said" "unknown number lost" "a silent file: the import does not say 0 lost"
tap_is "$(losses)" "1000$s 1600$s all unknown unmarked" "the gap is a row, from the last event to the first"
tap_is "$(stalls)" "101  uncertain" "and the stall across it has no duration"

# the same silence where only uninterruptible sleeps were recorded
import filtered <<-END
	0 0 1000$s 101 sched_switch $d next_pid=0
	0 1 1600$s 102 sched_waking pid=101
	0 0 1601$s 101 sched_switch $d next_pid=0
	0 1 1602$s 102 sched_waking pid=101
END
tap_is "$said" "0 lost" "a file of uninterruptible sleeps alone may be silent"
tap_is "$(stalls)" "101 600000.0 acquired
101 1000.0 acquired" "so its stalls have their durations"

# twenty seconds are not long enough to tell, unless kcompactd is seen to run
for thread in kworker/0:1 kcompactd0; do
	import "${thread%%/*}" <<-END
		0 0 1000$s 0 sched_switch $idle next_pid=35 next_comm=$thread
		0 0 1001$s 35 sched_switch prev_state=1 prev_pid=35 next_pid=0 next_comm=swapper
		0 0 1002$s 0 sched_switch $idle next_pid=35 next_comm=$thread
		0 0 1003$s 35 sched_switch prev_state=1 prev_pid=35 next_pid=101 next_comm=waiter
		0 0 1004$s 101 sched_switch $d next_pid=0
		0 1 1024$s 102 sched_waking pid=101
		0 0 1024${s%?}1 0 sched_switch $idle next_pid=101
	END
done
tap_is "$(stalls)" "101  uncertain" "with kcompactd, 20 s of silence are a gap"
db=$tap_dir/kworker.db
tap_is "$(stalls)" "101 20000.0 acquired" "without it they may be idleness"

# switched off and on again within a second: another program runs then
import toggled <<-END
	$(for i in {100..140}; do
		echo "0 1 $i$ms 0 sched_switch $idle next_pid=7"
		echo "0 1 $i${ms%?}1 7 sched_switch prev_state=1 prev_pid=7 next_pid=0"
	done)
	0 0 200$ms 101 sched_switch $d next_pid=0
	0 0 200${ms%?}1 0 sched_switch $idle next_pid=500
	0 0 201$ms 500 sched_waking pid=3
	0 0 650$ms 501 sched_waking pid=101
	0 0 651$ms 501 sched_switch prev_state=1 prev_pid=501 next_pid=101
END
tap_is "$(losses)" "201$ms 650$ms 0 unknown unmarked" "what runs on a CPU without having been switched in shows a gap"
tap_is "$(stalls)" "101  uncertain" "a wake-up behind it ends no stall"

# damage: a page of three
for what in page head; do
	{
		for i in {1..600}; do
			echo "0 0 $((1000 + i))$ms 101 sched_switch $d next_pid=0"
			echo "0 0 $((1000 + i))${ms%??}10 0 sched_waking pid=101"
		done
	} | "$STAGE_DAT" "$tap_dir/$what.dat" clock=mono
	# pages are at the end of a version 6 file; the second last but one
	at=$(($(stat -c %s "$tap_dir/$what.dat") / 4096 * 4096 - 3 * 4096))
	[ $what = page ] && count=4096 || count=8
	dd if=/dev/zero of="$tap_dir/$what.dat" bs=1 count=$count seek=$at conv=notrunc 2>/dev/null
	"$RMAPSCOPE" import "$tap_dir/$what.dat" -o "$tap_dir/$what.db" >"$tap_dir/out" 2>&1
	tap_like "$(cat "$tap_dir/out")" ' events, at least 1 lost$' "a zeroed $what: at least 1 lost"
	db=$tap_dir/$what.db
	tap_is "$(losses | cut -d ' ' -f 3-)" "0 unknown damaged_input" "and it is a row"
	tap_like "$("$RMAPSCOPE" report "$db" lost | sed -n 3p)" 'at least 1 event lost in 1 gap$' \
		"which the report tells"
	tap_is "$(sqlite3 "$db" "SELECT count(*) FROM stall s, loss l WHERE s.duration_ns IS NOT NULL AND
		s.start_ns < l.end_ns AND s.start_ns + s.duration_ns > l.start_ns")" 0 "no stall across it has a duration"
done
tap_done
