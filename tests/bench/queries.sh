#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the queries behind screens and report sections take on databases of
# 2.5, 5 and 10 million spans, and how large these are.
set -eu
. tests/bench/lib.sh

: "${BENCH_TOOLS:=$(pwd)/build/tests/bench}"
db=$bench_dir/spans.db
sizes=${SIZES:-2500000 5000000 10000000}
need_kb=$(awk -v s="$sizes" 'BEGIN { n = split(s, v, " "); print int(v[n] * 60 / 1024 * 1.2) }')
[ "$(df -Pk "$bench_dir" | awk 'NR == 2 { print $4 }')" -gt "$need_kb" ] ||
	bench_skip "not enough room in ${TMPDIR:-/tmp}"

for nr in $sizes; do
	"$BENCH_TOOLS/spans" "$db" "$nr"
	awk -v n="$nr" -v b="$(stat -c %s "$db")" -v w="$(sqlite3 "$db" 'SELECT count(*) FROM wait_part')" 'BEGIN {
		printf "queries: %.1f million spans, %.1f bytes each (target 40), %.1f with parts of waits counted\n",
			n / 1e6, b / n, b / (n + w)
		printf "  %-32s %10s %10s\n", "", "wall ms", "CPU ms"
	}'
	"$BENCH_TOOLS/queries" "$db" | tee "$bench_dir/$nr" | awk '{
		print "  " $0 (/^(top|blocked|header)/ && $NF > 20 ? "  over the target of 20" : "")
	}'
	awk -v n="$nr" '/^report/ { s += $NF } END {
		printf "  whole report: %.1f s of CPU, %.2f us a span\n", s / 1000, s * 1000 / n
	}' "$bench_dir/$nr"
done
