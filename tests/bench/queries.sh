#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the queries behind screens and report sections take on databases of
# 2.5, 5 and 10 million spans, and how large these are. What is above a target
# comes with how far, and with what takes the time or the room.
set -eu
. tests/bench/lib.sh

: "${BENCH_TOOLS:=$(pwd)/build/tests/bench}"
db=$bench_dir/spans.db
sizes=${SIZES:-2500000 5000000 10000000}
need_kb=$(awk -v s="$sizes" 'BEGIN { n = split(s, v, " "); print int(v[n] * 60 / 1024 * 1.2) }')
[ "$(df -Pk "$bench_dir" | awk 'NR == 2 { print $4 }')" -gt "$need_kb" ] ||
	bench_skip "not enough room in ${TMPDIR:-/tmp}"

# bytes NR: of the file, and of its tables where they are too many
bytes() {
	local size

	size=$(stat -c %s "$db")
	awk -v n="$1" -v b="$size" -v w="$(sqlite3 "$db" 'SELECT count(*) FROM wait_part')" 'BEGIN {
		printf "queries: %.1f million spans, %.1f bytes each (target 40), %.1f with parts of waits counted\n",
			n / 1e6, b / n, b / (n + w)
	}'
	[ "$size" -gt $(($1 * 40)) ] || return 0
	sqlite3 "$db" "SELECT printf('    %-16s %5.1f bytes a span; %5.1f a row of %d, %d %% of them cells and free room',
			d.name, d.size * 1.0 / $1, d.size * 1.0 / d.nr, d.nr,
			100 * (d.size - d.body) / d.size)
		FROM (SELECT name, sum(pgsize) AS size, sum(ncell) AS nr, sum(payload) AS body FROM dbstat
		      GROUP BY name ORDER BY 2 DESC LIMIT 8) d" 2>/dev/null || :
}

# profile NAME: what a query that is over its target does
profile() {
	command -v perf >/dev/null || return 0
	perf record -q -o "$bench_dir/perf.data" "$BENCH_TOOLS/queries" "$db" "$1" >/dev/null 2>&1 || return 0
	perf report -i "$bench_dir/perf.data" -g none --percent-limit 4 2>/dev/null | grep -v '^#' |
		awk 'NF { print "    " $0 }' | head -8
}

for nr in $sizes; do
	"$BENCH_TOOLS/spans" "$db" "$nr"
	bytes "$nr"
	printf '  %-32s %10s %10s\n' '' 'wall ms' 'CPU ms'
	"$BENCH_TOOLS/queries" "$db" >"$bench_dir/$nr"
	while read -r line; do
		cpu_ms=${line##* }
		name=$(sed -E 's/( +[0-9.]+){2}$//' <<<"$line")
		if [[ $line == report* ]] || awk -v v="$cpu_ms" 'BEGIN { exit v > 20 }'; then
			echo "  $line"
		else
			echo "  $line  over the target of 20 by $(awk -v v="$cpu_ms" 'BEGIN { print v - 20 }')"
			profile "$name"
		fi
	done <"$bench_dir/$nr"
	awk -v n="$nr" '/^report, all/ { s = $NF } END {
		printf "  whole report: %.1f s of CPU, %.2f us a span\n", s / 1000, s * 1000 / n
	}' "$bench_dir/$nr"
done
