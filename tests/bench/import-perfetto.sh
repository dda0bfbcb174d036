#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Import of a trace of Perfetto of MB (200) megabytes: events of locks and the scheduler, through an instance
# of its own.
set -eu
. tests/bench/lib.sh

runs=${RUNS:-5}
bench_need_live
perfetto=$(tests/guest/fetch-perfetto 2>"$bench_dir/stderr") ||
	bench_skip "no recorder of Perfetto: $(tail -n 1 "$bench_dir/stderr")"

file=$bench_dir/trace
instance=/sys/kernel/tracing/instances/rmapscope-bench.$$
export PERFETTO_PRODUCER_SOCK_NAME=$bench_dir/producer PERFETTO_CONSUMER_SOCK_NAME=$bench_dir/consumer
mkdir "$instance"
"$perfetto/traced" >/dev/null 2>&1 &
traced=$!
until [ -S "$PERFETTO_CONSUMER_SOCK_NAME" ]; do sleep 0.1; done
"$perfetto/traced_probes" >/dev/null 2>&1 &
probes=$!
trap 'kill $traced $probes 2>/dev/null; wait $traced $probes 2>/dev/null || true; rmdir "$instance" 2>/dev/null || true; rm -rf "$bench_dir"' EXIT
recorder=$("$perfetto/perfetto" -c - --txt -o "$file" --background-wait 2>"$bench_dir/stderr" <<END | tail -n 1
buffers { size_kb: 65536 fill_policy: RING_BUFFER }
duration_ms: 600000
write_into_file: true
file_write_period_ms: 250
data_sources { config { name: "linux.ftrace" ftrace_config {
	instance_name: "${instance##*/}" buffer_size_kb: 65536 drain_period_ms: 250
	compact_sched { enabled: true } denser_generic_event_encoding: true
	ftrace_events: "lock/contention_begin" ftrace_events: "lock/contention_end"
	ftrace_events: "sched/sched_switch" ftrace_events: "sched/sched_waking" } } }
END
)
fill "$file"
kill -TERM "$recorder"
while kill -0 "$recorder" 2>/dev/null; do sleep 0.1; done

import() {
	"$RMAPSCOPE" import "$file" -o "$bench_dir/bench.db" --force
}
events=$(import | sed -n 's/.* \([0-9]*\) events.*/\1/p')
for _ in $(seq "$runs"); do
	seconds import >>"$bench_dir/times"
done
echo "import of a Perfetto trace: $events events, $(stat -c %s "$file") bytes, median of $runs runs"
awk -v e="$events" -v a="$(cut -d' ' -f1 "$bench_dir/times" | median)" -v c="$(cut -d' ' -f2 "$bench_dir/times" | median)" \
	-v s="$(cut -d' ' -f1 "$bench_dir/times" | spread)" 'BEGIN {
	printf "  rmapscope import   %8.3f s  %10.0f events/s  %8.3f s of CPU  (%s s; target 1,000,000)\n", a, e / a, c, s
}'
printf '  peak memory        %8d KiB (target 131072)\n' \
	"$(peak_kb "$RMAPSCOPE" import "$file" -o "$bench_dir/bench.db" --force)"
