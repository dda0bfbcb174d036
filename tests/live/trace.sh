# SPDX-License-Identifier: GPL-2.0-only
# What the live tests share: looking at tracefs, waiting for conditions, and
# recording a trace.dat by plain shell. Source it after tests/tap.sh.
#
# Only private instances are touched, and only those that this test made.

tracing=/sys/kernel/tracing
trace_instance=
live_pids=

# The tracefs instance of the rmapscope with process id $1, or nothing
instance_of() {
	ls "$tracing/instances" | grep "^rmapscope\.$1\." | head -n 1
}

# await SECONDS COMMAND...: poll until it succeeds
await() {
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$deadline" ] || return 1
		sleep 0.02
	done
}

# CLOCK_MONOTONIC in nanoseconds, as the timestamps of a capture
now_ns() {
	perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC \
		-e 'printf("%.0f\n", clock_gettime(CLOCK_MONOTONIC) * 1e9)'
}

# live_start COMMAND...: in the background; $live_pid is its process id
live_start() {
	"$@" &
	live_pid=$!
	live_pids="$live_pids $live_pid"
}

# live_wait PID: its exit status, and it need not be killed any more
live_wait() {
	wait "$1"
	set -- "$1" $?
	live_pids=" $live_pids "
	live_pids=${live_pids/ $1 / }
	return "$2"
}

# End and remove whatever a failed test has left behind; only our own.
live_cleanup() {
	local pid name
	for pid in $live_pids; do
		kill -CONT "$pid" 2>/dev/null
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		name=$(instance_of "$pid")
		[ -z "$name" ] || rmdir "$tracing/instances/$name"
	done
	trace_remove
	rm -rf "$tap_dir"
}
trap live_cleanup EXIT

# sql FILE STATEMENT; never creates FILE
sql() {
	[ -e "$1" ] && sqlite3 -batch -noheader -cmd '.timeout 5000' "$1" "$2"
}

# Give up where nothing after it can hold
live_need() {
	local status=$?
	tap_ok "$status" "$1"
	[ "$status" = 0 ] && return
	[ ! -s "$tap_dir/err" ] || sed 's/^/# /' "$tap_dir/err"
	tap_done
}

# trace_begin EVENT...: a private instance with these events, tracing on.
# Filters and trigger are those of the contention profile; TRACE_WHOLE: none.
trace_begin() {
	local dir event
	trace_instance=test.rmapscope.$$
	dir=$tracing/instances/$trace_instance
	mkdir "$dir" || return
	echo 0 >"$dir/tracing_on"
	echo mono >"$dir/trace_clock"
	echo "${TRACE_BUFFER_KB:-4096}" >"$dir/buffer_size_kb"
	for event; do
		case ${TRACE_WHOLE:+whole/}$event in
		lock/contention_begin)
			echo 'flags==2||flags==4' >"$dir/events/$event/filter"
			echo 'stacktrace if flags==2||flags==4' >"$dir/events/$event/trigger"
			;;
		sched/sched_switch)
			echo 'prev_state & 2' >"$dir/events/$event/filter"
			;;
		sched/sched_waking)
			echo 'common_pid != 0' >"$dir/events/$event/filter"
			;;
		esac
		echo 1 >"$dir/events/$event/enable" || return
	done
	echo 1 >"$dir/tracing_on"
}

contention_events='lock/contention_begin lock/contention_end sched/sched_switch
	sched/sched_waking task/task_newtask task/task_rename sched/sched_process_exit'

# With events on, the kernel goes on to learn names of threads: saved_cmdlines grows while
# trace-cmd reads it, which breaks its file.
trace_stop() {
	echo 0 >"$tracing/instances/$trace_instance/tracing_on"
	echo 0 >"$tracing/instances/$trace_instance/events/enable"
}

trace_remove() {
	[ -n "$trace_instance" ] && [ -d "$tracing/instances/$trace_instance" ] || return 0
	trace_stop
	rmdir "$tracing/instances/$trace_instance"
}

# trace_extract FILE [OPTION...]: what the instance holds; removes it
trace_extract() {
	local file=$1
	shift
	trace-cmd extract -B "$trace_instance" -o "$file" "$@" >"$tap_dir/extract" 2>&1
	set -- "$?"
	# saved_cmdlines grows also where another program traces
	! grep -q 'error in size of file' "$tap_dir/extract" || set -- 1
	trace_remove
	return "$1"
}
