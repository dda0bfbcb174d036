#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a live capture says about the workloads is what they did.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/capture.db

# --- uffd-move: the waits that the README promises

line=$("$RMAPSCOPE" record -o "$db" -- "$WORKLOADS/uffd-move" -t 4 -d 5 --pin 2>"$tap_dir/err")
tap_is "$?" 0 "record of uffd-move succeeds"
tap_is "$(cat "$tap_dir/err")" "" "it prints nothing to stderr"
pid=$(value pid "$(grep ^workload= <<<"$line")")
start_ns=$(value start_ns "$(grep ^workload= <<<"$line")")
end_ns=$((start_ns + $(value duration_ns "$(grep ^workload= <<<"$line")")))
# another such process may run on this machine
moves="role = 'uffd_move' AND class = 'anon_vma' AND tgid = $pid"

tap_note "$(sql "$db" "SELECT printf('uffd-move: %d waits, %d ms in all, %d slept, %d of those with holder',
	count(*), sum(duration_ns) / 1000000, sum(slept_ns > 0),
	sum(slept_ns > 0 AND holder_tid IS NOT NULL)) FROM waits WHERE $moves")"
[ "$(sql "$db" "SELECT count(*) FROM waits WHERE $moves")" -ge 5 ]
tap_ok $? "uffd-move waits at role uffd_move for an anon_vma lock"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE role = 'uffd_move' AND
		(tid IS NULL OR comm IS NULL OR tgid IS NULL OR process IS NULL)")" 0 \
	"every such wait names its task and process"
tap_is "$(sql "$db" "SELECT DISTINCT process FROM waits WHERE $moves")" uffd-move \
	"they are of the workload's process, by the id that it printed"
tap_is "$(sql "$db" "SELECT group_concat(comm, ' ') FROM
		(SELECT DISTINCT comm FROM waits WHERE $moves ORDER BY comm)")" \
	"uffd-move/0 uffd-move/1 uffd-move/2 uffd-move/3" "by all of its four threads"
# its threads may be at work a moment before it takes the time
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE $moves AND
		(start_ns < $start_ns - 1000000000 OR start_ns + duration_ns > $end_ns)")" 0 \
	"all within its run, on its own clock"
tap_is "$(sql "$db" "SELECT count(DISTINCT lock) <= 2 AND min(mode) = 'write' AND
		max(mode) = 'write' FROM waits WHERE $moves")" 1 \
	"for writing, on at most the two locks that its VMAs have"

[ "$(sql "$db" "SELECT count(*) FROM waits WHERE $moves AND slept_ns > 0")" -gt 0 ]
tap_ok $? "some of the waits slept"
tap_is "$(sql "$db" "SELECT sum(holder_tid IS NOT NULL) >= 0.8 * count(*) FROM waits
	WHERE $moves AND slept_ns > 0")" 1 "at least 80 % of those name a holder"
# the workload's own threads, or the kernel's walkers (kdamond, kcompactd, khugepaged,
# ...): how often which depends on the machine; chain.t stages one holder for certain
strangers=$(sql "$db" "SELECT DISTINCT h.comm || ' ' || h.tid FROM waits v
	JOIN task h ON h.id = v.holder_task_id WHERE v.tgid = $pid AND role = 'uffd_move' AND
	h.tgid IS NOT $pid")
[ -z "$strangers" ] || tap_note "other holders: $strangers"
while read -r comm tid; do
	[ -z "$tid" ] || { [ -e "/proc/$tid/cmdline" ] && ! [ -s "/proc/$tid/cmdline" ]; }
	tap_ok $? "any other holder is a thread of the kernel${comm:+: $comm}"
done <<<"$strangers"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE holder_tid = tid")" 0 \
	"nobody waits for itself"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE slept_ns < 0 OR slept_ns > duration_ns OR
		duration_ns < 0")" 0 "no wait slept longer than it took"
tap_is "$(sql "$db" "SELECT count(*) FROM loss")" 0 "nothing was lost"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE outcome = 'uncertain'")" 0 \
	"no wait is uncertain"
tap_is "$(sql "$db" "SELECT count(*) FROM waits w, meta f, meta l WHERE f.key = 'first_ns' AND
		l.key = 'last_ns' AND (w.start_ns < f.value OR
		w.start_ns + coalesce(w.duration_ns, 0) > l.value)")" 0 \
	"all waits lie within the capture"
tap_is "$(sql "$db" "SELECT sum(nr_waits), sum(wait_ns), max(max_wait_ns) FROM rollup")" \
	"$(sql "$db" "SELECT count(duration_ns), sum(duration_ns), max(duration_ns) FROM wait")" \
	"the roll-ups hold the same waits"
tap_is "$(sql "$db" "SELECT group_concat(key || '=' || value, ' ') FROM (SELECT * FROM meta
		WHERE key IN ('state', 'clock', 'source', 'profile', 'kernel_release', 'host')
		ORDER BY key)")" \
	"clock=mono host=$(uname -n) kernel_release=$(uname -r) profile=contention \
source=tracefs state=finished" "meta says what the capture is"
boot_ns=$(perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e 'printf("%.0f\n", (clock_gettime(7) - clock_gettime(CLOCK_MONOTONIC)) * 1e9)')
off=$(($(sql "$db" "SELECT value FROM meta WHERE key = 'boot_offset_ns'") - boot_ns))
# perl's two readings may be interrupted
tap_ok $((${off#-} > 100000000)) "and how far CLOCK_BOOTTIME is ahead: $off ns from what it is"

# --- the other workloads: whatever waits they had are at the roles they are made for

# strange_roles PROCESS ROLES: role@function of its waits at other roles
# mmap-churn calls prctl(2) for its huge pages, which takes the mmap_lock and has no role of its own
strange_roles() {
	sql "$db" "SELECT group_concat(DISTINCT coalesce(role, 'none') || '@' || symbol) FROM waits
		WHERE process = '$1' AND class IN ('anon_vma', 'mmap', 'i_mmap') AND
		(role IS NULL OR role NOT IN ($2)) AND symbol <> '__do_sys_prctl'"
}

line=$("$RMAPSCOPE" record --force -o "$db" -- "$WORKLOADS/fork-chain" -D 4 2>"$tap_dir/err")
tap_is "$?" 0 "record of fork-chain succeeds"
nr=$(sql "$db" "SELECT count(*) FROM waits WHERE process = 'fork-chain'")
tap_note "fork-chain: $nr waits in $(value nr_forks "$line") forks: $(sql "$db" "SELECT
	group_concat(role || ' ' || n, ', ') FROM (SELECT role, count(*) AS n FROM waits
	WHERE process = 'fork-chain' GROUP BY role)")"
tap_is "$(strange_roles fork-chain "'fork','exit_unlink','fault_prepare','page_fault','exec',
	'unmap','munmap','mmap','mprotect'")" "" "its waits are at roles of fork, exit and fault"
tap_is "$(sql "$db" "SELECT count(*) = 0 OR sum(role IN ('fork', 'exit_unlink', 'fault_prepare',
	'page_fault')) > 0 FROM waits WHERE process = 'fork-chain'")" 1 \
	"if it waited at all, some at fork, exit_unlink or a page fault"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE process = 'fork-chain' AND
	(comm IS NULL OR tgid IS NULL)")" 0 "short-lived children are known by name and process"

line=$("$RMAPSCOPE" record --force -o "$db" -- "$WORKLOADS/mmap-churn" -t 4 -d 3 --pin \
	2>"$tap_dir/err")
tap_is "$?" 0 "record of mmap-churn succeeds"
nr=$(sql "$db" "SELECT count(*) FROM waits WHERE process = 'mmap-churn'")
tap_note "mmap-churn: $nr waits in $(value nr_loops "$line") loops: $(sql "$db" "SELECT
	group_concat(role || ' ' || class || ' ' || n, ', ') FROM (SELECT role, class, count(*) AS n
	FROM waits WHERE process = 'mmap-churn' GROUP BY role, class)")"
[ "$nr" -gt 0 ]
tap_ok $? "mmap-churn waits"
tap_is "$(strange_roles mmap-churn "'mmap','munmap','page_fault','mprotect','madvise','fork',
	'exit_unlink','fault_prepare'")" "" "its waits are at roles of mmap, munmap and fault"
tap_is "$(sql "$db" "SELECT count(*) > 0 FROM waits WHERE process = 'mmap-churn' AND
	class = 'mmap' AND role IN ('mmap', 'munmap', 'page_fault')")" 1 \
	"some at mmap, munmap or page_fault for mmap_lock"

# --- processes that live for a moment: their last waits come while they exit

"$RMAPSCOPE" record --force -o "$db" -- sh -c 'for i in $(seq 30); do
	"$0" -t 4 -d 0.05 --pin; done' "$WORKLOADS/mmap-churn" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?" 0 "record of short-lived processes succeeds"
tap_note "short-lived: $(sql "$db" "SELECT count(*) || ' waits, ' ||
	sum(symbol IN ('do_exit', 'unlink_anon_vmas', 'exit_mmap')) || ' in exit' FROM waits")"
# the first moment is left out: those threads are older than the capture
unknown="FROM waits WHERE start_ns > (SELECT value + 100000000 FROM meta WHERE key = 'first_ns')
	AND (tid IS NULL OR comm IS NULL OR tgid IS NULL OR process IS NULL)"
tap_is "$(sql "$db" "SELECT count(*) $unknown")" 0 \
	"all their waits name task and process, those on the way out, too"
sql "$db" "SELECT '# unknown: ' || group_concat(DISTINCT coalesce(comm, '-') || '@' || symbol)
	$unknown"

# --- -p: that process alone, with the children it makes later

# the shell is known before the capture starts; its children come later
fifo=$tap_dir/fifo
mkfifo "$fifo"
live_start sh -c 'read -r _ <"$1"; "$2" -t 4 -d 1 --pin' sh "$fifo" "$WORKLOADS/mmap-churn" \
	>"$tap_dir/traced"
traced=$live_pid
live_start "$WORKLOADS/mmap-churn" -t 2 -d 20 --pin >"$tap_dir/other"
other=$live_pid
live_start "$RMAPSCOPE" record --force -o "$db" -p "$traced" >"$tap_dir/out" 2>"$tap_dir/err"
recorder=$live_pid
tracing_is_on() {
	local name
	name=$(instance_of "$recorder")
	[ -n "$name" ] && [ "$(cat "$tracing/instances/$name/tracing_on")" = 1 ]
}
await 20 tracing_is_on
tap_ok $? "record -p starts to trace"
echo go >"$fifo"
live_wait "$traced"
kill -INT "$recorder"
live_wait "$recorder"
tap_is "$?" 0 "record -p PID succeeds: $(cat "$tap_dir/err")"
kill -TERM "$other"
live_wait "$other"
child=$(value pid "$(cat "$tap_dir/traced")")
tap_note "-p $traced: $(sql "$db" "SELECT count(*) FROM waits") waits, child $child, other $other"
[ "$(sql "$db" "SELECT count(*) FROM waits WHERE tgid = $child")" -ge 10 ]
tap_ok $? "the child that it made later is followed, and its threads"
tap_is "$(sql "$db" "SELECT DISTINCT tgid FROM waits WHERE tgid NOT IN ($traced, $child)")" "" \
	"no other process is captured"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE tgid IS NULL")" 0 \
	"every thread's process is known"
tap_is "$(instance_of "$recorder")" "" "the tracefs instance is gone"

# --- of a process that does nothing, the time is watched all the same

exec {quiet_ends}> >(exec cat >"$tap_dir/none")
quiet=$!
line=$("$RMAPSCOPE" record -o "$tap_dir/quiet.db" -p "$quiet" -d 1 2>&1)
tap_is "$?" 0 "record of a process that does nothing succeeds"
exec {quiet_ends}>&-
tap_is "$(sql "$tap_dir/quiet.db" "SELECT max(value) - min(value) >= 1000000000 FROM meta
	WHERE key IN ('first_ns', 'last_ns')")" 1 "it covers the whole second"
tap_is "$("$RMAPSCOPE" blocked --at 0.5 "$tap_dir/quiet.db" | tail -n 1)" "(nobody waited at that time)" \
	"also where no event was near"

# --- what cannot be recorded truly

live_start "$WORKLOADS/mmap-churn" -t 2 -d 60 >"$tap_dir/out"
churn=$live_pid
has_threads() {
	[ "$(ls "/proc/$churn/task" | wc -l)" -ge 2 ]
}
await 20 has_threads
thread=$(ls "/proc/$churn/task" | tail -n 1)
"$RMAPSCOPE" record -o "$tap_dir/thread.db" -d 1 -p "$thread" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" \
	"1:rmapscope: $thread is a thread of process $churn, and only a whole process can be recorded; give that id" \
	"a thread is no process"
kill "$churn"
live_wait "$churn"
if unshare -T --monotonic 100000 --fork true 2>"$tap_dir/out"; then
	unshare -T --monotonic 100000 --fork "$RMAPSCOPE" record -o "$tap_dir/later.db" -d 1 2>"$tap_dir/err"
	tap_is "$?:$(cut -d ';' -f 1 "$tap_dir/err")" \
		"1:rmapscope: cannot record in a time namespace: its clock is 100000.000 s off that of the events" \
		"in a time namespace all times would be wrong"
fi

tap_done
