#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rmapscope on the patched kernels: what its database says is what the
# workloads say of themselves.

. "$(dirname "$0")/tap.sh"

: "${RMAPSCOPE:=$root_dir/rmapscope}"
[ -x "$RMAPSCOPE" ] || fail "no $RMAPSCOPE: run make first"
need sqlite3 sqlite3
export RMAPSCOPE

# q WORKLOAD SQL: of a database that the guest brought out
q() {
	sqlite3 "$out/$1.db" "$2"
}
said() {
	sed -n "s/^workload=$1 .*\b$2=\([0-9]*\).*/\1/p" "$out/$1.truth"
}

for v in $kernels; do
	out=$(GUEST_CMDLINE=no_hash_pointers "$guest_dir/run-guest" "$v" patched collect) || {
		not_ok "$v: the guest ran"
		continue
	}
	missing=$(grep '^rmap:' "$out/check.txt" | grep -vw yes | grep -v rmap_walk_retry)
	check "$v: check finds every event of the series" [ -z "$missing" ]
	for w in move-storm fork-pageout file-truncate vma-contend; do
		check "$v: $w: no event was lost" [ "$(q $w 'SELECT coalesce(sum(nr_lost), 0) FROM loss')" = 0 ]
		check "$v: $w: every finished wait has a duration, no hold is uncertain" \
			[ "$(q $w "SELECT (SELECT count(*) FROM wait WHERE outcome = 0 AND duration_ns IS NULL) +
				(SELECT count(*) FROM hold WHERE outcome = 2)")" = 0 ]
	done

	moves=$(said move-storm moves)
	rows=$(q move-storm "SELECT count(*) FROM moves WHERE process = 'move-storm' AND root_changed")
	check "$v: $rows moves in the database, $moves by the workload" [ "$rows" = "$moves" ]
	check "$v: by both movers" [ "$(q move-storm 'SELECT count(DISTINCT tid) FROM moves')" = 2 ]
	check "$v: between two locks of class anon_vma" \
		[ "$(q move-storm "SELECT count(DISTINCT old_lock) FROM moves")" -ge 2 ]
	check "$v: moved folios have a VMA" [ "$(q move-storm 'SELECT count(*) FROM move WHERE vma_id IS NULL')" = 0 ]

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
		check "$v: no retries" [ "$(q move-storm 'SELECT count(*) FROM retry')" = 0 ]
		skips=$(q move-storm "SELECT count(*) FROM skips WHERE reason = 'folio'")
		check "$v: $skips walks were given up for the folio lock" [ "$skips" -gt 0 ]
		note "$(q move-storm "SELECT format('%s/%d gave up %d walks (%s) for the lock of a folio, %d of them on folios that others move',
				comm, tid, count(*), role, sum(pfn IN (SELECT pfn FROM move)))
			FROM skips WHERE reason = 'folio' GROUP BY tid, role")"
		check "$v: no move waited for an anon_vma lock" \
			[ "$(q move-storm "SELECT count(*) FROM waits WHERE role = 'uffd_move' AND class = 'anon_vma'")" = 0 ]
	fi

	check "$v: fork-pageout: VMAs hang on roots" [ "$(q fork-pageout 'SELECT count(*) > 0 FROM lock_vma')" = 1 ]
	check "$v: fork-pageout: reclaim walks the anonymous rmap" \
		[ "$(q fork-pageout "SELECT count(*) > 0 FROM walk_cost WHERE kind = 'anon' AND role = 'referenced'")" = 1 ]
	check "$v: file-truncate: holds of i_mmap_rwsem" \
		[ "$(q file-truncate "SELECT count(*) > 0 FROM holds WHERE class = 'i_mmap'")" = 1 ]
	check "$v: vma-contend: waits for VMA locks have their VMA's class" \
		[ "$(q vma-contend "SELECT count(*) > 0 FROM waits WHERE class = 'vma'")" = 1 ]

	# the roll-ups are the sums of the rows
	for w in move-storm fork-pageout file-truncate; do
		check "$v: $w: roll-ups of waits and holds are the sums of the rows" \
			[ "$(q $w "SELECT sum(nr_waits), sum(wait_ns), sum(nr_holds), sum(hold_ns) FROM rollup")" = \
			  "$(q $w "SELECT (SELECT count(duration_ns) FROM wait), (SELECT sum(duration_ns) FROM wait),
				(SELECT count(*) FROM hold), (SELECT sum(duration_ns) FROM hold)")" ]
	done
done
done_testing
