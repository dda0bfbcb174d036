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
trap 'terminal kill-server 2>/dev/null; kill $load $recorder 2>/dev/null; rm -rf "$bench_dir"' EXIT

# top ARGUMENT...: in a terminal of 120x40; its process id goes to $pid
top() {
	terminal kill-server 2>/dev/null || :
	rm -f "$bench_dir/pid"
	terminal new-session -d -x 120 -y 40 "sh -c 'echo \$\$ >$bench_dir/pid; exec $RMAPSCOPE top $*'"
	until [ -s "$bench_dir/pid" ]; do sleep 0.001; done
	pid=$(cat "$bench_dir/pid")
}
# CPU time of $pid, in milliseconds
cpu_ms() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) * 1000 / hz }' "/proc/$pid/stat"
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
	top "$bench_dir/live.db"
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
top "$db" && await 'F1 Help' # the file is in memory now
began=$(date +%s%N)
top "$db"
await ' END .*window'
first=$((($(date +%s%N) - began) / 1000000))
steps=20
for screen in 1 2 3 4 5 6 7; do
	terminal send-keys End "$screen"
	sleep 0.5
	before=$(cpu_ms)
	for _ in $(seq $steps); do
		terminal send-keys Left
		sleep 0.15
	done
	printf 'tui: screen %s: %s ms of CPU a refresh of 10 s of %s spans (target 16)\n' "$screen" \
		"$(awk -v a="$before" -v b="$(cpu_ms)" -v n=$steps 'BEGIN { printf "%.1f", (b - a) / n }')" "$SPANS"
done
echo "tui: first frame after $first ms, terminal and tmux included (target 100)"
