#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the screens cost: CPU at a refresh a second under live load, the first
# frame, and a refresh, on a large database (SPANS, default 10 million).
set -eu
. tests/bench/lib.sh

: "${BENCH_TOOLS:=$(pwd)/build/tests/bench}"
: "${SPANS:=10000000}"
command -v tmux >/dev/null || bench_skip "tmux is not installed"
RMAPSCOPE=$(realpath "$RMAPSCOPE")
export XDG_CONFIG_HOME=$bench_dir/config LC_ALL=C.UTF-8

terminal() {
	tmux -u -S "$bench_dir/tmux" -f /dev/null "$@"
}
load=
recorder=
trap 'terminal kill-server 2>/dev/null || :
	[ -z "$load$recorder" ] || kill $load $recorder 2>/dev/null || :
	rm -rf "$bench_dir"' EXIT

# top COLUMNS LINES ARGUMENT...: in a terminal of that size; its process id goes to $pid
top() {
	local columns=$1 lines=$2

	shift 2
	rm -f "$bench_dir/pid"
	terminal kill-session 2>/dev/null || :
	# a server that is just ending does not take it
	until terminal new-session -d -x "$columns" -y "$lines" \
		"sh -c 'echo \$\$ >$bench_dir/pid; exec $RMAPSCOPE top $*'" 2>/dev/null; do
		sleep 0.05
	done
	until [ -s "$bench_dir/pid" ]; do sleep 0.001; done
	pid=$(cat "$bench_dir/pid")
}
# CPU time of $pid, in milliseconds: it has one thread
cpu_ms() {
	awk '{ printf "%.2f\n", $1 / 1e6 }' "/proc/$pid/schedstat"
}
shows() {
	terminal capture-pane -p | grep -q "$1"
}
await() {
	until shows "$1"; do sleep 0.002; done
}

if "$RMAPSCOPE" check >/dev/null 2>&1; then
	"$WORKLOADS/uffd-move" -t 4 --pin -d 60 >/dev/null &
	load=$!
	"$RMAPSCOPE" record -o "$bench_dir/live.db" -d 40 >/dev/null 2>&1 &
	recorder=$!
	until [ -s "$bench_dir/live.db" ]; do sleep 0.1; done
	sleep 2
	top 120 40 "$bench_dir/live.db"
	await LIVE
	before=$(cpu_ms)
	sleep 20
	awk -v ms="$(awk -v a="$before" -v b="$(cpu_ms)" 'BEGIN { print b - a }')" 'BEGIN {
		printf "tui: %.1f %% of one CPU at a refresh a second under live load (target 2)\n", ms / 200 }'
	terminal kill-server 2>/dev/null || :
	kill "$load" "$recorder" 2>/dev/null || :
	wait || :
	load=
	recorder=
else
	echo "tui: no live capture here: CPU under live load is not measured"
fi

db=$bench_dir/spans.db
"$BENCH_TOOLS/spans" "$db" "$SPANS"
top 80 24 "$db" && await 'F1 Help' # the file is in memory now
# Wall clock has the terminal, tmux and the load of the machine in it.
first_frame() {
	local began ms i

	for i in 1 2 3 4 5; do
		began=$(date +%s%N)
		top "$1" "$2" "$db"
		await ' END .*window'
		ms=$((($(date +%s%N) - began) / 1000000))
		echo "$ms $(cpu_ms)"
	done | sort -n | sed -n 3p
}
refresh() {
	local before _

	terminal send-keys 1 # p is a variant of the first screen
	terminal send-keys End "$1"
	sleep 0.5
	before=$(cpu_ms)
	for _ in $(seq "$steps"); do
		terminal send-keys Left
		sleep 0.15
	done
	awk -v a="$before" -v b="$(cpu_ms)" -v n="$steps" 'BEGIN { printf "%.1f", (b - a) / n }'
}
# over TARGET VALUE: the distance, where there is one
over() {
	awk -v t="$1" -v v="$2" 'BEGIN { if (v > t) printf ", %.1f over it", v - t }'
}
profile() {
	command -v perf >/dev/null || return 0
	perf record -q -o "$bench_dir/perf.data" -p "$pid" -- sleep 3 >/dev/null 2>&1 &
	for _ in $(seq 20); do
		terminal send-keys Left
		sleep 0.15
	done
	wait $!
	perf report -i "$bench_dir/perf.data" -g none --percent-limit 4 2>/dev/null | grep -v '^#' |
		awk 'NF { print "    " $0 }' | head -8
}

steps=20
for size in '80 24' '250 70'; do
	# shellcheck disable=SC2086
	read -r wall cpu <<<"$(first_frame $size)"
	echo "tui: ${size/ /x}: first frame after $wall ms, terminal and tmux included," \
		"$cpu ms of CPU (target 100$(over 100 "$wall"))"
	# shellcheck disable=SC2086
	top $size "$db" && await ' END .*window'
	for screen in 1 2 3 4 5 6 7 p; do
		ms=$(refresh "$screen")
		echo "tui: ${size/ /x} screen $screen: $ms ms of CPU a refresh of $SPANS spans" \
			"(target 16$(over 16 "$ms"))"
		[ -z "$(over 16 "$ms")" ] || profile
	done
done
