# SPDX-License-Identifier: GPL-2.0-only
# What the benchmarks share; source it from the project's root.
#
# Runs alternate between the two sides and the ratio is taken pair by pair,
# so that a machine whose speed drifts does not favour one of them.

: "${RMAPSCOPE:=$(pwd)/rmapscope}"
: "${WORKLOADS:=$(pwd)/build/tests/workloads}"
bench_dir=$(mktemp -d "${TMPDIR:-/tmp}/rmapscope-bench.XXXXXX")
trap 'rm -rf "$bench_dir"' EXIT

bench_skip() {
	echo "skipped: $1"
	exit 0
}

bench_need_live() {
	"$RMAPSCOPE" check >"$bench_dir/check" 2>&1 ||
		bench_skip "no live capture: $(grep '^live capture' "$bench_dir/check")"
}

# median: of the numbers on stdin
median() {
	sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# spread: smallest and largest of the numbers on stdin
spread() {
	sort -g | awk 'NR == 1 { lo = $1 } { hi = $1 } END { print lo ".." hi }'
}

# seconds COMMAND...: wall, then CPU seconds of it and its children, on one line
seconds() {
	local TIMEFORMAT='%R %U %S' out

	out=$({ time "$@" >/dev/null 2>"$bench_dir/stderr"; } 2>&1) || {
		cat "$bench_dir/stderr" >&2
		return 1
	}
	echo "$out" | awk '{ print $1, $2 + $3 }'
}

# peak_kb COMMAND...: highest resident set of it or of a child, in KiB
peak_kb() {
	command time -f %M -o "$bench_dir/peak" "$@" >/dev/null 2>&1
	tail -n 1 "$bench_dir/peak"
}

# value KEY LINE: of a workload's key=value line
value() {
	printf '%s\n' "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# record_tracedat FILE SECONDS: rmap, lock and sched events of contended
# workloads, through a private instance and trace-cmd extract
record_tracedat() {
	local name=rmapscope-bench.$$ dir e
	dir=/sys/kernel/tracing/instances/$name

	mkdir "$dir" || return 1
	echo mono >"$dir/trace_clock"
	echo 98304 >"$dir/buffer_size_kb"
	echo 'flags==2||flags==4' >"$dir/events/lock/contention_begin/filter"
	echo 'stacktrace if flags==2||flags==4' >"$dir/events/lock/contention_begin/trigger"
	for e in lock/contention_begin lock/contention_end sched/sched_switch sched/sched_waking \
		task/task_newtask task/task_rename sched/sched_process_exit; do
		echo 1 >"$dir/events/$e/enable"
	done
	"$WORKLOADS/uffd-move" -t 4 -d "$2" --pin >/dev/null &
	"$WORKLOADS/mmap-churn" -t 8 -d "$2" >/dev/null &
	"$WORKLOADS/fork-chain" -D "$2" >/dev/null &
	# wake-ups and switches in plenty, as a busy server has them
	perf bench sched pipe -l 120000 >/dev/null 2>&1 &
	wait
	echo 0 >"$dir/tracing_on"
	# else the kernel goes on to learn names, which breaks the file of trace-cmd
	echo 0 >"$dir/events/enable"
	# extract takes the instance away when it is done
	trace-cmd extract -B "$name" -o "$1" >/dev/null 2>&1
	rmdir "$dir" 2>/dev/null || true
	[ -s "$1" ]
}

# fill FILE: a load of switches and lock waits, until the recording in FILE has MB (200) megabytes
fill() {
	"$WORKLOADS/mmap-churn" -t 8 -d 3600 >/dev/null &
	local work=$!
	until [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge $((${MB:-200} * 1000000)) ]; do
		perf bench sched pipe -l 50000 >/dev/null 2>&1
	done
	kill "$work"
	wait "$work" || true
}
