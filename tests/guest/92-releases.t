#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Holders that the kernel itself tells: lock:contended_release, from Linux 7.2.

. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/collector.sh"

for v in $kernels; do
	[ "$v" != 6.12 ] || {
		ok "$v: Linux 7.2 has the event first"
		continue
	}
	collect "$v" releases || {
		not_ok "$v: the guest ran"
		continue
	}
	check "$v: check finds the event" grep -q '^lock:contended_release *yes' "$out/check.txt"
	slept=$(q mmap-churn "SELECT count(*) FROM waits WHERE class = 'mmap' AND outcome = 'acquired' AND slept_ns > 0")
	exact=$(q mmap-churn "SELECT count(*) FROM waits WHERE class = 'mmap' AND outcome = 'acquired' AND slept_ns > 0
		AND holder_source = 'exact'")
	check "$v: of $slept waits for the mmap_lock that slept, $exact have an exact holder" \
		[ "$slept" -gt 20 -a $((exact * 10)) -ge $((slept * 9)) ]
	check "$v: who wakes is the holder of none" \
		[ "$(q mmap-churn "SELECT count(*) FROM waits WHERE holder_source = 'waker' AND class <> 'vma'")" = 0 ]
	check "$v: they are threads of the workload" \
		[ "$(q mmap-churn "SELECT count(*) FROM waits WHERE class = 'mmap' AND holder_tid IS NOT NULL
			AND holder_comm NOT LIKE 'mmap-churn%'")" = 0 ]
	check "$v: let go where the mmap_lock is: $(q mmap-churn "SELECT group_concat(DISTINCT s.symbol) FROM wait w
		JOIN site s ON s.id = w.holder_site_id")" [ "$(q mmap-churn "SELECT count(*) > 0 FROM wait w JOIN lock l
		ON l.id = w.lock_id JOIN site s ON s.id = w.holder_site_id
		WHERE l.class = 2 AND s.symbol LIKE '%munmap%'")" = 1 ]
done
done_testing
