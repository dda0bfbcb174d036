#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# record and top where memory, room or a reader is missing, or another program cuts a
# file: a line, exit code 1, no tracefs instance, and what was committed.
. tests/tap.sh
. tests/live/trace.sh
. tests/limits.sh
tap_need_live

R=$RMAPSCOPE
dir=$tap_dir/work
mkdir "$dir"
export TMPDIR=$dir
db=$dir/x.db

# record_in_background OPTION...: until it has committed
record_in_background() {
	rm -f "$db"*
	# a shell without job control has its background processes ignore SIGQUIT
	live_start env --default-signal=QUIT "$R" record -o "$db" "$@" >"$tap_dir/recorder.out" 2>"$tap_dir/recorder.err"
	recorder=$live_pid
	await 30 has_committed
	live_need "it records"
}

has_committed() {
	[ "$(sql "$db" "SELECT value FROM meta WHERE key = 'last_ns'" 2>/dev/null)" ]
}

# ended PATTERN NAME: the recorder ends by itself with a line
ended() {
	live_wait "$recorder" 2>/dev/null
	tap_is "$?:$(wc -l <"$tap_dir/recorder.err")" "1:1" "$2: exit code 1, one line"
	tap_like "$(cat "$tap_dir/recorder.err")" "^rmapscope: .*$1" "$2: the line says why"
	tap_is "$(instance_of "$recorder")" "" "$2: no tracefs instance is left"
}

# sound NAME: what was committed can be read
sound() {
	tap_is "$(sql "$db" "PRAGMA integrity_check"):$("$R" report "$db" 2>&1 >/dev/null)" "ok:" \
		"$1: what was committed is there"
}

# --- another program cuts the log's index: SIGBUS

record_in_background
truncate -s 0 "$db-shm"
ended "$db: another program cut a file short.*SIGBUS" "a truncated -shm"
sound "a truncated -shm"

# --- signals that end whoever does not ask for them

for signal in XCPU USR1 ALRM QUIT RTMIN; do
	record_in_background
	kill -$signal "$recorder"
	ended "signal|limit of CPU time" "SIG$signal"
	sound "SIG$signal"
done

# --- a crash

if sanitized; then
	tap_skip_sanitized "a sanitizer takes them" "signals of a crash"
else
	for signal in SEGV ABRT; do
		record_in_background
		kill -$signal "$recorder"
		ended "SIG$signal" "SIG$signal"
		sound "SIG$signal"
	done
fi

# --- no room

record_in_background --profile contention,stalls
# it may not write behind this any more, whatever the file is
prlimit --fsize=$((700 * 1024)) --pid "$recorder"
live_start "$WORKLOADS/mmap-churn" -t 4 -d 60 --pin >"$tap_dir/load"
load=$live_pid
ended "cannot write .*x.db: .*ulimit -f.*it keeps what was recorded before" "ulimit -f"
kill -TERM "$load"
live_wait "$load"
sound "ulimit -f"

mkdir "$dir/small"
if unshare -m true 2>/dev/null; then
	cat >"$tap_dir/full.sh" <<-'END'
		mount -t tmpfs -o size="$1" none "$2" || exit 125
		shift
		dir=$1
		shift
		"$@"
		code=$?
		[ ! -e "$dir/x.db" ] || cp "$dir"/x.db* "$dir/.."
		exit $code
	END
	db=$dir/small/x.db
	one_line "cannot write .*x.db: the disk is full" "no room to begin" \
		unshare -m sh "$tap_dir/full.sh" 200k "$dir/small" "$R" record -d 1 -o "$db"
	one_line "cannot write .*x.db: the disk is full.*it keeps" "a disk that fills" \
		unshare -m sh "$tap_dir/full.sh" 1200k "$dir/small" \
		"$R" record -d 60 --profile contention,stalls -o "$db" -- \
		sh -c '"$0" -t 4 -d 60 --pin >/dev/null' "$WORKLOADS/mmap-churn"
	db=$dir/x.db
	sound "a disk that fills"
else
	tap_skip "no mount namespaces" "a disk that fills"
fi

# --- nobody reads

mkfifo "$dir/pipe"
exec 5<>"$dir/pipe"
exec 6>"$dir/pipe" 5>&-
live_start "$R" top -b -d 0.1 >&6 2>"$tap_dir/recorder.err"
recorder=$live_pid
ended "cannot write.*: Broken pipe" "top -b that nobody reads"
exec 6>&-
tap_is "$(find "$dir" -name '.rmapscope.*')" "" "top -b that nobody reads: its temporary database is gone"

# --- no memory

if sanitized; then
	tap_skip_sanitized "a sanitizer's allocator" "no memory"
	tap_done
fi
after=instance_of
run=("$R" record --rung 1 -d 0.05 --force -o "$db")
nr=$(nr_allocations "${run[@]}")
# The early ones are those of our own code and of tracefs; most are kernel symbols.
without_memory "record without memory" + "${run[@]}" \
	< <(seq 1 173 3000; seq 3001 $((nr / 10)) "$nr")
without_memory "record without one allocation" "" "${run[@]}" \
	< <(seq 1 60; seq 61 311 3000; seq 3001 $((nr / 5)) "$nr")

# its own allocations come before those for tracefs
run+=(--rung 2)
without_memory "record --rung 2 without memory" + "${run[@]}" < <(seq 1 29 600)
without_memory "record --rung 2 without one allocation" "" "${run[@]}" < <(seq 1 19 600)

tap_done
