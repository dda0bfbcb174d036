#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The lock order of ordinary work has no inversions, and an empty section is
# told apart from one that could not be seen.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

db=$tap_dir/order.db
for work in "uffd-move -t 2 -d 1" "fork-chain -d 1" "mmap-churn -t 4 -d 1"; do
	# shellcheck disable=SC2086 # words of a command
	"$RMAPSCOPE" record --force --profile holds -o "$db" -- "$WORKLOADS"/$work >"$tap_dir/line" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "record --profile holds of ${work%% *} succeeds"
	tap_is "$(sql "$db" "SELECT count(*) FROM lock_order WHERE inversion")" 0 "it has no inversion"
	tap_like "$("$RMAPSCOPE" order "$db")" "^0 inversions of the documented order$|^\\(not seen: " \
		"order says so"
	[ "${work%% *}" = fork-chain ] || continue
	# dup_mmap() takes the child's mmap_lock while it holds the parent's
	forks=$(value nr_forks "$(grep ^workload= "$tap_dir/line")")
	[ "$(sql "$db" "SELECT nr_taken FROM lock_order WHERE held = 'mmap' AND taken = 'mmap'")" -ge "$forks" ]
	tap_ok $? "mmap_lock is taken under mmap_lock at least once for each of $forks forks"
done

"$RMAPSCOPE" record --force -o "$db" -- true >"$tap_dir/line" 2>&1
for section in order stragglers walks; do
	tap_like "$("$RMAPSCOPE" report "$db" $section | tail -n 1)" \
		"^\\(not seen: (needs profile (holds|walks) |this kernel has no rmap)" \
		"without their profile, $section are not seen rather than none"
done
tap_done
