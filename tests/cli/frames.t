#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A missed frame of a phone: what its threads slept for, and who woke them. The trace has no
# event of any lock.
. tests/tap.sh

: "${STAGE_PERFETTO:=$(pwd)/build/tests/stage/stage-perfetto}"
db=$tap_dir/frames.db

sql() {
	sqlite3 -separator ' ' "$db" "$1"
}

# json SECTION COLUMN...: of the output of rmapscope in $tap_dir/json
json() {
	local section=$1
	shift
	sqlite3 -separator ' ' :memory: "SELECT $(printf "coalesce(value ->> '%s', '-')," "$@" | sed 's/,$//')
		FROM json_each(readfile('$tap_dir/json'), '\$.$section')"
}

"$STAGE_PERFETTO" "$tap_dir/trace" ahead=5000000000 real=1700000000000000000 <tests/data/missed-frame.txt
cmp "$tap_dir/trace" tests/data/missed-frame.pftrace
tap_is $? 0 "tests/data/missed-frame.pftrace is what its text says"
"$RMAPSCOPE" import tests/data/missed-frame.pftrace -o "$db" >"$tap_dir/out" 2>&1
tap_is $? 0 "it imports"

# --- the database

tap_is "$(sql "SELECT count(*), sum(missed), sum(outcome = 'acquired') FROM frames")" "5 1 5" \
	"of five frames one is missed; one that waited for its turn is not"
tap_is "$(sql "SELECT start_ns, duration_ns, late_ns, process, jank, present, nr_stalls, stall_ns, max_stall_ns,
	nr_waits IS NULL FROM missed_frames")" \
	"135000000 45000000 29200000 com.example.app app_deadline late 2 35000000 33000000 1" \
	"view missed_frames: how late it was, and its sleeps; waits are not known"
tap_is "$(sql "SELECT m.start_ns, s.comm, s.duration_ns, s.symbol, s.waker_comm, s.lock_shaped, s.mode, s.class IS NULL,
	s.holder_comm, s.holder_source FROM missed_frames m JOIN stalls s ON s.id = m.stall_id")" \
	"135000000 com.example.app 33000000 rwsem_down_write_slowpath HeapTaskDaemon 1 write 1 HeapTaskDaemon waker" \
	"view stalls: it slept for an rwsem of an unknown class; the waker stands for the holder"
tap_is "$(sql "SELECT symbol, lock_shaped, holder_comm IS NULL, waker_comm FROM stalls WHERE tid = 1010")" \
	"folio_wait_bit_common 0 1 surfaceflinger" "a sleep for something else has no holder"

# --- report

"$RMAPSCOPE" report "$db" frames stalls --format json >"$tap_dir/json"
tap_is "$(json frames start_ns late_ns process comm symbol waker_comm stall_ns nr_waits)" \
	"135000000 29200000 com.example.app com.example.app rwsem_down_write_slowpath HeapTaskDaemon 35000000 -" \
	"report names frame, sleep, function and waker"
tap_is "$(json stalls comm slept_in mode class holder_comm holder_source | head -n 1)" \
	"com.example.app rwsem_down_write_slowpath write - HeapTaskDaemon waker" "so does section stalls"
tap_like "$(COLUMNS=200 "$RMAPSCOPE" top -b -n 1 --screen stalls "$db")" \
	'example.app +1000 +33\.000 rwsem_down_wri.* HeapTaskDaemon .* waker' \
	"and screen Stalls"
"$RMAPSCOPE" report "$db" frames --comm 'Render*' --format json >"$tap_dir/json"
tap_is "$(json frames comm max_stall_ns)" "RenderThread 2000000" "filtered by a thread: what that slept"
"$RMAPSCOPE" report "$db" frames --since 0.2 --format json >"$tap_dir/json"
tap_is "$(json frames start_ns)" "" "filtered by time"
"$RMAPSCOPE" report "$db" frames --by comm --format json >"$tap_dir/json"
tap_is "$(json frames process stall_ns)" "com.example.app 35000000" "grouped by name"
tap_like "$("$RMAPSCOPE" report tests/data/stock.db frames)" \
	'not seen: frames are in traces of Perfetto only' "a capture without frames says so"

# --- jank: the delays are those within missed frames

"$RMAPSCOPE" jank "$db" --format json >"$tap_dir/json"
tap_is "$(json frames start_ns duration_ns late_ns process lock_ns other_ns longest_ns comm symbol waker_comm)" \
	"135000000 45000000 29200000 com.example.app 33000000 2000000 33000000 com.example.app rwsem_down_write_slowpath HeapTaskDaemon" \
	"the missed frame: how late it was, its split, the longest sleep and its waker"
tap_is "$(json delays comm start_ns duration_ns lock_slept_ns other_slept_ns symbol holder_comm holder_source waker_comm \
	frame_start_ns | sort)" \
	"RenderThread 174000000 2000000 - 2000000 folio_wait_bit_common - - surfaceflinger 135000000
com.example.app 140000000 33000000 33000000 - rwsem_down_write_slowpath HeapTaskDaemon waker HeapTaskDaemon 135000000" \
	"each sleep within it, also a short one"
tap_is "$(json delays comm slice other_slice | sort)" "RenderThread - -
com.example.app Choreographer#doFrame 5 > traversal Background concurrent copying GC" \
	"what the UI thread and its waker did, as they tell by slices"
tap_is "$(json frames slice other_slice)" "Choreographer#doFrame 5 > traversal Background concurrent copying GC" \
	"and so of the frame's longest sleep"
# the same told by TrackEvents, which the app gives away at the end
{
	grep -v ' print ' tests/data/missed-frame.txt
	while read -r sequence tid; do
		echo "begins $sequence clock=64 track=$tid own=64 at=5100000000 adds=1 boot=5100000000 time=0"
		echo "track $sequence $tid pid=1000 tid=$tid time=0"
	done <<<$'7 1000\n8 1020'
	echo "intern 7 1 Choreographer#doFrame 5"
	echo "slice 7 35000000 1 iid=1"
	echo "slice 7 500000 1 name=traversal"
	echo "slice 7 37700000 2"
	echo "slice 7 700000 2"
	echo "intern 8 1 Background concurrent copying GC"
	echo "slice 8 36000000 1 iid=1"
	echo "slice 8 37950000 2"
} | "$STAGE_PERFETTO" "$tap_dir/trace" ahead=5000000000 real=1700000000000000000
"$RMAPSCOPE" import --force "$tap_dir/trace" -o "$tap_dir/tracks.db" >"$tap_dir/out" 2>&1
"$RMAPSCOPE" jank "$tap_dir/tracks.db" --format json >"$tap_dir/json-tracks"
tap_like "$(head -n 1 "$tap_dir/json-tracks")" '"nr_events":14,' "TrackEvents are no events of the kernel"
# the first line is about the capture
tap_is "$(diff <(sed 1d "$tap_dir/json") <(sed 1d "$tap_dir/json-tracks"))" "" "they tell the same as prints"
tap_is "$(grep -c '"slice":"Choreographer#doFrame 5 > traversal","other_slice":"Background concurrent copying GC"' "$tap_dir/json-tracks")" 2 \
	"of the frame and of the sleep within it"
tap_is "$(json culprits process holder_source nr_delays proven_ns)" "com.example.app waker 1 -" \
	"the waker is a culprit without a share"
tap_is "$(json total nr_delays sum_ns max_ns)" "1 29200000 29200000" "the sums are of what frames were late"
tap_is "$("$RMAPSCOPE" jank "$db" | head -n 1)" "1 frame was missed, of com.example.app; it ended 29.200 ms after its deadline; com.example.app was delayed for 33.000 ms of it in rwsem_down_write_slowpath, which HeapTaskDaemon ended." \
	"one sentence"
"$RMAPSCOPE" jank "$db" --thread '^Render' --format json >"$tap_dir/json"
tap_is "$(json delays comm) $(json frames lock_ns other_ns)" "RenderThread 0 2000000" "of chosen threads only"
tap_like "$("$RMAPSCOPE" jank "$db" --min 46ms | head -n 1)" '^No missed frame that matters was seen in 0\.160 s\.$' \
	"--min leaves out short frames"
tap_like "$("$RMAPSCOPE" jank tests/data/stock.db)" '^.not seen: frames are in traces of Perfetto only' \
	"without frames: long waits and sleeps, and why"
# a sleep that begins before the frame counts for what is within it, and so does a wait
sqlite3 "$db" "UPDATE stall SET start_ns = start_ns - 10000000, duration_ns = duration_ns + 10000000 WHERE rwsem_mode = 1;
	INSERT INTO lock (id, address, generation, first_ns, last_ns) VALUES (1, 4096, 0, 0, 0);
	INSERT INTO wait (start_ns, duration_ns, slept_ns, runnable_ns, lock_id, task_id, mode, holder_source, outcome)
		SELECT 178000000, 5000000, 1000000, 1000000, 1, id, 1, 0, 0 FROM task WHERE tid = 1010;
	UPDATE meta SET value = value || ' lock:contention_begin' WHERE key = 'formats'"
"$RMAPSCOPE" jank "$db" --format json >"$tap_dir/json"
tap_is "$(json frames lock_ns other_ns longest_ns)" "40000000 2000000 38000000" "only what is within the frame"
tap_is "$(json delays start_ns duration_ns lock_slept_ns rest_ns | sort)" \
	"135000000 38000000 38000000 -
174000000 2000000 - -
178000000 2000000 - -" "the split of a wait is not known for a part of it"
tap_is "$(sql "SELECT stall_ns, max_stall_ns, nr_waits, wait_ns FROM missed_frames")" "40000000 38000000 1 2000000" \
	"as in the view"

# --- frames without the scheduler's events, of a process without a name

{
	for i in 1 2; do
		echo "0 $((5001000000 + i)) 100 print B|100|doFrame"
		echo "frame $((5001000000 + i * 50000000)) expected-surface cookie=${i}1 token=$i display_token=9 pid=100 layer=app#1"
		echo "frame $((5017600000 + i * 50000000)) end cookie=${i}1"
		echo "frame $((5001100000 + i * 50000000)) actual-surface cookie=${i}2 token=$i display_token=9 pid=100 layer=app#1 present=2 jank=64"
		echo "frame $((5030000000 + i * 50000000)) end cookie=${i}2"
	done
	echo "0 5200000000 100 print E|100"
	echo pass
} | "$STAGE_PERFETTO" "$tap_dir/trace" ahead=5000000000
"$RMAPSCOPE" import --force "$tap_dir/trace" -o "$db" >"$tap_dir/out" 2>&1
"$RMAPSCOPE" jank "$db" --format json >"$tap_dir/json"
tap_is "$(json frames late_ns lock_ns other_ns | sort -u)" "12400000 - -" "what was not recorded is not known"
tap_is "$("$RMAPSCOPE" jank "$db" | head -n 1)" \
	"2 frames were missed; the latest ended 12.400 ms after its deadline; what its threads slept and waited for was not seen." \
	"and the sentence says so"
tap_done
