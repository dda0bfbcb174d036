#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Import of a trace.dat beside `trace-cmd report` on the same file.
set -eu
. tests/bench/lib.sh

runs=${RUNS:-5}
bench_need_live
command -v trace-cmd >/dev/null || bench_skip "no trace-cmd"
command -v perf >/dev/null || bench_skip "no perf, whose scheduler benchmark fills the trace"

file=$bench_dir/bench.dat
record_tracedat "$file" 8 || { echo "cannot record a trace.dat" >&2; exit 1; }
import() {
	"$RMAPSCOPE" import "$file" -o "$bench_dir/bench.db" --force
}
events=$(import | sed -n 's/.* \([0-9]*\) events.*/\1/p')
waits=$(sqlite3 "$bench_dir/bench.db" 'SELECT count(*) FROM wait')
file_bytes=$(stat -c %s "$bench_dir/bench.db")

for _ in $(seq "$runs"); do
	ours=$(seconds import)
	theirs=$(seconds trace-cmd report -i "$file")
	echo "$ours $theirs" >>"$bench_dir/pairs"
done
ours_s=$(cut -d' ' -f1 "$bench_dir/pairs" | median)
theirs_s=$(cut -d' ' -f3 "$bench_dir/pairs" | median)
ratio=$(awk '{ print $3 / $1 }' "$bench_dir/pairs" | median)
ratios=$(awk '{ print $3 / $1 }' "$bench_dir/pairs" | spread)

echo "import: $events events, $waits waits, median of $runs runs in turn"
awk -v e="$events" -v a="$ours_s" -v b="$theirs_s" -v r="$ratio" -v s="$ratios" 'BEGIN {
	printf "  rmapscope import   %8.3f s  %10.0f events/s  (target 1,000,000)\n", a, e / a
	printf "  trace-cmd report   %8.3f s  %10.0f events/s\n", b, e / b
	printf "  events/s ratio     %8.2f     (%s; target 2)\n", r, s
}'
printf '  peak memory        %8d KiB rmapscope, %d KiB trace-cmd (target 131072)\n' \
	"$(peak_kb "$RMAPSCOPE" import "$file" -o "$bench_dir/bench.db" --force)" \
	"$(peak_kb trace-cmd report -i "$file")"
echo "  database           $file_bytes bytes"
awk -v e="$events" -v a="$ours_s" 'BEGIN { exit !(e / a < 1000000) }' || exit 0
echo "  below the target; where the time goes:"
perf record -q -g -o "$bench_dir/perf.data" "$RMAPSCOPE" import "$file" -o "$bench_dir/bench.db" --force >/dev/null 2>&1 &&
	perf report -i "$bench_dir/perf.data" --no-children -g none --percent-limit 3 2>/dev/null | grep -v '^#' | grep . | head -15
