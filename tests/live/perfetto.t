#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The same seconds of two workloads by rmapscope record, and by Perfetto and import: the same waits and
# sleeps; and what Perfetto loses. Both take the same tracepoints through buffers of their own; each reads the
# clock itself, so that an interrupt may come between the two.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live
perfetto=$(tests/guest/fetch-perfetto 2>"$tap_dir/err") ||
	tap_skip_all "no recorder of Perfetto: $(tail -n 1 "$tap_dir/err")"

ours=$tap_dir/ours.db theirs=$tap_dir/theirs.db
export PERFETTO_PRODUCER_SOCK_NAME=$tap_dir/producer PERFETTO_CONSUMER_SOCK_NAME=$tap_dir/consumer
# Perfetto uses an instance that is there, and leaves the machine's own buffer alone
trace_instance=test.rmapscope.$$
mkdir "$tracing/instances/$trace_instance" || tap_skip_all "no tracefs instance can be made here"
live_start "$perfetto/traced" >"$tap_dir/traced" 2>&1
await 20 test -S "$PERFETTO_CONSUMER_SOCK_NAME"
live_start "$perfetto/traced_probes" >"$tap_dir/probes" 2>&1

# config BUFFER_KB DURATION_MS [LINE...]: of the trace
config() {
	cat <<-END
		buffers { size_kb: 65536 fill_policy: DISCARD }
		duration_ms: $2
		data_sources { config { name: "linux.process_stats"
			process_stats_config { scan_all_processes_on_start: true record_thread_names: true } } }
		data_sources { config { name: "linux.ftrace" ftrace_config {
			instance_name: "$trace_instance"
			buffer_size_kb: $1
			drain_period_ms: 100
			compact_sched { enabled: true }
			ftrace_events: "sched/sched_switch"
			ftrace_events: "sched/sched_waking"
			ftrace_events: "sched/sched_process_exit"
			ftrace_events: "task/task_newtask"
			ftrace_events: "task/task_rename"
	END
	printf '%s\n' "${@:3}" '} } }'
}

# perfetto_start FILE: records by the config on standard input until tracing has begun
perfetto_start() {
	rm -f "$1"
	"$perfetto/perfetto" -c - --txt -o "$1" --background-wait >"$tap_dir/pid" 2>"$tap_dir/perfetto"
	perfetto_pid=$(tail -n 1 "$tap_dir/pid")
	live_pids="$live_pids $perfetto_pid"
}

has_ended() {
	! kill -0 "$perfetto_pid" 2>/dev/null
}

# perfetto_end: its file is complete
perfetto_end() {
	kill -TERM "$perfetto_pid" 2>/dev/null
	await 60 has_ended
}

import() {
	"$RMAPSCOPE" import --force -o "$theirs" "$1" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
}

# Conditions, of $nr_mine waits of ours: as many; as long; the same wait, of the same thread, begun
# within 0.1 ms
as_many='100 * abs((SELECT count(*) FROM other) - (SELECT count(*) FROM mine)) <= (SELECT count(*) FROM mine)'
as_long='(SELECT abs((SELECT sum(duration_ns) FROM other) - sum(duration_ns)) * 100 <= sum(duration_ns) FROM mine)'
the_same='(SELECT 100 * count(*) >= 99 * (SELECT count(*) FROM mine) FROM mine WHERE EXISTS (SELECT 1 FROM other
	WHERE other.tid = mine.tid AND other.mode = mine.mode AND abs(other.start_ns - mine.start_ns) < 100000 AND
	abs(other.duration_ns - mine.duration_ns) < 100000))'

# both SQL: tables mine and other have the waits of the workload by either
both() {
	sqlite3 "$ours" "ATTACH '$theirs' AS p;
		CREATE TEMP TABLE mine AS SELECT * FROM main.waits WHERE tgid IN ($pid) AND $span;
		CREATE TEMP TABLE other AS SELECT * FROM p.waits WHERE tgid IN ($pid) AND $span; $1"
}

lock_events=('ftrace_events: "lock/contention_begin"' 'ftrace_events: "lock/contention_end"')
for encoding in true false; do
	name="described in the bundle"
	[ $encoding = true ] || name="names as texts"
	for try in 1 2 3 4 5; do
		config 32768 60000 "${lock_events[@]}" "denser_generic_event_encoding: $encoding" \
			>"$tap_dir/config"
		perfetto_start "$tap_dir/trace" <"$tap_dir/config"
		live_start "$WORKLOADS/uffd-move" -t 4 -d 4 >"$tap_dir/moves"
		"$RMAPSCOPE" record --force -o "$ours" -- "$WORKLOADS/mmap-churn" -t 8 -d 3 \
			>"$tap_dir/stdout" 2>"$tap_dir/line"
		live_wait "$live_pid"
		perfetto_end
		import "$tap_dir/trace"
		nr_lost="$(sql "$ours" "SELECT count(*) FROM loss") $(sql "$theirs" "SELECT count(*) FROM loss")"
		pid=$(value pid "$(grep -ah ^workload= "$tap_dir/stdout" "$tap_dir/line")")
		# uffd-move goes on for longer than we record
		span=$(sql "$ours" "SELECT format('start_ns BETWEEN %d AND %d', min(start_ns) - 50000,
			max(start_ns) + 50000) FROM waits WHERE tgid = $pid")
		pid=$pid,$(value pid "$(cat "$tap_dir/moves")")
		[ "$code" = 0 ] || break
		# on a busy machine the threads may hardly ever run at the same time, and be interrupted
		# between the two readings of the clock
		nr_mine=$(both "SELECT count(*) FROM mine")
		[ "$nr_lost" != "0 0" ] || [ "$nr_mine" -lt 5 ] ||
			[ "$(both "SELECT $as_many AND $as_long AND $the_same")" != 1 ] || break
		tap_note "$name, try $try: lost $nr_lost times, $nr_mine waits"
	done
	tap_is "$code:$(cat "$tap_dir/err")" "0:" "$name: what Perfetto recorded imports"
	tap_is "$nr_lost" "0 0" "$name: neither lost an event"
	tap_note "$(both "SELECT printf('$name: %d waits of %.3f ms, by Perfetto %d of %.3f ms',
		(SELECT count(*) FROM mine), (SELECT sum(duration_ns) / 1e6 FROM mine),
		(SELECT count(*) FROM other), (SELECT sum(duration_ns) / 1e6 FROM other))")"
	[ "${nr_mine:-0}" -ge 5 ]
	tap_ok $? "$name: the workload waited"
	tap_is "$(both "SELECT $as_many")" 1 "$name: the number of waits is within 1 %"
	tap_is "$(both "SELECT $as_long")" 1 "$name: the time waited is within 1 %"
	tap_is "$(both "SELECT $the_same")" 1 "$name: each wait is there, with its begin, its length and its mode"
	tap_is "$(sql "$theirs" "SELECT value FROM meta WHERE key = 'clock'")" mono "$name: the times are of CLOCK_MONOTONIC"
done

# --- without events of locks, as phones are configured: the sleeps are known

name="only the scheduler" span=1
for try in 1 2 3 4 5; do
	config 32768 60000 "disable_generic_events: true" >"$tap_dir/config"
	perfetto_start "$tap_dir/trace" <"$tap_dir/config"
	"$RMAPSCOPE" record --force --profile stalls -o "$ours" -- "$WORKLOADS/mmap-churn" -t 8 -d 4 \
		>"$tap_dir/stdout" 2>"$tap_dir/line"
	perfetto_end
	import "$tap_dir/trace"
	nr_lost="$(sql "$ours" "SELECT count(*) FROM loss") $(sql "$theirs" "SELECT count(*) FROM loss")"
	pid=$(value pid "$(cat "$tap_dir/stdout" "$tap_dir/line" 2>/dev/null | grep -a ^workload=)")
	stalls="FROM %s.stalls WHERE tgid = $pid AND duration_ns IS NOT NULL"
	# shellcheck disable=SC2059 # the table is the format's argument
	mine=$(printf "$stalls" main) other=$(printf "$stalls" p)
	nr_mine=$(both "SELECT count(*) $mine")
	# kernels leave out some switches from the idle thread; then it is not known who slept next
	unknown=$(sql "$theirs" "SELECT value FROM meta WHERE key = 'limits'" |
		sed -n 's/^\([0-9]*\) sleeps are left out: .*/\1/p')
	none_missing="SELECT count(*) BETWEEN $nr_mine - ${unknown:-0} - $nr_mine / 100 AND $nr_mine $other"
	none_else="SELECT count(*) FROM (SELECT tid, start_ns, duration_ns $other) o WHERE NOT EXISTS (
		SELECT 1 FROM main.stalls m WHERE m.tid = o.tid AND abs(m.start_ns - o.start_ns) < 100000 AND
		abs(m.duration_ns - o.duration_ns) < 100000)"
	[ "$nr_lost" != "0 0" ] || [ "${nr_mine:-0}" -lt 20 ] ||
		[ "$(both "$none_missing") $(both "$none_else")" != "1 0" ] || break
	tap_note "$name, try $try: lost $nr_lost times, $nr_mine sleeps"
done
tap_is "$code:$nr_lost" "0:0 0" "$name: it imports, and neither lost an event"
tap_note "$(both "SELECT printf('$name: %d sleeps of %.3f ms, by Perfetto %d of %.3f ms',
	(SELECT count(*) $mine), (SELECT sum(duration_ns) / 1e6 $mine),
	(SELECT count(*) $other), (SELECT sum(duration_ns) / 1e6 $other))")"
[ "${nr_mine:-0}" -ge 20 ]
tap_ok $? "$name: the workload slept"
tap_is "$(both "$none_missing")" 1 \
	"$name: uninterruptible sleeps: none is missing but those of unknown threads (${unknown:-0})"
tap_is "$(both "$none_else")" 0 "$name: each is one of ours, with its begin and its length"
tap_like "$("$RMAPSCOPE" report "$theirs" waits)" "not seen: " "$name: the report says that waits are not seen"

# --- buffers that are too small: what is lost is counted, and never a duration

name="small buffers"
small() {
	config 4 4000 "${lock_events[@]}" | sed 's/drain_period_ms: .*/drain_period_ms: 2000/' >"$tap_dir/config"
	perfetto_start "$tap_dir/trace" <"$tap_dir/config"
	"$WORKLOADS/mmap-churn" -t 8 -d 3 >"$tap_dir/stdout" 2>&1
	perfetto_end
	import "$tap_dir/trace"
	[ "$code" = 0 ] && [ "$(sql "$theirs" "SELECT count(*) FROM loss")" -ge 2 ]
}
await 120 small
tap_ok $? "$name: events are lost"
tap_note "$(sql "$theirs" "SELECT printf('%d gaps, %d lost; %d waits, %d of them with a duration', (SELECT count(*) FROM loss),
	(SELECT sum(nr_lost) FROM loss), count(*), count(duration_ns)) FROM wait")"
overlap="JOIN loss l ON coalesce(l.start_ns, 0) < s.start_ns + s.duration_ns
	AND coalesce(l.end_ns, 9e18) > s.start_ns AND s.duration_ns IS NOT NULL"
tap_is "$(sql "$theirs" "SELECT (SELECT count(*) FROM wait s $overlap) + (SELECT count(*) FROM stall s $overlap)")" 0 \
	"$name: no wait and no sleep that overlaps a gap has a duration"
tap_done
