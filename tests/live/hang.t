#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A recorded process that hangs, its mmap_lock held, must not make the recorder hang, which
# reads its command line and its VMAs in /proc.
. tests/tap.sh
. tests/live/trace.sh
: "${HANG_PROC_SO:=$(pwd)/build/tests/stage/hang-proc.so}"
: "${WORKLOADS:=$(pwd)/build/tests/workloads}"
PATH=$PATH:/usr/sbin
db=$tap_dir/a.db

"$RMAPSCOPE" check >/dev/null 2>"$tap_dir/err" || tap_skip_all "nothing can be recorded: $(cat "$tap_dir/err")"

live_start env LD_PRELOAD="$HANG_PROC_SO" HANG_PROC="$tap_dir/hangs" ASAN_OPTIONS=verify_asan_link_order=0 \
	"$RMAPSCOPE" record -o "$db" 2>"$tap_dir/err"
recorder=$live_pid
live_start "$WORKLOADS/mmap-churn" -d 600 >/dev/null
workload=$live_pid
await 60 test -e "$tap_dir/hangs"
live_need "a thread of the recorder hangs as it reads about the workload"
waits() {
	[ "$(sql "$db" 'SELECT count(*) > 20 FROM wait')" = 1 ]
}
await 60 waits
tap_ok $? "it records on"
kill -INT "$recorder"
ended() {
	! kill -0 "$recorder" 2>/dev/null || [ "$(cut -d' ' -f3 "/proc/$recorder/stat")" = Z ]
}
await 60 ended
tap_ok $? "and ends when it is told to"
live_wait "$recorder"
tap_is "$?" 0 "as every other recording"
tap_is "$(instance_of "$recorder")" "" "with no tracefs instance left"
"$RMAPSCOPE" report "$db" >"$tap_dir/out" 2>&1
tap_like "$(cat "$tap_dir/out")" 'look-ups in /proc got no answer in time' "the report says what is unknown, and why"
tap_is "$(sql "$db" "SELECT count(*), count(cmdline) FROM process WHERE tgid = $workload AND comm = 'mmap-churn'")" "1|0" \
	"the process has its name, and no command line"
tap_done
