#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Events that the ring buffer lost are counted as the kernel counts them, and
# no wait that may have spanned a gap is timed.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/capture.db

# the kernel's counters: "CPU OVERRUN" for each CPU
overruns() {
	local dir
	for dir in "$instance"/per_cpu/cpu*; do
		awk -v cpu="${dir##*cpu}" '/^overrun/ { print cpu, $2 }' "$dir/stats"
	done
}

overrun_sum() {
	overruns | awk '{ n += $2 } END { print n }'
}

overran_beyond() {
	[ "$(overrun_sum)" -gt "$1" ]
}

waits_in_db() {
	local nr
	nr=$(sql "$db" "SELECT count(*) FROM wait" 2>/dev/null) && [ "$nr" -gt "$1" ]
}

live_start "$WORKLOADS/mmap-churn" -t 4 -d 60 --pin >"$tap_dir/churn"
churn=$live_pid
live_start "$RMAPSCOPE" record --rung 1 --buffer 64 -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
recorder=$live_pid
await 20 waits_in_db 0
live_need "record with a small buffer starts"
instance=$tracing/instances/$(instance_of "$recorder")
[ -d "$instance/per_cpu" ]
live_need "its tracefs instance carries its process id"

# three times: hold the collector until the buffer has overrun, then let it go
for round in 1 2 3; do
	kill -STOP "$recorder"
	before=$(overrun_sum)
	await 20 overran_beyond $((before + 1000))
	tap_ok $? "the buffer overruns while the collector is held ($round)"
	waits=$(sql "$db" "SELECT count(*) FROM wait")
	kill -CONT "$recorder"
	await 20 waits_in_db "$waits"
	tap_ok $? "it goes on afterwards ($round)"
done

# hold it again, and freeze the counters before they are read: a gap of all CPUs,
# which nobody counts
kill -STOP "$recorder"
before=$(overrun_sum)
await 20 overran_beyond $((before + 1000))
tap_ok $? "the buffer overruns at the end, too"
echo 0 >"$instance/tracing_on"
overruns | awk '$2 > 0' >"$tap_dir/kernel"
kill -CONT "$recorder"
kill -INT "$recorder"
live_wait "$recorder"
tap_is "$?:$(grep -v 'tracing was switched off (tracing_on) by somebody else' "$tap_dir/err")" "0:" "record ends well"
kill -TERM "$churn"
live_wait "$churn"
[ ! -e "$instance" ]
tap_ok $? "the tracefs instance is gone"

tap_note "kernel's overrun by cpu: $(tr '\n' ';' <"$tap_dir/kernel")"
tap_note "$(sql "$db" "SELECT printf('%d gaps, %.3f ms', count(*), sum(end_ns - start_ns) / 1e6)
	FROM loss") $(sql "$db" "SELECT group_concat(outcome || ' ' || n, ', ') FROM
	(SELECT outcome, count(*) AS n FROM waits GROUP BY outcome)")"
tap_is "$(sqlite3 -separator ' ' "$db" "SELECT cpu, sum(nr_lost) FROM loss
	WHERE cpu IS NOT NULL GROUP BY cpu ORDER BY cpu")" \
	"$(cat "$tap_dir/kernel")" "lost events by CPU are the kernel's overrun counters"
tap_is "$(sql "$db" "SELECT count(*) FROM loss WHERE cpu IS NOT NULL AND (nr_lost IS NULL OR
	nr_lost <= 0 OR start_ns IS NULL OR end_ns < start_ns)")" 0 "every gap has a number and a direction"
total=$(awk '{ n += $2 } END { print n }' "$tap_dir/kernel")
tap_like "$(cat "$tap_dir/out")" " $total lost$" "record's last line tells the number"
tap_like "$("$RMAPSCOPE" report "$db" locks)" ", (at least )?$total events lost in [0-9]+ gaps" \
	"so does report"

tap_is "$(sql "$db" "SELECT count(*) FROM wait w JOIN loss l ON w.start_ns < l.end_ns AND
	w.start_ns + w.duration_ns > l.start_ns")" 0 "no wait that overlaps a gap has a duration"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE outcome = 'uncertain' AND
	(duration_ns IS NOT NULL OR slept_ns IS NOT NULL OR holder_tid IS NOT NULL)")" 0 \
	"uncertain waits have neither duration nor sleep nor holder"
[ "$(sql "$db" "SELECT count(*) FROM waits WHERE outcome = 'uncertain'")" -gt 0 ]
tap_ok $? "there are uncertain waits"
uncertain=$(sql "$db" "SELECT count(*) FROM wait WHERE outcome = 2")
tap_is "$(sql "$db" "SELECT (SELECT sum(nr_uncertain) FROM wait_by_lock),
	(SELECT sum(nr_uncertain) FROM wait_by_process), (SELECT sum(nr_uncertain) FROM rollup)")" \
	"$uncertain|$uncertain|$uncertain" "views and roll-ups count them"
tap_is "$(sql "$db" "SELECT sum(nr_waits), sum(wait_ns), max(max_wait_ns) FROM rollup")" \
	"$(sql "$db" "SELECT count(duration_ns), sum(duration_ns), max(duration_ns) FROM wait")" \
	"roll-ups hold the timed waits alone"
tap_is "$(sql "$db" "SELECT count(*) > 0 FROM wait WHERE duration_ns IS NOT NULL AND
	start_ns > (SELECT min(end_ns) FROM loss)")" 1 "waits after a gap are timed again"

tap_done
