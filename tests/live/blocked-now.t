#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# rmapscope blocked without a file: a wait that began before it is shown with its
# holder, from the kernel's own state, and nothing of it stays behind.
. tests/tap.sh
. tests/live/trace.sh
: "${STOP_AT_ITER_SO:=$(pwd)/build/tests/stage/stop-at-iter.so}"
: "${WRITE_HOLD:=$(pwd)/build/tests/live/write_hold}"
PATH=$PATH:/usr/sbin

"$RMAPSCOPE" blocked >"$tap_dir/out" 2>"$tap_dir/err" ||
	tap_skip_all "the kernel's state cannot be read: $(cat "$tap_dir/err")"
tap_like "$(cat "$tap_dir/out")" 'source kernel state' "it says where that is from"

live_start "$WRITE_HOLD" >"$tap_dir/hold"
await 60 test -s "$tap_dir/hold"
live_need "a thread holds its mmap_lock for writing, another one wants it"
writer=$(value writer "$(cat "$tap_dir/hold")") reader=$(value reader "$(cat "$tap_dir/hold")")

# the two rows of the lock and of its waiter, below its holder
look() {
	local before
	before=$(now_ns)
	"$RMAPSCOPE" blocked --format json >"$tap_dir/json" 2>"$tap_dir/err" || return
	tree=$(sqlite3 -batch :memory: "WITH r AS (SELECT key, value AS v FROM json_each(readfile('$tap_dir/json'), '\$.blocked'))
		SELECT h.v ->> 'kind', h.v ->> 'tid', h.v ->> 'comm', l.v ->> 'class', l.v ->> 'source', l.v ->> 'mode',
			w.v ->> 'kind', w.v ->> 'comm', w.v ->> 'tgid', w.v ->> 'mode', w.v ->> 'role', w.v ->> 'state'
		FROM r w JOIN r l ON l.key = w.key - 1 JOIN r h ON h.key = l.key - 1 WHERE w.v ->> 'tid' = $reader")
	began_before=$(sqlite3 -batch :memory: "SELECT (j ->> 'at_ns') - (r.value ->> 'age_ns') < $before
		FROM (SELECT readfile('$tap_dir/json') AS j), json_each(j, '\$.blocked') r
		WHERE r.value ->> 'tid' = $reader")
	# between two of its system calls the writer does not hold the lock, and a wait may be shorter than our start takes
	[ "$began_before" = 1 ] && [ "$tree" = "$want" ]
}
want="holder|$writer|hold/writer|mmap|owner|write|waiter|hold/reader|$writer|read|mincore|waiting"
await 120 look
tap_is "$?:$tree" "0:$want" \
	"a wait that began before we came is found: lock, class, role, and the holder by the owner word"
kill "$live_pid"

# the kernel notes no lock for a sleep that SIGKILL ends
live_start "$WRITE_HOLD" 512 killable >"$tap_dir/killable"
await 60 test -s "$tap_dir/killable"
live_need "a thread wants the lock and can be killed meanwhile"
reader=$(value reader "$(cat "$tap_dir/killable")")
look_killable() {
	"$RMAPSCOPE" blocked --format json >"$tap_dir/json" 2>"$tap_dir/err" || return
	[ "$(sqlite3 -batch :memory: "SELECT value ->> 'mode', value ->> 'state' FROM json_each(readfile('$tap_dir/json'), '\$.blocked')
		WHERE value ->> 'tid' = $reader")" = "read|waiting" ]
}
await 120 look_killable
tap_ok $? "so is a wait that SIGKILL would end"
kill "$live_pid"

if unshare -pf --mount-proc true 2>/dev/null; then
	tap_is "$(unshare -pf --mount-proc "$RMAPSCOPE" blocked | grep -c '^note: only threads of this PID namespace')" 1 \
		"in another PID namespace it says that it looks no further"
else
	tap_skip "no PID namespaces" "another PID namespace"
fi

if command -v bpftool >/dev/null; then
	programs() {
		bpftool prog show | grep -c ' name chain_now '
	}
	is_stopped() {
		grep -q '^State:.*stopped' "/proc/$pid/status"
	}
	nr_before=$(programs)
	live_start env LD_PRELOAD="$STOP_AT_ITER_SO" ASAN_OPTIONS=verify_asan_link_order=0 \
		"$RMAPSCOPE" blocked >/dev/null 2>&1
	pid=$live_pid
	await 60 is_stopped && [ "$(programs)" -gt "$nr_before" ]
	live_need "its program is in the kernel"
	tap_is "$(instance_of "$pid")" "" "it has no tracefs instance: no event is enabled"
	kill -KILL "$pid"
	live_wait "$pid" 2>/dev/null
	gone() {
		[ "$(programs)" -le "$nr_before" ]
	}
	await 20 gone
	tap_ok $? "and is gone from it after kill -9"
else
	tap_skip "no bpftool" "nothing is left in the kernel after kill -9"
fi
tap_done
