#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What begins ends, and what is acquired is released, in every workload.

. "$(dirname "$0")/tap.sh"
for v in $kernels; do
	have_result "$v" || continue
	for w in $(cd "$result/hist" && ls); do
		for lock in anon_vma i_mmap; do
			a=$(hits "$w" ${lock}_lock_acquire_returned 'success: *1')
			s=$(count ${lock}_lock_acquire_returned "$w")
			l=$(count ${lock}_lock_start_locking "$w")
			r=$(count ${lock}_lock_released "$w")
			check "$v: $w: $lock lock: $a acquired, $r released" [ "$a" = "$r" ]
			# a try-lock returns without having started
			check "$v: $w: $lock lock: $l started, $s returned" [ "$l" -le "$s" ]
			for mode in 0 1; do
				a=$(hits "$w" ${lock}_lock_acquire_returned "success: *1, write: *$mode")
				r=$(hits "$w" ${lock}_lock_released "write: *$mode")
				[ "$a" = "$r" ] || not_ok "$v: $w: $lock lock: write=$mode: $a acquired, $r released"
			done
		done
		for pair in anon_vma_contention i_mmap_contention vma_lock_contention rmap_walk exec_stack_shift; do
			b=$(count ${pair}_begin "$w")
			e=$(count ${pair}_end "$w")
			check "$v: $w: $pair: $b begun, $e ended" [ "$b" = "$e" ]
		done
	done
done
done_testing
