#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a live capture costs the workload: moves/s with and without it, at each rung that
# this kernel offers, and with perf's recording of the same lock events.
set -eu
. tests/bench/lib.sh

runs=${RUNS:-7}
seconds=${SECONDS_PER_RUN:-2}
bench_need_live
ways="rung1"
"$RMAPSCOPE" record --rung 2 -d 0.1 -o "$bench_dir/try.db" >"$bench_dir/out" 2>"$bench_dir/err" || true
[ "$(sqlite3 "$bench_dir/try.db" "SELECT value FROM meta WHERE key = 'rung'")" != 2 ] || ways="$ways rung2"
command -v perf >/dev/null && ways="$ways perf_record"
perf lock contention -ab true >"$bench_dir/out" 2>&1 && ways="$ways perf_contention"

# way NAME COMMAND...: run COMMAND while it is recorded in this way
way() {
	local how=$1
	shift
	case $how in
	nothing) "$@" ;;
	rung*) "$RMAPSCOPE" record --rung "${how#rung}" -o "$bench_dir/cost.db" --force -- "$@" ;;
	perf_record)
		perf record -q -a -g -o "$bench_dir/perf.data" -e lock:contention_begin \
			--filter 'flags==2||flags==4' -e lock:contention_end -- "$@"
		;;
	perf_contention) perf lock contention -abq -- "$@" ;;
	esac
}

# moves NAME THREADS
moves() {
	way "$1" "$WORKLOADS/uffd-move" -t "$2" -d "$seconds" --pin >"$bench_dir/out" 2>"$bench_dir/err"
	value nr_moves "$(grep ^workload= "$bench_dir/out")"
}

echo "cost of capture: uffd-move, moves/s with / without, medians of $runs runs of $seconds s in turn"
for threads in 1 4; do
	rm -f "$bench_dir"/pairs.*
	for _ in $(seq "$runs"); do
		without=$(moves nothing $threads)
		for how in $ways; do
			echo "$(moves "$how" $threads) $without" >>"$bench_dir/pairs.$how"
		done
	done
	for how in $ways; do
		pairs=$bench_dir/pairs.$how
		awk -v t=$threads -v s="$seconds" -v how="$how" -v a="$(cut -d' ' -f1 "$pairs" | median)" \
			-v b="$(cut -d' ' -f2 "$pairs" | median)" \
			-v r="$(awk '{ print $1 / $2 }' "$pairs" | median)" \
			-v sp="$(awk '{ printf "%.3f\n", $1 / $2 }' "$pairs" | spread)" 'BEGIN {
			sub(/^rung/, "record --rung ", how)
			sub(/^perf_record/, "perf record", how)
			sub(/^perf_contention/, "perf lock contention -b", how)
			printf "  %d thread%s  %-24s %8.0f with  %8.0f without  ratio %.3f (%s)%s\n", t,
				(t > 1 ? "s" : " "), how, a / s, b / s, r, sp, (t > 1 ? "" : "  target 0.95")
		}'
	done
done
