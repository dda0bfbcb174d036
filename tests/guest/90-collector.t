#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rmapscope on the patched kernels: what its database says is what the
# workloads say of themselves.

. "$(dirname "$0")/tap.sh"

. "$(dirname "$0")/collector.sh"

for v in $kernels; do
	out=$(GUEST_CMDLINE=no_hash_pointers "$guest_dir/run-guest" "$v" patched collect) || {
		not_ok "$v: the guest ran"
		continue
	}
	missing=$(grep '^rmap:' "$out/check.txt" | grep -vw yes | grep -v rmap_walk_retry)
	check "$v: check finds every event of the series" [ -z "$missing" ]
	for w in move-storm fork-pageout file-truncate vma-contend; do
		check "$v: $w: the capture can see storms, stragglers, lock order and walks" \
			[ "$(unseen $w)" = 0 ]
		check "$v: $w: no event was lost" [ "$(q $w 'SELECT coalesce(sum(nr_lost), 0) FROM loss')" = 0 ]
		check "$v: $w: every finished wait has a duration, no hold is uncertain" \
			[ "$(q $w "SELECT (SELECT count(*) FROM wait WHERE outcome = 0 AND duration_ns IS NULL) +
				(SELECT count(*) FROM hold WHERE outcome = 2)")" = 0 ]
	done

	for w in move-storm fork-pageout file-truncate vma-contend; do
		edges=$(q $w "SELECT group_concat(held || ' > ' || taken || ' ' || nr_taken, ', ') FROM lock_order
			WHERE documented AND taken IN ('vma', 'anon_vma') AND held IN ('mmap', 'vma')")
		check "$v: $w: the documented order is seen: $edges" [ "$(grep -o '>' <<<"$edges" | wc -l)" = 3 ]
		check "$v: $w: no inversion, no straggler" \
			[ "$(q $w 'SELECT (SELECT count(*) FROM lock_order WHERE inversion) + (SELECT count(*) FROM straggler)')" = 0 ]
		# a reader that comes between the event's look at the lock and the acquisition makes a
		# wait that only the kernel's own event tells, without the VMA
		check "$v: $w: waits for VMA locks have their VMA, all but one in a hundred" \
			[ "$(q $w "SELECT 100 * count(*) FILTER (WHERE vma_start IS NULL) <= count(*) FROM waits WHERE class = 'vma'")" = 1 ]
		parts=$(q $w 'SELECT count(DISTINCT wait_id) FROM wait_part')
		check "$v: $w: the parts of each of $parts waits add up to it, less waiting for a CPU" \
			[ "$(q $w 'SELECT count(*) FROM (SELECT w.id FROM wait w JOIN wait_part p ON p.wait_id = w.id
				GROUP BY w.id HAVING sum(p.duration_ns) + coalesce(w.runnable_ns, 0) != w.duration_ns)')" = 0 ]
		slept=$(q $w 'SELECT count(*) FROM wait WHERE slept_ns > 0')
		# a stall whose wake-up was not seen has no duration (docs/schema.md)
		check "$v: $w: what each of $slept waits slept is the sum of its stalls" \
			[ "$(q $w 'SELECT count(*) FROM (SELECT w.id FROM wait w LEFT JOIN stall s ON s.wait_id = w.id
				WHERE w.slept_ns IS NOT NULL GROUP BY w.id
				HAVING total(s.outcome = 2) = 0 AND coalesce(sum(s.duration_ns), 0) != w.slept_ns)')" = 0 ]
	done

	moves=$(said move-storm moves)
	# other processes write to pages of their own after a fork
	own="FROM moves WHERE process = 'move-storm' AND root_changed"
	rows=$(q move-storm "SELECT count(*) $own")
	check "$v: $rows moves in the database, $moves by the workload" [ "$rows" = "$moves" ]
	check "$v: by both movers" [ "$(q move-storm "SELECT count(DISTINCT tid) $own")" = 2 ]
	check "$v: between two locks of class anon_vma" \
		[ "$(q move-storm "SELECT count(DISTINCT old_lock) $own")" -ge 2 ]
	check "$v: moved folios have a VMA" [ "$(q move-storm 'SELECT count(*) FROM move WHERE vma_id IS NULL')" = 0 ]

	summed=$(q move-storm "SELECT coalesce(sum(nr_moves), 0) FROM rollup")
	rows=$(q move-storm 'SELECT count(*) FROM move WHERE root_changed')
	check "$v: $rows moves as rows, $summed in the roll-ups" [ "$rows" = "$summed" ]
	summed=$(q move-storm "SELECT coalesce(sum(nr_retries), 0) FROM rollup")
	rows=$(q move-storm 'SELECT count(*) FROM retry')
	check "$v: $rows retries as rows, $summed in the roll-ups" [ "$rows" = "$summed" ]

	walks=$(q move-storm "SELECT count(*) FROM walk WHERE duration_ns IS NOT NULL")
	summed=$(q move-storm "SELECT sum(nr_walks) FROM walk_rollup")
	check "$v: $walks walks as rows, $summed in the roll-ups" [ "$walks" = "$summed" ]
	check "$v: walks of the idle bitmap are known as such" \
		[ "$(q move-storm "SELECT count(*) > 0 FROM walks WHERE role = 'idle'")" = 1 ]

	if [ "$v" = 6.12 ]; then
		retries=$(q move-storm 'SELECT count(*) FROM retry')
		check "$v: retries ($retries)" [ "$retries" -gt 0 ]
		check "$v: each counted in its walk" \
			[ "$(q move-storm 'SELECT sum(nr_retries) FROM walk')" = "$retries" ]
		check "$v: the walker is named, and both locks" \
			[ "$(q move-storm "SELECT count(*) FROM retries WHERE comm IS NULL OR old_lock IS NULL OR new_lock IS NULL")" = 0 ]
		check "$v: somebody moved each of these folios during the walk's second" \
			[ "$(q move-storm "SELECT count(*) FROM retry r WHERE NOT EXISTS (SELECT 1 FROM move m
				WHERE m.pfn = r.pfn AND m.task_id <> r.task_id AND m.time_ns BETWEEN r.time_ns - 1000000000 AND r.time_ns)")" = 0 ]
		waits=$(q move-storm "SELECT count(*) FROM waits WHERE role = 'uffd_move' AND mode = 'write'")
		with=$(q move-storm "SELECT count(vma_start) FROM waits WHERE role = 'uffd_move' AND mode = 'write'")
		check "$v: $with of $waits waits of moves have a VMA" \
			[ $((waits > 0 && with * 100 >= waits * 90)) = 1 ]
		# the last thread that had moved the folio is the one that the walk lost it to
		storm=$(q move-storm "SELECT format('walker %s/%d lost its folio to mover %s/%d: %d times, on %d locks',
				walker, r_tid, mover, m_tid, count(*), count(DISTINCT old_lock))
			FROM (SELECT r.comm AS walker, r.tid AS r_tid, m.comm AS mover, m.tid AS m_tid, r.old_lock, max(m.time_ns)
				FROM retries r JOIN moves m ON m.pfn = r.pfn AND m.tid <> r.tid AND m.time_ns < r.time_ns
				GROUP BY r.id)
			GROUP BY r_tid, m_tid")
		check "$v: the storm's walker and who moved its folios are named" [ "$(grep -c 'walker .* mover' <<<"$storm")" -ge 1 ]
		note "$storm"
		slept=$(q move-storm 'SELECT count(*) FROM wait WHERE slept_ns > 0')
		exact=$(q move-storm "SELECT count(*) FROM waits WHERE slept_ns > 0 AND holder_source = 'exact'")
		check "$v: $exact of $slept waits that slept have an exact holder" [ $((exact * 100)) -ge $((slept * 95)) ]
		spun=$(q move-storm 'SELECT round(100.0 * sum(spun_ns) / sum(duration_ns), 1) FROM wait WHERE spun_ns IS NOT NULL')
		check "$v: the share of waiting that stock events do not show: $spun %" [ -n "$spun" ]
	else
		check "$v: no retries, and no storm of them" \
			[ "$(q move-storm 'SELECT (SELECT count(*) FROM retry) + (SELECT count(*) FROM storm WHERE kind = 0)')" = 0 ]
		skips=$(q move-storm "SELECT count(*) FROM skips WHERE reason = 'folio'")
		check "$v: $skips walks were given up for the folio lock" [ "$skips" -gt 0 ]
		note "$(q move-storm "SELECT format('%s/%d gave up %d walks (%s) for the lock of a folio, %d of them on folios that others move',
				comm, tid, count(*), role, sum(pfn IN (SELECT pfn FROM move)))
			FROM skips WHERE reason = 'folio' GROUP BY tid, role")"
		check "$v: no move waited for an anon_vma lock" \
			[ "$(q move-storm "SELECT count(*) FROM waits WHERE role = 'uffd_move' AND class = 'anon_vma'")" = 0 ]
	fi

	forks=$(said fork-pageout forks)
	depth=$(said fork-pageout depth)
	rows=$(q fork-pageout "SELECT count(*) FROM process WHERE comm = 'fork-pageout'")
	check "$v: $rows processes in the database, $forks forks beside a chain of $depth by the workload" \
		[ "$rows" = $((forks + depth + 1)) ]
	rows=$(q fork-pageout "SELECT nr_taken + nr_tried FROM lock_order WHERE held = 'mmap' AND taken = 'mmap'")
	check "$v: as many times ($rows) a child's mmap_lock was taken under its parent's" \
		[ "$rows" = $((forks + depth)) ]
	# an anon_vma without VMAs is freed under its root's lock: a wait for no VMA
	waits=$(q fork-pageout "SELECT count(*) FROM waits WHERE class = 'anon_vma' AND role IN ('fork', 'exit_unlink')
		AND symbol != '__put_anon_vma'")
	# whose VMA each is for: of the waiter's process (own), of another, or unknown
	vmas=$(q fork-pageout "SELECT coalesce(sum(m.process_id = t.process_id), 0) || ' ' ||
		coalesce(sum(m.process_id IS NOT t.process_id AND m.id IS NOT NULL), 0) || ' ' || sum(m.id IS NULL)
		FROM wait w JOIN waits r ON r.id = w.id JOIN task t ON t.id = w.task_id LEFT JOIN vma m ON m.id = w.vma_id
		WHERE r.class = 'anon_vma' AND r.role IN ('fork', 'exit_unlink') AND r.symbol != '__put_anon_vma'")
	read -r own other unknown <<<"$vmas"
	check "$v: none of $waits waits of fork and exit is for a VMA of another process than the waiter's" [ "$other" = 0 ]
	# one at the start of a capture was for a lock of which no link was seen
	check "$v: of those, the VMA of $own is known, of $unknown not (1 % may be so)" [ $((unknown * 100)) -le "$waits" ]
	check "$v: fork-pageout: VMAs hang on roots" [ "$(q fork-pageout 'SELECT count(*) > 0 FROM lock_vma')" = 1 ]
	check "$v: fork-pageout: reclaim walks the anonymous rmap" \
		[ "$(q fork-pageout "SELECT count(*) > 0 FROM walk_cost WHERE kind = 'anon' AND role = 'referenced'")" = 1 ]
	check "$v: file-truncate: holds of i_mmap_rwsem" \
		[ "$(q file-truncate "SELECT count(*) > 0 FROM holds WHERE class = 'i_mmap'")" = 1 ]
	# the lock of the file that is truncated
	file=$(q file-truncate "SELECT lock FROM holds WHERE role = 'truncate' GROUP BY lock ORDER BY count(*) DESC LIMIT 1")
	truncations=$(said file-truncate truncations)
	# truncate_pagecache() unmaps twice, and only where the file gets shorter; a folio
	# that is faulted in between is unmapped by unmap_mapping_folio()
	rows=$(q file-truncate "SELECT count(*) FROM holds WHERE lock = '$file' AND role = 'truncate' AND tid = tgid
		AND symbol = 'unmap_mapping_pages'")
	check "$v: file-truncate: $rows holds of truncations, $truncations truncations by the workload" \
		[ "$rows" = $((truncations * 2)) ]
	maps=$(said file-truncate maps)
	rows=$(q file-truncate "SELECT count(*) FROM holds WHERE lock = '$file' AND symbol = 'vma_link_file'")
	check "$v: file-truncate: $rows holds that map the file, $maps by the workload" [ "$rows" = "$maps" ]
	skips=$(q file-truncate 'SELECT count(*) FROM skip')
	storms=$(q file-truncate "SELECT count(*) FROM storms WHERE kind = 'skip' AND walker_process IS NOT NULL")
	check "$v: file-truncate: $skips walks given up, $storms storms of them with their walker" [ "$skips" -gt 0 ]
	check "$v: file-truncate: no retry" [ "$(q file-truncate 'SELECT count(*) FROM retry')" = 0 ]
	check "$v: vma-contend: waits for VMA locks have their VMA's class" \
		[ "$(q vma-contend "SELECT count(*) > 0 FROM waits WHERE class = 'vma'")" = 1 ]

	# the roll-ups are the sums of the rows
	for w in move-storm fork-pageout file-truncate vma-contend; do
		check "$v: $w: roll-ups of waits and holds are the sums of the rows" \
			[ "$(q $w "SELECT sum(nr_waits), sum(wait_ns), sum(nr_holds), sum(hold_ns) FROM rollup")" = \
			  "$(q $w "SELECT (SELECT count(duration_ns) FROM wait), (SELECT coalesce(sum(duration_ns), 0) FROM wait),
				(SELECT count(*) FROM hold), (SELECT coalesce(sum(duration_ns), 0) FROM hold)")" ]
		vmas=$(q $w 'SELECT count(DISTINCT vma_id) FROM wait')
		check "$v: $w: so are those of each of $vmas VMAs" \
			[ "$(q $w "SELECT coalesce(vma_id, 0), count(*), sum(duration_ns), max(duration_ns), sum(slept_ns) FROM wait
				WHERE duration_ns IS NOT NULL GROUP BY 1 ORDER BY 1")" = \
			  "$(q $w "SELECT vma_id, sum(nr_waits), sum(wait_ns), max(max_wait_ns), sum(slept_ns) FROM rollup
				WHERE nr_waits > 0 OR wait_ns > 0 GROUP BY 1 ORDER BY 1")" ]
	done
done
done_testing
