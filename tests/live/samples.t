#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Samples of the CPUs: who spins, what a holder does while others wait; what is lost is counted;
# nothing stays in the kernel.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live
grep -q '^BPF: samples  *yes' "$tap_dir/check" ||
	tap_skip_all "$(grep '^BPF: samples' "$tap_dir/check")"

db=$tap_dir/capture.db

meta() {
	sql "$db" "SELECT value FROM meta WHERE key = '$1'"
}

# --- UFFDIO_MOVE: the holder of the anon_vma lock flushes TLBs

# record_moves: until there are enough samples to tell; on a busy machine they are few
record_moves() {
	local line
	line=$("$RMAPSCOPE" record --rung 2 --force -o "$db" -- "$WORKLOADS/uffd-move" -t 8 -d 4 --pin \
		2>"$tap_dir/err") || return 1
	pid=$(value pid "$(grep ^workload= <<<"$line")")
	of="sample_rollup r JOIN task t ON t.id = r.task_id WHERE t.tgid = $pid"
	[ "$(sql "$db" "SELECT count(*) >= 1 AND total(r.nr_samples) >= 10 FROM $of AND kind = 0")" = 1 ] &&
		[ "$(sql "$db" "SELECT total(r.nr_samples) >= 30 FROM $of AND kind = 1")" = 1 ]
}
await 180 record_moves
live_need "threads of uffd-move spin, and hold locks, when they are sampled"
tap_is "$(cat "$tap_dir/err"):$(meta samples_hz):$(meta no_samples)" ":499:" "by default, and the capture says how often"
"$RMAPSCOPE" report --format json --pid "$pid" "$db" spin why >"$tap_dir/json"
# of SECTION EXPRESSION: of its first row, r
of_first() {
	sqlite3 :memory: "SELECT $2 FROM (SELECT json_extract(readfile('$tap_dir/json'), '\$.$1[0]') AS r)"
}
tap_note "$("$RMAPSCOPE" report --pid "$pid" "$db" spin | tail -n +7 | tr '\n' ';')"
tap_note "$(of_first why "printf('%s: %.0f %% (%.0f..%.0f) of %d samples', r ->> 'holder_function', r ->> 'share_percent',
	r ->> 'low_percent', r ->> 'high_percent', r ->> 'nr_held')")"
tap_is "$(of_first spin "r ->> 'role', r ->> 'class'")" "uffd_move|anon_vma" "it spins to move pages, for an anon_vma lock"
tap_is "$(of_first spin "(r ->> 'share_percent') > 0 AND (r ->> 'low_percent') < (r ->> 'share_percent')
	AND (r ->> 'high_percent') > (r ->> 'share_percent') AND (r ->> 'nr_samples') >= 10 AND (r ->> 'est_ns') > 0")" 1 \
	"a share, its interval and n"
tap_is "$(of_first why "r ->> 'holder_function', r ->> 'holder_role', r ->> 'class'")" \
	"smp_call_function_many_cond|uffd_move|anon_vma" "why the lock is held: the flush of TLBs"
tap_is "$(of_first why "(r ->> 'share_percent') > 50")" 1 "most of the time"
tap_is "$(sql "$db" "SELECT count(*) FROM sample_rollup r JOIN lock l ON l.id = r.lock_id JOIN task t ON t.id = r.task_id
	WHERE t.tgid = $pid AND r.kind = 1 AND l.class NOT IN (0, 2)")" 0 "each holder holds a lock of known class"
tap_is "$(sql "$db" "SELECT count(*) FROM (SELECT task_id, sum(nr_samples) AS n FROM sample_rollup GROUP BY task_id, kind) s
	WHERE n > (SELECT total(nr_samples) FROM cpu_rollup c WHERE c.task_id = s.task_id)")" 0 \
	"every sample is among those of its thread, also at the end"
tap_is "$(sql "$db" "WITH span AS (SELECT max(iif(key = 'last_ns', value, 0)) - max(iif(key = 'first_ns', value, 0)) AS ns,
	max(iif(key = 'nr_cpus', value, 0)) AS cpus FROM meta)
	SELECT total(cpu_ns) BETWEEN 1 AND (ns + 1e9) * cpus, total(nr_samples) BETWEEN 1 AND (ns / 1e9 + 1) * cpus * 500
	FROM cpu_rollup, span")" "1|1" "no more CPU time, and no more samples, than there can be"

# --- what threads did, all of their time: as the kernel itself tells of them

live_start "$WORKLOADS/uffd-move" -t 4 -d 600 --pin >"$tap_dir/out"
move=$live_pid
# all threads are there, and have run for 0.1 s
run_now() {
	[ "$(awk '{ s += $1 } END { print (NR >= 5 && s > 1e8) }' "/proc/$move/task/"*/schedstat)" = 1 ]
}
await 60 run_now
live_start "$RMAPSCOPE" record --rung 2 --force -o "$db" 2>"$tap_dir/err"
recorder=$live_pid
is_tracing() {
	[ "$(cat "$tracing/instances/$(instance_of "$recorder")/tracing_on" 2>"$tap_dir/none")" = 1 ]
}
await 60 is_tracing
# times: CPU time and time on a run queue of its threads, in ns (/proc/PID/schedstat)
times() {
	awk '{ cpu += $1; queue += $2 } END { printf "%.0f %.0f\n", cpu, queue }' "/proc/$move/task/"*/schedstat
}
# perf samples the same threads by a clock of its own
has_perf=
command -v perf >/dev/null && has_perf=yes
if [ "$has_perf" ]; then
	live_start perf record -q -e cpu-clock -F 997 -g -p "$move" -o "$tap_dir/perf.data" >"$tap_dir/perf" 2>&1
	perf=$live_pid
fi
read -r cpu queue < <(times)
over_ns=$(($(now_ns) + 6000000000))
is_over() {
	[ "$(now_ns)" -ge $over_ns ]
}
await 60 is_over
read -r cpu2 queue2 < <(times)
if [ "$has_perf" ]; then
	kill -INT "$perf"
	live_wait "$perf"
fi
kill -INT "$recorder"
live_wait "$recorder"
kill "$move"
live_wait "$move"
cpu=$(awk "BEGIN { print 100 * ($cpu2 - $cpu) / ($cpu2 - $cpu + $queue2 - $queue) }")
"$RMAPSCOPE" report --format json --pid "$move" "$db" time >"$tap_dir/json"
tap_note "$("$RMAPSCOPE" report --pid "$move" "$db" time | tail -n 1)"
tap_is "$(of_first time "r ->> 'nr_threads', abs((r ->> 'cpu_percent') + (r ->> 'runnable_percent') + (r ->> 'lock_percent') +
	(r ->> 'slept_percent') - 100) < 0.05")" "4|1" "four threads, and all of their time is told"
tap_is "$(of_first time "abs((r ->> 'work_percent') + (r ->> 'spin_percent') + (r ->> 'ipi_percent') - (r ->> 'cpu_percent')) < 0.05")" 1 \
	"what they did on a CPU adds up to that"
tap_is "$(of_first time "abs(100.0 * (r ->> 'cpu_percent') / ((r ->> 'cpu_percent') + (r ->> 'runnable_percent')) - $cpu) < 5")" 1 \
	"on a CPU, of the time in which they could have been: $cpu %, as schedstat tells"
tap_is "$(of_first time "(r ->> 'ipi_percent') > 0 AND (r ->> 'ipi_low_percent') < (r ->> 'ipi_percent')")" 1 "some of it they flushed TLBs"
if [ "$has_perf" ]; then
	# the samples of perf, and those that wait for other CPUs, or spin
	read -r perf_all perf_ipi perf_spin < <(perf script -i "$tap_dir/perf.data" -F ip,sym 2>"$tap_dir/none" |
		awk 'BEGIN { RS = "" } { all++ } /rwsem_down_/ { spin++; next } /smp_call_function_many_cond/ { ipi++ }
			END { print all + 0, ipi + 0, spin + 0 }')
	tap_note "perf: $perf_all samples, $perf_ipi wait for other CPUs, $perf_spin spin"
	# agrees NR KIND: within 5 points, and what two samples of so many may differ by (95 %)
	agrees() {
		of_first time "abs(100.0 * $1 / $perf_all - 100.0 * (r ->> 'nr_$2') / (r ->> 'nr_all')) <
			5 + 196 * sqrt(0.25 / $perf_all + 0.25 / (r ->> 'nr_all'))"
	}
	tap_is "$(agrees "$perf_ipi" ipi)" 1 "how much of their CPU time: as perf samples it"
	tap_is "$(agrees "$perf_spin" spin)" 1 "likewise spinning"
else
	tap_skip "perf is not installed" "how much of their CPU time: as perf samples it"
fi

# --- not asked for, or not to be had

"$RMAPSCOPE" record --samples 0 --force -d 0.2 -o "$db" >/dev/null 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err" | grep -v ' events, '):$(meta samples_hz):$(meta no_samples)" "0::0:option --samples 0" "--samples 0: none"
tap_is "$("$RMAPSCOPE" report "$db" why | tail -n 1)" "(not seen: option --samples 0)" "and the report says so"
"$RMAPSCOPE" record --rung 1 --force -d 0.2 -o "$db" >/dev/null 2>"$tap_dir/err"
tap_like "$?:$(meta samples_hz):$(meta no_samples)" "^0:0:needs rung 2" "rung 1: none, and why"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	without_syslog() {
		setpriv --bounding-set=-syslog --inh-caps=-syslog "$@"
	}
	if [ "$(without_syslog awk '{ print $1; exit }' /proc/kallsyms | tr -d 0)" ] ||
		[ "$(without_syslog awk '$3 == "schedule" { print $1 }' /proc/kallsyms | tr -d 0)" ]; then
		tap_skip "symbols are never hidden here" "hidden symbols: no samples of spinning"
	else
		without_syslog "$RMAPSCOPE" record --rung 2 --force -d 0.2 -o "$db" >/dev/null 2>"$tap_dir/err"
		tap_like "$?:$(meta samples_hz):$(meta no_spin_samples)" "^0:499:.*hidden" "hidden symbols: no samples of spinning"
		tap_like "$(meta no_ipi_samples)" "hidden" "nor of waiting for other CPUs"
	fi
	mkdir -m 755 "$tap_dir/bin"
	cp "$RMAPSCOPE" "$tap_dir/bin/rmapscope"
	chmod 755 "$tap_dir"
	tap_like "$(cd / && setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+bpf,+perfmon \
		--ambient-caps=+bpf,+perfmon "$tap_dir/bin/rmapscope" check | grep '^BPF: samples')" \
		"^BPF: samples  *yes" "a user with CAP_BPF and CAP_PERFMON can sample"
else
	tap_skip "not root" "hidden symbols: no samples of spinning"
fi

# --- losses

live_start "$WORKLOADS/uffd-move" -t 8 -d 600 --pin >"$tap_dir/moves"
moves=$live_pid
live_start "$RMAPSCOPE" record --rung 2 --samples 10000 --buffer 64 --force -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
recorder=$live_pid
# has_lost: while a wait lasted, too
has_lost() {
	[ "$(sql "$db" "SELECT count(*) > 0 FROM wait w JOIN loss l ON l.reason = 5 AND
		l.start_ns < w.start_ns + w.duration_ns AND l.end_ns > w.start_ns" 2>/dev/null)" = 1 ]
}
# hold it now and then: its rings of samples hold few of so many
lose_more() {
	kill -STOP "$recorder"
	sleep 0.1
	kill -CONT "$recorder"
	sleep 0.2
	has_lost
}
await 120 lose_more
tap_ok $? "rings of samples overflow while a wait lasts, which has a duration"
kill -INT "$recorder"
live_wait "$recorder"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "record ends well"
kill -TERM "$moves"
live_wait "$moves"
tap_note "$(sql "$db" "SELECT group_concat(reason || ': ' || nr_lost, ', ') FROM lost")"
tap_is "$(sql "$db" "SELECT count(*) FROM loss WHERE reason = 5 AND (cpu IS NULL OR nr_lost IS NULL OR nr_lost <= 0 OR
	start_ns IS NULL OR end_ns IS NULL OR end_ns < start_ns)")" 0 "every gap has a CPU, a number and a direction"
tap_is "$(sql "$db" "SELECT count(*) FROM wait w WHERE outcome = 2 AND NOT EXISTS (SELECT 1 FROM loss l WHERE l.reason <> 5
	AND l.start_ns <= w.start_ns + 3600000000000 AND l.end_ns >= w.start_ns)")" 0 "no wait is uncertain because of these"

# --- nothing stays in the kernel

case $(uname -m) in
x86_64) nr_bpf=321 ;;
*) nr_bpf=280 ;;
esac
# of_recorder KEY: the ids of what its file descriptors are of: prog_id, map_id, link_id
of_recorder() {
	cat /proc/"$recorder"/fdinfo/* 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p" | sort -un
}
# there_are COMMAND ID...: how many the kernel has; bpf(2): BPF_{PROG,MAP,LINK}_GET_FD_BY_ID: 13, 14, 30
there_are() {
	perl -e 'my ($nr, $command, @ids) = @ARGV;
		print scalar grep { my $attr = pack("L3", $_, 0, 0); syscall($nr, $command + 0, $attr, 12) >= 0 } @ids' \
		"$nr_bpf" "$@"
}
nr_clocks() {
	find /proc/"$recorder"/fd -lname 'anon_inode:\[perf_event\]' 2>/dev/null | wc -l
}
are_gone() {
	[ "$(there_are 13 $progs)$(there_are 14 $maps)$(there_are 30 $links)" = 000 ]
}
is_recording() {
	[ "$(meta state 2>/dev/null)" ]
}
rm -f "$db"*
live_start "$RMAPSCOPE" record --rung 2 -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
recorder=$live_pid
await 20 is_recording
progs=$(of_recorder prog_id) maps=$(of_recorder map_id) links=$(of_recorder link_id)
[ "$(there_are 13 $progs)" -ge 6 ] && [ "$(there_are 14 $maps)" -ge 6 ] && [ "$(there_are 30 $links)" -ge 3 ]
tap_ok $? "a recorder has programs, maps and links in the kernel"
tap_is "$(nr_clocks)" "$(nproc --all)" "and a clock for each CPU"
kill -KILL "$recorder"
wait "$recorder" 2>/dev/null
await 20 are_gone
tap_ok $? "after kill -9 none of them is there"

tap_done
