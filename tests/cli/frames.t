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
tap_like "$("$RMAPSCOPE" report docs/demo.db frames)" \
	'not seen: frames are in traces of Perfetto only' "a capture without frames says so"
tap_done
