#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Import of a perf.data of MB (200) megabytes beside `perf script` on the same file.
set -eu
. tests/bench/lib.sh

runs=${RUNS:-5}
bench_need_live
command -v perf >/dev/null || bench_skip "no perf"

file=$bench_dir/perf.data
perf record -q -a -g -k mono -m 4096 -e lock:contention_begin,lock:contention_end,sched:sched_switch,sched:sched_waking \
	-o "$file" 2>"$bench_dir/stderr" &
recorder=$!
until [ -s "$file" ] || ! kill -0 "$recorder" 2>/dev/null; do sleep 0.1; done
[ -s "$file" ] || bench_skip "perf record does not run here: $(tail -n 1 "$bench_dir/stderr")"
fill "$file"
kill -INT "$recorder"
wait "$recorder" || true
import() {
	"$RMAPSCOPE" import "$file" -o "$bench_dir/bench.db" --force
}
events=$(import | sed -n 's/.* \([0-9]*\) events.*/\1/p')

for _ in $(seq "$runs"); do
	ours=$(seconds import)
	theirs=$(seconds perf script -i "$file")
	echo "$ours $theirs" >>"$bench_dir/pairs"
done
echo "import of perf.data: $events events, $(stat -c %s "$file") bytes, median of $runs runs in turn"
awk -v e="$events" -v a="$(cut -d' ' -f1 "$bench_dir/pairs" | median)" -v b="$(cut -d' ' -f3 "$bench_dir/pairs" | median)" \
	-v c="$(cut -d' ' -f2 "$bench_dir/pairs" | median)" -v d="$(cut -d' ' -f4 "$bench_dir/pairs" | median)" \
	-v r="$(awk '{ print $3 / $1 }' "$bench_dir/pairs" | median)" -v s="$(awk '{ print $3 / $1 }' "$bench_dir/pairs" | spread)" 'BEGIN {
	printf "  rmapscope import   %8.3f s  %10.0f events/s  %8.3f s of CPU  (target 1,000,000)\n", a, e / a, c
	printf "  perf script        %8.3f s  %10.0f events/s  %8.3f s of CPU\n", b, e / b, d
	printf "  events/s ratio     %8.2f     (%s; target 2)\n", r, s
}'
printf '  peak memory        %8d KiB rmapscope, %d KiB perf script (target 131072)\n' \
	"$(peak_kb "$RMAPSCOPE" import "$file" -o "$bench_dir/bench.db" --force)" \
	"$(peak_kb perf script -i "$file")"
