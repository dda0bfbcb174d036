#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The same seconds of uffd-move seen by perf lock and by rmapscope.
#
# perf takes the same two tracepoints through buffers of its own. It drops a
# contended lock's events when those overrun, and counts only waits whose begin
# and end it has both: the waits at the edges of the run are at stake, one per
# thread.
. tests/tap.sh
. tests/live/trace.sh
command -v perf >/dev/null || tap_skip_all "perf is not installed"
tap_need_live
perf lock record -a -o "$tap_dir/perf.data" -- true >"$tap_dir/err" 2>&1 ||
	tap_skip_all "perf lock record does not run here: $(tail -n 1 "$tap_dir/err")"

db=$tap_dir/capture.db
data=$tap_dir/perf.data

# Rows of `perf lock contention`: "COUNT TOTAL UNIT TYPE CALLER"; one per
# stack, so the same caller comes several times. Prints "COUNT NANOSECONDS".
sum_rows() {
	awk '$4 ~ /^rwsem/ && $5 ~ /^move_pages/ {
		nr += $1
		ns += $2 * ($3 == "s" ? 1e9 : $3 == "ms" ? 1e6 : $3 == "us" ? 1e3 : 1)
	}
	END { printf "%d %.0f\n", nr, ns }'
}

# How often perf lost events
perf_lost() {
	perf report --stats -i "$data" 2>/dev/null |
		awk '$1 ~ /^LOST/ { sum += $3 } END { print sum + 0 }'
}

# perf keeps up or not as the machine's load has it; a run that it lost events
# in proves nothing, so try again a few times
for try in 1 2 3; do
	perf lock record -a -m 4096 -o "$data" -- "$RMAPSCOPE" record --force -o "$db" -- \
		"$WORKLOADS/uffd-move" -t 4 -d 5 --pin >"$tap_dir/out" 2>"$tap_dir/err"
	status=$?
	[ "$status" = 0 ] || break
	lost=$(perf_lost)
	[ "$lost" = 0 ] && break
	tap_note "try $try: perf lost events $lost times"
done
tap_is "$status" 0 "rmapscope record runs inside perf lock record"
[ "$status" = 0 ] || sed 's/^/# /' "$tap_dir/err"
tap_is "$lost" 0 "perf lost no event"
tap_is "$(sql "$db" "SELECT count(*) FROM loss")" 0 "rmapscope lost no event"

perf lock contention -i "$data" -k contended -F contended,wait_total >"$tap_dir/contention" 2>&1
tap_is "$?" 0 "perf lock contention reads its file"
read -r perf_nr perf_ns < <(sum_rows <"$tap_dir/contention")
read -r our_nr our_ns < <(sqlite3 -separator ' ' "$db" "SELECT count(duration_ns),
	coalesce(sum(duration_ns), 0) FROM waits WHERE symbol LIKE 'move\_pages%' ESCAPE '\\'")
tap_note "waits at move_pages*: perf $perf_nr, rmapscope $our_nr"
tap_note "wait in all, ms:      perf $((perf_ns / 1000000)), rmapscope $((our_ns / 1000000))"

# within_10 A B: they differ by at most a tenth of A
within_10() {
	local diff=$(($1 - $2))
	[ "$1" -gt 0 ] && [ $((${diff#-} * 10)) -le "$1" ]
}
[ "$perf_nr" -ge 5 ]
tap_ok $? "perf saw the workload contend"
within_10 "$perf_nr" "$our_nr"
tap_ok $? "number of waits: within 10 % of perf's"
within_10 "$perf_ns" "$our_ns"
tap_ok $? "time waited in all: within 10 % of perf's"

# --- what perf did not record is said

# imported OPTION...: recorded so, by perf
imported() {
	perf record -q -g -k mono "$@" -o "$data" -e lock:contention_begin,lock:contention_end,sched:sched_switch,sched:sched_waking \
		"$WORKLOADS/mmap-churn" -t 4 -d 1 >"$tap_dir/out" 2>&1
	"$RMAPSCOPE" import "$data" --force -o "$db" >"$tap_dir/err" 2>&1
}
if [ "$(nproc)" -gt 1 ]; then
	imported -C 0
	tap_like "$(cat "$tap_dir/err")" "only 1 of $(nproc) CPUs were recorded \(perf record -C\)" "-C: a note"
	tap_is "$(sql "$db" "SELECT count(*) > 0, count(duration_ns) FROM wait"):$(sql "$db" "SELECT nr_gaps FROM lost")" "1|0:1" \
		"-C: no wait has a duration, as it may have ended on another CPU"
fi
imported -a
tap_is "$(grep -c 'CPUs were recorded' "$tap_dir/err"):$(sql "$db" "SELECT count(duration_ns) > 0 FROM wait")" "0:1" \
	"-a: all of them were"
imported --no-inherit
tap_like "$(cat "$tap_dir/err")" "only the first thread of one command was recorded" "--no-inherit: a note"

tap_done
