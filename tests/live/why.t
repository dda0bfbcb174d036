#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the holder of a lock did while others waited: asleep for another lock, waiting for a CPU,
# running. Each is staged.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live
: "${CHAIN:=$(pwd)/build/tests/live/chain}"
: "${WRITE_HOLD:=$(pwd)/build/tests/live/write_hold}"

db=$tap_dir/capture.db
did="holder_ran_ns + holder_runnable_ns + holder_lock_ns + holder_slept_ns"

# what must hold of every capture
sound() {
	tap_is "$(sql "$db" "SELECT count(*) FROM loss")" 0 "$1: nothing was lost"
	tap_is "$(sql "$db" "SELECT count(*) FROM wait WHERE $did > duration_ns - coalesce(runnable_ns, 0)
		OR min(holder_ran_ns, holder_runnable_ns, holder_lock_ns, holder_slept_ns) < 0")" 0 \
		"$1: what a holder did is part of the wait until the release"
	tap_is "$(sql "$db" "SELECT count(*) FROM wait WHERE
		(holder_ran_ns IS NULL) + (holder_runnable_ns IS NULL) + (holder_lock_ns IS NULL) +
		(holder_slept_ns IS NULL) NOT IN (0, 4)")" 0 "$1: all of it is known, or nothing"
	tap_is "$(sql "$db" "SELECT count(*) FROM wait WHERE ran_ns > duration_ns - slept_ns - runnable_ns")" 0 \
		"$1: a waiter runs no longer than it was awake"
}

# --- chain/a waits for the mmap_lock of chain/b, which waits for the i_mmap_rwsem of chain/c

record_chain() {
	"$RMAPSCOPE" record --force --profile stalls -o "$db" -- "$CHAIN" 5 >"$tap_dir/out" 2>"$tap_dir/err" || return 1
	a=$(value a "$(grep ^a= "$tap_dir/out")") b=$(value b "$(grep ^a= "$tap_dir/out")")
	blamed="FROM waits v JOIN wait w ON w.id = v.id WHERE v.tid = $a AND v.holder_tid = $b
		AND v.class = 'mmap' AND w.holder_ran_ns IS NOT NULL"
	[ "$(sql "$db" "SELECT count(*) $blamed AND w.holder_lock_ns > 0")" != 0 ]
}
await 120 record_chain
live_need "chain/a waits for chain/b"
sound chain
tap_note "$(sql "$db" "SELECT printf('%d waits, %.3f ms: ran %.3f, waited for a CPU %.3f, asleep for another lock %.3f, for something else %.3f',
	count(*), sum(w.duration_ns - w.runnable_ns) / 1e6, sum(w.holder_ran_ns) / 1e6, sum(w.holder_runnable_ns) / 1e6,
	sum(w.holder_lock_ns) / 1e6, sum(w.holder_slept_ns) / 1e6) $blamed")"
# it sleeps as long as its own waits say
tap_is "$(sql "$db" "SELECT count(*) $blamed AND w.holder_lock_ns > (SELECT total(o.slept_ns) FROM wait o
	JOIN task t ON t.id = o.task_id WHERE t.tid = $b AND o.start_ns < w.start_ns + w.duration_ns
	AND o.start_ns + o.duration_ns > w.start_ns)")" 0 "chain/b was asleep for another lock, no longer than it waited for that"
"$RMAPSCOPE" report --format json "$db" blame >"$tap_dir/json"
tap_is "$(sqlite3 :memory: "SELECT count(*) FROM (SELECT value AS r FROM json_each(readfile('$tap_dir/json'), '\$.blame'))
	WHERE r ->> 'cause' = 'held lock' AND r ->> 'ran_ns' IS NOT NULL AND (r ->> 'ran_ns') + (r ->> 'runnable_ns') +
	(r ->> 'lock_ns') + (r ->> 'slept_ns') + (r ->> 'before_ns') + (r ->> 'unknown_ns') <> (r ->> 'wait_ns')")" 0 \
	"the shares of each row of blame add up to its waits"
tap_is "$(sqlite3 :memory: "SELECT total(r ->> 'lock_ns') > 0 FROM (SELECT value AS r FROM json_each(readfile('$tap_dir/json'), '\$.blame'))
	WHERE r ->> 'comm' = 'chain/a' AND r ->> 'holder_comm' = 'chain/b'")" 1 "blame says that chain/b was asleep for a lock"

# --- the holder shares its CPU with a thread that is always busy

record_preempted() {
	live_start "$WRITE_HOLD" 16 >"$tap_dir/hold"
	hold=$live_pid
	await 60 grep -q writer= "$tap_dir/hold" || return 1
	writer=$(value writer "$(cat "$tap_dir/hold")")
	live_start taskset -c 0 sh -c 'while :; do :; done'
	busy=$live_pid
	taskset -pc 0 "$writer" >/dev/null
	"$RMAPSCOPE" record --force --profile stalls -d 2 -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	kill "$busy" "$hold" 2>/dev/null
	live_wait "$busy" 2>/dev/null
	live_wait "$hold" 2>/dev/null
	blamed="FROM waits v JOIN wait w ON w.id = v.id WHERE v.holder_tid = $writer AND w.holder_ran_ns IS NOT NULL"
	[ "$(sql "$db" "SELECT count(*) >= 3 $blamed")" = 1 ]
}
await 120 record_preempted
live_need "hold/reader waits for hold/writer"
sound "a busy CPU"
tap_note "$(sql "$db" "SELECT printf('%d waits, %.3f ms: ran %.3f, waited for a CPU %.3f, asleep %.3f',
	count(*), sum(w.duration_ns - w.runnable_ns) / 1e6, sum(w.holder_ran_ns) / 1e6, sum(w.holder_runnable_ns) / 1e6,
	sum(w.holder_lock_ns + w.holder_slept_ns) / 1e6) $blamed")"
tap_is "$(sql "$db" "SELECT total(w.holder_runnable_ns) * 4 > total(w.holder_ran_ns) $blamed")" 1 \
	"of two on one CPU the holder waits for it, too"
tap_is "$(sql "$db" "SELECT total(w.holder_ran_ns) > 0 $blamed")" 1 "and runs"
tap_is "$(sql "$db" "SELECT total(w.holder_lock_ns) $blamed")" "0.0" "but is asleep for no lock"

# --- not to be known

"$RMAPSCOPE" record --force -o "$db" -- "$CHAIN" 1 >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(sql "$db" "SELECT count(holder_ran_ns) FROM wait")" 0:0 "without profile stalls it is not known"
tap_done
