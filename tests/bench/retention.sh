#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether a capture with limits stays as small and as cheap as it is, however many
# processes come and go: 20,000 new ones a minute, the file, the memory and the CPU
# time of the recorder, minute by minute. MINUTES (5) of it; the promise is for 30.
set -eu
. tests/bench/lib.sh

minutes=${MINUTES:-5}
bench_need_live

db=$bench_dir/churn.db
"$RMAPSCOPE" record --max-size 4M --max-age 30 -o "$db" >"$bench_dir/out" 2>&1 &
recorder=$!
"$WORKLOADS/process-churn" -d $((minutes * 60)) >"$bench_dir/load" &
trap 'kill $recorder %2 2>/dev/null || :; rm -rf "$bench_dir"' EXIT

# cpu_ms PID: CPU time of a process so far
cpu_ms() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' "/proc/$1/stat"
}

echo "retention: 20,000 new processes a minute, record --max-size 4M --max-age 30"
before=0
for ((i = 1; i <= minutes; i++)); do
	sleep 60
	cpu=$(cpu_ms $recorder)
	printf '  minute %3d: file %4.1f MB, memory %3d MiB, CPU %4d ms/s; processes %d, threads %d, locks %d\n' "$i" \
		"$(stat -c %s "$db" "$db-wal" 2>/dev/null | awk '{ n += $1 } END { print n / 1e6 }')" \
		"$(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$recorder/status")" $(((cpu - before) / 60)) \
		$(sqlite3 -cmd '.timeout 5000' -separator ' ' "$db" "SELECT (SELECT count(*) FROM process),
			(SELECT count(*) FROM task), (SELECT count(*) FROM lock)")
	before=$cpu
done
kill -INT $recorder
wait $recorder
wait %2 || :
echo "  $(cat "$bench_dir/load")"
