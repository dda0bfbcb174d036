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
