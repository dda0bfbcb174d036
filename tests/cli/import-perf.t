#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# import of perf.data: files of any mode and of other machines, made by hand.
. tests/tap.sh

: "${STAGE_PERF:=$(pwd)/build/tests/stage/stage-perf}"
data=$tap_dir/file.data db=$tap_dir/file.db

# stage OPTION...: $data from the records on standard input
stage() {
	"$STAGE_PERF" "$data" "$@" || tap_ok 1 "stage-perf $*"
}

# import [OPTION...]: $data into $db; sets $code, its messages are in $tap_dir/err
import() {
	rm -f "$db"
	"$RMAPSCOPE" import "$data" -o "$db" "$@" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
}

sql() {
	sqlite3 -separator ' ' "$db" "$1"
}

limits() {
	sql "SELECT value FROM meta WHERE key = 'limits'"
}

# refused PATTERN NAME [OPTION...]: $data is refused in one line that matches, nothing is left
refused() {
	import "${@:3}"
	tap_is "$code:$(wc -l <"$tap_dir/err"):$(ls "$db"* 2>/dev/null)" "1:1:" "$2: refused in one line"
	tap_like "$(cat "$tap_dir/err")" "$1" "$2: with its reason"
}

# One wait of 30 ms, 29 ms of it asleep, which 101 ended
wait_records() {
	cat <<-END
		0 0 100 100 comm mover
		0 1000000 100 100 contention_begin lock_addr=0xc0ffee00 flags=4 chain=0xffffffff81002010,0xffffffff81001010
		0 2000000 100 100 sched_switch prev_comm=mover prev_pid=100 prev_state=2 next_comm=idle next_pid=0
		round
		1 30999000 101 101 sched_waking comm=mover pid=100
		1 31000000 0 0 sched_switch prev_comm=idle prev_pid=0 next_comm=mover next_pid=100
		1 31001000 100 100 contention_end lock_addr=0xc0ffee00
		round
	END
}

# --- modes

want="30001000 28999000 100 mover write c0ffee00 101"
for kind in "" pipe zstd "pipe zstd" noidentifier; do
	# shellcheck disable=SC2086
	wait_records | stage clockid=1 $kind
	import
	tap_is "$code:$(cat "$tap_dir/err")" "0:" "${kind:-file}: imports"
	tap_is "$(sql "SELECT duration_ns, slept_ns, tid, comm, mode, lock, holder_tid FROM waits")" \
		"$want" "${kind:-file}: the wait is what it is"
	tap_is "$(sql "SELECT value FROM meta WHERE key = 'nr_events'")" 5 \
		"${kind:-file}: a stack is no event of its own"
done
tap_is "$(sql "SELECT value FROM meta WHERE key = 'source'")" perf.data "the database says what it is of"

# --- clocks

for clock in "0 realtime" "1 mono" "4 mono_raw" "7 boot" "11 tai"; do
	wait_records | stage "clockid=${clock% *}"
	import
	tap_is "$code $(sql "SELECT value FROM meta WHERE key = 'clock'")" "0 ${clock#* }" "clockid $clock"
done
wait_records | stage
import
tap_is "$code $(sql "SELECT value FROM meta WHERE key = 'clock'")" "0 perf" "no clockid: perf's own clock"
wait_records | stage clockid=3
import
tap_like "$(limits)" "the clock of its times is not one that is known" "an unknown clock is said"

# --- symbols: of the file, of a copy that is of the same boot, or none

wait_records | stage clockid=1 anchor=0xffffffff81000000
import
tap_is "$code $(sql "SELECT count(*) FROM stack WHERE frames LIKE '%move_pages%'")" "0 0" \
	"without symbols no call site has a name"
tap_like "$(limits)" "no kernel symbols: unknown: call sites.*--kallsyms" "and that is said"
printf 'ffffffff81000000 T _text\nffffffff81002000 T down_write\nffffffff81001000 T move_pages\nffffffff81003000 T _etext\n' >"$tap_dir/k"
import --kallsyms "$tap_dir/k"
tap_is "$code $(sql "SELECT symbol, role FROM waits")" "0 move_pages uffd_move" \
	"the call site is classified by the copy of kallsyms"
sed 's/^ffffffff81/ffffffff92/' "$tap_dir/k" >"$tap_dir/other"
refused "another kernel or another boot: _text is at ffffffff92000000 there" "symbols of another boot" \
	--kallsyms "$tap_dir/other"
sed 's/^[0-9a-f]*/0000000000000000/' "$tap_dir/k" >"$tap_dir/other"
refused "with addresses; make one as root" "symbols without addresses" --kallsyms "$tap_dir/other"
refused "cannot read .*/missing: No such file" "symbols that are not there" --kallsyms "$tap_dir/missing"
mkfifo "$tap_dir/fifo"
for other in fifo:"$tap_dir/fifo" device:/dev/zero directory:"$tap_dir"; do
	refused "it is not a regular file|Is a directory" "symbols from a ${other%%:*}" --kallsyms "${other#*:}"
done
wait_records | stage clockid=1 "kallsyms=ffffffff81002000 T down_write
ffffffff81001000 T move_pages
ffffffff81003000 T _etext
"
import
tap_is "$code $(sql "SELECT symbol FROM waits")" "0 move_pages" "symbols that an old perf put into the file"

# --- order: buffers of CPUs one after the other, round by round

{
	for i in 1 2 3 4 5 6; do
		echo "1 ${i}000500 200 200 contention_begin lock_addr=0xb000 flags=4"
		echo "1 ${i}000600 200 200 contention_end lock_addr=0xb000"
	done
	for i in 1 2 3 4 5 6; do
		echo "0 ${i}000000 100 100 contention_begin lock_addr=0xa000 flags=4"
		echo "0 ${i}000550 100 100 contention_end lock_addr=0xa000"
	done
	echo round
	echo "1 6000700 201 201 contention_begin lock_addr=0xb000 flags=4"
	echo "0 6000650 101 101 contention_begin lock_addr=0xa000 flags=4"
	echo round
	echo "0 6000900 101 101 contention_end lock_addr=0xa000"
	echo "1 6000800 201 201 contention_end lock_addr=0xb000"
} >"$tap_dir/rounds"
for kind in "" pipe zstd; do
	# shellcheck disable=SC2086
	stage clockid=1 $kind <"$tap_dir/rounds"
	import
	tap_is "$code $(sql "SELECT count(*), sum(duration_ns), count(DISTINCT start_ns) FROM waits")" \
		"0 14 4250 14" "${kind:-file}: events of several CPUs are put in order"
	tap_is "$(sql "SELECT count(*) FROM loss")" 0 "${kind:-file}: and none is late"
done
# two rounds later: not in order any more
{
	cat "$tap_dir/rounds"
	echo round
	echo round
	echo "0 2000550 100 100 contention_end lock_addr=0xa000"
} | stage clockid=1
import
tap_is "$code $(sql "SELECT count(*), reason FROM lost")" "0 1 damaged_input" "what comes too late is counted as lost"

# --- loss

{
	echo "0 1000000 100 100 contention_begin lock_addr=0xa000 flags=4"
	echo "1 1100000 200 200 contention_begin lock_addr=0xb000 flags=4"
	echo "0 1200000 100 100 contention_end lock_addr=0xa000"
	echo round
	echo "1 1300000 200 200 contention_end lock_addr=0xb000"
	echo "1 1400000 200 200 contention_begin lock_addr=0xb000 flags=4"
	echo "1 1500000 200 200 contention_end lock_addr=0xb000"
	echo round
	echo round
	# CPU 0 was silent: what is lost there began before what went by
	echo "0 1600000 100 100 lost 7"
	echo "0 1600000 100 100 contention_begin lock_addr=0xa000 flags=4"
	echo "0 1700000 100 100 contention_end lock_addr=0xa000"
	echo round
} >"$tap_dir/lossy"
stage clockid=1 <"$tap_dir/lossy"
import
tap_is "$code $(sql "SELECT cpu, start_ns, end_ns, nr_lost, reason FROM loss JOIN enum
	ON domain = 'loss_reason' AND value = reason" 2>/dev/null | cut -d' ' -f1-4)" \
	"0 0 1200000 1600000 7" "a loss has its CPU, its number and both its ends"
tap_is "$(sql "SELECT outcome, count(*) FROM waits GROUP BY 1 ORDER BY 1" | tr '\n' ' ')" \
	"acquired 2 uncertain 2 " "a wait that overlaps it is uncertain, wherever in the file it is told"
{
	cat "$tap_dir/lossy"
	echo "1 0 0 0 dropped 5"
	echo "0 0 0 0 dropped 7"
} | stage clockid=1
import
tap_is "$code $(sql "SELECT cpu, start_ns, end_ns IS NULL, nr_lost FROM loss WHERE cpu = 1")" "0 1 1500000 1 5" \
	"what was lost behind a CPU's last event is known from the total at the end"
tap_is "$(sql "SELECT count(*) FROM loss")" 2 "and what was told before is not counted twice"

# --- processes

stage clockid=1 <<-END
	0 0 500 500 comm app
	0 0 500 501 comm helper
	0 2000 500 501 fork 500 502
	0 3000 500 502 contention_begin lock_addr=0xa000 flags=4
	0 4000 500 502 contention_end lock_addr=0xa000
	0 5000 500 500 fork 600 600
	0 6000 600 600 exec tool
	0 7000 600 600 contention_begin lock_addr=0xa000 flags=4
	0 9000 600 600 contention_end lock_addr=0xa000
	0 10000 600 600 exit 600 600
	0 11000 700 701 contention_begin lock_addr=0xa000 flags=4
	0 12000 700 701 contention_end lock_addr=0xa000
	round
END
import
tap_is "$code $(sql "SELECT tid, tgid, comm FROM waits ORDER BY start_ns" | tr '\n' ';')" \
	"0 502 500 helper;600 600 tool;701 700 ;" "threads have the process and the name that perf knows"
wait_records | stage clockid=1 idsdiffer=7
import
tap_is "$code $(sql "SELECT tid, tgid IS NULL, comm FROM waits")" "0 100 1 mover" \
	"ids of another PID namespace are not taken"
tap_like "$(limits)" "another PID namespace" "and that is said"

# --- what it cannot tell

{
	wait_records
	echo "0 32000000 100 100 cpu-clock"
	echo "0 33000000 100 100 cpu-clock"
} | stage clockid=1 onecommand
import
tap_is "$code $(sql "SELECT duration_ns FROM wait")" "0 30001000" "samples of the processor do not hurt"
tap_like "$(limits)" "^2 samples are left out that are no tracepoints: it is not known how much CPU time" "and are counted"
tap_like "$(limits)" "only one command was recorded" "perf record without -a is noticed"
wait_records | stage clockid=1 release=6.1.0-13-rt-amd64
import
tap_like "$(limits)" "PREEMPT_RT" "a kernel of that kind is noticed"
wait_records | stage clockid=1 nochains
import
tap_like "$(limits)" "no stacks: unknown" "no call chains: said"
wait_records | stage period=100
refused "only some of the events lock:contention_begin.*record without -F, with -c 1" "only some events were recorded"
{
	echo "0 1000000000 100 100 cpu-clock"
	echo "0 3500000000 100 100 cpu-clock"
} | stage sampled
refused "has 2 samples of cpu-clock in 2.500 s and no tracepoints: .*record with perf record -a" "a profile"

# --- samples of a clock estimate spinning

# 101 spins in 20 of 100 samples of 1 ms before its wait, and is in the slow path in 7 during its wait: those are no
# spinning. 102 is always sampled in another function. The CPU is idle in 10 samples.
slow=0xffffffff81002010,0xffffffff81003010,0xffffffff81004010
clock_records() {
	echo "0 0 101 101 comm spinner"
	for i in $(seq 100); do
		time=$((1000000000 + i * 1000000))
		chain=chain=0xffffffff81004020
		((i % 5)) || chain=chain=0xffffffff81001010,$slow
		echo "0 $time 101 101 cpu-clock $chain"
		echo "1 $time 102 102 cpu-clock chain=0xffffffff81003010"
	done
	echo "0 1101000000 101 101 contention_begin lock_addr=0xc0ffee00 flags=4 chain=$slow"
	for i in $(seq 7); do
		echo "0 $((1101000000 + i * 1000000)) 101 101 cpu-clock chain=0xffffffff81001010,$slow"
	done
	echo "0 1110000000 101 101 contention_end lock_addr=0xc0ffee00"
	for i in $(seq 10); do
		echo "0 $((1110000000 + i * 1000000)) 0 0 cpu-clock chain=0xffffffff81005010"
	done
	echo round
}
cat >"$tap_dir/clock.kallsyms" <<-END
	ffffffff81001000 T rwsem_spin_on_owner
	ffffffff81002000 t rwsem_down_write_slowpath
	ffffffff81003000 T down_write
	ffffffff81004000 T move_pages
	ffffffff81005000 t the_end
	ffffffff81006000 t nothing
END
# spin SQL: of the first row of section spin
spin() {
	"$RMAPSCOPE" report --format json "$db" spin >"$tap_dir/json"
	sqlite3 -separator ' ' :memory: "SELECT $1 FROM (SELECT json_extract(readfile('$tap_dir/json'), '\$.spin[0]') AS r)"
}
for kind in "freq=1000" "freq=1000 pipe" "freq=1000 zstd"; do
	# shellcheck disable=SC2086
	clock_records | stage clockid=1 $kind
	import --kallsyms "$tap_dir/clock.kallsyms"
	tap_is "$code:$(cat "$tap_dir/err"):$(sql "SELECT value FROM meta WHERE key = 'samples_hz'")" "0::1000" "$kind: samples are read"
	tap_is "$(spin "r ->> 'process', r ->> 'role', r ->> 'nr_samples', r ->> 'nr_all', r ->> 'cpu_ns'")" \
		"spinner uffd_move 20 107 107000000" "$kind: who spun, in how many of its samples"
done
tap_is "$(spin "r ->> 'est_ns', r ->> 'share_percent', r ->> 'low_percent', r ->> 'high_percent'")" \
	"20000000 18.69 12.44 27.11" "the estimate has its interval"
tap_is "$(sql "SELECT count(*) FROM sample_rollup"):$(sql "SELECT count(DISTINCT task_id) FROM cpu_rollup")" "1:1" \
	"threads that do not spin have no rows, nor has the idle one"
tap_is "$(sql "SELECT duration_ns, spun_ns IS NULL FROM waits")" "9000000 1" "no sample is a part of a wait"
tap_is "$("$RMAPSCOPE" report "$db" why | tail -n 1)" \
	"(not seen: perf.data does not record who holds a lock while it is sampled)" "why a lock is held is unknown"
tap_is "$(limits | grep -c 'left out')" 0 "no sample is left out"
tap_like "$(limits)" "samples estimate it" "and the note on spinning says that it is estimated"
clock_records | stage clockid=1 freq=1000 "kallsyms=$(cat "$tap_dir/clock.kallsyms")"
import
tap_is "$(spin "r ->> 'nr_samples'")" 20 "symbols of the file tell, too"

# says NAME SENTENCE: section spin is empty, and why
says_spin() {
	tap_is "$code:$("$RMAPSCOPE" report "$db" spin | tail -n 1)" "0:(not seen: $2)" "$1"
}
clock_records | stage clockid=1 freq=1000
import
says_spin "without symbols" "the kernel symbols are unknown; import it with --kallsyms"
clock_records | stage clockid=1 freq=1000 nochains
import --kallsyms "$tap_dir/clock.kallsyms"
says_spin "without chains" "the samples have no call chains of the kernel; record with perf record -g"
clock_records | stage clockid=1 freq=1000 idsdiffer=7
import --kallsyms "$tap_dir/clock.kallsyms"
says_spin "threads of another PID namespace" "perf counted threads in another PID namespace"
for bad in freq=18446744073709551615 freq=0; do
	clock_records | stage clockid=1 "$bad"
	import --kallsyms "$tap_dir/clock.kallsyms"
	says_spin "a clock that cannot be, $bad" "it is not known how much CPU time a sample stands for; record with perf record -e cpu-clock/freq=499/"
done

# --- times that cannot be: in 500 years, and long before the rest

day=86400000000000
many_records() {
	wait_records
	for i in 1 2 3; do
		echo "0 3${i}100000 101 101 contention_begin lock_addr=0xb000 flags=4"
		echo "0 3${i}200000 101 101 contention_end lock_addr=0xb000"
	done
}
{
	many_records
	echo "0 $((day * 100000)) 100 100 contention_begin lock_addr=0xc0ffee00 flags=4"
	echo "1 $((day * 90000)) 100 100 exec mover"
	echo round
} | stage clockid=1
import
tap_like "$(limits)" "^2 records are left out.*more than 3 days away" "times in 500 years are counted and said"
tap_is "$code $(sql "SELECT sum(nr_lost) FROM loss"):$(sql "SELECT max(value) - min(value) < 40000000 FROM meta
	WHERE key IN ('first_ns', 'last_ns')")" "0 2:1" "as lost, and the capture is not longer"
{
	many_records | perl -pe "s/^([01]) ([1-9]\\d*)/\"\$1 \" . (\$2 + $day * 9000)/e"
	echo "0 1000 100 100 contention_begin lock_addr=0xc0ffee00 flags=4"
	echo round
} | stage clockid=1
import
tap_like "$code $(limits)" "1 records are left out" "a time long before the rest is counted and said"
tap_is "$(sql "SELECT max(value) - min(value) < 40000000 FROM meta WHERE key IN ('first_ns', 'last_ns')")" 1 \
	"and the capture is not longer"
grep -v contention < <(wait_records) | sed s/sched_waking.*/cpu-clock/ | stage clockid=1
import
tap_is "$code" 0 "a file without waits imports"

# --- other files

wait_records | stage swapped
refused "other byte order" "byte-swapped"
wait_records | stage directory
refused "one part of what perf record --threads wrote.*record again without --threads" "a part of a directory"
mkdir "$tap_dir/d" && cp "$data" "$tap_dir/d/data"
mv "$data" "$tap_dir/part" && mv "$tap_dir/d" "$data"
refused "is a directory of perf record --threads.*record again without --threads" "a directory of perf"
rm -r "$data"
wait_records | stage unfinished
refused "was not finished.*record again" "perf record was killed"
printf 'PERFFILE%0100d' 0 >"$data"
refused "version 1" "an old version"
printf 'PERFILE2' >"$data"
refused "no whole perf.data" "nothing but its magic"

# --- cut and damaged: refused in one line, or read in part

# fine CODE: one line and nothing left, or a good database; no number that cannot be
fine() {
	if [ "$code" = 1 ]; then
		[ "$(wc -l <"$tap_dir/err")" = 1 ] && [ ! -e "$db" ] && ! grep -q "crashed" "$tap_dir/err"
	else
		[ "$code" = 0 ] && [ "$(sql "PRAGMA integrity_check")" = ok ]
	fi
}

for kind in "" pipe "pipe zstd"; do
	# shellcheck disable=SC2086
	stage clockid=1 release=6.1.0 anchor=0xffffffff81000000 $kind <"$tap_dir/lossy"
	cp "$data" "$tap_dir/whole"
	bad='' nr_refused=0 nr=0 bytes=$(stat -c %s "$data")
	for cut in $(seq 9 $((bytes / 12)) "$bytes") $(seq $((bytes - 1000)) 171 "$bytes"); do
		head -c "$cut" "$tap_dir/whole" >"$data"
		import
		nr=$((nr + 1))
		[ "$code" != 1 ] || nr_refused=$((nr_refused + 1))
		fine || bad="$bad $cut"
	done
	tap_is "$bad" "" "${kind:-file}, cut anywhere: refused in one line or read in part"
	tap_note "$nr files, $nr_refused refused"
done
stage clockid=1 pipe <"$tap_dir/lossy"
head -c -100 "$data" >"$tap_dir/whole" && mv "$tap_dir/whole" "$data"
import
tap_is "$code $(sql "SELECT count(*) FROM waits WHERE outcome = 'acquired'")" "0 1" \
	"pipe, cut: what comes before is kept"
tap_like "$(limits)" "cut short at byte [0-9]+: what comes before is read" "and that is said"
tap_done
