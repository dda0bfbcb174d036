#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# However a recording ends, what was seen so far is in the file, and the kernel
# is as before.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/capture.db

# start_recorder [OPTION...]: in the background, until it has stored waits
start_recorder() {
	rm -f "$db" "$db"-*
	live_start "$RMAPSCOPE" record -o "$db" "$@" >"$tap_dir/out" 2>"$tap_dir/err"
	recorder=$live_pid
	await 20 has_waits
}

has_waits() {
	local nr
	nr=$(sql "$db" "SELECT count(*) FROM wait WHERE duration_ns IS NOT NULL" 2>/dev/null) &&
		[ "$nr" -ge 5 ]
}

meta() {
	sql "$db" "SELECT value FROM meta WHERE key = '$1'"
}

# What must hold of every capture that ended in order
whole() {
	tap_is "$(cat "$tap_dir/err")" "" "$1: nothing on stderr"
	tap_is "$(instance_of "$recorder")" "" "$1: the tracefs instance is gone"
	tap_is "$(ls "$db"*)" "$db" "$1: the database is a single file"
	tap_is "$(meta state):$(sql "$db" "PRAGMA integrity_check")" "finished:ok" \
		"$1: it is finished and sound"
	tap_is "$(sql "$db" "SELECT count(*) FROM loss")" 0 "$1: nothing was lost"
	tap_is "$(sql "$db" "SELECT coalesce(sum(nr_waits), 0), sum(wait_ns) FROM rollup")" \
		"$(sql "$db" "SELECT count(duration_ns), sum(duration_ns) FROM wait")" \
		"$1: waits and roll-ups agree"
}

# reaches NS NAME: the capture goes up to that time, and so do its waits.
# Events come by the millisecond; waits of the workload many times a second.
reaches() {
	local last wait_end
	last=$(meta last_ns)
	wait_end=$(sql "$db" "SELECT max(start_ns + duration_ns) FROM wait")
	tap_note "last event $(((last - $1) / 1000)) us, last wait $(((wait_end - $1) / 1000)) us after that moment"
	[ "$last" -ge $(($1 - 50000000)) ]
	tap_ok $? "$2: complete up to that moment"
	[ "$wait_end" -ge $(($1 - 500000000)) ]
	tap_ok $? "$2: with the waits of the last moments"
}

# The command got a SIGTERM, which the recorder does not wait for: it has printed its line.
ended_in_order() {
	local pid
	pid=$(value pid "$(grep ^workload= "$tap_dir/out")") && [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null
}

workload=("$WORKLOADS/mmap-churn" -t 4 --pin)

# --- signals

for sig in INT TERM HUP; do
	start_recorder -- "${workload[@]}" -d 60
	live_need "SIG$sig: it records"
	at=$(now_ns)
	kill -"$sig" "$recorder"
	live_wait "$recorder"
	tap_is "$?" 0 "SIG$sig: exit code 0"
	took=$((($(now_ns) - at) / 1000000))
	[ "$took" -lt 5000 ]
	tap_ok $? "SIG$sig: within 5 s"
	whole "SIG$sig"
	reaches "$at" "SIG$sig"
	await 20 ended_in_order
	tap_ok $? "SIG$sig: the command ended in order and is gone"
done

# --- the command ends

start_recorder -- "${workload[@]}" -d 2
live_wait "$recorder"
tap_is "$?" 0 "command ends: exit code 0"
whole "command ends"
line=$(grep ^workload= "$tap_dir/out")
end_ns=$(($(value start_ns "$line") + $(value duration_ns "$line")))
reaches "$end_ns" "command ends"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE process = 'mmap-churn' AND outcome = 'open'")" 0 \
	"command ends: none of its waits is open"

# --- -d

live_start "${workload[@]}" -d 60 >"$tap_dir/other"
other=$live_pid
at=$(now_ns)
start_recorder -d 2
live_wait "$recorder"
tap_is "$?" 0 "-d: exit code 0"
end_ns=$(now_ns)
kill -TERM "$other"
live_wait "$other"
whole "-d"
span=$((($(meta last_ns) - $(meta first_ns)) / 1000000))
tap_note "-d 2 recorded $span ms in $(((end_ns - at) / 1000000)) ms"
[ "$span" -ge 1900 ] && [ "$span" -le 2500 ]
tap_ok $? "-d 2: two seconds were recorded"

start_recorder -d 1 -- "${workload[@]}" -d 60
live_wait "$recorder"
tap_is "$?" 0 "-d with a command: exit code 0"
whole "-d with a command"
tap_like "$(grep ^workload= "$tap_dir/out")" "signal=15" \
	"-d with a command: it gets a SIGTERM and says its line"

# --- killed

start_recorder -- "${workload[@]}" -d 60
live_need "kill -9: it records"
# some more commits
first=$(meta last_ns)
later() {
	[ "$(meta last_ns)" -gt $((first + 1500000000)) ]
}
await 20 later
live_need "kill -9: it keeps committing"
child=$(pgrep -P "$recorder" mmap-churn)
name=$(instance_of "$recorder")
at=$(now_ns)
kill -KILL "$recorder"
live_wait "$recorder" 2>/dev/null
kill -KILL "$child"
[ -d "$tracing/instances/$name" ]
tap_ok $? "kill -9: its tracefs instance is left"

"$RMAPSCOPE" report "$db" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "kill -9: report opens the file"
tap_like "$(sed -n 2p "$tap_dir/out")" "not finished: its recorder was killed or failed" "kill -9: and says that it was killed"
last=$(meta last_ns)
tap_note "kill -9: holds everything up to $(((at - last) / 1000000)) ms before the kill"
# commits are 150 ms apart; a busy machine may delay one
[ "$last" -ge $((at - 1000000000)) ]
tap_ok $? "kill -9: it holds what was committed up to then"
tap_is "$(meta state):$(sql "$db" "PRAGMA integrity_check")" "recording:ok" "kill -9: it is sound"
tap_is "$(sql "$db" "SELECT coalesce(sum(nr_waits), 0), sum(wait_ns) FROM rollup")" \
	"$(sql "$db" "SELECT count(duration_ns), sum(duration_ns) FROM wait")" \
	"kill -9: a transaction holds waits and their roll-ups, or neither"
tap_is "$(sql "$db" "SELECT count(*) FROM wait LEFT JOIN task t ON t.id = task_id LEFT JOIN lock l
	ON l.id = lock_id WHERE t.id IS NULL OR l.id IS NULL OR
	(holder_task_id IS NOT NULL AND holder_task_id NOT IN (SELECT id FROM task))")" 0 \
	"kill -9: every wait's task, holder and lock are there"

# --- the next start clears up, and only what is ours and dead

start_recorder -- "${workload[@]}" -d 60
live_need "a recording runs beside the dead one"
[ ! -e "$tracing/instances/$name" ]
tap_ok $? "its start removed the instance of the killed one"
alive=$(instance_of "$recorder")
boot_ticks=$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20)
mine="rmapscope.$$.$boot_ticks"		# as if this shell recorded
dead="rmapscope.$$.1"			# as of an earlier process of its id
foreign="rmapscope.$$.1.keep"		# not a name that rmapscope gives
mkdir "$tracing/instances/$mine" "$tracing/instances/$dead" "$tracing/instances/$foreign"
"$RMAPSCOPE" check >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?" 0 "check succeeds beside it"
[ ! -e "$tracing/instances/$dead" ]
tap_ok $? "an instance of an earlier process with the same id is removed"
[ -e "$tracing/instances/$mine" ]
tap_ok $? "one of a living process stays"
[ -e "$tracing/instances/$foreign" ]
tap_ok $? "one with a name that only begins like ours stays"
for name in "$mine" "$dead" "$foreign"; do
	[ ! -e "$tracing/instances/$name" ] || rmdir "$tracing/instances/$name"
done
[ -e "$tracing/instances/$alive" ]
tap_ok $? "that of the running recording stays"
at=$(now_ns)
kill -INT "$recorder"
live_wait "$recorder"
tap_is "$?" 0 "which was not disturbed"
reaches "$at" "beside check"

tap_done
