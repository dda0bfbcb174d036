#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How often diff sees a difference where there is none: PAIRS pairs of captures of the same
# workloads on this kernel, SECONDS long each.
set -eu
. tests/bench/lib.sh

: "${PAIRS:=20}"
: "${SECONDS_EACH:=15}"
bench_need_live

# capture FILE
capture() {
	"$WORKLOADS/uffd-move" -t 3 --pin -d $((SECONDS_EACH + 1)) >/dev/null &
	"$WORKLOADS/mmap-churn" -t 3 -d $((SECONDS_EACH + 1)) >/dev/null &
	"$RMAPSCOPE" record -o "$1" -d "$SECONDS_EACH" 2>/dev/null
	wait
}

for pair in $(seq "$PAIRS"); do
	capture "$bench_dir/a.db"
	capture "$bench_dir/b.db"
	"$RMAPSCOPE" diff --format csv "$bench_dir/a.db" "$bench_dir/b.db" 2>/dev/null |
		awk '/^# diff/ { on = 1; next } on' | tail -n +2 >>"$bench_dir/rows"
	rm "$bench_dir"/*.db
done
awk -F, '{ n++ } $9 ~ /faster|slower|more|fewer/ { found++; print "  " $0 }
	END { printf "diff: %d pairs of the same, %d numbers: %.1f %% without evidence of a difference (target 95)\n",
		'"$PAIRS"', n, 100 * (n - found) / n }' "$bench_dir/rows"
