#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rung 3: whole waits, by BPF in kernel functions; where the kernel refuses that, one line and
# the next lower rung.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/capture.db

meta() {
	sql "$db" "SELECT value FROM meta WHERE key = '$1'"
}
# answer WHAT: what check says of it: yes or no
answer() {
	sed -n "s/^BPF: $1  *\(yes\|no\) .*/\1/p" "$tap_dir/check"
}
remark() {
	sed -n "s/^BPF: $1  *no  *//p" "$tap_dir/check"
}

case $(answer 'kernel functions'):$(answer waits) in
yes:*) rung=3 ;;
no:yes) rung=2 ;;
*) rung=1 ;;
esac
# record_waits: until some have waited; on a busy machine few do
record_waits() {
	code=0
	"$RMAPSCOPE" record --rung 3 --force -o "$db" -- "$WORKLOADS/mmap-churn" -t 4 -d 2 --pin \
		>"$tap_dir/out" 2>"$tap_dir/err" || code=$?
	[ "$(sql "$db" "SELECT count(duration_ns) FROM waits WHERE comm LIKE 'mmap-churn%'")" -ge 10 ]
}
await 120 record_waits
live_need "mmap-churn waits while it is recorded"
tap_is "$code:$(meta rung)" "0:$rung" "record --rung 3 records by rung $rung"
tap_is "$(sql "$db" "SELECT count(*) FROM waits a JOIN waits b USING (tid, start_ns) WHERE a.id < b.id")" 0 \
	"no wait is there twice"
if [ $rung = 3 ]; then
	tap_is "$(cat "$tap_dir/err")" "" "without a word"
	tap_is "$(sql "$db" "SELECT count(*) FROM wait WHERE duration_ns IS NOT NULL AND (spun_ns IS NULL OR spun_ns < 0 OR
		spun_ns + slept_ns > duration_ns)")" 0 "each wait tells how long it spun"
else
	why=$(remark 'kernel functions')
	[ $rung = 2 ] || why=$(remark waits)
	line="rung 3 (BPF) is not in use, but rung $rung: $why"
	tap_is "$(cat "$tap_dir/err")" "rmapscope: $line" "one line says why not"
	tap_is "$(meta limits | grep -cxF "$line")" 1 "so does the capture"
	tap_is "$(meta limits | grep -cE '^(stock events: )?spinning before the first sleep')" 1 "it does not claim to have seen the spinning"
	tap_is "$(sql "$db" "SELECT count(spun_ns) FROM wait")" 0 "of no wait is told how long it spun"
	"$RMAPSCOPE" record --rung 3 --profile walks --force -o "$db" -d 0.2 >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:rmapscope: $line" "with rmap walks: likewise"
	"$RMAPSCOPE" report "$db" walks >"$tap_dir/out"
	tap_like "$(cat "$tap_dir/out")" "not seen: this kernel has no rmap events" "of which none is claimed to be seen"
	"$RMAPSCOPE" top --rung 3 -b -n 1 -d 0.2 >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:rmapscope: $line" "top: likewise"
fi
tap_done
