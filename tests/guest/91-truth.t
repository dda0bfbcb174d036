#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that know what they did: how long they held a lock or waited for one,
# how many VMAs a walk met and how often it started over, which threads and VMAs
# it was about. The database says the same: counts exactly, times to 5 %.

. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/collector.sh"

# known KEY...: these keys of the lines of each round, as rows of SQL
known() {
	awk -v keys="$*" '/^round=/ {
		for (i = 1; i <= NF; i++) {
			split($i, kv, "=")
			v[kv[1]] = kv[2]
		}
		n = split(keys, key, " ")
		row = ""
		for (i = 1; i <= n; i++)
			row = row (i > 1 ? ", " : "") v[key[i]]
		rows = rows (rows ? ", " : "VALUES ") "(" row ")"
	} END { print rows }' "$out/$name.truth"
}

# agree WHAT SQL [LEAST]: of rows of nanoseconds by the database and by the program. The
# program's time is around the call: it is longer, and where the machine has other
# work, now and then by much. So none may be shorter, and most must be within 5 %,
# or LEAST of 1.
agree() {
	local what=$1 least=${3:-0.95} figures nr db own median max

	figures=$(q "$name" "$2" | awk -F'|' '{ r[NR] = $1 / $2; db += $1; own += $2; if (r[NR] > max) max = r[NR] }
		END {
			for (i = 1; i <= NR; i++)
				for (j = i + 1; j <= NR; j++)
					if (r[j] < r[i]) { t = r[i]; r[i] = r[j]; r[j] = t }
			printf "%d %.1f %.1f %.4f %.4f", NR, db / 1e6, own / 1e6, r[int((NR + 1) / 2)], max
		}')
	read -r nr db own median max <<<"$figures"
	check "$v: $what: $nr times, $db ms, by the program $own ms; median of the ratios $median, highest $max" \
		awk -v nr="$nr" -v median="$median" -v max="$max" -v least="$least" \
		'BEGIN { exit !(nr >= 3 && median >= least && max <= 1) }'
}

# tree CSV TID...: a thread that holds and what waits below it, of these threads only
tree() {
	awk -F, -v tids=" $2 $3 $4 " 'function mine() { return $4 != "" && index(tids, " " $4 " ") }
		$3 == "holder" { on = mine() }
		on && ($3 == "lock" || mine()) { print $1, $3, $3 == "lock" ? $13 : $2, $11 $10 }' <<<"$1"
}

# live WHAT WANTED TID...: says how many, and whether one of the answers while it lasted is what it should be
live() {
	local what=$1 wanted=$2 nr=0 found=0 csv

	shift 2
	while IFS= read -r -d @ csv; do
		nr=$((nr + 1))
		[ "$(tree "$csv" "$@")" != "$wanted" ] || found=$((found + 1))
	done < <(sed 's/^at$/@/' "$out/$name.live"; echo @)
	echo "$what, while it lasts: in $found of $nr answers"
	[ "$found" -gt 0 ]
}

# afterwards WHAT WANTED INSTANTS TID...: at each of these times
afterwards() {
	local what=$1 wanted=$2 instants=$3 nr=0 found=0 at csv

	shift 3
	for at in $instants; do
		nr=$((nr + 1))
		csv=$("$RMAPSCOPE" blocked --at "${at}ns" --format csv "$out/$name.db")
		if [ "$(tree "$csv" "$@")" = "$wanted" ]; then
			found=$((found + 1))
		else
			note "at $at: $(tree "$csv" "$@")"
		fi
	done
	check "$v: $what, afterwards: at $found of $nr times" [ $((nr > 0 && found == nr)) = 1 ]
}

known_holds() {
	local name=known-holds walk merge map vmas rounds

	walk=$(said $name walk) merge=$(said $name merge) map=$(said $name map) vmas=$(said $name vmas)
	rounds=$(grep -c ^round= "$out/$name.truth")
	# one more while truth/merge splits: the new VMA has the old one's place until that is cut
	check "$v: $rounds walks by the program, each of $vmas VMAs" [ "$rounds" -gt 0 -a "$rounds" = "$(q $name "
		WITH r(start_ns, ns) AS ($(known walk_start_ns walk_ns))
		SELECT count(*) FROM r JOIN walks k ON k.tid = $walk AND k.nr_vmas IN ($vmas, $vmas + 1)
		AND k.pfn = $(said $name pfn) AND k.start_ns BETWEEN r.start_ns AND r.start_ns + r.ns")" ]
	check "$v: no other walk of that page" \
		[ "$(q $name "SELECT count(*) FROM walks WHERE pfn = $(said $name pfn)")" = "$rounds" ]
	agree "walks" "WITH r(start_ns, ns) AS ($(known walk_start_ns walk_ns))
		SELECT k.duration_ns, r.ns FROM r JOIN walks k ON k.tid = $walk
		AND k.start_ns < r.start_ns + r.ns AND k.start_ns + k.duration_ns > r.start_ns"
	# the release is told before it wakes who waits, which is part of the walk, and
	# where the waker loses its turn a long one
	agree "waits for the anon_vma lock and holds of it" "WITH r(start_ns, ns) AS ($(known walk_start_ns walk_ns))
		SELECT h.duration_ns + coalesce((SELECT sum(w.duration_ns) FROM waits w WHERE w.tid = $walk AND w.class = 'anon_vma'
			AND w.start_ns < r.start_ns + r.ns AND w.start_ns + w.duration_ns > r.start_ns), 0), r.ns
		FROM r JOIN holds h ON h.tid = $walk AND h.class = 'anon_vma' AND h.mode = 'read'
		AND h.start_ns < r.start_ns + r.ns AND h.start_ns + h.duration_ns > r.start_ns" 0.8
	# rounds in which the other two came late had little to wait for
	agree "waits of who merges VMAs" "WITH r(start_ns, ns, walk_ns) AS ($(known merge_start_ns merge_ns walk_ns))
		SELECT sum(w.duration_ns), r.ns FROM r LEFT JOIN waits w ON w.tid = $merge
		AND w.start_ns < r.start_ns + r.ns AND w.start_ns + w.duration_ns > r.start_ns
		WHERE r.ns > r.walk_ns / 3 GROUP BY r.start_ns"
	agree "waits of who maps the file" "WITH r(start_ns, ns, walk_ns) AS ($(known map_start_ns map_ns walk_ns))
		SELECT sum(w.duration_ns), r.ns FROM r LEFT JOIN waits w ON w.tid = $map
		AND w.start_ns < r.start_ns + r.ns AND w.start_ns + w.duration_ns > r.start_ns
		WHERE r.ns > r.walk_ns / 3 GROUP BY r.start_ns"
	waits=$(q $name "SELECT count(*) FROM waits WHERE tid = $merge AND class = 'anon_vma' AND slept_ns > 0")
	check "$v: $waits of these waits that slept are for the anon_vma lock, all held by who walks" \
		[ "$waits" -gt 0 -a "$waits" = "$(q $name "SELECT count(*) FROM waits WHERE tid = $merge AND class = 'anon_vma'
			AND slept_ns > 0 AND holder_tid = $walk AND holder_source = 'exact'")" ]
	waits=$(q $name "SELECT count(*) FROM waits WHERE tid = $map AND class = 'i_mmap' AND slept_ns > 0")
	check "$v: $waits for the file's i_mmap_rwsem, all held by who merges" \
		[ "$waits" -gt 0 -a "$waits" = "$(q $name "SELECT count(*) FROM waits WHERE tid = $map AND class = 'i_mmap'
			AND slept_ns > 0 AND holder_tid = $merge AND holder_source = 'exact'")" ]
	check "$v: nobody else is a part of them" [ "$(q $name "SELECT count(*) FROM wait_part p JOIN waits w ON w.id = p.wait_id
		JOIN task t ON t.id = p.holder_task_id WHERE w.slept_ns > 0 AND w.tid IN ($merge, $map)
		AND w.class IN ('anon_vma', 'i_mmap') AND t.tid NOT IN ($walk, $merge, $map)")" = 0 ]

}

# The chain of three threads of that program, all of whose holders are known at once.
known_chain() {
	local name=known-chain walk merge map wanted seen

	walk=$(said $name walk) merge=$(said $name merge) map=$(said $name map)
	wanted="0 holder truth/walk running
1 lock anon_vma exact
2 waiter truth/merge waiting
3 lock i_mmap exact
4 waiter truth/map waiting"
	seen=$(live "a chain of three threads" "$wanted" "$walk" "$merge" "$map")
	check "$v: $seen" [ $? = 0 ]
	afterwards "a chain of three threads" "$wanted" "$(q $name "SELECT (max(m.start_ns, f.start_ns, h.start_ns) +
		min(m.start_ns + m.duration_ns, f.start_ns + f.duration_ns, h.start_ns + h.duration_ns)) / 2
		FROM waits m JOIN waits f ON f.start_ns < m.start_ns + m.duration_ns AND m.start_ns < f.start_ns + f.duration_ns
		JOIN holds h ON h.start_ns < m.start_ns + m.duration_ns AND m.start_ns < h.start_ns + h.duration_ns
		AND h.start_ns < f.start_ns + f.duration_ns AND f.start_ns < h.start_ns + h.duration_ns
		WHERE m.tid = $merge AND m.class = 'anon_vma' AND m.slept_ns > 0
		AND f.tid = $map AND f.class = 'i_mmap' AND f.slept_ns > 0 AND h.tid = $walk AND h.class = 'anon_vma'")" \
		"$walk" "$merge" "$map"
}

# The chain of tests/live/chain.t. Its mmap_lock has no holder while it is held:
# that is learnt when it is let go.
chain() {
	local name=chain a b c seen

	a=$(sed -n 's/^a=\([0-9]*\) .*/\1/p' "$out/chain.truth")
	b=$(sed -n 's/.* b=\([0-9]*\) .*/\1/p' "$out/chain.truth")
	c=$(sed -n 's/.* c=\([0-9]*\)$/\1/p' "$out/chain.truth")
	seen=$(live "chain/b waits for chain/c" "0 holder chain/c running
1 lock i_mmap exact
2 waiter chain/b waiting" "$b" "$c")
	check "$v: $seen" [ $? = 0 ]
	afterwards "chain/a behind chain/b behind chain/c" "0 holder chain/c running
1 lock i_mmap exact
2 waiter chain/b waiting
3 lock mmap waker
4 waiter chain/a waiting" "$(q $name "SELECT (max(wa.start_ns, wb.start_ns) +
		min(wa.start_ns + wa.duration_ns, wb.start_ns + wb.duration_ns)) / 2
		FROM waits wa JOIN waits wb ON wa.start_ns < wb.start_ns + wb.duration_ns
		AND wb.start_ns < wa.start_ns + wa.duration_ns
		WHERE wa.tid = $a AND wa.holder_tid = $b AND wb.tid = $b AND wb.role = 'fork' AND wb.class = 'i_mmap'
		AND wb.holder_tid = $c")" "$a" "$b" "$c"
}

uffd_move() {
	local name=uffd-move pid

	pid=$(said $name pid)
	rows=$(q $name "SELECT count(*) FROM moves WHERE tgid = $pid AND root_changed")
	check "$v: $rows moves, $(said $name nr_moves) by the program" [ "$rows" = "$(said $name nr_moves)" ]
	check "$v: by its threads" \
		[ "$(q $name "SELECT count(DISTINCT tid) FROM moves WHERE tgid = $pid")" = "$(said $name threads)" ]
	areas=$(printf '%s\n' "$(said $name area_a)" "$(said $name area_b)" | sort)
	check "$v: between its two VMAs" [ "$areas" = "$(q $name "SELECT DISTINCT printf('%x-%x', vma_start, vma_end)
		FROM moves WHERE tgid = $pid ORDER BY 1")" ]
	check "$v: the holders of what its threads waited for are its own" \
		[ "$(q $name "SELECT count(*) FROM waits w JOIN task t ON t.tid = w.holder_tid
			WHERE w.tgid = $pid AND w.class = 'anon_vma' AND w.holder_source = 'exact' AND t.tgid != $pid")" = 0 ]
	waits=$(q $name "SELECT count(*) FROM waits WHERE tgid = $pid AND role = 'uffd_move' AND class = 'anon_vma'")
	if [ "$v" = 6.12 ]; then
		with=$(q $name "SELECT count(vma_start) FROM waits WHERE tgid = $pid AND role = 'uffd_move' AND class = 'anon_vma'")
		check "$v: $with of $waits waits of moves have a VMA" [ $((waits > 0 && with * 100 >= waits * 90)) = 1 ]
		check "$v: and these are of its two" [ "$(q $name "SELECT count(*) FROM waits WHERE tgid = $pid AND role = 'uffd_move'
			AND printf('%x-%x', vma_start, vma_end) NOT IN ('$(said $name area_a)', '$(said $name area_b)')
			AND vma_start IS NOT NULL")" = 0 ]
	else
		check "$v: no move waited for an anon_vma lock" [ "$waits" = 0 ]
	fi
}

fork_chain() {
	local name=fork-chain forks area

	forks=$(said $name nr_forks) area=$(said $name area)
	rows=$(q $name "SELECT count(*) FROM process WHERE comm GLOB 'fork-chain/[0-9]*'")
	check "$v: $rows processes, $forks forks by the program beside its first" [ "$rows" = $((forks + 1)) ]
	rows=$(q $name "SELECT count(DISTINCT m.process_id) FROM vma m JOIN process p ON p.id = m.process_id
		WHERE printf('%x-%x', m.start, m.end) = '$area' AND p.comm GLOB 'fork-chain/[0-9]*'")
	check "$v: $rows of them are known to have had its VMA" [ $((rows * 100 >= (forks + 1) * 95 && rows <= forks + 1)) = 1 ]
}

stalls() {
	local name=vfork-sleep ns

	ns=$(q $name "SELECT duration_ns FROM stalls WHERE tid = $(said $name pid) AND start_ns <= $(said $name asleep_ns)
		AND start_ns + duration_ns >= $(said $name awake_ns)")
	check "$v: vfork: a stall of ${ns:-no} ns around the $(($(said $name awake_ns) - $(said $name asleep_ns))) ns for which it slept for certain" \
		[ -n "$ns" -a "${ns:-0}" -le "$(said $name duration_ns)" ]
	name=stalls
	slept=$(q $name 'SELECT count(*) FROM wait WHERE slept_ns > 0')
	check "$v: profile stalls: what each of $slept waits slept is the sum of its stalls" [ "$slept" -gt 0 -a \
		"$(q $name 'SELECT count(*) FROM (SELECT w.id FROM wait w LEFT JOIN stall s ON s.wait_id = w.id
			GROUP BY w.id HAVING total(s.outcome = 2) = 0 AND coalesce(sum(s.duration_ns), 0) IS NOT w.slept_ns)')" = 0 ]
	rows=$(q $name 'SELECT count(*) FROM stall WHERE wait_id IS NOT NULL')
	check "$v: profile stalls: each of $rows stalls of a wait is within it and of its thread" [ "$rows" -gt 0 -a \
		"$(q $name 'SELECT count(*) FROM stall s JOIN wait w ON w.id = s.wait_id WHERE s.task_id != w.task_id
			OR s.start_ns < w.start_ns OR s.start_ns + s.duration_ns > w.start_ns + w.duration_ns')" = 0 ]
}

# Without --keep all few spans are rows, and all are in the sums.
default_keep() {
	local name=default

	rows=$(q $name 'SELECT count(*), sum(duration_ns) FROM hold WHERE duration_ns IS NOT NULL')
	sums=$(q $name 'SELECT sum(nr_holds), sum(hold_ns) FROM rollup')
	check "$v: holds as rows ${rows/|/, ns }, summed ${sums/|/, ns }" \
		[ $((${rows%|*} > 0 && ${rows%|*} < ${sums%|*} && ${rows#*|} <= ${sums#*|})) = 1 ]
	rows=$(q $name 'SELECT count(*), sum(duration_ns), sum(nr_vmas) FROM walk WHERE duration_ns IS NOT NULL')
	sums=$(q $name 'SELECT sum(nr_walks), sum(walk_ns), sum(nr_vmas) FROM walk_rollup')
	check "$v: walks as rows $rows, summed $sums" [ "$(q $name 'SELECT
		(SELECT count(*) FROM walk WHERE duration_ns IS NOT NULL) < (SELECT sum(nr_walks) FROM walk_rollup) AND
		(SELECT sum(duration_ns) FROM walk) <= (SELECT sum(walk_ns) FROM walk_rollup)')" = 1 ]
	check "$v: every wait is a row" [ "$(q $name 'SELECT count(duration_ns), sum(duration_ns) FROM wait')" = \
		"$(q $name 'SELECT sum(nr_waits), sum(wait_ns) FROM rollup')" ]
}

forced_retries() {
	local name=forced-retries walkers forced home away all least most tids

	walkers=$(said $name walkers) home=$(said $name home) away=$(said $name away)
	forced=$(grep -c 'forced=1' "$out/$name.truth")
	rows=$(q $name "WITH r(forced, start_ns, end_ns) AS ($(known forced start_ns end_ns))
		SELECT coalesce(sum(n), 0), coalesce(min(n), 0), coalesce(max(n), 0), coalesce(min(tids), 0) FROM (SELECT count(t.id) AS n, count(DISTINCT t.task_id) AS tids
		FROM r LEFT JOIN retry t ON t.time_ns BETWEEN r.start_ns AND r.end_ns AND t.pfn = $(said $name pfn) AND t.attempt = 1 AND t.slow
		WHERE r.forced GROUP BY r.start_ns)")
	IFS='|' read -r all least most tids <<<"$rows"
	check "$v: $((forced * walkers)) walks made to start over in $forced rounds, $all in the database: $least to $most in a round, by $tids threads" \
		[ $((forced > 0 && all == forced * walkers && least == walkers && most == walkers && tids == walkers)) = 1 ]
	check "$v: moves: $(said $name moves) by the program" \
		[ "$(q $name "SELECT count(*) FROM moves WHERE process = 'forced-retries' AND root_changed")" = "$(said $name moves)" ]
	rows=$(q $name "SELECT count(*), coalesce(sum(nr_events), 0) FROM storms WHERE kind = 'retry'")
	check "$v: storms of them, with their walks: ${rows/|/, }" \
		[ $((${rows%|*} > 0 && ${rows#*|} >= forced * walkers && ${rows#*|} <= $(q $name 'SELECT count(*) FROM retry'))) = 1 ]
	# who moved the folio does so before the first walk starts over, and who moves it
	# back after the last: a storm as short as this one knows the latter
	check "$v: each names all walkers, whose process moved, and its two VMAs" [ "$(q $name "SELECT count(*) FROM storms
		WHERE kind = 'retry' AND (nr_walkers IS NOT $walkers OR walker_comm IS NOT 'force/walk' OR mover_process IS NOT 'forced-retries'
		OR printf('%x', from_start) NOT IN ('$home', '$away') OR printf('%x', to_start) NOT IN ('$home', '$away')
		OR from_start = to_start)")" = 0 ]
	check "$v: summed as often" \
		[ "$(q $name 'SELECT sum(nr_retries) FROM rollup')" = "$(q $name 'SELECT count(*) FROM retry')" ]
}

for v in $kernels; do
	collect "$v" truth || {
		not_ok "$v: the guest ran"
		continue
	}
	check "$v: all captures ended well: $(tr '\n' ' ' <"$out/truth.log")" [ "$(cat "$out/truth.rc")" = 0 ]
	check "$v: no event was lost, no span is uncertain" [ "$(for db in "$out"/*.db; do
		sqlite3 "$db" "SELECT (SELECT coalesce(sum(nr_lost), 0) FROM loss) +
			(SELECT count(*) FROM wait WHERE outcome = 2) + (SELECT count(*) FROM hold WHERE outcome = 2)"
	done | sort -u)" = 0 ]
	known_holds
	known_chain
	chain
	uffd_move
	fork_chain
	stalls
	default_keep
	[ "$v" != 6.12 ] || forced_retries
done
done_testing
