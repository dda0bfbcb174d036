#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Make docs/recorders.md: the same seconds of a workload by rmapscope, trace-cmd, perf and Perfetto, all four at the
# same time; each file imported; the databases beside each other. Run it from the project's root, as root, after
# `make` and `make workloads`. trace-cmd and perf must be installed, and Perfetto is fetched.
#
# trace-cmd and Perfetto use tracefs instances of their own; the machine's own buffer is left alone.
set -eu
. tests/tap.sh
. tests/live/trace.sh
: "${DURATION:=8}" "${PAGE:=docs/recorders.md}"

give_up() {
	echo "make-recorders: $1" >&2
	exit 1
}

# of Perfetto; that of trace-cmd is trace_begin's
instance=test.rmapscope.$$.perfetto
clean_up() {
	live_cleanup
	[ ! -d "$tracing/instances/$instance" ] || rmdir "$tracing/instances/$instance"
}
trap clean_up EXIT

# timed NAME COMMAND...: in the background, by a process $live_pid that passes signals on. NAME.cpu is then what
# CPU time it took, in seconds.
timed() {
	local name=$1
	shift
	live_start perl -e '
		my $times = shift;
		my $pid = fork() // die "fork: $!\n";
		if (!$pid) {
			exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
		}
		$SIG{INT} = sub { kill "INT", $pid };
		$SIG{TERM} = sub { kill "TERM", $pid };
		1 while waitpid($pid, 0) != $pid;
		my $status = $?;
		open(my $file, ">", $times) or die "$times: $!\n";
		printf $file "%.2f\n", (times)[2] + (times)[3];
		exit($status & 127 || $status >> 8);
	' "$tap_dir/$name.cpu" "$@"
}

# end NAME PID SIGNAL: it writes its file and ends
end() {
	local status=0
	kill -"$3" "$2"
	live_wait "$2" || status=$?
	case $status in
	0 | 2 | 15) ;;
	*) give_up "$1 failed ($status): $(tail -n 1 "$tap_dir/$1.err")" ;;
	esac
}

# --- the recorders: start_NAME returns when it records

perf_events=lock:contention_begin,lock:contention_end,sched:sched_switch,sched:sched_waking
perf_options="-a -g -k mono -e $perf_events"

start_perf() {
	mkfifo "$tap_dir/ctl" "$tap_dir/ack"
	exec 7<>"$tap_dir/ctl" 8<>"$tap_dir/ack"
	# shellcheck disable=SC2086 # words
	timed perf perf record -q -m 4096 -D -1 --control fd:7,8 $perf_options -o "$tap_dir/perf.data" \
		>"$tap_dir/perf.err" 2>&1
	perf=$live_pid
	echo enable >&7
	read -r -t 30 _ <&8 || give_up "perf does not record: $(tail -n 1 "$tap_dir/perf.err")"
}

perfetto_config() {
	cat <<-END
		buffers { size_kb: 131072 fill_policy: DISCARD }
		data_sources { config { name: "linux.process_stats"
		  process_stats_config { scan_all_processes_on_start: true record_thread_names: true } } }
		data_sources { config { name: "linux.ftrace" ftrace_config {
		  instance_name: "$instance" buffer_size_kb: 32768 drain_period_ms: 100
		  compact_sched { enabled: true }
		  ftrace_events: "lock/contention_begin" ftrace_events: "lock/contention_end"
		  ftrace_events: "sched/sched_switch" ftrace_events: "sched/sched_waking"
		  ftrace_events: "sched/sched_process_exit"
		  ftrace_events: "task/task_newtask" ftrace_events: "task/task_rename" } } }
	END
}

is_on() {
	[ "$(cat "$1" 2>/dev/null)" = 1 ]
}

start_perfetto() {
	export PERFETTO_PRODUCER_SOCK_NAME=$tap_dir/producer PERFETTO_CONSUMER_SOCK_NAME=$tap_dir/consumer
	mkdir "$tracing/instances/$instance"
	timed traced "$perfetto_dir/traced" >"$tap_dir/traced.err" 2>&1
	traced=$live_pid
	await 30 test -S "$tap_dir/consumer" || give_up "traced does not start: $(tail -n 1 "$tap_dir/traced.err")"
	timed probes "$perfetto_dir/traced_probes" >"$tap_dir/probes.err" 2>&1
	probes=$live_pid
	perfetto_config >"$tap_dir/config"
	timed perfetto "$perfetto_dir/perfetto" -c "$tap_dir/config" --txt -o "$tap_dir/trace.pftrace" >"$tap_dir/perfetto.err" 2>&1
	perfetto=$live_pid
	await 30 is_on "$tracing/instances/$instance/events/task/task_rename/enable" &&
		await 30 is_on "$tracing/instances/$instance/tracing_on" ||
		give_up "perfetto does not record: $(tail -n 1 "$tap_dir/perfetto.err")"
}

end_perfetto() {
	end perfetto "$perfetto" TERM
	end probes "$probes" TERM
	end traced "$traced" TERM
	rmdir "$tracing/instances/$instance"
	cat "$tap_dir"/{perfetto,probes,traced}.cpu | awk '{ sum += $1 } END { printf "%.2f\n", sum }' >"$tap_dir/sum"
	mv "$tap_dir/sum" "$tap_dir/perfetto.cpu"
}

rwsems='flags==2||flags==4' sleeps='prev_state & 2'

# as trace-cmd record does it with -B, but without its changes of the machine's own buffer
start_tracecmd() {
	local dir
	# shellcheck disable=SC2086 # words
	TRACE_BUFFER_KB=32768 TRACE_WHOLE=1 trace_begin $contention_events ||
		give_up "cannot record with a tracefs instance"
	dir=$tracing/instances/$trace_instance/events
	echo "$rwsems" >"$dir/lock/contention_begin/filter"
	echo "stacktrace if $rwsems" >"$dir/lock/contention_begin/trigger"
	echo "stacktrace if $sleeps" >"$dir/sched/sched_switch/trigger"
}

end_tracecmd() {
	trace_stop
	timed tracecmd trace-cmd extract -B "$trace_instance" -o "$tap_dir/trace.dat" >"$tap_dir/tracecmd.err" 2>&1
	live_wait "$live_pid" || give_up "trace-cmd extract failed: $(tail -n 1 "$tap_dir/tracecmd.err")"
	trace_remove
}

is_recording() {
	[ "$(sql "$tap_dir/rmapscope.db" "SELECT value FROM meta WHERE key = 'state'" 2>/dev/null)" = recording ]
}

start_rmapscope() {
	timed rmapscope "$RMAPSCOPE" record --profile contention,stalls -o "$tap_dir/rmapscope.db" \
		>"$tap_dir/rmapscope.out" 2>"$tap_dir/rmapscope.err"
	rmapscope=$live_pid
	await 30 is_recording || give_up "rmapscope does not record: $(tail -n 1 "$tap_dir/rmapscope.err")"
}

# import NAME FILE [OPTION...]
import() {
	local name=$1
	shift
	timed "$name.import" "$RMAPSCOPE" import -o "$tap_dir/$name.db" "$@" >"$tap_dir/$name.out" 2>"$tap_dir/$name.err"
	live_wait "$live_pid" || give_up "import of $name failed: $(tail -n 1 "$tap_dir/$name.err")"
}

# record: the same seconds by all of them, and the databases; $pids are the processes of the workloads
record() {
	rm -f "$tap_dir"/*.db* "$tap_dir"/ctl "$tap_dir"/ack
	start_perf
	start_perfetto
	start_tracecmd
	start_rmapscope
	live_start "$WORKLOADS/mmap-churn" -t 4 -d "$DURATION" >"$tap_dir/churn"
	"$WORKLOADS/uffd-move" -t 4 -d "$DURATION" --pin >"$tap_dir/moves"
	live_wait "$live_pid"
	end rmapscope "$rmapscope" INT
	end_tracecmd
	end_perfetto
	end perf "$perf" INT
	cat /proc/kallsyms >"$tap_dir/kallsyms"
	import tracecmd "$tap_dir/trace.dat"
	import perf "$tap_dir/perf.data" --kallsyms "$tap_dir/kallsyms"
	import perfetto "$tap_dir/trace.pftrace"
	pids=$(value pid "$(cat "$tap_dir/churn")"),$(value pid "$(cat "$tap_dir/moves")")
}

# --- what they say

names='rmapscope tracecmd perf perfetto'

# of NAME SQL: tables w and s are its waits and its uninterruptible sleeps of the workloads, mine the waits of
# rmapscope, same the waits of both
of() {
	sqlite3 "$tap_dir/$1.db" "ATTACH '$tap_dir/rmapscope.db' AS r;
		CREATE TEMP TABLE w AS SELECT * FROM main.waits WHERE tgid IN ($pids);
		CREATE TEMP TABLE s AS SELECT * FROM main.stalls WHERE tgid IN ($pids);
		CREATE TEMP TABLE mine AS SELECT * FROM r.waits WHERE tgid IN ($pids);
		CREATE TEMP TABLE same AS SELECT mine.id, min(abs(w.start_ns - mine.start_ns)) AS start_ns,
			abs(w.duration_ns - mine.duration_ns) AS duration_ns
		FROM mine JOIN w ON w.tid = mine.tid AND w.mode = mine.mode
		WHERE abs(w.start_ns - mine.start_ns) < 1000000 GROUP BY mine.id;
		$2"
}

# within A B: whether these numbers differ by 1 % at most
within() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > 0 && b > 0 && (a > b ? a - b : b - a) * 100 <= a) }'
}

# agree NAME: it has the same waits as rmapscope, and nobody lost an event
agree() {
	[ "$(of "$1" "SELECT count(*) FROM loss")" = 0 ] &&
		within "$(of rmapscope "SELECT count(duration_ns) FROM w")" "$(of "$1" "SELECT count(duration_ns) FROM w")" &&
		within "$(of rmapscope "SELECT sum(duration_ns) FROM w")" "$(of "$1" "SELECT sum(duration_ns) FROM w")"
}

# perf_lock: how many waits for rwsems perf lock finds in its own file, of all processes, and their milliseconds
perf_lock() {
	perf lock contention -i "$tap_dir/perf.data" 2>&1 | awk '
		BEGIN { ms["ns"] = 1e-6; ms["us"] = 1e-3; ms["ms"] = 1; ms["s"] = 1000 }
		$8 ~ /^rwsem/ { nr += $1; sum += $2 * ms[$3] }
		END { printf "%d %.2f\n", nr, sum }'
}

perf_agrees() {
	read -r lock_waits lock_ms < <(perf_lock)
	read -r all_waits all_ms < <(sqlite3 -separator ' ' "$tap_dir/perf.db" \
		"SELECT count(duration_ns), printf('%.2f', total(duration_ns) / 1e6) FROM wait")
	within "$all_waits" "$lock_waits" && within "$all_ms" "$lock_ms"
}

all_agree() {
	local name
	for name in $names; do
		agree "$name" || return 1
	done
	perf_agrees
}

# row LABEL SQL: a line of the table
row() {
	local name line="| $1 |"
	for name in $names; do
		line="$line $(of "$name" "$2") |"
	done
	printf '%s\n' "$line"
}

# row_of LABEL FUNCTION [ARG...]: likewise, by what FUNCTION NAME ARG... prints
row_of() {
	local name line="| $1 |"
	for name in $names; do
		line="$line $("$2" "$name" "${@:3}") |"
	done
	printf '%s\n' "$line"
}

# beside NAME EXPRESSION [ORDER]: of the waits that both have
beside() {
	if [ "$1" = rmapscope ]; then
		echo -
	else
		of "$1" "SELECT $2 FROM same ${3:-}"
	fi
}

file_of() {
	case $1 in
	rmapscope) echo "$tap_dir/rmapscope.db" ;;
	tracecmd) echo "$tap_dir/trace.dat" ;;
	perf) echo "$tap_dir/perf.data" ;;
	perfetto) echo "$tap_dir/trace.pftrace" ;;
	esac
}

size_of() {
	echo $((($(stat -c %s "$(file_of "$1")") + 1023) / 1024))
}

cpu_of() {
	cat "$tap_dir/$1.cpu"
}

import_cpu_of() {
	cat "$tap_dir/$1.import.cpu" 2>/dev/null || echo -
}

version_of() {
	case $1 in
	rmapscope) "$RMAPSCOPE" --version ;;
	tracecmd) trace-cmd --version 2>&1 ;;
	perf) perf --version ;;
	perfetto) "$perfetto_dir/perfetto" --version 2>&1 ;;
	esac | grep -o '[0-9][0-9.]*' | head -n 1
}

table() {
	# shellcheck disable=SC2016 # markdown
	echo '| | `rmapscope record` | trace-cmd | perf | Perfetto |'
	echo '|---|---:|---:|---:|---:|'
	row_of 'version' version_of
	row 'events that rmapscope read' "SELECT value FROM meta WHERE key = 'nr_events'"
	row 'events lost' "SELECT coalesce(sum(nr_lost), 0) FROM loss"
	row 'waits of the workloads' "SELECT count(duration_ns) FROM w"
	row 'time in these waits, ms' "SELECT printf('%.3f', sum(duration_ns) / 1e6) FROM w"
	row_of 'waits that `rmapscope record` has, too' beside "count(*)"
	row_of 'their durations differ by, median, us' beside "printf('%.1f', duration_ns / 1e3)" \
		"ORDER BY duration_ns LIMIT 1 OFFSET (SELECT count(*) / 2 FROM same)"
	row_of 'their durations differ by, at most, us' beside "printf('%.1f', max(duration_ns) / 1e3)"
	row 'uninterruptible sleeps of the workloads' "SELECT count(duration_ns) FROM s"
	row 'time in these sleeps, ms' "SELECT printf('%.3f', sum(duration_ns) / 1e6) FROM s"
	row 'sleeps that a wait explains' "SELECT count(wait_id) FROM s"
	row 'waits with a named holder' "SELECT count(holder_task_id) FROM w"
	row 'of these: known by the lock itself (owner)' "SELECT count(*) FROM w WHERE holder_source = 'owner'"
	row 'waits with a named VMA' "SELECT count(vma_id) FROM w"
	row 'waits with a kernel operation (role)' "SELECT count(role) FROM w"
	row 'waits with a class of lock' "SELECT count(class) FROM w"
	row 'locks that these waits are for' "SELECT count(DISTINCT lock_id) FROM w"
	row_of 'size of its file, KiB' size_of
	row_of 'CPU time of the recorder, s' cpu_of
	row_of 'CPU time of `rmapscope import`, s' import_cpu_of
}

# cannot NAME TITLE: what the capture cannot show, in the words of import
cannot() {
	printf '\n%s:\n\n' "$2"
	sqlite3 "$tap_dir/$1.db" "SELECT value FROM meta WHERE key = 'limits'" | sed 's/^/- /'
}

page() {
	cat <<-PAGE
		# The same seconds by four recorders

		\`rmapscope record\`, trace-cmd, perf and Perfetto recorded the same $DURATION s of \`uffd-move -t 4 --pin\` and
		\`mmap-churn -t 4\` at the same time, and \`rmapscope import\` read the files of the other three. Waits are of
		the threads of these two processes. \`bash docs/make-recorders.sh\` makes this page again, as root; it writes it
		only if no recorder lost an event, and if the number of waits and the time in them agree within 1 %.

		$(table)

		Each recorder writes an event into a buffer of its own and reads the clock itself, so an interrupt may come
		between two of them; this is why durations differ. The CPU time is that of the recorders' own processes. What
		the kernel does for an event in the thread that it happens in is not in it: with four recorders at once
		that cannot be separated. \`rmapscope record\` writes the database meanwhile; the others need the import.

		\`perf lock contention -i perf.data\` finds $lock_waits waits for rwsems of $lock_ms ms in the file of perf, of all
		processes on the machine. \`rmapscope import\` finds $all_waits of $all_ms ms in it.

		## What to choose

		- **The machine is at hand, and you are root**: \`rmapscope record\`. It is the only one that names VMAs, and
		  makes the database while it records, which takes more CPU time then; there is no import.
		- **A server where perf is installed**: perf. Its call chains show kernel operations and classes of locks; copy
		  \`/proc/kallsyms\` before the next boot, without which they are unknown. Its file is the largest.
		- **Only tracefs, or a trace that runs until something happens**: trace-cmd. It needs a stack trigger on
		  contention_begin to show operations and classes; its file has the kernel's symbols.
		- **Android, ChromeOS, or the other events of a Perfetto trace are needed**: Perfetto. It shows who waited how
		  long, and who woke whom. It has no stacks and hides addresses: operations and classes are unknown, and one
		  lock counts as several. On Android it adds frames and the function of each sleep.

		## Recorded with

		\`\`\`
		rmapscope record --profile contention,stalls
		perf record $perf_options
		\`\`\`

		trace-cmd: an instance with the events $(printf '%s, ' $contention_events | sed 's/, $//; s/ \(sched.sched_switch\)/\n\1/')
		with filter \`$rwsems\` and a stack trigger on contention_begin, and a stack trigger on sched_switch where
		\`$sleeps\`; then \`trace-cmd extract -B\`. Perfetto: linux.ftrace as the man page shows it, buffers of 32 MiB
		per CPU, and linux.process_stats.

		## What each cannot show

		These are the notes that rmapscope writes into the database (\`meta.limits\`).
		$(cannot rmapscope '`rmapscope record`')
		$(cannot tracecmd trace-cmd)
		$(cannot perf perf)
		$(cannot perfetto Perfetto)
	PAGE
}

[ "$(id -u)" = 0 ] || give_up "run it as root"
for program in perf trace-cmd sqlite3; do
	command -v $program >/dev/null || give_up "$program is not installed"
done
perfetto_dir=$(tests/guest/fetch-perfetto 2>"$tap_dir/fetch.err") ||
	give_up "no recorder of Perfetto: $(tail -n 1 "$tap_dir/fetch.err")"
for try in 1 2 3 4 5; do
	record
	! all_agree || break
	echo "make-recorders: try $try: they differ, or lost events" >&2
	table >&2
	echo "perf lock: $lock_waits of $lock_ms ms, import: $all_waits of $all_ms ms" >&2
	[ $try -lt 5 ] || give_up "they never agreed"
done
page >"$PAGE"
