#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A chain of three threads, staged on this kernel, is found afterwards as it was.
# While it lasts, stock events do not tell who holds a lock: the waiters are
# there, under a holder that is not known (tests/cli/blocked.t has the rest).
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

: "${CHAIN:=$(pwd)/build/tests/live/chain}"
db=$tap_dir/capture.db
# Instants at which a waits for the mmap_lock and b for the file's i_mmap_rwsem, whose
# class is open where nobody but dup_mmap() was seen to wait for it.
instants() {
	sql "$db" "SELECT (max(wa.start_ns, wb.start_ns) + min(wa.start_ns + wa.duration_ns,
		wb.start_ns + wb.duration_ns)) / 2 || 'ns', coalesce(wb.class, '') FROM waits wa, waits wb
		WHERE wa.tid = $a AND wb.tid = $b AND wb.role = 'fork'
		AND coalesce(wb.class, 'i_mmap') = 'i_mmap' AND wa.lock <> wb.lock
		AND wa.start_ns < wb.start_ns + wb.duration_ns
		AND wb.start_ns < wa.start_ns + wa.duration_ns"
}

# each has a head start in time only: on a busy machine it may be too short
nr_runs=0
until [ -s "$tap_dir/at" ] || [ $((nr_runs += 1)) -gt 8 ]; do
	ids=$("$RMAPSCOPE" record --force -o "$db" -- "$CHAIN" 8 2>"$tap_dir/err" | grep ^a=) || break
	a=$(value a "$ids") b=$(value b "$ids") c=$(value c "$ids")
	instants >"$tap_dir/at"
done
[ "$ids" ]
live_need "it records"
tap_note "$(wc -l <"$tap_dir/at") of 8 rounds made a chain, run $nr_runs"
[ -s "$tap_dir/at" ]
live_need "both wait at the same time"

found=0
while IFS='|' read -r at class; do
	want="0 holder chain/c $c running
1 lock $class - waker
2 waiter chain/b $b waiting
3 lock mmap - waker
4 waiter chain/a $a waiting"
	# others may wait for something on this machine, too
	tree=$("$RMAPSCOPE" blocked "$db" --at "$at" --format csv |
		awk -F, -v a="$a" -v b="$b" -v c="$c" 'NR > 1 && $1 == 0 { on = $4 == c }
			NR > 1 && on && ($3 == "lock" || $4 == a || $4 == b || $4 == c) { print $1, $3, $3 == "lock" ? $13 " -" : $2 " " $4, $11 $10 }')
	if [ "$tree" = "$want" ]; then
		found=$((found + 1))
	else
		printf '%s\n' "$tree" | sed "s/^/# at $at: /"
	fi
done <"$tap_dir/at"
tap_note "$found of them have c above b above a"
[ "$found" -gt 0 ]
tap_ok $? "the chain c, b, a is found with its locks"
tap_done
