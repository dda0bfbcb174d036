#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rmapscope on the kernels that Debian installs, without any patch of ours: what it
# finds there, and that what it says is so.

. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/collector.sh"

suites=
for v in $kernels; do
	case $v in
	6.12) suites="$suites bookworm bookworm-backports" ;;
	7.3) suites="$suites trixie-backports" ;;
	esac
done

# answered WHAT: what check says of it, yes or no
answered() {
	sed -n "s/^$1  *\(yes\|no\) .*/\1/p" "$out/check.txt"
}

# The walks of the program that knows how many there are, and what each visits. A move is two:
# the first makes migration entries of what the page tables had, the second removes these.
known_walks() {
	local name=calls/walks walker rounds moves walks kind

	walker=$(said $name walker) rounds=$(said $name rounds)
	moves=$(sed -n "s/^round=\([0-9]*\) kind=\([a-z]*\) vmas=\([0-9]*\) from_pfn=\([0-9]*\) to_pfn=\([0-9]*\) start_ns=\([0-9]*\) end_ns=\([0-9]*\) .*/('\2', \3, \4, \5, \6, \7)/p" \
		"$out/$name.truth" | paste -sd,)
	walks="WITH m(kind, vmas, from_pfn, to_pfn, start_ns, end_ns) AS (VALUES $moves)
		SELECT count(*) FROM m JOIN walks k ON k.tid = $walker AND k.start_ns > m.start_ns AND k.start_ns + k.duration_ns < m.end_ns"
	note "$v: $(q $name "SELECT value FROM meta WHERE key = 'limits'")"
	note "$v: $(q $name "SELECT kind, role, rmap_one, outcome, nr_vmas, nr_retries, count(*) FROM walks GROUP BY 1, 2, 3, 4, 5, 6")"
	check "$v: walks: no event was lost" [ "$(q $name 'SELECT coalesce(sum(nr_lost), 0) FROM loss')" = 0 ]
	for kind in anon file ksm; do
		check "$v: walks: $kind: of $rounds moves, each has two walks" [ "$(q $name "$walks AND m.kind = '$kind'")" = $((2 * rounds)) ]
		check "$v: walks: $kind: each is of the page and visits all of its VMAs, the first until it is unmapped" \
			[ "$rounds:$(q $name "$walks AND m.kind = '$kind' AND k.kind = m.kind AND k.nr_vmas = m.vmas AND k.nr_pages = 1
				AND k.rmap_one = 'try_to_migrate_one' AND k.pfn = m.from_pfn AND k.outcome = 'ended'")" = "$rounds:$rounds" ]
		check "$v: walks: $kind: the second all" \
			[ "$(q $name "$walks AND m.kind = '$kind' AND k.kind = m.kind AND k.nr_vmas = m.vmas AND k.nr_pages = 1
				AND k.rmap_one = 'remove_migration_pte' AND k.pfn = m.to_pfn AND k.outcome = 'done'")" = "$rounds" ]
	done
	check "$v: walks: nothing is said of retries" [ "$(q $name 'SELECT count(nr_retries) FROM walk')" = 0 ]
	check "$v: walks: as rows and summed: $(q $name 'SELECT count(duration_ns), sum(duration_ns), sum(nr_vmas) FROM walk')" \
		[ "$(q $name 'SELECT count(duration_ns), sum(duration_ns), sum(nr_vmas) FROM walk')" = \
		"$(q $name 'SELECT sum(nr_walks), sum(walk_ns), sum(nr_vmas) FROM walk_rollup')" ]
}

for suite in $suites; do
	programs=$(build_programs "$suite") || exit 1
	out=$(GUEST_CMDLINE=mitigations=off "$guest_dir/run-debian" "$suite" "$programs" stock) || {
		not_ok "$suite: the guest ran"
		continue
	}
	v="$suite, Linux $(cat "$out/release")"
	note "$v: booted and ran for $(cat "$out/boot-seconds") s"
	note "$(cat "$out/check.txt")"
	check "$v: job stock did its work" [ "$(cat "$out/stock.rc")" = 0 ]
	check "$v: live capture" [ "$(answered 'live capture')" = yes ]
	for rung in 'who waits now' waits 'kernel functions'; do
		check "$v: BPF: $rung" [ "$(answered "BPF: $rung")" = yes ]
	done
	for db in "$out"/*.db; do
		w=$(basename "$db" .db)
		check "$v: $w: waits are recorded by BPF" [ "$(q "$w" "SELECT value FROM meta WHERE key = 'rung'")" = 2 ]
		check "$v: $w: no event was lost" [ "$(q "$w" 'SELECT coalesce(sum(nr_lost), 0) FROM loss')" = 0 ]
		check "$v: $w: every finished wait has a duration" \
			[ "$(q "$w" 'SELECT count(*) FROM wait WHERE outcome = 0 AND duration_ns IS NULL')" = 0 ]
		check "$v: $w: who waited for its locks are its threads" \
			[ "$(q "$w" "SELECT count(*) FROM waits WHERE class IN ('mmap', 'anon_vma') AND comm NOT LIKE '$w%'
				AND holder_comm LIKE '$w%'")" = 0 ]
	done
	# later moves take no anon_vma lock
	[ "$suite" != bookworm-backports ] || {
		waits=$(q uffd-move "SELECT count(*) FROM waits WHERE class = 'anon_vma' AND role = 'uffd_move'")
		check "$v: uffd-move: $waits waits of moves for anon_vma locks" [ "$waits" -gt 0 ]
		check "$v: uffd-move: each has a VMA of the workload" \
			[ "$(q uffd-move "SELECT count(*) FROM waits WHERE class = 'anon_vma' AND role = 'uffd_move' AND
				format('%x-%x', vma_start, vma_end) IN ('$(said uffd-move area_a)', '$(said uffd-move area_b)')")" = "$waits" ]
	}
	check "$v: --rung 3: waits are recorded in kernel functions" \
		[ "$(cat "$out/calls/err"):$(q calls/calls "SELECT value FROM meta WHERE key = 'rung'")" = :3 ]
	check "$v: --rung 3: no event was lost" [ "$(q calls/calls 'SELECT coalesce(sum(nr_lost), 0) FROM loss')" = 0 ]
	note "$v: $(q calls/calls "SELECT printf('%d waits of %.0f ms, of which they spun %.0f ms and slept %.0f ms; %d never slept',
		count(*), sum(duration_ns) / 1e6, sum(spun_ns) / 1e6, sum(slept_ns) / 1e6, sum(slept_ns = 0)) FROM waits
		WHERE comm LIKE 'mmap-churn%' AND duration_ns IS NOT NULL")"
	check "$v: --rung 3: every wait has its parts" [ "$(q calls/calls 'SELECT count(*) FROM wait WHERE outcome = 0 AND
		(duration_ns IS NULL OR spun_ns IS NULL OR spun_ns + slept_ns > duration_ns)')" = 0 ]
	check "$v: --rung 3: no wait is there twice" [ "$(q calls/calls 'SELECT count(*) FROM waits a JOIN waits b ON b.tid = a.tid AND
		b.id > a.id AND b.start_ns < a.start_ns + a.duration_ns AND b.start_ns + b.duration_ns > a.start_ns')" = 0 ]
	check "$v: --rung 3: some only spun, some slept" [ "$(q calls/calls 'SELECT count(*) >= 20 AND sum(spun_ns = duration_ns) >= 10 AND
		sum(slept_ns > 0) >= 10 FROM waits WHERE comm LIKE '"'mmap-churn%'")" = 1 ]
	# the program's frames are cut off; Linux 7.3 has one less of them
	check "$v: --rung 3: the stack begins at the slow path or its caller" [ "$(q calls/calls "SELECT count(*) FROM wait
		LEFT JOIN stack ON stack.id = stack_id WHERE frames IS NULL OR
		frames NOT LIKE 'rwsem_down_%' AND frames NOT LIKE 'down_%'")" = 0 ]
	# 6.1 has another function for it
	[ "$suite" = bookworm ] || {
		moves=$(q calls/moves "SELECT count(*) FROM move WHERE root_changed AND nr_pages = 1")
		note "$v: $(q calls/moves "SELECT value FROM meta WHERE key = 'limits'")"
		check "$v: --rung 3: $moves moves of folios are recorded: $(said calls/moves nr_moves)" \
			[ "$moves" -gt 0 -a "$moves" = "$(said calls/moves nr_moves)" ]
		check "$v: --rung 3: each to a VMA of the workload" \
			[ "$(q calls/moves "SELECT count(*) FROM move JOIN vma ON vma.id = vma_id WHERE format('%x-%x', start, end) IN (
				'$(said calls/moves area_a)', '$(said calls/moves area_b)')")" = "$moves" ]
		check "$v: --rung 3: by name of the locks that are waited for" \
			[ "$(q calls/moves "SELECT count(*) FROM waits JOIN wait USING (id) WHERE waits.class = 'anon_vma' AND
				waits.role = 'uffd_move' AND wait.lock_id NOT IN (SELECT old_lock_id FROM move)")" = 0 ]
	}
	known_walks
	slept=$(q mmap-churn "SELECT count(*) FROM waits WHERE class = 'mmap' AND outcome = 'acquired' AND slept_ns > 0")
	source=waker
	! grep -q '^lock:contended_release *yes' "$out/check.txt" || source=exact
	known=$(q mmap-churn "SELECT count(*) FROM waits WHERE class = 'mmap' AND outcome = 'acquired' AND slept_ns > 0
		AND holder_source = '$source' AND holder_comm LIKE 'mmap-churn%'")
	check "$v: of $slept waits for the mmap_lock that slept, $known have a holder, source $source" \
		[ "$slept" -gt 20 -a $((known * 10)) -ge $((slept * 9)) ]
	[ "$suite" != trixie-backports ] ||
		check "$v: the kernel tells who lets a lock go" [ $source = exact ]

	# a wait that began before rmapscope was asked
	writer=$(sed -n 's/^writer=\([0-9]*\) .*/\1/p' "$out/hold")
	note "$(cat "$out/blocked.csv")"
	check "$v: now: the waiter is found" grep -q '^[0-9]*,hold/reader,waiter,' "$out/blocked.csv"
	check "$v: now: and the thread that holds its lock" grep -q "^[0-9]*,hold/writer,holder,$writer," "$out/blocked.csv"
done
done_testing
