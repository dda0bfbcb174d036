#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# import: files of other machines, clocks and kernels, made by hand.
. tests/tap.sh

: "${STAGE_DAT:=$(pwd)/build/tests/stage/stage-dat}"
dat=$tap_dir/file.dat db=$tap_dir/file.db

# stage OPTION...: $dat from the events on standard input
stage() {
	"$STAGE_DAT" "$dat" "$@" || tap_ok 1 "stage-dat $*"
}

# import: $dat into $db; sets $code, its messages are in $tap_dir/err
import() {
	rm -f "$db"
	"$RMAPSCOPE" import "$dat" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
}

sql() {
	sqlite3 -separator ' ' "$db" "$1"
}

# refused PATTERN NAME: $dat is refused in one line that matches, nothing is left
refused() {
	import
	tap_is "$code:$(wc -l <"$tap_dir/err"):$(ls "$db"* 2>/dev/null)" "1:1:" "$2: refused in one line"
	tap_like "$(cat "$tap_dir/err")" "$1" "$2: with its reason"
}

# One wait of 30 ms, 29 ms of it asleep, which 101 ended
wait_events() {
	cat <<-END
		0 0 1000000 100 contention_begin lock_addr=0xc0ffee00 flags=4
		0 0 1000100 100 kernel_stack caller=0xc1000010,0xc1001010
		0 0 2000000 100 sched_switch prev_comm=mover prev_pid=100 prev_state=2 next_comm=idle next_pid=0
		0 1 30999000 101 sched_waking comm=mover pid=100
		0 1 31000000 0 sched_switch prev_comm=idle prev_pid=0 next_comm=mover next_pid=100
		0 1 31001000 100 contention_end lock_addr=0xc0ffee00
	END
}

# --- word size and byte order

want="30001000 28999000 100 mover write c0ffee00 101"
for kind in "long=8" "long=4" "long=4 endian=big" "long=8 endian=big" "version=7 long=4 endian=big"; do
	# shellcheck disable=SC2086
	wait_events | stage cpus=2 clock=mono $kind
	import
	tap_is "$code:$(cat "$tap_dir/err")" "0:" "$kind: imports"
	tap_is "$(sql "SELECT duration_ns, slept_ns, tid, comm, mode, lock, holder_tid FROM waits")" \
		"$want" "$kind: the wait is what it is"
	tap_is "$(sql "SELECT count(*) FROM stack WHERE frames LIKE '%+0x10%'")" \
		"$([[ $kind == *4* ]] && echo 1 || echo 0)" "$kind: symbols are those of the file"
done

# --- CPUs that were not recorded, as far as that can be seen

empty="SELECT value LIKE '%1 of 3 CPUs have no events: if they were not recorded%' FROM meta WHERE key = 'limits'"
for cpus in 2 3; do
	wait_events | stage cpus=$cpus clock=mono
	import
	tap_is "$code $(sql "$empty")" "0 $((cpus - 2))" "$cpus CPUs, events of two"
done

# --- clocks

for clock in local boot tai; do
	wait_events | stage cpus=2 clock=$clock
	import
	tap_is "$code $(sql "SELECT value FROM meta WHERE key = 'clock'") $(sql "SELECT duration_ns FROM wait")" \
		"0 $clock 30001000" "clock $clock is nanoseconds"
done
wait_events | stage cpus=2 clock=x86-tsc mult=1431655765 shift=32
import
tap_is "$code $(sql "SELECT value FROM meta WHERE key = 'clock'") $(sql "SELECT round(duration_ns / 1e6, 2) FROM wait")" \
	"0 tsc2nsec 10.0" "cycles of 3 GHz are converted by the file's factor"
for clock in x86-tsc counter uptime ppc-tb; do
	wait_events | stage cpus=2 clock=$clock
	refused "clock $clock:.*record -C mono" "clock $clock"
done
stage cpus=2 version=7 clock=local buffer=b bufferclock=mono <<-END
	0 0 1000 100 contention_begin lock_addr=1 flags=4
	1 0 2000 100 contention_begin lock_addr=1 flags=4
END
import
tap_is "$code $(sql "SELECT value FROM meta WHERE key = 'nr_events'")" "0 1" \
	"of two buffers of different clocks one is read"
tap_like "$(sql "SELECT value FROM meta WHERE key = 'limits'")" \
	"buffer b is left out: its clock is mono, that of the others is local" "and that is said"

# --- what a file need not have

wait_events | grep -v contention | stage cpus=2 clock=mono only=sched
import
tap_is "$code:$(cat "$tap_dir/err")" "0:" "a file without lock events imports"
tap_is "$(sql "SELECT duration_ns, comm, waker_tid FROM stalls")" "28999000 mover 101" \
	"and has its stalls"
tap_like "$(sql "SELECT value FROM meta WHERE key = 'limits'")" "no event lock:contention_begin: unknown" \
	"and says what is missing"
echo "0 0 1000 100 irq_handler_entry irq=1" | stage only=irq
refused "none of the events that rmapscope reads; record it with" "a file of other events"

# --- PREEMPT_RT: other flags, and rwlocks that look like rwsems

stage clock=mono uname="Linux host 6.1.0-rt #1 SMP PREEMPT_RT" <<-END
	0 0 1000000 100 contention_begin lock_addr=0xc0ffee00 flags=12
	0 0 51000000 100 contention_end lock_addr=0xc0ffee00
	0 0 60000000 101 contention_begin lock_addr=0xc0ffee00 flags=10
	0 0 60000100 101 contention_begin lock_addr=0xc0ffee08 flags=8
	0 0 89000000 101 contention_end lock_addr=0xc0ffee08
	0 0 90000000 101 contention_end lock_addr=0xc0ffee00
	0 0 91000000 101 contention_begin lock_addr=0xc0ffee08 flags=8
	0 0 92000000 101 contention_end lock_addr=0xc0ffee08
END
import
tap_is "$code $(sql "SELECT mode, duration_ns FROM waits ORDER BY start_ns" | tr '\n' ';')" \
	"0 write 50000000;read 30000000;" "PREEMPT_RT: waits for rwsems are read, for rtmutexes not"
tap_like "$(sql "SELECT value FROM meta WHERE key = 'limits'")" "^PREEMPT_RT: .*not seen" \
	"PREEMPT_RT: what is not seen is said"

# --- the same events through two buffers, each with its own time

{
	wait_events
	wait_events | awk '{ $1 = 1; $3 += 150 + NR; print }'
	# and what only the second has
	echo "1 0 40000000 100 contention_begin lock_addr=0xc0ffee00 flags=4"
	echo "1 0 40002000 100 contention_end lock_addr=0xc0ffee00"
} | stage cpus=2 clock=mono buffer=second
import
tap_is "$code $(sql "SELECT outcome, duration_ns, slept_ns FROM waits ORDER BY start_ns" | tr '\n' ';')" \
	"0 acquired 30001000 28999000;acquired 2000 0;" "an event of two buffers counts once"
tap_is "$(sql "SELECT outcome, duration_ns FROM stalls")" "acquired 28999000" "and so does its sleep"
tap_is "$(sql "SELECT value FROM meta WHERE key = 'nr_events'")" 8 "and in the number of events"

# --- processes: what a file proves, and what it does not

stage clock=mono <<-END
	0 0 1000 500 sched_process_exec pid=500 old_pid=500
	0 0 2000 500 task_newtask pid=501 comm=app clone_flags=0x10000
	0 0 3000 501 task_newtask pid=502 comm=app clone_flags=0x10000
	0 0 3500 500 sched_switch prev_comm=app prev_pid=500 next_comm=idle
	0 0 4000 501 contention_begin lock_addr=0xc0ffee00 flags=4
	0 0 5000 501 contention_end lock_addr=0xc0ffee00
	0 0 6000 502 contention_begin lock_addr=0xc0ffee00 flags=4
	0 0 8000 502 contention_end lock_addr=0xc0ffee00
	0 0 9000 100 contention_begin lock_addr=0xc0ffee00 flags=4
	0 0 10000 100 contention_end lock_addr=0xc0ffee00
	0 0 11000 101 contention_begin lock_addr=0xc0ffee00 flags=4
	0 0 12000 101 contention_end lock_addr=0xc0ffee00
END
import
tap_is "$("$RMAPSCOPE" report --format csv "$db" processes | cut -d , -f 1-3 | tail -n +2 | sort)" \
	"app,500,2
mover (thread 100),,1
walker (thread 101),,1" "threads are of the process that is proven, others a row each"

# --- damaged parts, and what the library does not read

{
	wait_events
	echo "2 0 40000000 100 contention_begin lock_addr=0xc0ffee00 flags=4"
	echo "2 0 40002000 100 contention_end lock_addr=0xc0ffee00"
} | stage cpus=2 clock=mono buffer=gone buffer=there lostbuffer=1000000000
import
tap_is "$code $(sql "SELECT count(*), sum(duration_ns) FROM wait")" "0 2 30003000" \
	"a buffer that is not there leaves the others"
tap_like "$(sql "SELECT value FROM meta WHERE key = 'limits'")" "buffer gone is left out" \
	"and is named"
wait_events | stage cpus=2 version=7 compression=zlib9
refused "compressed with zlib9, .*convert --compression none" "unknown compression"
wait_events | stage cpus=2 version=8
refused "version 8, .*convert --file-version 7" "unknown version"

# --- cut: refused in one line, or read in part

for kind in "long=4" "endian=big" "version=7 long=4 endian=big"; do
	# shellcheck disable=SC2086
	wait_events | stage cpus=2 clock=mono $kind
	cp "$dat" "$tap_dir/whole.dat"
	bad= nr_refused=0 nr=0
	for cut in $(seq 11 997 "$(stat -c %s "$dat")"); do
		head -c "$cut" "$tap_dir/whole.dat" >"$dat"
		import
		nr=$((nr + 1))
		if [ "$code" = 1 ] && [ "$(wc -l <"$tap_dir/err")" = 1 ] && [ ! -e "$db" ]; then
			nr_refused=$((nr_refused + 1))
		elif [ "$code" != 0 ] || [ "$(sql "PRAGMA integrity_check")" != ok ]; then
			bad="$bad $cut"
		fi
	done
	tap_is "$bad" "" "$kind, cut anywhere: refused in one line or read in part"
	tap_note "$nr files, $nr_refused refused"
done

tap_done
