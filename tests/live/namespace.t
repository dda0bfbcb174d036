#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PID namespaces: the kernel's tracing counts threads by the initial one, whoever
# asks. And the recorder itself, which is not part of what it watches.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/ns.db

# inside COMMAND...: in a PID namespace with a /proc of its own
inside() {
	unshare -pf --mount-proc "$@"
}

recording() {
	[ -n "$(instance_of "$live_pid")" ] &&
		[ "$(cat "$tracing/instances/$(instance_of "$live_pid")/tracing_on" 2>/dev/null)" = 1 ]
}

threads_of() {
	ls "/proc/$1/task" 2>/dev/null | tr '\n' ' '
}

# --- its own threads are known before the first event

# it has stored what its threads did for a moment
has_recorded() {
	[ "$(sql "$db" "SELECT max(last_ns) - min(first_ns) > 200000000 FROM task" 2>/dev/null)" = 1 ]
}

# on an idle machine no thread may sleep for a long time in a way that is recorded
live_start "$WORKLOADS/mmap-churn" -t 2 -d 600 --pin >"$tap_dir/churn"
churn=$live_pid

bad= nr=0
for _ in 1 2 3 4 5 6 7 8; do
	rm -f "$db"
	live_start "$RMAPSCOPE" record --profile stalls --force -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	await 20 recording || break
	own=$(threads_of "$live_pid")
	pid=$live_pid
	await 20 has_recorded || break
	kill -INT "$live_pid"
	live_wait "$live_pid" || break
	nr=$((nr + 1))
	[ -n "$own" ] || continue
	bad+=$(sql "$db" "SELECT tid || ' ' || coalesce(tgid, '-') || ' ' || coalesce(duration_ns, '-')
		FROM stalls WHERE tid IN (${own// /,} $pid)")
done
tap_is "$nr:$bad" "8:" "no sleep of the recorder's own threads is a stall"
kill -TERM "$churn"
live_wait "$churn"

if ! inside true 2>/dev/null; then
	tap_skip "no PID namespaces" "another PID namespace"
	tap_done
fi

# --- a recorder in another namespace: nothing is looked up where it means others

inside "$RMAPSCOPE" check >"$tap_dir/check" 2>"$tap_dir/err"
tap_is "$?" 0 "check in another PID namespace"
tap_like "$(cat "$tap_dir/check")" "^processes +no +unknown: this PID namespace is not" "it says what that costs"
tap_like "$("$RMAPSCOPE" check)" "^processes +yes" "and here not"

# decoys get the low ids that kernel threads have outside, and a name that nobody else has
cp "$(command -v sleep)" "$tap_dir/decoy"
# shellcheck disable=SC2016
live_start inside bash -c 'for _ in $(seq 60); do "$3" 30 & done
	until [ "$(pgrep -xc decoy)" = 60 ]; do sleep 0.02; done
	"$1" record --profile stalls --force -o "$2" -d 2; code=$?; kill $(jobs -p); exit $code' \
	sh "$RMAPSCOPE" "$db" "$tap_dir/decoy" >"$tap_dir/out" 2>"$tap_dir/err"
own=
# its threads by the ids that they have here
inside_recorder() {
	own=$(threads_of "$(pgrep -f -- "record --profile stalls --force -o $db")")
	[ "$(wc -w <<<"$own")" -ge 3 ]
}
await 20 inside_recorder
live_wait "$live_pid"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "record in another PID namespace"
tap_like "$(sql "$db" "SELECT value FROM meta WHERE key = 'limits'")" \
	"^processes: unknown: this PID namespace is not" "its notes say that processes are unknown"
tap_is "$(sql "$db" "SELECT count(*) FROM process WHERE comm = 'decoy' OR exe IS NOT NULL")" 0 \
	"no thread got a process of that namespace"
tap_is "$(sql "$db" "SELECT tid, duration_ns FROM stalls WHERE tid IN (${own// /,} 0)")" "" \
	"no sleep of its own threads is a stall"
tap_note "its threads: $own"
inside "$RMAPSCOPE" record --force -o "$db" -d 1 -p 1 >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err")" "1:1" "record -p of a process of that namespace is refused"
tap_like "$(cat "$tap_dir/err")" "of the initial PID namespace, and this is another" "with the reason"
tap_is "$(ls "$tracing/instances" | grep -c '^rmapscope\..*\.ids$')" 0 "no instance is left"

# --- a recorder here is not disturbed by one there, which cannot see it

live_start "$RMAPSCOPE" record --force -o "$db" -- "$WORKLOADS/mmap-churn" -t 2 -d 60 \
	>"$tap_dir/out" 2>"$tap_dir/err"
await 20 recording
tap_ok $? "a recording runs"
name=$(instance_of "$live_pid")
inside "$RMAPSCOPE" check >"$tap_dir/check" 2>&1
inside "$RMAPSCOPE" check >"$tap_dir/check" 2>&1
tap_is "$(cat "$tracing/instances/$name/tracing_on" 2>&1)" 1 \
	"check in another PID namespace leaves its tracing on"
inside "$RMAPSCOPE" report "$db" >"$tap_dir/out" 2>&1
tap_is "$(grep -c 'recorder was killed' "$tap_dir/out")" 0 "report there does not call it killed"
kill -INT "$live_pid"
live_wait "$live_pid"
tap_is "$?" 0 "and it ends well"
tap_done
