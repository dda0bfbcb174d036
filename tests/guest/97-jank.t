#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A thread that draws frames, and misses some because of threads that move pages
# (truth/ui-frames.c): what `jank` finds is what the program saw. On a kernel with the
# series, and on one of Debian; both can preempt a thread within the kernel.
#
# A delay that the scheduler proves must be found: its thread slept for so long at once in
# the one call of the frame that needs a lock. No other may be: what is found lies within a
# call that took so long. Between these are calls in which the thread spun for the lock, or
# flushed TLBs, or the emulated processor lost its turn; nothing is said of them.

. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/collector.sh"
need jq jq

# Puts what the program said and what jank found into the database $work.
gather() {
	local min_us=$(($(said ui-frames slack_ns) / 1000))

	rm -f "$work"
	"$RMAPSCOPE" jank "$out/ui-frames.db" --thread '^RenderThread$' --min "${min_us}us" --format json >"$out/jank.json" ||
		return 1
	{
		echo "CREATE TABLE frame (start_ns, phase, end_ns, late_ns, call_start_ns, call_ns, off_ns, most_off_ns, nr_preempted, nr_slept);"
		echo "CREATE TABLE during (frame_ns, phase, thread, tid, start_ns, ns, off_ns, most_off_ns, nr_preempted, nr_slept);"
		# the values of a line, in their order
		awk -F '[ =]' '/^(frame|during)=/ {
			row = ""
			for (i = 2; i <= NF; i += 2)
				row = row (i > 2 ? ", " : "") ($i ~ /^[0-9]+$/ ? $i : "\x27" $i "\x27")
			print "INSERT INTO " $1 " VALUES (" row ");"
		}' "$out/ui-frames.truth"
		echo "CREATE TABLE delay AS SELECT value ->> 'start_ns' AS start_ns, value ->> 'duration_ns' AS ns,
			value ->> 'class' AS class, value ->> 'vma' AS vma, value ->> 'outcome' AS outcome,
			value ->> 'holder_comm' AS holder, value ->> 'holder_tid' AS holder_tid,
			value ->> 'holder_role' AS role, value ->> 'holder_source' AS source,
			value ->> 'holder_ns' AS holder_ns, value ->> 'chain' AS chain,
			value ->> 'runnable_ns' AS runnable_ns, value ->> 'holder_ran_ns' AS ran,
			value ->> 'holder_runnable_ns' AS preempted, value ->> 'holder_lock_ns' AS for_lock,
			value ->> 'holder_slept_ns' AS slept
			FROM json_each(readfile('$out/jank.json'), '\$.delays');"
		echo "CREATE VIEW found AS SELECT f.start_ns AS frame_ns, phase, call_ns, off_ns, nr_preempted, nr_slept, d.*
			FROM delay d JOIN frame f
			ON d.start_ns >= call_start_ns AND d.start_ns + d.ns <= call_start_ns + call_ns;"
	} | sqlite3 "$work"
}

# ask SQL: of that database
ask() {
	sqlite3 "$work" "$1"
}

# frames VERSION: which are found, and that no other is
frames() {
	local v=$1 slack slept phase nr found

	slack=$(said ui-frames slack_ns)
	# with 10 % for what is not the wait itself; one of several sleeps took at least its share
	slept="nr_preempted = 0 AND nr_slept > 0 AND off_ns >= $slack * 1.1 * nr_slept"
	for phase in tlb preempted asleep; do
		nr=$(ask "SELECT count(*) FROM frame WHERE phase = '$phase' AND $slept")
		found=$(ask "SELECT count(DISTINCT frame_ns) FROM found WHERE phase = '$phase' AND $slept")
		check "$v: $phase: of $nr frames that were missed because RenderThread slept in its call, $found are found" \
			[ "$nr" -gt 0 -a "$found" = "$nr" ]
	done
	nr=$(ask 'SELECT count(*) FROM delay')
	check "$v: each of the $nr delays is within such a call, or another that took so long" \
		[ "$nr" = "$(ask "SELECT count(*) FROM found WHERE call_ns >= $slack")" ]
	note "$v: $(ask "SELECT printf('of %d other calls that took so long, %d are found', count(*),
		sum(start_ns IN (SELECT frame_ns FROM found))) FROM frame
		WHERE call_ns >= $slack AND NOT ($slept)")"
	check "$v: quiet: no delay" [ "$(ask "SELECT count(*) FROM found WHERE phase = 'quiet'")" = 0 ]
	check "$v: all are known to their ends" [ "$(ask "SELECT count(*) FROM delay WHERE outcome <> 'acquired'")" = 0 ]
}

# culprits VERSION SOURCES: the locks, the VMAs, who held them: known in these ways, in SQL
culprits() {
	local v=$1 sources=$2 areas phase nr

	areas="'$(said ui-frames area_a)', '$(said ui-frames area_b)'"
	note "$(ask "SELECT format('%s: %d delays of %.0f ms: %s lock, held by %s (%s%s)', phase, count(*), sum(ns) / 1e6, class,
		coalesce(holder, '-'), source, coalesce(', ' || round(sum(holder_ns) / 1e6) || ' ms of it', ''))
		FROM found GROUP BY phase, class, holder, source ORDER BY min(start_ns)")"
	for phase in tlb preempted; do
		nr=$(ask "SELECT count(*) FROM found WHERE phase = '$phase' AND holder IS NOT NULL")
		check "$v: $phase: $nr delays have a holder, all of them collectors" \
			[ "$nr" -gt 0 -a "$nr" = "$(ask "SELECT count(*) FROM found WHERE phase = '$phase'
				AND holder_tid IN ($(said ui-frames collectors)) AND source IN ($sources)")" ]
		nr=$(ask "SELECT count(*) FROM found WHERE phase = '$phase' AND vma IS NOT NULL")
		check "$v: $phase: $nr have a VMA, that of the pages" \
			[ "$nr" -gt 0 -a "$nr" = "$(ask "SELECT count(*) FROM found WHERE phase = '$phase' AND vma IN ($areas)")" ]
		check "$v: $phase: all are for anon_vma locks" \
			[ "$(ask "SELECT DISTINCT class FROM found WHERE phase = '$phase'")" = anon_vma ]
	done
	check "$v: asleep: all are for the mmap_lock" \
		[ "$(ask "SELECT DISTINCT class FROM found WHERE phase = 'asleep'")" = mmap ]
	nr=$(ask "SELECT count(*) FROM found WHERE phase = 'asleep' AND holder IS NOT NULL")
	check "$v: asleep: $nr have a holder, always trim" \
		[ "$nr" -gt 0 -a "$nr" = "$(ask "SELECT count(*) FROM found WHERE phase = 'asleep' AND holder_tid = $(said ui-frames trim)")" ]
	nr=$(ask "SELECT count(*) FROM found WHERE phase = 'asleep' AND chain LIKE '%<-%'")
	check "$v: asleep: $nr begin while trim waits, always for a collector" \
		[ "$nr" -gt 0 -a "$nr" = "$(ask "SELECT count(*) FROM found WHERE phase = 'asleep'
			AND chain GLOB 'trim/$(said ui-frames trim) (*) <- collector/[0-3]/[0-9]* (*)'")" ]
}

# proven VERSION: where holds are recorded, the holders have shares. Nearly all: a thread that is preempted
# between its lock and the event of it leaves a time without a hold, and then no share is known
proven() {
	local nr with

	nr=$(ask "SELECT count(*) FROM found WHERE source = 'exact'")
	check "$1: $nr holders are exact, all move pages" \
		[ "$nr" -gt 0 -a "$nr" = "$(ask "SELECT count(*) FROM found WHERE source = 'exact' AND role = 'uffd_move'")" ]
	with=$(ask "SELECT count(*) FROM found WHERE source = 'exact' AND holder_ns IS NOT NULL")
	check "$1: $with of them have a share, each is a part of the delay" \
		[ $((with * 10)) -ge $((nr * 9)) -a "$with" = "$(ask "SELECT count(*) FROM found WHERE source = 'exact' AND holder_ns BETWEEN 1 AND ns")" ]
}

# mostly VERSION PHASE STATE WHAT CONDITION: some delays had a holder that was in this state for the most
# part; a call of its own (c) tells so, too. Only holds are always known; without them, an owner that
# is the waker is, and in a phase there may be none
mostly() {
	local nr

	if [ "$(ask "SELECT count(*) FROM found WHERE phase = '$2' AND (ran IS NOT NULL OR source = 'exact')")" = 0 ]; then
		note "$1: $2: of no holder it is proven since when it held the lock: nothing is said of what it did"
		return
	fi
	nr=$(ask "SELECT count(*) FROM found WHERE phase = '$2' AND $3 >= 1e6 AND $3 * 2 >= ran + preempted + for_lock + slept
		AND EXISTS (SELECT 1 FROM during c WHERE c.frame_ns = found.frame_ns AND c.tid = holder_tid
		AND c.start_ns < found.start_ns + found.ns AND c.start_ns + c.ns > found.start_ns AND $5)")
	check "$1: $2: in $nr the holder $4 for most of the time" [ "$nr" -gt 0 ]
}

# states VERSION: what holders did meanwhile. They hold a lock in their calls only; of those that
# took less than 1 ms nothing is known. A waker may have let the lock go and taken it again without
# waking anybody: what is said of it is compared where one of its calls lasted through all of the wait.
# A thread's clock begins with the scheduler's work of switching to it, the event is written at the
# end of that, and in between an emulated processor may lose its turn: so one of ten may differ.
states() {
	local v=$1 nr wrong held calls

	calls='FROM during c WHERE c.frame_ns = found.frame_ns AND c.tid = holder_tid
		AND c.start_ns < found.start_ns + found.ns AND c.start_ns + c.ns > found.start_ns'
	held="found WHERE ran IS NOT NULL AND (source <> 'waker' OR EXISTS (SELECT 1 $calls
		AND c.start_ns <= found.start_ns AND c.start_ns + c.ns >= found.start_ns + found.ns - runnable_ns))"
	nr=$(ask "SELECT count(*) FROM $held")
	wrong=$(ask "SELECT count(*) FROM $held AND preempted + for_lock + slept > 2e6 + 1.1 * (
		SELECT coalesce(sum(min(c.most_off_ns, min(c.start_ns + c.ns, found.start_ns + found.ns) - max(c.start_ns, found.start_ns))), 0)
		$calls)")
	check "$v: of $nr delays with the states of their holders, in $wrong the holder was less off its CPU" \
		[ "$nr" -gt 0 -a $((wrong * 10)) -le "$nr" ]
	wrong=$(ask "SELECT count(*) FROM $held AND (slept > 0 OR for_lock > 0 AND holder <> 'trim')")
	check "$v: in $wrong it slept for something else than trim does for another lock, which none does" [ "$wrong" = 0 ]
	mostly "$v" tlb ran "was on a CPU" 'c.off_ns < c.ns'
	mostly "$v" preempted preempted "waited for a CPU" 'c.nr_preempted > 0 AND c.most_off_ns * 1.1 >= preempted'
	if [ "$(q ui-frames "SELECT value FROM meta WHERE key = 'rung'")" = 1 ]; then
		note "$v: asleep: the mmap_lock's owner is not recorded here: of trim, little is said"
	else
		mostly "$v" asleep for_lock "was asleep for another lock" 'c.nr_slept > 0 AND c.most_off_ns * 1.1 >= for_lock'
	fi
}

# of_phase PHASE KEY: a figure of the program's
of_phase() {
	sed -n "s/^phase=$1 .*\b$2=\([0-9]*\).*/\1/p" "$out/ui-frames.truth"
}

# flushes VERSION: what the CPUs did while a collector held a lock that others waited for
flushes() {
	local v=$1 from to moves interrupts functions

	from=$(of_phase tlb start_ns) to=$(of_phase tlb end_ns)
	moves=$(of_phase tlb moves) interrupts=$(of_phase tlb tlb_interrupts)
	check "$v: tlb: $moves moves, $interrupts interrupts to flush a TLB" [ "$moves" -gt 0 -a "$interrupts" -gt "$moves" ]
	functions=$(q ui-frames "SELECT symbol, sum(nr_samples) FROM sample_rollup r JOIN task t ON t.id = task_id
		JOIN site ON site.id = function_id WHERE tid IN ($(said ui-frames collectors))
		AND kind = (SELECT value FROM enum WHERE domain = 'sample_kind' AND label = 'holder')
		AND second BETWEEN $from / 1000000000 + 1 AND $to / 1000000000 - 1 GROUP BY 1 ORDER BY 2 DESC LIMIT 3")
	check "$v: tlb: by most samples, collectors that hold the lock wait for other CPUs: $(tr '\n' ' ' <<<"$functions")" \
		grep -q '^smp_call_function_many' <(head -n 1 <<<"$functions")
}

# staged VERSION: what was meant to make holders slow did, as their own threads tell
staged() {
	local v=$1 nr

	nr=$(ask "SELECT count(DISTINCT start_ns) FROM during WHERE phase = 'preempted' AND thread = 'collector/0'
		AND nr_preempted > 0 AND nr_slept = 0 AND off_ns > 0")
	check "$v: preempted: collector/0 lost its CPU in $nr moves during missed frames, and did not sleep in them" [ "$nr" -gt 0 ]
	nr=$(ask "SELECT count(DISTINCT start_ns) FROM during WHERE phase = 'asleep' AND thread = 'trim' AND nr_slept > 0")
	check "$v: asleep: trim slept in $nr calls during missed frames" [ "$nr" -gt 0 ]
}

# judge VERSION SOURCES
judge() {
	note "$1: booted and ran for $(cat "$out/boot-seconds") s"
	check "$1: job jank did its work" [ "$(cat "$out/jank.rc")" = 0 ]
	check "$1: no event was lost" [ "$(q ui-frames 'SELECT count(*) FROM loss')" = 0 ]
	gather || { not_ok "$1: jank"; return 1; }
	staged "$1"
	frames "$1"
	culprits "$1" "$2"
	states "$1"
}

work=$(mktemp) || fail "no temporary file"
trap 'rm -f "$work"' EXIT
# one for each collector, for RenderThread, and for the rest
export GUEST_CPUS=6
for v in $kernels; do
	# later kernels move pages without the lock
	[ "$v" = 6.12 ] || { note "$v: UFFDIO_MOVE takes no anon_vma lock"; continue; }
	if GUEST_VARIANT=patched+preempt collect "$v" jank; then
		# a thread tells of a release before it lets the lock go, and can be preempted in between:
		# then no hold tells who has it, but the lock itself does
		judge "$v" "'exact', 'owner'" && proven "$v"
	else
		not_ok "$v: the guest ran"
	fi
	suite=bookworm-backports
	programs=$(build_programs $suite) || exit 1
	if out=$(GUEST_CMDLINE="mitigations=off preempt=full" "$guest_dir/run-debian" $suite "$programs" jank); then
		judge "$suite, Linux $(cat "$out/release")" "'owner', 'waker'" && flushes "$suite"
	else
		not_ok "$suite: the guest ran"
	fi
done
done_testing
