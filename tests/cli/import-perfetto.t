#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# import of Perfetto traces, made by hand.
. tests/tap.sh

: "${STAGE_PERFETTO:=$(pwd)/build/tests/stage/stage-perfetto}"
data=$tap_dir/trace db=$tap_dir/file.db

# stage OPTION...: $data from the records on standard input
stage() {
	"$STAGE_PERFETTO" "$data" "$@" || tap_ok 1 "stage-perfetto $*"
}

# import: $data into $db; sets $code, its messages are in $tap_dir/err
import() {
	rm -f "$db"
	"$RMAPSCOPE" import "$data" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
}

sql() {
	sqlite3 -separator ' ' "$db" "$1"
}

meta() {
	sql "SELECT value FROM meta WHERE key = '$1'"
}

# refused PATTERN NAME: $data is refused in one line that matches, nothing is left
refused() {
	import
	tap_is "$code:$(wc -l <"$tap_dir/err"):$(ls "$db"* 2>/dev/null)" "1:1:" "$2: refused in one line"
	tap_like "$(cat "$tap_dir/err")" "$1" "$2: with its reason"
}

# One wait of 30 ms, 29 ms of it asleep, which 101 ended, in another pass over the buffers
wait_records() {
	cat <<-END
		process 100 /usr/bin/mover
		thread 101 100 mover/1
		0 500000 100 sched_waking comm=other pid=7
		0 1000000 100 contention_begin lock_addr=0xc0ffee00 flags=4
		0 2000000 100 sched_switch prev_comm=mover prev_pid=100 prev_state=2 next_comm=idle next_pid=0
		1 2500000 101 contention_begin lock_addr=0xdddddd00 flags=1
		1 2500100 101 contention_end lock_addr=0xdddddd00
		pass
		1 30000000 101 contention_begin lock_addr=0xeeeeee00 flags=1
		1 30000100 101 contention_end lock_addr=0xeeeeee00
		1 30999000 101 sched_waking comm=mover pid=100
		1 31000000 101 sched_switch prev_comm=mover/1 prev_pid=101 prev_state=0 next_comm=mover next_pid=100
		1 31001000 100 contention_end lock_addr=0xc0ffee00
	END
}

# --- encodings

for kind in "" typed texts "typed texts" zip zstd; do
	# shellcheck disable=SC2086
	wait_records | stage $kind
	import
	tap_is "$code:$(cat "$tap_dir/err")" "0:" "${kind:-compact}: imports"
	tap_is "$(sql "SELECT duration_ns, slept_ns, tid, tgid, comm, mode, holder_tid FROM waits")" \
		"30001000 28999000 100 100 mover write 101" \
		"${kind:-compact}: the wait is what it is, though its lock has another number at its end"
	tap_is "$(meta nr_events)" 10 "${kind:-compact}: every event counts once"
	tap_is "$(sql "SELECT count(*) FROM loss")" 0 "${kind:-compact}: and none is lost"
done
tap_is "$(meta source)" Perfetto "the database says what it is of"
tap_like "$(meta limits)" "Perfetto hides addresses: one lock has another number" "it says that locks are hidden"
wait_records | stage typed
import
tap_like "$(meta limits)" "wake-ups by interrupts are not marked" "typed wake-ups: it says what they cannot tell"

# --- clocks

for clock in "1 " "2 global" "3 local" "4 mono_raw"; do
	wait_records | stage "clock=${clock% *}"
	import
	tap_is "$code $(meta clock)" "0 ${clock#* }" "ftrace_clock ${clock% *}"
done
# a machine that was suspended before, not meanwhile
wait_records | awk '/^[01] / { $2 = sprintf("%.0f", $2 + 9e10) } { print }' | stage ahead=5000000000
import
tap_is "$code $(meta clock) $(sql "SELECT start_ns, duration_ns FROM waits")" "0 mono 85001000000 30001000" \
	"suspended before: CLOCK_MONOTONIC"
wait_records | stage nosnapshot
import
tap_is "$code $(meta clock) $(sql "SELECT start_ns FROM waits")" "0 boot 1000000" "no snapshot: boot time"
wait_records | stage suspended=7000000
import
tap_is "$code $(meta clock)" "0 boot" "suspended meanwhile: boot time"

# --- numbers of locks: the same in one pass, nothing in two

{
	for pass in 1 2; do
		echo "0 ${pass}000100 100 contention_begin lock_addr=0xa000 flags=4"
		echo "0 ${pass}000150 100 contention_end lock_addr=0xa000"
		echo "0 ${pass}000200 100 contention_begin lock_addr=0xb000 flags=4"
		echo "0 ${pass}000250 100 contention_end lock_addr=0xb000"
		echo "1 ${pass}000120 200 contention_begin lock_addr=0xa000 flags=2"
		echo "1 ${pass}000170 200 contention_end lock_addr=0xa000"
		echo pass
	done
} | stage
import
tap_is "$code $(sql "SELECT count(*), count(DISTINCT lock) FROM waits")" "0 6 4" \
	"a lock is one during a pass, and never two locks are one"
# 100 waits for one lock while another thread ends a wait for another lock of the next pass
{
	echo "0 1000 100 contention_begin lock_addr=0xa000 flags=4"
	echo "0 1100 100 contention_begin lock_addr=0x5000 flags=1"
	echo pass
	echo "0 2000 100 contention_end lock_addr=0x5000"
	echo "0 3000 100 contention_end lock_addr=0xa000"
} | stage
import
tap_is "$code $(sql "SELECT duration_ns FROM waits")" "0 2000" "waits inside of waits end in their order"

# --- sleeps

{
	echo "0 1000000 100 sched_switch prev_comm=ui prev_pid=100 prev_state=0 next_comm=ui next_pid=100"
	echo "0 2000000 100 sched_switch prev_comm=ui prev_pid=100 prev_state=2 next_comm=idle next_pid=0"
	echo "1 1500000 7 sched_switch prev_comm=x prev_pid=7 prev_state=0 next_comm=gc next_pid=300"
	echo "1 34000000 300 sched_waking comm=ui pid=100"
	echo "1 34000001 300 sched_blocked_reason pid=100 caller=rwsem_down_write_slowpath.isra.0 io_wait=1"
	echo "0 35000000 0 sched_switch prev_comm=swapper prev_pid=0 prev_state=0 next_comm=ui next_pid=100"
} >"$tap_dir/sleep"
for kind in "" typed; do
	# shellcheck disable=SC2086
	stage $kind <"$tap_dir/sleep"
	import
	tap_is "$code $(sql "SELECT tid, start_ns, duration_ns, waker_tid, io_wait, symbol FROM stalls")" \
		"0 100 2000000 32000000 300 1 rwsem_down_write_slowpath" \
		"${kind:-compact}: a sleep, who ended it, and the function that it was in"
done
stage nosymbols <"$tap_dir/sleep"
import
tap_is "$code $(sql "SELECT count(*), symbol IS NULL FROM stalls")" "0 1 1" "a number without a name is no function"
tap_like "$(meta limits)" "1 sleeps have no function name; record with symbolize_ksyms" "and that is said"
# a waker whose CPU was not seen to switch is not known, nor is a thread that is in an interrupt
{
	echo "0 1000000 100 sched_switch prev_state=0 next_comm=ui next_pid=100"
	echo "0 2000000 100 sched_switch prev_state=2 next_comm=idle next_pid=0"
	echo "1 34000000 300 sched_waking comm=ui pid=100"
	echo "0 35000000 0 sched_switch prev_state=0 next_comm=ui next_pid=100"
	echo "0 36000000 100 sched_switch prev_state=2 next_comm=idle next_pid=0"
	echo "0 44000000 0 sched_waking comm=ui pid=100 common_flags=9"
	echo "0 45000000 0 sched_switch prev_state=0 next_comm=ui next_pid=100"
} | stage
import
tap_is "$code $(sql "SELECT duration_ns, waker_tid IS NULL FROM stalls ORDER BY start_ns" | tr '\n' ';')" \
	"0 32000000 1;8000000 1;" "a waker that is not known is nobody"

# --- loss

{
	echo "0 1000000 100 contention_begin lock_addr=0xa000 flags=4"
	echo "1 1100000 200 contention_begin lock_addr=0xb000 flags=4"
	echo "0 1200000 100 contention_end lock_addr=0xa000"
	echo "1 1300000 200 contention_end lock_addr=0xb000"
	echo pass
	echo "1 1400000 200 contention_begin lock_addr=0xb000 flags=4"
	echo "1 1500000 200 contention_end lock_addr=0xb000"
	echo pass
	echo "lost 0"
	echo "0 1600000 100 contention_begin lock_addr=0xa000 flags=4"
	echo "0 1700000 100 contention_end lock_addr=0xa000"
	echo "1 1750000 200 contention_begin lock_addr=0xb000 flags=4"
	echo "1 1760000 200 contention_end lock_addr=0xb000"
} >"$tap_dir/lossy"
stage <"$tap_dir/lossy"
import
tap_is "$code $(sql "SELECT cpu, start_ns, end_ns, nr_lost IS NULL FROM loss")" "0 0 1200000 1600000 1" \
	"a loss has its CPU and both its ends"
tap_is "$(sql "SELECT outcome, count(*) FROM waits GROUP BY 1 ORDER BY 1" | tr '\n' ' ')" \
	"acquired 3 uncertain 2 " "a wait that overlaps it is uncertain, wherever in the file it is told"
{ cat "$tap_dir/lossy"; echo "stats 0 7"; } | stage
import
tap_is "$code $(sql "SELECT cpu, nr_lost FROM loss")" "0 0 7" "the number of events is that of the statistics"
{ grep -v lost "$tap_dir/lossy"; echo "stats 1 5"; } | stage
import
tap_is "$code $(sql "SELECT cpu, start_ns, end_ns IS NULL, nr_lost FROM loss")" "0 1 1760000 1 5" \
	"what was lost behind a CPU's last event is known from the statistics"
sed 's/lost 0/dropped/' "$tap_dir/lossy" | stage
import
tap_is "$code $(sql "SELECT cpu, start_ns, end_ns FROM loss ORDER BY cpu" | tr '\n' ';')" \
	"0 0 1200000 1600000;1 1500000 1750000;" "packets that are missing are a loss of every CPU"
{ grep -v lost "$tap_dir/lossy"; echo "discarded 3"; } | stage
import
tap_is "$code $(sql "SELECT count(*), count(end_ns) FROM loss")" "0 2 0" "a buffer that became full is a loss to the end"
tap_like "$(meta limits)" "a buffer of Perfetto was full" "and that is said"

# --- slices of programs (TrackEvents): a sleep of 100 at 2 ms, and one at 50 ms, which 300 ends

sleeps() {
	echo "process 100 ui"
	echo "thread 300 100 gc"
	echo "0 5001000000 100 sched_switch prev_comm=ui prev_pid=100 prev_state=0 next_comm=ui next_pid=100"
	echo "1 5001000000 300 sched_switch prev_comm=gc prev_pid=300 prev_state=0 next_comm=gc next_pid=300"
	for ms in 2 50; do
		echo "0 $((5000000000 + ms * 1000000)) 100 sched_switch prev_comm=ui prev_pid=100 prev_state=2 next_comm=idle next_pid=0"
		echo "1 $((5005000000 + ms * 1000000)) 300 sched_waking comm=ui pid=100"
		echo "0 $((5006000000 + ms * 1000000)) 0 sched_switch prev_comm=swapper prev_pid=0 prev_state=0 next_comm=ui next_pid=100"
	done
	echo pass
}

# slices OPTION...: what the two sleeps and their wakers were in, of sleeps() and standard input
slices() {
	{ sleeps; cat; } | stage ahead=5000000000 "$@"
	import
	sql "SELECT coalesce((SELECT replace(names, char(10), '>') FROM slice WHERE id = slice_id), 'none') ||
		coalesce((SELECT ' by ' || names FROM slice WHERE id = waker_slice_id), '')
		FROM stall ORDER BY start_ns" | tr '\n' ';'
}

left_out() {
	meta limits | sed -n 's/ of slices of data source track_event are left out//p'
}

# sdk CLOCK NS: as programs of the SDK write: names with numbers, clocks of the sequences
sdk() {
	cat <<-END
		begins 7 clock=64 track=1001 own=64 at=$2 adds=1 $1=$2 time=0
		track 7 1001 pid=100 tid=100 time=0 writer=100
		track 7 1000 time=100 writer=100
		intern 7 1 Choreographer#doFrame 5
		slice 7 100 1 iid=1
		slice 7 100 1 name=draw
		slice 7 100 3 name=instant
		begins 8 clock=65 track=1002 own=65 at=$(($2 / 1000)) unit=1000 $1=$2
		track 8 1002 pid=100 tid=300
		intern 8 1 Collect
		slice 8 $(($2 / 1000 + 100)) 1 iid=1
		slice 7 10000000 2
		slice 8 $(($2 / 1000 + 39000)) 2
		slice 7 10000000 2
	END
}

for clock in "boot 5001000000" "mono 1000000"; do
	# shellcheck disable=SC2086
	tap_is "$(sdk $clock | slices):$code:$(left_out)" "Choreographer#doFrame 5>draw by Collect;none;:0:" \
		"slices of threads, told behind all events of the kernel, beside clock ${clock% *}"
done
tap_is "$(meta nr_events) $(sql "SELECT min(start_ns), count(*) FROM stall")" "8 2000000 2" \
	"they are no events of the kernel, and no sleep is another for them"
tap_is "$(sdk boot 5001000000 | slices zip)" "Choreographer#doFrame 5>draw by Collect;none;" "compressed"
tap_is "$(sdk boot 4000000000 | slices):$(left_out)" "none;none;:" "they have ended before"
{
	echo "slice 9 4000000000 1 track=5 name=early alone=1"
	echo "slice 9 5052000000 1 track=5 name=inner alone=1"
	echo "slice 9 5900000000 2 track=5 alone=1"
	echo "track 10 5 pid=100 tid=100"
} >"$tap_dir/plain"
tap_is "$(slices <"$tap_dir/plain"):$(left_out) $(sql "SELECT start_ns FROM stall LIMIT 1")" "early;early;: 2000000" \
	"begun before the trace; the track is described later, by another writer"
{ sdk boot 5001000000; cat "$tap_dir/plain"; } >"$tap_dir/two"
tap_is "$(slices <"$tap_dir/two" | cut -d ';' -f 1)" "early>Choreographer#doFrame 5>draw by Collect" "by two writers"

# what is missing leaves no slice open
{
	echo "begins 7 track=5 clock=6"
	echo "track 7 5 pid=100 tid=100"
	echo "slice 7 5001000000 1 name=outer"
	echo "slice 7 5001000001 1 name=lost"
} >"$tap_dir/open"
tap_is "$(slices <"$tap_dir/open")" "outer>lost;outer>lost;" "slices that go on"
{ cat "$tap_dir/open"; echo "dropped 7"; echo "slice 7 5049000000 1 name=refers"; } >"$tap_dir/drop"
tap_is "$(slices <"$tap_dir/drop"):$(left_out)" \
	"none;none;:1 of 3 begins and ends: damaged, or behind missing packets (1)" \
	"packets of a sequence are missing: its slices are not known from its last packet on"
{ cat "$tap_dir/drop"; echo "begins 7 track=5"; echo "slice 7 5049000000 1 name=new"; } >"$tap_dir/again"
tap_is "$(slices <"$tap_dir/again")" "none;new;" "until it begins anew"
{ sdk boot 5001000000; echo "dropped 8"; echo "slice 8 5050000 2"; } >"$tap_dir/other"
tap_is "$(slices <"$tap_dir/other")" "Choreographer#doFrame 5>draw by Collect;none;" "those of other threads are known"
{ cat "$tap_dir/open"; echo "discarded 3"; } >"$tap_dir/discarded"
tap_is "$(slices <"$tap_dir/discarded")" "none;none;" "the buffer became full: likewise"
{ cat "$tap_dir/open"; echo "slice 7 5003000000 2 clock=200"; } >"$tap_dir/noclock"
tap_is "$(slices <"$tap_dir/noclock"):$(left_out)" "none;none;:1 of 3 begins and ends: in a clock that no ClockSnapshot has (1)" \
	"an end whose time is not known ends nothing else"
{ cat "$tap_dir/open"; echo "slice 7 5001000000 0 phase=88"; echo "slice 7 -1 1 us=5001000"; } >"$tap_dir/old"
tap_is "$(slices <"$tap_dir/old"):$(left_out)" "none;none;:2 of 4 begins and ends: in the form of old programs (2)" "old forms"

{
	echo "slice 7 5001000000 1 name=before alone=1"
	echo "track 7 0 pid=100 tid=100 writer=100"
	echo "slice 7 5001000000 1 name=old alone=1"
	echo "track 9 0 pid=100 tid=300"
	echo "slice 9 5001000000 1 name=gc alone=1"
	echo "slice 8 5001000000 1 name=other alone=1"
} >"$tap_dir/thread"
tap_is "$(slices <"$tap_dir/thread"):$(left_out)" "old by gc;old by gc;:2 of 4 begins and ends: of no thread that the trace knows (2)" \
	"a sequence of one thread, as of old"

# whose slices they are has to be known
{
	echo "track 7 1 pid=100 tid=100"
	echo "track 7 2 parent=1"
	echo "slice 7 5001000000 1 alone=1 name=async track=2"
	echo "slice 7 5001000000 1 alone=1 name=unknown track=3"
	echo "slice 7 5001000000 1 alone=1 name=none"
	echo "track 7 4 pid=100 tid=100 writer=77"
	echo "slice 7 5001000000 1 alone=1 name=container track=4"
	echo "track 7 5 pid=7 tid=300"
	echo "slice 7 5001000000 1 alone=1 name=other track=5"
} >"$tap_dir/nobody"
tap_is "$(slices <"$tap_dir/nobody"):$(left_out)" "none;none;:5 of 5 begins and ends: of no thread that the trace knows (5)" \
	"tracks of no thread, or of another process"
printf 'track 7 1 pid=100 tid=100\nslice 7 5001000000 1 alone=1 track=1 iid=9\nintern 7 1 a\033[31m\tb\nslice 7 5001000001 1 track=1 alone=1 iid=1\n' >"$tap_dir/names"
tap_is "$(slices <"$tap_dir/names")" "->a?[31m?b;->a?[31m?b;" "a name that is not told; one that no line holds"
printf 'begins 7 track=1 clock=64 own=64 at=1 adds=1 unit=18446744073709551615 boot=9223372036854775807\ntrack 7 1 pid=1 tid=100\nslice 7 18446744073709551615 1\nslice 7 18446744073709551615 1\nslice 7 5001000000 1 clock=6 name=a\n' >"$tap_dir/huge"
tap_is "$(slices <"$tap_dir/huge"):$(left_out)" "none;none;:3 of 3 begins and ends: of no thread that the trace knows (1), in a clock that no ClockSnapshot has (2)" \
	"times that do not fit"

# --- frames: SurfaceFlinger tells them after they have ended, in boot time, or as of old in CLOCK_MONOTONIC

{
	echo "0 5001000000 100 sched_switch prev_comm=ui prev_pid=100 prev_state=0 next_comm=ui next_pid=100"
	echo "frame 1000000 expected-surface cookie=1 token=5 display_token=6 pid=100 layer=app#1"
	echo "frame 17600000 end cookie=1"
	echo "frame 1200000 actual-surface cookie=2 token=5 display_token=6 pid=100 layer=app#1 present=2 on_time=0 jank=80"
	echo "frame 36000000 end cookie=2"
	echo "frame 1300000 actual-display cookie=3 token=6 pid=7 present=1 on_time=1 jank=1"
	echo "frame 16000000 end cookie=3"
	echo "frame 50000000 end cookie=4"
	echo "0 5090000000 100 sched_switch prev_comm=ui prev_pid=100 prev_state=0 next_comm=ui next_pid=100"
} >"$tap_dir/frames"
for kind in monoframes "zip monoframes" boot; do
	if [ "$kind" = boot ]; then
		awk '/^frame/ { $2 = sprintf("%.0f", $2 + 5e9) } { print }' "$tap_dir/frames" |
			stage ahead=5000000000 real=1700000000000000000
	else
		# shellcheck disable=SC2086
		stage ahead=5000000000 real=1700000000000000000 $kind <"$tap_dir/frames"
	fi
	import
	tap_is "$code $(sql "SELECT kind, start_ns, duration_ns, late_ns, tgid, layer, jank, present, on_time, missed,
		token, display_token FROM frames ORDER BY start_ns" | tr '\n' ';')" \
		"0 surface 1200000 34800000 18400000 100 app#1 sf_cpu_deadline, app_deadline late 0 1 5 6;display 1300000 14700000  7  none on_time 1 0 6 ;" \
		"$kind: frames, their deadlines, and whether they were missed"
	tap_is "$(meta clock) $(meta source_clock) $(meta clock_offset_ns) $(meta nr_events)" \
		"mono boot 1700000005000000000 2" "$kind: the clock of the file, and the time of day"
done
stage ahead=5000000000 suspended=7000000 monoframes <"$tap_dir/frames"
import
tap_is "$code $(sql "SELECT count(*) FROM frames")" "0 0" "no time is known in the clock of the events: left out"
tap_like "$(meta limits)" "7 of 7 starts and ends of frames are left out" "and that is said"
# an end of a frame in a gap, or none
{ sed 's/^0 5090/pass\nlost 0\n&/' "$tap_dir/frames" && echo "frame 2000000 actual-surface cookie=9 token=7 pid=100 jank=64"; } |
	stage ahead=5000000000 monoframes
import
tap_is "$code $(sql "SELECT count(*), count(end_ns), min(outcome), sum(missed) FROM frames")" "0 3 0 uncertain 2" \
	"a gap makes them uncertain"
tap_is "$(sql "SELECT count(*), count(nr_stalls) FROM missed_frames")" "2 0" "what is within such a frame is not known"

# --- what it may have

{
	wait_records
	echo "asked task/*"
	echo "asked sched/sched_process_exit"
	echo "refused sched/sched_process_exit"
	echo "0 32000000 100 unknown_event value=5"
} | stage
import
tap_is "$code $(meta formats | tr ' ' '\n' | grep -cE 'task_newtask|task_rename|process_exit|unknown')" "0 2" \
	"events that were asked for count as possible, unless they were refused"
wait_records | stage release=6.1.0-13-rt-amd64
import
tap_like "$(meta limits)" "PREEMPT_RT" "a kernel of that kind is noticed"

# --- order: passes read the CPUs one after the other

{
	for i in 1 2 3 4 5 6; do
		echo "1 ${i}000500 200 contention_begin lock_addr=0xb000 flags=4"
		echo "1 ${i}000600 200 contention_end lock_addr=0xb000"
		echo "0 ${i}000000 100 contention_begin lock_addr=0xa000 flags=4"
		echo "0 ${i}000550 100 contention_end lock_addr=0xa000"
	done
} | stage
import
tap_is "$code $(sql "SELECT count(*), sum(duration_ns) FROM waits")" "0 12 3900" "events of several CPUs are put in order"

# --- other files

printf '\n\nhello\n' >"$data"
refused "." "text that begins with a newline"
echo "asked sched/sched_switch" | stage
refused "without events of the kernel" "a trace of something else"

# --- cut and damaged: refused in one line, or read in part

# fine: one line and nothing left, or a good database
fine() {
	if [ "$code" = 1 ]; then
		[ "$(wc -l <"$tap_dir/err")" = 1 ] && [ ! -e "$db" ] && ! grep -q "crashed" "$tap_dir/err"
	else
		[ "$code" = 0 ] && [ "$(sql "PRAGMA integrity_check")" = ok ]
	fi
}

# What is missing makes no wait longer than it is in the whole file. Each byte: tests/unit/perfetto_test.c.
for kind in "" zip zstd; do
	# shellcheck disable=SC2086
	stage $kind <"$tap_dir/lossy"
	cp "$data" "$tap_dir/whole"
	bad='' nr=0 nr_refused=0 bytes=$(stat -c %s "$data") step=61
	for cut in $(seq 1 $step "$bytes"); do
		head -c "$cut" "$tap_dir/whole" >"$data"
		import
		nr=$((nr + 1))
		[ "$code" != 1 ] || nr_refused=$((nr_refused + 1))
		fine || bad="$bad $cut"
		[ "$code" = 1 ] || [ "$(sql "SELECT count(*) FROM waits WHERE duration_ns > 200000")" = 0 ] ||
			bad="$bad $cut"
	done
	tap_is "$bad" "" "${kind:-plain}, cut anywhere: refused in one line or read in part"
	tap_note "$nr files, $nr_refused refused"
done
stage <"$tap_dir/lossy"
head -c -100 "$data" >"$tap_dir/whole" && mv "$tap_dir/whole" "$data"
import
tap_like "$(meta limits)" "cut short at byte [0-9]+: what comes before is read" "cut: that is said"
tap_done
