#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The same seconds, seen by the events of the series and by lock:contention_*:
# the share of the waiting that was spinning, which stock events do not show.

. "$(dirname "$0")/tap.sh"
for v in $kernels; do
	have_result "$v" || continue
	says=$("$guest_dir/lock-agreement" "$result" 2>&1)
	check "$v: the events of job locks can be compared" [ $? = 0 ]
	note "$says"
	for run in short long; do
		waits=$(sed -n "s/^$run: anon_vma_contention: \([0-9]*\) waits.*/\1/p" <<<"$says")
		stock=$(sed -n "s/^$run: lock:contention on the same locks: \([0-9]*\) waits.*/\1/p" <<<"$says")
		share=$(sed -n "s/^$run: share .*: \(.*\) %$/\1/p" <<<"$says")
		# where moves do not take the lock, nobody waits for it while they hold it for a short time
		[ "$v-$run" = 7.3-short ] ||
			check "$v: $run holds: the anon_vma lock was waited for (${waits:-no} waits)" [ "${waits:-0}" -gt 0 ]
		check "$v: $run holds: lock:contention sees no wait that the series does not ($stock waits)" \
			[ "${stock:-1}" -le "${waits:-0}" ]
		check "$v: $run holds: share of the waiting that lock:contention does not see: $share %" \
			awk -v s="${share:--1}" 'BEGIN { exit !(s >= 0 && s <= 100) }'
	done
done
done_testing
