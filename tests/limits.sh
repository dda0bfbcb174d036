# SPDX-License-Identifier: GPL-2.0-only
# What the tests of shortages share. Source it after tests/tap.sh.

: "${FAIL_MALLOC_SO:=$(pwd)/build/tests/stage/fail-malloc.so}"

# one_line PATTERN NAME COMMAND...: exit code 1 and one line that matches
one_line() {
	local pattern=$1 name=$2
	shift 2
	"$@" >"$tap_dir/out" 2>"$tap_dir/err" </dev/null
	tap_is "$?:$(wc -l <"$tap_dir/err")" "1:1" "$name: exit code 1, one line"
	tap_like "$(cat "$tap_dir/err")" "^rmapscope: .*$pattern" "$name: the line says why"
}

# limited OPTION VALUE COMMAND...: under a limit of ulimit
limited() {
	(
		ulimit "-$1" "$2" || exit 125
		shift 2
		exec "$@"
	)
}

# Sanitizers have an allocator of their own, and need address space without end
sanitized() {
	LC_ALL=C grep -qE '__(asan|tsan)_init' "$RMAPSCOPE"
}

# without_memory NAME AFTER COMMAND...: for each number on standard input, COMMAND
# without the allocation of that number (AFTER "+": and without all that follow).
# It ends with 0 and says nothing, or with 1 and says one line; $after PID is run each
# time and must print nothing.
without_memory() {
	local name=$1 and_after=$2 nr pid code lines left bad= nr_runs=0 nr_failed=0
	shift 2
	while read -r nr; do
		FAIL_MALLOC=$nr$and_after LD_PRELOAD=$FAIL_MALLOC_SO "$@" \
			>"$tap_dir/out" 2>"$tap_dir/err" </dev/null &
		pid=$!
		wait $pid
		code=$?
		# a capture without BPF is one all the same
		sed -i '/^rmapscope: rung 2 (BPF) is not in use/d' "$tap_dir/err"
		# libtraceevent frees twice what it did not get: the C library says that, too
		! grep -q '^rmapscope: a library gave up' "$tap_dir/err" ||
			sed -i '/^\(malloc\|free\)[a-z_]*(): /d' "$tap_dir/err"
		lines=$(wc -l <"$tap_dir/err")
		[ "$code:$lines" = 0:0 ] ||
			{ [ "$code:$lines" = 1:1 ] && grep -q '^rmapscope: ' "$tap_dir/err"; } ||
			bad="$bad $nr: exit code $code, '$(head -c 200 "$tap_dir/err")';"
		left=$($after $pid)
		[ -z "$left" ] || bad="$bad $nr: left $left;"
		nr_runs=$((nr_runs + 1))
		nr_failed=$((nr_failed + (code != 0)))
		# what the kernel has, a file has, or a user did is not the cause
		! grep -qE 'this kernel has|not a trace-cmd|damaged or cut' "$tap_dir/err" ||
			bad="$bad $nr: another cause is told: $(cat "$tap_dir/err");"
	done
	[ -z "$bad" ] && [ $nr_failed -gt 0 ]
	tap_ok $? "$name: done, or one line, exit code 1 and nothing left"
	[ -z "$bad" ] || tap_note "$bad"
	tap_note "$nr_runs runs, $nr_failed failed"
}

# nr_allocations COMMAND...
nr_allocations() {
	FAIL_MALLOC_COUNT=$tap_dir/count LD_PRELOAD=$FAIL_MALLOC_SO "$@" >/dev/null 2>&1 </dev/null
	cat "$tap_dir/count"
}
