#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether a minute at a high rate of events is captured without losses, in
# buffers of the default size: threads that wake each other through pipes, a
# pair per CPU, as fast as they can.
set -eu
. tests/bench/lib.sh

seconds=${SECONDS_OF_LOAD:-60}
bench_need_live
command -v perf >/dev/null || bench_skip "no perf"

# load: until it is ended
cat >"$bench_dir/load" <<'END'
#!/bin/bash
for cpu in $(seq 0 $(($(nproc) - 1))); do
	taskset -c "$cpu" perf bench sched pipe -T -l 2000000000 >/dev/null &
done
trap 'kill $(jobs -p)' TERM
wait
END
chmod +x "$bench_dir/load"
"$RMAPSCOPE" record -d "$seconds" -o "$bench_dir/sustain.db" -- "$bench_dir/load" \
	>"$bench_dir/out" 2>&1
echo "sustained: a pair of threads per CPU wakes each other for $seconds s, default buffers"
sqlite3 "$bench_dir/sustain.db" "SELECT printf('  captured %d events in %.1f s, %.0f/s (target 300,000/s); lost %d (target 0)',
	e, ns / 1e9, e * 1e9 / ns, (SELECT coalesce(sum(nr_lost), 0) FROM loss))
	FROM (SELECT (SELECT value FROM meta WHERE key = 'nr_events') AS e,
		     (SELECT value FROM meta WHERE key = 'last_ns') -
		     (SELECT value FROM meta WHERE key = 'first_ns') AS ns)"
