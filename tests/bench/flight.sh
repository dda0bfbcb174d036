#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether a flight recorder stays as small as it is, under load, and writes what it promises. MINUTES (30)
# of it. Every 75 s a process sleeps uninterruptibly for 50 ms, twice; the second time a capture is due
# already. Checked of each first sleep: it has one capture, which is sound and has the sleep, 60 s before it
# and 5 s after it. Each second sleep is counted and has no capture of its own; nor has any other that these
# processes happen to sleep.
set -eu
. tests/bench/lib.sh

minutes=${MINUTES:-30}
every=75
bench_need_live

captures=$bench_dir/captures ring=$bench_dir/ring
mkdir "$captures" "$ring"
# the load must not keep the recorder from its CPU
nice "$WORKLOADS/mmap-churn" -t 3 -d $((minutes * 60 + 600)) >/dev/null &
churn=$!
nice "$WORKLOADS/uffd-move" -t 3 --pin -d $((minutes * 60 + 600)) >/dev/null &
move=$!
TMPDIR=$ring "$RMAPSCOPE" record --profile contention,stalls --flight 60 --after 5 \
	--trigger 'stall>40ms,comm=vfork-sleep' --max-captures 4 --rotate -o "$captures/%t.db" 2>"$bench_dir/said" &
recorder=$!
trap 'kill $churn $move $recorder 2>/dev/null || :; wait; rm -rf "$bench_dir"' EXIT

wrong=0
wrong() {
	echo "  wrong: $1"
	wrong=$((wrong + 1))
}

# cpu_ms PID: CPU time of a process so far
cpu_ms() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' "/proc/$1/stat"
}

# number FILE KEY: of table meta, or nothing
number() {
	sqlite3 -readonly "$1" "SELECT value FROM meta WHERE key = '$2'"
}

# written N: the path of the Nth capture that was written, or nothing
written() {
	sed -nE "s|^rmapscope: ($captures/[^:]*\.db): .*|\1|p" "$bench_dir/said" | sed -n "${1}p"
}

# check_capture FILE LINE: of the sleep that a workload's LINE tells
check_capture() {
	local asleep awake from last started

	asleep=$(value asleep_ns "$2") awake=$(value awake_ns "$2")
	started=$(number "$1" first_ns) from=$(number "$1" kept_from_ns) last=$(number "$1" last_ns)
	[ "$(sqlite3 -readonly "$1" "PRAGMA integrity_check")" = ok ] || wrong "capture $nr is damaged"
	[ "$(sqlite3 -readonly "$1" "SELECT count(*) FROM stalls WHERE tgid = $(value pid "$2") AND
		start_ns <= $asleep AND start_ns + duration_ns >= $awake")" = 1 ] ||
		wrong "capture $nr does not have its sleep"
	# of the first ones the recording had not begun
	[ -z "$from" ] || [ "$from" -le $((asleep - 60 * 1000000000)) ] ||
		wrong "capture $nr begins $(((asleep - from) / 1000000)) ms before its sleep"
	sqlite3 -readonly "$1" "SELECT start_ns FROM stalls WHERE comm = 'vfork-sleep' AND
		coalesce(duration_ns, 0) > 40000000" >>"$bench_dir/sleeps"
	[ "$last" -ge $((awake + 5 * 1000000000)) ] ||
		wrong "capture $nr ends $(((last - awake) / 1000000)) ms after its sleep"
}

# stage: two sleeps, and what becomes of them
stage() {
	local line deadline=$((SECONDS + 60))

	line=$("$WORKLOADS/vfork-sleep")
	"$WORKLOADS/vfork-sleep" >/dev/null
	until [ -n "$(written $nr)" ] || [ $SECONDS -gt $deadline ]; do
		sleep 0.5
	done
	if [ -n "$(written $nr)" ]; then
		check_capture "$(written $nr)" "$line"
	else
		wrong "no capture of sleep $nr within 60 s"
	fi
}

# sizes: seconds, memory, ring and captures in KiB, CPU time in ms
sizes() {
	echo $SECONDS "$(awk '/^VmRSS/ { print $2 }' "/proc/$recorder/status")" \
		"$(du -sk "$ring" | cut -f 1)" "$(du -sk "$captures" | cut -f 1)" "$(cpu_ms $recorder)"
}

echo "flight: $minutes minutes, record --flight 60 --after 5 --max-captures 4 --rotate"
sleep 5
sizes >"$bench_dir/sizes"
nr=0
while [ $SECONDS -lt $((minutes * 60)) ]; do
	nr=$((nr + 1))
	next=$((SECONDS + every))
	stage
	# the trigger is quiet for a minute
	while [ $SECONDS -lt $next ]; do
		sleep 1
	done
	sizes >>"$bench_dir/sizes"
	tail -n 2 "$bench_dir/sizes" | awk 'NR == 1 { s = $1; ms = $5 } NR == 2 {
		printf "  %4d s: memory %5.1f MiB, ring %5.1f MiB, captures %6.1f MiB, CPU %3d ms/s\n",
			$1, $2 / 1024, $3 / 1024, $4 / 1024, ($5 - ms) / ($1 - s)
	}'
done
kill -INT $recorder
wait $recorder || wrong "the recorder ended with $?"
tail -n 1 "$bench_dir/said" | sed 's/^/  /'
nr_sleeps=$(sort -u "$bench_dir/sleeps" | wc -l)
[ "$nr_sleeps" -ge $((2 * nr)) ] || wrong "of $((2 * nr)) sleeps only $nr_sleeps are in a capture"
grep -q "$nr captures written, 0 refused; triggers fired $nr_sleeps times" "$bench_dir/said" ||
	wrong "of $nr_sleeps sleeps $nr should have a capture of their own, and all be counted"
# the ring and the folder are full after five captures
awk '{ m[NR] = $2; r[NR] = $3; c[NR] = $4 } END {
	if (NR < 8) { print "  too short to tell whether it grows"; exit }
	printf "  from capture 5 to the last: memory %+.1f MiB, ring %+.1f MiB, captures %+.1f MiB\n",
		(m[NR] - m[6]) / 1024, (r[NR] - r[6]) / 1024, (c[NR] - c[6]) / 1024
}' "$bench_dir/sizes"
echo "  $nr sleeps, $wrong wrong"
exit $((wrong > 0))
