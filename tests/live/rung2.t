#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rung 2: waits by BPF, with their VMAs; what is lost is counted and never a duration; where
# the kernel refuses, rung 1 is used; nothing stays in the kernel.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live
grep -q '^BPF: waits  *yes' "$tap_dir/check" ||
	tap_skip_all "$(grep '^BPF: waits' "$tap_dir/check")"

db=$tap_dir/capture.db

meta() {
	sql "$db" "SELECT value FROM meta WHERE key = '$1'"
}

# --- UFFDIO_MOVE: the VMA that it moves pages from

moves="FROM waits w LEFT JOIN vma v ON v.id = w.vma_id WHERE w.tgid = $$ AND w.role = 'uffd_move'
	AND w.outcome = 'acquired'"
# record_moves: until some have waited; on a busy machine few do
record_moves() {
	local line
	line=$("$RMAPSCOPE" record --rung 2 --force -o "$db" -- "$WORKLOADS/uffd-move" -t 8 -d 3 --pin \
		2>"$tap_dir/err") || return 1
	line=$(grep ^workload= <<<"$line")
	a=$(value area_a "$line") b=$(value area_b "$line") pid=$(value pid "$line")
	moves=${moves/w.tgid = +([0-9])/w.tgid = $pid}
	[ "$(sql "$db" "SELECT count(*) $moves")" -ge 1 ]
}
shopt -s extglob
await 120 record_moves
live_need "uffd-move waits while it is recorded"
tap_is "$(cat "$tap_dir/err"):$(meta rung)" ":2" "by rung 2, and the capture says so"
tap_note "$(sql "$db" "SELECT printf('%d waits of uffd_move, %d with VMA', count(*), sum(v.id IS NOT NULL)) $moves")"
tap_is "$(sql "$db" "SELECT count(*) $moves AND v.id IS NULL")" 0 "each wait has a VMA"
tap_is "$(sql "$db" "SELECT count(*) $moves AND printf('%x-%x', v.start, v.end) NOT IN ('$a', '$b')")" 0 \
	"of the range that the workload prints"
tap_is "$(sql "$db" "SELECT count(*) $moves AND v.process_id IS NOT w.process_id")" 0 "of its own process"
tap_is "$(sql "$db" "SELECT DISTINCT l.class FROM locks l JOIN wait ON wait.lock_id = l.id
	JOIN waits w ON w.id = wait.id WHERE w.tgid = $pid AND w.role = 'uffd_move'")" "anon_vma" \
	"the lock is known to be that of an anon_vma"
tap_is "$(sql "$db" "SELECT count(*) FROM waits a JOIN waits b USING (tid, start_ns) WHERE a.id < b.id")" 0 \
	"no wait is there twice"
tap_is "$(sql "$db" "SELECT sum(nr_waits), sum(wait_ns) FROM rollup WHERE vma_id <> 0")" \
	"$(sql "$db" "SELECT count(duration_ns), sum(duration_ns) FROM wait WHERE vma_id IS NOT NULL")" \
	"the roll-ups hold the same waits by VMA"

# --- the demo

# demo_waits: until some of its threads have waited; on a busy machine few do
demo_waits() {
	"$RMAPSCOPE" demo --report -d 3 >"$tap_dir/demo" 2>"$tap_dir/err" || return 1
	vmas=$(awk '/^VMAs:/ { on = 1 } /^$/ { on = 0 } on && $1 == "uffd-move" { print $3 "-" $4 }' "$tap_dir/demo")
	[ "$vmas" ]
}
await 120 demo_waits
live_need "threads of the demo wait"
ranges=$(sed -n 's/.* area_a=\([^ ]*\) area_b=\([^ ]*\).*/\1\n\2/p' "$tap_dir/demo")
tap_is "$(grep -vxF "$ranges" <<<"$vmas")" "" "the demo names the mappings that the workload prints: ${vmas//$'\n'/, }"

# --- page faults, in the default profile

# record_faults: until some have waited for a mapping that was still there when /proc was asked
record_faults() {
	local line
	line=$("$RMAPSCOPE" record --rung 2 --force -o "$db" -- "$WORKLOADS/mmap-churn" -t 4 -p 1 -d 3 --pin \
		--file 2>"$tap_dir/err") || return 1
	line=$(grep ^workload= <<<"$line")
	place=$(value place "$line") bytes=$(value bytes "$line")
	faults="FROM waits w LEFT JOIN vma v ON v.id = w.vma_id WHERE w.tgid = $(value pid "$line")
		AND w.comm LIKE 'mmap-churn/%' AND w.role IN ('page_fault', 'fault_prepare')"
	own="v.start = $place + 2 * $bytes * substr(w.comm, length('mmap-churn/') + 1)
		AND v.end = v.start + $bytes AND v.name LIKE '/memfd:%'"
	[ "$(sql "$db" "SELECT count(*) $faults AND $own")" -ge 3 ]
}
if await 180 record_faults; then
	tap_ok 0 "waits in page faults name the range that the thread maps"
else
	tap_skip "too busy to ask /proc before a mapping is gone" "waits in page faults name the range"
fi
tap_note "$(sql "$db" "SELECT printf('%d waits in page faults, %d with that range', count(*), sum($own)) $faults")"
tap_is "$(cat "$tap_dir/err"):$(meta rung):$(meta profile)" ":2:contention" "in the default profile"
tap_is "$(sql "$db" "SELECT count(*) $faults AND v.name LIKE '/memfd:%' AND NOT ($own)")" 0 \
	"never that of another thread"

# --- one process and its children

mkfifo "$tap_dir/begin"
is_recording() {
	[ "$(meta state 2>/dev/null)" ]
}
# record_child: of a process that waits for nothing itself; until its child has waited
record_child() {
	local parent
	live_start sh -c 'read -r _ <"$1"; "$0" -t 4 -d 2 --pin >"$2"; :' "$WORKLOADS/mmap-churn" \
		"$tap_dir/begin" "$tap_dir/child"
	parent=$live_pid
	rm -f "$db"*
	live_start "$RMAPSCOPE" record --rung 2 -o "$db" -p "$parent" >"$tap_dir/out" 2>"$tap_dir/err"
	recorder=$live_pid
	await 20 is_recording
	echo >"$tap_dir/begin"
	live_wait "$parent"
	kill -INT "$recorder"
	live_wait "$recorder" || return 1
	[ "$(sql "$db" "SELECT count(*) FROM wait")" -ge 1 ]
}
live_start "$WORKLOADS/mmap-churn" -t 4 -d 600 --pin >"$tap_dir/churn"
bystander=$live_pid
await 120 record_child
live_need "--rung 2 --pid records"
tap_is "$(cat "$tap_dir/err"):$(meta rung)" ":2" "by rung 2"
tap_is "$(sql "$db" "SELECT group_concat(DISTINCT tgid) FROM waits")" "$(value pid "$(cat "$tap_dir/child")")" \
	"the waits of a child, and of nobody else"
kill -TERM "$bystander"
live_wait "$bystander"

# --- losses

live_start "$WORKLOADS/mmap-churn" -t 4 -d 600 --pin >"$tap_dir/churn"
churn=$live_pid
live_start "$RMAPSCOPE" record --rung 2 --force --buffer 4 -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
recorder=$live_pid
has_lost() {
	[ "$(sql "$db" "SELECT (SELECT count(*) FROM loss) >= 3 AND (SELECT count(*) FROM wait
		WHERE duration_ns IS NULL) >= 3 AND (SELECT count(duration_ns) FROM wait) >= 10" 2>/dev/null)" = 1 ]
}
# hold it now and then: its rings of a page hold but a few waits
lose_more() {
	kill -STOP "$recorder"
	sleep 0.05
	kill -CONT "$recorder"
	sleep 0.1
	has_lost
}
await 120 lose_more
tap_ok $? "rings of one page overflow"
kill -INT "$recorder"
live_wait "$recorder"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "record ends well"
kill -TERM "$churn"
live_wait "$churn"
tap_note "$(sql "$db" "SELECT printf('%d gaps, %d lost, %.1f ms', count(*), sum(nr_lost),
	sum(end_ns - start_ns) / 1e6) FROM loss") $(sql "$db" "SELECT group_concat(outcome || ' ' || n, ', ')
	FROM (SELECT outcome, count(*) AS n FROM waits GROUP BY outcome)")"
tap_is "$(sql "$db" "SELECT count(*) FROM loss WHERE cpu IS NULL OR nr_lost IS NULL OR nr_lost <= 0 OR
	start_ns IS NULL OR end_ns IS NULL OR end_ns < start_ns")" 0 "every gap has a CPU, a number and a direction"
tap_is "$(sed -n 's/.*, \([0-9]*\) lost.*/\1/p' "$tap_dir/out" "$tap_dir/err")" \
	"$(sql "$db" "SELECT sum(nr_lost) FROM loss")" "the summary has the sum"
tap_is "$(sql "$db" "SELECT count(*) FROM wait w JOIN loss l ON l.start_ns < w.start_ns + w.duration_ns
	AND l.end_ns > w.start_ns")" 0 "no wait that overlaps a gap has a duration"

# --- where it is refused

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	setpriv --bounding-set=-bpf,-perfmon,-sys_admin "$RMAPSCOPE" record --rung 2 --force -d 0.2 \
		-o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -l <"$tap_dir/err"):$(meta rung)" "0:1:1" "without the capabilities: rung 1, and one line"
	tap_like "$(cat "$tap_dir/err")" "^rmapscope: rung 2 .*rung 1: not permitted; .*setcap" "which says why, and the remedy"
	tap_like "$(meta limits)" "rung 2 .*rung 1" "so does the capture"
	setpriv --bounding-set=-bpf,-perfmon,-sys_admin "$RMAPSCOPE" top --rung 2 -b -n 1 -d 0.2 >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -l <"$tap_dir/err")" "0:1" "top: likewise"
	mkdir -m 755 "$tap_dir/bin"
	cp "$RMAPSCOPE" "$tap_dir/bin/rmapscope"
	chmod 755 "$tap_dir"
	tap_like "$(cd / && setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+bpf,+perfmon \
		--ambient-caps=+bpf,+perfmon "$tap_dir/bin/rmapscope" check | grep '^BPF: waits')" \
		"^BPF: waits  *yes" "a user with these two can load it"
else
	tap_skip "not root" "without the capabilities: rung 1"
fi

# --- nothing stays in the kernel

case $(uname -m) in
x86_64) nr_bpf=321 ;;
*) nr_bpf=280 ;;
esac
# of_recorder KEY: the ids of what its file descriptors are of: prog_id, map_id
of_recorder() {
	cat /proc/"$recorder"/fdinfo/* 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p" | sort -un
}
# there_are COMMAND ID...: how many of these the kernel has; bpf(2): BPF_{PROG,MAP}_GET_FD_BY_ID
there_are() {
	perl -e 'my ($nr, $command, @ids) = @ARGV;
		print scalar grep { my $attr = pack("L3", $_, 0, 0); syscall($nr, $command + 0, $attr, 12) >= 0 } @ids' \
		"$nr_bpf" "$@"
}
are_gone() {
	[ "$(there_are 13 $progs)$(there_are 14 $maps)" = 00 ]
}
rm -f "$db"*
live_start "$RMAPSCOPE" record --rung 2 -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
recorder=$live_pid
await 20 is_recording
progs=$(of_recorder prog_id) maps=$(of_recorder map_id)
[ "$(there_are 13 $progs)" -ge 3 ] && [ "$(there_are 14 $maps)" -ge 4 ]
tap_ok $? "a recorder has programs and maps in the kernel"
kill -KILL "$recorder"
wait "$recorder" 2>/dev/null
await 20 are_gone
tap_ok $? "after kill -9 none of them is there"

tap_done
