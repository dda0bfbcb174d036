#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The storm made on purpose is in the trace: on 6.12 walks that start over, with
# the walker and the thread that moved the folio; on 7.3 moves without the
# anon_vma lock, and walks given up for the folio lock instead of retries.

. "$(dirname "$0")/tap.sh"

# The trace as "PID EVENT PFN OLD NEW REST": OLD and NEW are the anon_vmas of a retry
# and the roots of a move. Moves within one root are left out, they harm nobody.
events() {
	awk '/^#/ { next }
		function field(name) {
			return match($0, " " name "=[^ ]+") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : "-"
		}
		{
			match($1, /-[0-9]+$/)
			pid = substr($1, RSTART + 1)
			e = ""
			for (i = 2; i <= NF && e == ""; i++)
				if ($i ~ /^[a-z_]+:$/)
					e = substr($i, 1, length($i) - 1)
			move = e == "folio_move_anon_rmap"
			old = field(move ? "old_root" : "old_anon_vma")
			new = field(move ? "new_root" : "new_anon_vma")
			if (!move || old != new)
				print pid, e, field("pfn"), old, new, field("slow") field("reason") " " field("ip")
		}' "$result/storm.txt"
}

# "PID COUNT" of the events of one name.
who() {
	events | awk -v e="$1" '$2 == e { n[$1]++ } END { for (p in n) print p, n[p] }'
}

# Who started over, because of whom: the last thread that had moved the folio.
pairs() {
	events | awk '
		$2 == "folio_move_anon_rmap" { mover[$3] = $1 }
		$2 == "rmap_walk_retry" && ($3 in mover) && mover[$3] != $1 { n[$1 " started over because of " mover[$3]]++ }
		END { for (p in n) print "thread", p ":", n[p] }'
}

for v in $kernels; do
	have_result "$v" || continue
	moves=$(sed -n 's/.* moves=\([0-9]*\).*/\1/p' "$result/storm.truth")
	traced=$(who folio_move_anon_rmap | awk '{ n += $2 } END { print n + 0 }')
	lost=$(awk '{ n += $1 } END { print n + 0 }' "$result/storm.overrun")
	note "$(cat "$result/storm.truth")"
	check "$v: no event of the storm was lost" [ "$lost" = 0 ]
	check "$v: every move of the workload is in the trace ($moves moves, $traced traced)" \
		[ "$moves" = "$traced" ]
	check "$v: both movers are named: $(who folio_move_anon_rmap | tr '\n' ' ')" \
		[ "$(who folio_move_anon_rmap | wc -l)" = 2 ]
	if [ -d "$result/hist/move-storm" ] && [ -f "$result/hist/move-storm/rmap_walk_retry" ]; then
		retries=$(grep -c ' rmap_walk_retry: ' "$result/storm.txt")
		slow=$(grep ' rmap_walk_retry: ' "$result/storm.txt" | grep -c 'slow=1')
		check "$v: walks start over ($retries retries, $slow slow)" [ "$retries" -gt 0 ]
		check "$v: the walker is named: $(who rmap_walk_retry | tr '\n' ' ')" [ "$(who rmap_walk_retry | wc -l)" -ge 1 ]
		check "$v: and who moved the folio under it" [ -n "$(pairs)" ]
		note "$(pairs)"
		# the folio may have come back since: then both are the same again
		same=$(events | awk '$2 == "rmap_walk_retry" && $4 == $5' | wc -l)
		check "$v: most retries name two anon_vmas ($same of $retries do not)" [ $((same * 2)) -lt "$retries" ]
		rooted=$(grep -cE ' rmap_walk_retry: .* old_root=0*[1-9a-f][0-9a-f]* .* new_root=0*[1-9a-f]' "$result/storm.txt")
		check "$v: and the roots of both ($rooted of $retries)" [ $((rooted * 2)) -gt "$retries" ]
	else
		skips=$(grep -c ' rmap_walk_skip: .*reason=folio' "$result/storm.txt")
		waits=$(grep -c ' anon_vma_contention_begin: .*move_pages' "$result/storm.txt")
		writes=$(hits move-storm anon_vma_lock_acquire_returned 'success: *1, write: *1')
		done_moves=$(truth move-storm moves)
		check "$v: there is no retry event" [ ! -e "$result/hist/move-storm/rmap_walk_retry" ]
		check "$v: walks are given up for the folio lock ($skips skips)" [ "$skips" -gt 0 ]
		check "$v: moves do not wait for the anon_vma lock ($waits waits)" [ "$waits" = 0 ]
		check "$v: nor take it ($done_moves moves, $writes write locks of anything)" [ "$writes" -lt "$done_moves" ]
	fi
done
done_testing
