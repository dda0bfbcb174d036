#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The events say the same as the workloads say of themselves.

. "$(dirname "$0")/tap.sh"

# The numbers of the enums in include/linux/rmap_trace.h, by name.
enum() {
	cat "$root_dir/tracepoints-patch/$v"/*.patch | awk -v want="$1" '
		/^\+enum / { n = 0 }
		match($0, /^\+\t[A-Z_]+,/) {
			name = substr($0, 3, RLENGTH - 3)
			if (name == want) { print n; exit }
			n++
		}'
}

for v in $kernels; do
	have_result "$v" || continue
	w=device-exclusive
	small=$(truth $w small_pages)
	huge=$(truth $w huge_page_pages)
	made=$(hits $w device_exclusive "result: *$(enum DEVICE_EXCLUSIVE_MADE) ")
	check "$v: device_exclusive: $made made exclusive, the device got $((small + huge))" \
		[ "$made" = $((small + huge)) ]
	if [ "$v" = 6.12 ]; then
		asked=$(truth $w asked_each)
		tail=$(hits $w device_exclusive "result: *$(enum DEVICE_EXCLUSIVE_TAIL) ")
		check "$v: device_exclusive: $tail tail pages of the huge page were refused" \
			[ "$tail" = $((asked - huge)) ]
	fi
	files=$(hits $w device_exclusive "result: *$(enum DEVICE_EXCLUSIVE_UNSUPPORTED) ")
	check "$v: device_exclusive: $files pages of a file were refused" [ "$files" = "$(truth $w rounds)" ]

	execs=$(truth migrate-exec execs)
	shifts=$(count exec_stack_shift_begin migrate-exec)
	check "$v: exec_stack_shift: $shifts shifts for $execs execs of the workload and its own" \
		[ "$shifts" -ge "$execs" -a "$shifts" -le $((execs + 5)) ]

	moves=$(truth move-storm moves)
	moved=$(count folio_move_anon_rmap move-storm)
	check "$v: folio_move_anon_rmap: $moved for $moves moves" [ "$moved" -ge "$moves" -a "$moved" -le $((moves + 200)) ]

	# a folio of the swap cache that is moved was never mapped, and has no old root
	moves=$(truth move-swap moves)
	moved=$(hits move-swap folio_move_anon_rmap 'old_root: *0 ')
	check "$v: folio_move_anon_rmap: $moved of $moves moved swap entries had a folio in the swap cache" \
		[ "$moved" -gt 0 -a "$moved" -le "$moves" ]
	reused=$(truth hugetlb pages_reused)
	moved=$(count folio_move_anon_rmap hugetlb)
	check "$v: folio_move_anon_rmap: $moved for $reused huge pages that are reused" [ "$moved" -ge "$reused" ]
	whole=$(truth move-kinds huge)
	moved=$(count folio_move_anon_rmap move-kinds)
	check "$v: folio_move_anon_rmap: $moved for $whole transparent huge pages and parts of others" \
		[ "$moved" -ge $((whole + $(truth move-kinds part_of_huge))) ]
	walks=$(hits device-private rmap_walk_begin 'rmap_one: .*try_to_migrate_one')
	check "$v: device-private pages are walked ($walks walks, $(truth device-private pages_to_device) pages went to the device)" \
		[ "$walks" -gt 0 ]

	splits=$(truth remap splits)
	linked=$(count anon_vma_link remap)
	check "$v: anon_vma_link: $linked links for $splits splits" [ "$linked" -ge "$splits" ]

	merges=$(hits ksm-merge rmap_walk_begin "kind: *$(enum RMAP_WALK_KSM),")
	check "$v: KSM folios are walked ($merges walks for $(truth ksm-merge pages_sharing) shared pages)" [ "$merges" -gt 0 ]

	for kind in ANON FILE KSM; do
		n=0
		for h in "$result"/hist/*; do
			n=$((n + $(hits "${h##*/}" rmap_walk_begin "kind: *$(enum RMAP_WALK_$kind),")))
		done
		check "$v: walks of kind $kind ($n)" [ "$n" -gt 0 ]
	done

	walks=$(hits lazyfree rmap_walk_end "outcome: *$(enum RMAP_WALK_GAVE_UP) ")
	kept=$(truth lazyfree pages_kept)
	check "$v: $walks walks gave up at $kept pages that were written to after MADV_FREE" \
		[ "$walks" -ge $((kept / 2)) ]

	# whether a folio has lost its anon_vma when somebody walks is chance
	for outcome in DONE STOPPED CONTENDED GAVE_UP GONE; do
		n=0
		for h in "$result"/hist/*; do
			n=$((n + $(hits "${h##*/}" rmap_walk_end "outcome: *$(enum RMAP_WALK_$outcome) ")))
		done
		if [ $outcome = CONTENDED ] || [ $outcome = GONE ]; then
			note "$v: walks that ended as $outcome: $n"
		else
			check "$v: walks that ended as $outcome ($n)" [ "$n" -gt 0 ]
		fi
	done
done
done_testing
