#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 at KILLS (1,000) random instants: of a staged recorder, of imports, and, where
# that is possible, of live captures, of which it prints how much was missing.
set -u
. tests/bench/lib.sh
. tests/kill.sh
. tests/live/trace.sh
trap 'rm -rf "$bench_dir"' EXIT

kills=${KILLS:-1000}
RANDOM=${KILL_SEED:-1}
nr_bad=0
complain() {
	nr_bad=$((nr_bad + 1))
	echo "  WRONG: $*"
}

echo "kill -9: $kills times, seed ${KILL_SEED:-1}"
for ((i = 0; i < kills * 7 / 10; i++)); do
	kill_recorder "$bench_dir"
done
echo "  recorder: $i kills, $kill_nr_acknowledged commits were acknowledged, ${kill_nr_before:-0} before there was a file"
kill_traces "$bench_dir"
for ((i = 0; i < kills * 2 / 10; i++)); do
	kill_import "$bench_dir"
done
echo "  import: $i kills, ${kill_nr_old:-0} times the former database, ${kill_nr_new:-0} times the new one"

# of a capture that has committed at least once
has_committed() {
	[ "$(sql "$bench_dir/live.db" "SELECT value FROM meta WHERE key = 'last_ns'" 2>/dev/null)" ]
}

# kill_live: prints how many ms before the kill the file ends
kill_live() {
	local pid at last name
	rm -f "$bench_dir"/live.db*
	"$RMAPSCOPE" record -o "$bench_dir/live.db" >/dev/null 2>"$bench_dir/err" &
	pid=$!
	await 30 has_committed || complain "live: no commit in 30 s: $(cat "$bench_dir/err")"
	random_pause 1000
	name=$(instance_of $pid)
	at=$(perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e 'kill "KILL", $ARGV[0];
		printf "%.0f\n", clock_gettime(CLOCK_MONOTONIC) * 1e9' $pid)
	wait $pid 2>/dev/null
	[ "$(sql "$bench_dir/live.db" "PRAGMA integrity_check")" = ok ] || complain "live: damaged"
	last=$(sql "$bench_dir/live.db" "SELECT value FROM meta WHERE key = 'last_ns'")
	echo $(((at - last) / 1000000))
}

if "$RMAPSCOPE" check >/dev/null 2>&1; then
	"$WORKLOADS/mmap-churn" -t 1 -d $((kills * 10)) >/dev/null &
	load=$!
	for ((i = 0; i < kills / 10; i++)); do
		kill_live
	done >"$bench_dir/missing"
	kill $load
	wait $load 2>/dev/null
	grep WRONG "$bench_dir/missing" && nr_bad=$((nr_bad + 1))
	grep -v WRONG "$bench_dir/missing" >"$bench_dir/ms"
	echo "  live: $i kills, missing: median $(median <"$bench_dir/ms") ms ($(spread <"$bench_dir/ms")), more than 250 ms: $(awk '$1 > 250' "$bench_dir/ms" | wc -l) times"
else
	echo "  live: skipped: no live capture"
fi
left=$(kill_leftovers "$bench_dir")
[ -z "$left" ] || complain "left: $left"
[ $nr_bad = 0 ]
