#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# record --max-age and --max-size: the oldest rows go while it records, readers
# see a sound file all the time, and are told from when it has rows.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/capture.db
live_start "$WORKLOADS/mmap-churn" -t 4 -d 60
live_start "$RMAPSCOPE" record -o "$db" --max-age 1s --max-size 4M
recorder=$live_pid

meta() {
	sql "$db" "SELECT value FROM meta WHERE key = '$1'" 2>/dev/null
}
trimmed() {
	[ -n "$(meta kept_from_ns)" ] && [ "$(meta kept_from_ns)" -gt $(($(meta first_ns) + 1000000000)) ]
}
await 30 trimmed
tap_ok $? "rows older than a second go"
read -r last kept oldest <<<"$(sql "$db" "SELECT l.value, k.value,
	(SELECT min(start_ns + duration_ns) FROM wait) FROM meta l, meta k
	WHERE l.key = 'last_ns' AND k.key = 'kept_from_ns'" | tr '|' ' ')"
tap_note "kept: $(((last - kept) / 1000000)) ms, longest commit $(($(meta longest_commit_ns) / 1000)) us"
[ "$kept" -le $((last - 1000000000)) ] && [ "${oldest:-$last}" -ge "$kept" ]
tap_ok $? "a second of them stays"
"$RMAPSCOPE" top -b -n 1 -w 1 "$db" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "top reads the file meanwhile"
tap_like "$(cat "$tap_dir/out")" '^note: rows from [0-9.]+ s \(.*\) on; older ones were removed' "and says from when it has rows"
kill -INT "$recorder"
live_wait "$recorder"
tap_is "$?" 0 "it ends well"
tap_is "$(meta state):$(sql "$db" "PRAGMA integrity_check")" "finished:ok" "the file is whole and sound"
tap_like "$("$RMAPSCOPE" report "$db")" '^note: rows from [0-9.]+ s \(.*\) on; older ones were removed' "report says so, too"
"$RMAPSCOPE" report "$db" --format json >"$tap_dir/json"
tap_is "$(sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/json'), '\$.capture.kept_from_ns')")" \
	"$(meta kept_from_ns)" "and its JSON"
tap_like "$("$RMAPSCOPE" blocked "$db" --at 0 2>&1)" '^rmapscope: 0 is [0-9.]+ s too early: earlier rows were removed' \
	"blocked does not answer for a time that is gone"
[ "$(stat -c %s "$db")" -le $((4 * 1024 * 1024 * 11 / 10)) ]
tap_ok $? "the file is within its limit"
tap_done
