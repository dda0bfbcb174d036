#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who waits already when tracing begins: no event tells, the capture does.
. tests/tap.sh
. tests/live/trace.sh
: "${CHAIN:=$(pwd)/build/tests/live/chain}"
tap_need_live

db=$tap_dir/capture.db
asleep() {
	"$RMAPSCOPE" record -d 0.05 --force -o "$db" >/dev/null 2>"$tap_dir/err" &&
		[ -n "$(sql "$db" "SELECT value FROM meta WHERE key = 'asleep' AND value LIKE '%$1%'")" ]
}

# a chain of waits that last for half a second and more, again and again
live_start "$CHAIN" 1000 1500 >"$tap_dir/chain" 2>&1
await 120 asleep 'chain/b/%'
live_need "a wait that began before the capture is told"
kill "$live_pid"
text=$(sql "$db" "SELECT value FROM meta WHERE key = 'asleep'")
tap_like "$text" '^for 0\.[0-9] s and more: .*chain/b/[0-9]+ in (dup_mm|copy_process|kernel_clone)' \
	"with for how long at least, and where"
tap_like "$("$RMAPSCOPE" report "$db")" \
	'^note: asleep where a lock is taken since before the capture, and so not among its waits: for 0' "a report says so"
sqlite3 "$db" "DELETE FROM wait; DELETE FROM rollup; DELETE FROM second_rollup"
tap_like "$("$RMAPSCOPE" report "$db" | head -n 1)" \
	'^Nobody waited in [0-9.]+ s.*, except for threads that slept since before the capture\.$' "its first line does not say that nobody waited"
tap_is "$("$RMAPSCOPE" report --format json "$db" >"$tap_dir/json" &&
	sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/json'), '\$.capture.asleep')")" "$text" "JSON has it"

# asleep, but not where a lock is taken: a parent behind its vfork()
live_start "$WORKLOADS/vfork-sleep" >/dev/null 2>&1
for _ in 1 2 3 4 5; do
	! asleep '%' || break
done
tap_is "$(sql "$db" "SELECT value FROM meta WHERE key = 'asleep' AND value LIKE '%vfork%'")" "" \
	"who sleeps for something else is not told"
tap_done
