#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a live capture costs the workload: moves/s with and without it.
set -eu
. tests/bench/lib.sh

runs=${RUNS:-7}
seconds=${SECONDS_PER_RUN:-2}
bench_need_live

moves_without() {
	value nr_moves "$("$WORKLOADS/uffd-move" -t "$1" -d "$seconds" --pin)"
}

moves_with() {
	"$RMAPSCOPE" record -o "$bench_dir/cost.db" --force -- \
		"$WORKLOADS/uffd-move" -t "$1" -d "$seconds" --pin >"$bench_dir/out"
	value nr_moves "$(grep ^workload= "$bench_dir/out")"
}

echo "cost of capture: uffd-move, moves/s with / without, $runs pairs of $seconds s runs in turn"
for threads in 1 4; do
	: >"$bench_dir/pairs"
	for _ in $(seq "$runs"); do
		echo "$(moves_with $threads) $(moves_without $threads)" >>"$bench_dir/pairs"
	done
	awk -v t=$threads -v s="$seconds" -v a="$(cut -d' ' -f1 "$bench_dir/pairs" | median)" \
		-v b="$(cut -d' ' -f2 "$bench_dir/pairs" | median)" \
		-v r="$(awk '{ print $1 / $2 }' "$bench_dir/pairs" | median)" \
		-v sp="$(awk '{ printf "%.3f\n", $1 / $2 }' "$bench_dir/pairs" | spread)" 'BEGIN {
		printf "  %d thread%s  %8.0f with  %8.0f without  ratio %.3f (%s)%s\n", t,
			(t > 1 ? "s" : " "), a / s, b / s, r, sp, (t > 1 ? "" : "  target 0.95")
	}'
done
