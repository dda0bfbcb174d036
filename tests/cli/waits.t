#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Of what a wait is made, and who is to blame for which part of it. Events that
# are written down go through the model and the store.
. tests/tap.sh
: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"

# stage NAME: events from standard input
stage() {
	"$STAGE" "$tap_dir/$1.db" >"$tap_dir/out"
}

sql() {
	sqlite3 "$tap_dir/$1.db" "$2"
}

# blame NAME: cause, holder, waits and milliseconds, a line per row
blame() {
	"$RMAPSCOPE" report "$tap_dir/$1.db" blame --format csv |
		perl -F, -lane 'next if $. == 1; printf "%s:%s %s %s\n", @F[4, 7, 11], $F[12] / 1e6'
}

names='name 100 100 app
name 101 100 app/1
name 102 100 app/2
name 200 200 holder
name 300 300 killer'

# --- a thread that waits is killed: down_write_killable() returns -EINTR

stage killed <<-END
	$names
	1000000000 100 contention_begin lock_addr=0xffff888100000000 flags=4
	1000001000 100 sched_switch prev_state=2 next_pid=0
	1050000000 300 sched_waking pid=100
	1050100000 100 contention_end lock_addr=0xffff888100000000 ret=-4
	flush 1100000000
END
tap_is "$(sql killed 'SELECT outcome, holder_tid, holder_source, duration_ns, runnable_ns FROM waits')" \
	"interrupted||unknown|50100000|100000" "a wait that a signal ended names no holder"
tap_is "$(blame killed)" "held lock: 1 50
waiting for a CPU: 1 0.1" "nor does blame"
tap_is "$(sql killed 'SELECT holder_comm, waker_comm, holder_source FROM stalls')" "|killer|unknown" \
	"a stall says who woke it, and no holder"
tap_is "$(sql killed 'SELECT count(*) FROM holder_rollup WHERE holder_task_id > 0')" 0 "nor do the roll-ups"
"$RMAPSCOPE" top -b -n 1 "$tap_dir/killed.db" >"$tap_dir/top"
tap_is "$(grep -c '^app' "$tap_dir/top"):$(sed 's/, killer$//; /WOKEN BY/,$d' "$tap_dir/top" | grep -c killer)" 3:0 \
	"nor does a screen but that of stalls, where it woke the thread"

# --- the same signal, and the wait goes on: it sleeps again, and is woken by the holder

stage goes-on <<-END
	$names
	1000000000 100 contention_begin lock_addr=0xffff888100000000 flags=4
	1000001000 100 sched_switch prev_state=2 next_pid=0
	1050000000 300 sched_waking pid=100
	1050001000 0 sched_switch prev_state=0 next_pid=100
	1050002000 100 sched_switch prev_state=2 next_pid=0
	flush 1060000000
	1080000000 200 sched_waking pid=100
	1081000000 100 contention_end lock_addr=0xffff888100000000 ret=0
	flush 1100000000
END
tap_is "$(sql goes-on 'SELECT outcome, holder_comm, holder_source, slept_ns, runnable_ns FROM waits')" \
	"acquired|holder|waker|79997000|1001000" "a waiter that sleeps again was not given the lock"

# --- woken, but only later on a CPU, where it finds the lock taken: twice

stage stolen <<-END
	$names
	1000000000 100 contention_begin lock_addr=0xffff888100000000 flags=4
	1000001000 100 sched_switch prev_state=2 next_pid=0
	1010000000 200 sched_waking pid=100
	1030000000 0 sched_switch prev_state=0 next_pid=100
	1030002000 100 sched_switch prev_state=2 next_pid=0
	1040000000 200 sched_waking pid=100
	1045000000 0 sched_switch prev_state=0 next_pid=100
	1045001000 100 sched_switch prev_state=2 next_pid=0
	1060000000 200 sched_waking pid=100
	1063000000 0 sched_switch prev_state=0 next_pid=100
	1064000000 100 contention_end lock_addr=0xffff888100000000 ret=0
	flush 1100000000
END
tap_is "$(sql stolen 'SELECT slept_ns, runnable_ns, early_runnable_ns FROM wait')" "34996000|29000000|25000000" \
	"who is woken and finds the lock taken has waited for a CPU until it was on one"
tap_is "$(blame stolen)" "held lock:holder 1 35
waiting for a CPU: 1 29" "blame has no holder for that time"
tap_is "$(sql stolen 'SELECT sum(wait_ns), sum(runnable_ns) FROM rollup')|$(sql stolen \
	'SELECT sum(wait_ns), sum(runnable_ns) FROM holder_rollup WHERE holder_task_id > 0')" \
	"64000000|29000000|64000000|29000000" "nor do the roll-ups"
for at in 0.035:waiting 0.055:waiting 0.061:runnable; do
	tap_is "$("$RMAPSCOPE" blocked "$tap_dir/stolen.db" --at "${at%:*}" --format csv | cut -d, -f2,11 | grep ^app)" \
		"app,${at#*:}" "at ${at%:*} s it is ${at#*:}"
done

# --- the same, by a signal: the lock was held all that time

stage signalled <<-END
	$names
	1000000000 100 contention_begin lock_addr=0xffff888100000000 flags=4
	1000001000 100 sched_switch prev_state=2 next_pid=0
	1010000000 300 sched_waking pid=100
	1010000001 300 signal_generate pid=100
	1030000000 0 sched_switch prev_state=0 next_pid=100
	1030002000 100 sched_switch prev_state=2 next_pid=0
	1060000000 200 sched_waking pid=100
	1064000000 100 contention_end lock_addr=0xffff888100000000 ret=0
	flush 1100000000
END
tap_is "$(blame signalled)" "held lock:holder 1 60
waiting for a CPU: 1 4" "a signal is no release: the lock was held while the waiter had no CPU"

# --- killed while it waits, it makes way for a reader behind it

stage makes-way <<-END
	$names
	1000000000 100 contention_begin lock_addr=0xffff888100000000 flags=4
	1000001000 100 sched_switch prev_state=2 next_pid=0
	1001000000 200 contention_begin lock_addr=0xffff888100000000 flags=2
	1001001000 200 sched_switch prev_state=2 next_pid=0
	1050000000 300 sched_waking pid=100
	1050010000 100 sched_waking pid=200
	1050020000 100 contention_end lock_addr=0xffff888100000000 ret=-4
	1050030000 200 contention_end lock_addr=0xffff888100000000 ret=0
	flush 1100000000
END
tap_is "$(sql makes-way 'SELECT outcome, holder_tid FROM waits ORDER BY start_ns')" "interrupted|
acquired|" "who waits for the lock itself is not the holder"

# --- one busy CPU: woken after a millisecond, on a CPU after fifty

stage busy <<-END
	$names
	1000000000 101 contention_begin lock_addr=0xffff888100000000 flags=4
	1000001000 101 sched_switch prev_state=2 next_pid=102
	1001000000 200 sched_waking pid=101
	1049999000 102 sched_switch prev_state=0 next_pid=101
	1050000000 101 contention_end lock_addr=0xffff888100000000 ret=0
	flush 1100000000
END
tap_is "$(blame busy)" "waiting for a CPU: 1 49
held lock:holder 1 1" "blame ends when the wake-up comes; the rest is waiting for a CPU"
for section in processes vmas locks tasks sites; do
	tap_is "$("$RMAPSCOPE" report "$tap_dir/busy.db" $section --format csv |
		perl -F, -lane 'if ($. == 1) { ($i) = grep { $F[$_] eq "runnable_ns" } 0..$#F; next } print $F[$i]')" \
		49000000 "$section: its share has a column"
done
tap_is "$(sql busy 'SELECT wait_ns, slept_ns, runnable_ns FROM rollup')" "50000000|999000|49000000" \
	"and a sum in the roll-ups"
tap_is "$("$RMAPSCOPE" blocked "$tap_dir/busy.db" --at 0.0005 --format csv | cut -d, -f2,11 | sed 1d)" \
	"holder,running
lock ffff888100000000,
app/1,waiting" "while the lock is held the waiter waits for its holder"
tap_is "$("$RMAPSCOPE" blocked "$tap_dir/busy.db" --at 0.025 --format csv | cut -d, -f2,11 | sed 1d)" \
	",
lock ffff888100000000,
app/1,runnable" "afterwards for nobody"

# --- a kernel that tells of releases: the waker is not used

stage releases <<-END
	symbol 0xffffffff81001000 up_write
	symbol 0xffffffff81002000 unlink_anon_vmas
	symbol 0xffffffff81003000 a_function_behind_all_others
	$names
	1000000000 100 contention_begin lock_addr=0xffff888100000000 flags=4
	1000001000 100 sched_switch prev_state=2 next_pid=0
	1010000000 300 sched_waking pid=100
	1010000100 300 signal_generate pid=100
	1020000000 200 contended_release lock_addr=0xffff888100000000
	1020000001 200 stack up_write unlink_anon_vmas
	1030000000 100 contention_end lock_addr=0xffff888100000000 ret=0
	1040000000 101 contention_begin lock_addr=0xffff888100000000 flags=2
	1040001000 101 sched_switch prev_state=2 next_pid=0
	1050000000 300 sched_waking pid=101
	1051000000 101 contention_end lock_addr=0xffff888100000000 ret=0
	flush 1100000000
END
tap_is "$(sql releases 'SELECT comm, holder_comm, holder_source, runnable_ns FROM waits')" \
	"app|holder|exact|10000000
app/1||unknown|1000000" "who let the lock go last is the holder, and nobody else"
tap_is "$(sql releases 'SELECT s.symbol FROM wait w JOIN site s ON s.id = w.holder_site_id')" \
	unlink_anon_vmas "with the function where it did"
tap_is "$("$RMAPSCOPE" blocked "$tap_dir/releases.db" --at 0.015 --format csv | cut -d, -f2,11 | sed 1d)" \
	"holder,running
lock ffff888100000000,
app,waiting" "and in the tree, as one that is learnt at the end of the wait"

# --- the innermost functions of a stack are the tracer's own

stage tracer <<END
symbol 0xffffffff81001000 bpf_trace_run2
symbol 0xffffffff81002000 __traceiter_contention_begin
symbol 0xffffffff81003000 rwsem_down_write_slowpath
symbol 0xffffffff81004000 down_write
symbol 0xffffffff81005000 unlink_anon_vmas
symbol 0xffffffff81006000 _etext
$names
1000000 100 contention_begin lock_addr=0xffff888100000000 flags=4
1000001 100 stack bpf_trace_run2 __traceiter_contention_begin rwsem_down_write_slowpath down_write unlink_anon_vmas
2000000 100 contention_end lock_addr=0xffff888100000000 ret=0
flush 3000000
END
tap_is "$(sql tracer "SELECT replace(group_concat(frames), char(10), ' ') FROM stack" | sed 's/+0x[0-9a-f]*//g')" \
	"rwsem_down_write_slowpath down_write unlink_anon_vmas" "nobody waits in these: they are left out"
tap_is "$(sql tracer "SELECT symbol FROM waits")" unlink_anon_vmas "the call site is found all the same"

# --- the event of another CPU comes first, and is later

stage back <<-END
	$names
	1000000500 200 sched_waking pid=102
	1000000000 100 sched_switch prev_state=2 next_pid=0
	1020000000 300 sched_waking pid=100
	flush 1100000000
END
tap_is "$(sql back "SELECT value, start_ns FROM meta JOIN stall WHERE key = 'first_ns'")" "1000000000|1000000000" \
	"the capture begins with the earliest event"
# a database of a version for which it began with the event that came first
sql back "UPDATE meta SET value = 1000000500 WHERE key = 'first_ns'"
tap_is "$("$RMAPSCOPE" report "$tap_dir/back.db" stalls --format csv 2>&1 | sed 1d | cut -d, -f5-7)" \
	"-500,1000000000,20000000" "a stall that began before the capture is shown"
tap_like "$("$RMAPSCOPE" report "$tap_dir/back.db" stalls)" '^app +100 app +100 +-0\.000 ' "also as text"
tap_done
