#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# record --flight writes a capture when a trigger fires, with what was before and after it, and
# goes on. Each capture is complete, even if the recorder is killed later.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

mkdir "$tap_dir/captures"
captures=$tap_dir/captures

meta() {
	sql "$1" "SELECT value FROM meta WHERE key = '$2'"
}
nr_captures() {
	find "$captures" -maxdepth 1 -name '*.db' | wc -l
}
has_captures() {
	[ "$(nr_captures)" -ge "$1" ]
}
# seconds FILE: what its rows cover
seconds() {
	sql "$1" "SELECT (l.value - f.value) / 1000000000 FROM meta l, meta f WHERE l.key = 'last_ns' AND f.key = 'first_ns'"
}

live_start "$WORKLOADS/mmap-churn" -t 4 -d 90
live_start "$RMAPSCOPE" record --flight 4 --after 2 --trigger 'wait>1us,class=mmap' --trigger 'stall>50s' \
	--max-captures 2 --exec "cp \"\$1\" \"$tap_dir/copied.db\"" -o "$captures/%t.db" 2>"$tap_dir/said"
recorder=$live_pid
await 30 has_captures 1
tap_ok $? "a wait writes a capture"
tap_is "$(grep -c '^rmapscope: --trigger .* does not fire' "$tap_dir/said")" 1 "a trigger whose rows are not recorded is said"
tap_like "$(cat "$tap_dir/said")" '^rmapscope: --trigger stall>50s does not fire, or not always: needs profile stalls' "with what it needs"
first=$(find "$captures" -maxdepth 1 -name '*.db')
tap_like "$(meta "$first" trigger)" '^wait>1us,class=mmap: thread mmap-churn.* waited for a lock' "which says why"
tap_is "$(meta "$first" state):$(sql "$first" "PRAGMA integrity_check"):$(stat -c %a "$first")" "finished:ok:600" \
	"it is complete, sound and private"
tap_like "$("$RMAPSCOPE" report "$first" | head -n 1)" '^Waits took ' "report reads it"
[ "$(seconds "$first")" -ge 2 ]
tap_ok $? "it goes on after its trigger"
await 10 test -s "$tap_dir/copied.db"
tap_ok $? "the command gets its path"

"$RMAPSCOPE" snapshot "$recorder"
await 10 has_captures 2
tap_ok $? "snapshot writes one more"
second=$(find "$captures" -maxdepth 1 -name '*.db' -newer "$first")
tap_is "$(meta "$second" trigger)" "requested by SIGUSR1" "which says why, too"
kill -9 "$recorder"
live_wait "$recorder" 2>/dev/null
tap_is "$(sql "$first" "PRAGMA integrity_check"):$(sql "$second" "PRAGMA integrity_check")" "ok:ok" \
	"captures outlive a recorder that is killed"
tap_is "$(find "$captures" -name '*-wal' -o -name '*-shm' | wc -l)" 0 "and are single files"

# what is older than before, after, and how far the recorder may be behind has gone
live_start "$RMAPSCOPE" record --flight 1 --after 1 --max-captures 1 --rotate -o "$captures/old-%t.db"
recorder=$live_pid
last() {
	find "$captures" -maxdepth 1 -name 'old-*.db'
}
# read-only: sqlite3 would make an empty file of one that has just been replaced
old_gone() {
	"$RMAPSCOPE" snapshot "$recorder" 2>/dev/null
	[ -n "$(sqlite3 -readonly "$(last)" "SELECT value FROM meta WHERE key = 'kept_from_ns'" 2>/dev/null)" ]
}
await 60 old_gone
tap_ok $? "old rows go"
kill -INT "$recorder"
live_wait "$recorder" 2>/dev/null
tap_is "$?:$(last | wc -l)" "0:1" "--rotate keeps as many captures as were asked for"
tap_done
