#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Unknown is never 0 or "none": every section and screen tells what could not be
# seen, and what it takes, from what happened not to happen.
. tests/tap.sh

stock='lock:contention_begin lock:contention_end sched:sched_switch sched:sched_waking
	mmap_lock:mmap_lock_acquire_returned mmap_lock:mmap_lock_released migrate:set_migration_pte
	migrate:remove_migration_pte'
series="$stock rmap:anon_vma_contention_begin rmap:rmap_walk_begin rmap:rmap_walk_end rmap:rmap_walk_retry
	rmap:rmap_walk_skip rmap:folio_move_anon_rmap rmap:anon_vma_link rmap:rmap_walk_vma
	rmap:exec_stack_shift_begin rmap:anon_vma_lock_acquire_returned rmap:anon_vma_lock_start_locking
	rmap:i_mmap_lock_acquire_returned"
# of the series, what profile contention enables
contention="$stock rmap:anon_vma_contention_begin rmap:rmap_walk_retry rmap:rmap_walk_skip"

# empty NAME KEY VALUE...: a capture of ten seconds without rows
empty() {
	local file=$tap_dir/$1.db
	shift
	{
		echo "INSERT INTO meta VALUES ('state', 'finished'), ('first_ns', 5000000000),
			('last_ns', 15000000000), ('nr_events', 1000);"
		while [ $# -gt 0 ]; do
			echo "INSERT INTO meta VALUES ('$1', '$(tr -s ' \t\n' ' ' <<<"$2" | sed 's/ $//')');"
			shift 2
		done
	} | sh tests/empty-db.sh "$file"
}

live() {
	empty "$1" source tracefs profile "$2" formats "$3" traced "$4"
}

waits='processes vmas locks tasks sites blame'
others='stalls walks storms stragglers order'
watched='nothing happened: 10.000 s watched'
takes() {
	echo "not seen: needs profile $1 (rmapscope record --profile $1)"
}
no_rmap='not seen: this kernel has no rmap events (see rmapscope check)'

# json EXPRESSION: of j, what was written as JSON last
json() {
	sqlite3 :memory: "SELECT $1 FROM (SELECT readfile('$tap_dir/json') AS j)"
}

# says NAME SECTION WANT: in text, JSON and CSV
says() {
	local file=$tap_dir/$1.db json got want=
	tap_is "$("$RMAPSCOPE" report "$file" "$2" | tail -n 1)" "($3)" "$1: $2: text: ${3:0:40}"
	"$RMAPSCOPE" report --format json "$file" "$2" >"$tap_dir/json"
	json=$(json "json_type(j, '\$.$2'), json_array_length(j, '\$.$2'), json_extract(j, '\$.$2_unseen')")
	case $3 in
	"not seen: "*)
		tap_is "$json" "null|0|${3#not seen: }" "$1: $2: JSON: null, and why"
		;;
	*)
		tap_is "$json" "array|0|" "$1: $2: JSON: a list of none"
		;;
	esac
	got=$("$RMAPSCOPE" report --format csv "$file" "$2" 2>&1 >"$tap_dir/csv")
	[ "${3#not seen: }" = "$3" ] || want="rmapscope: $2: $3"
	tap_is "$(wc -l <"$tap_dir/csv"):$got" "1:$want" "$1: $2: CSV: why, on stderr"
}

# shows NAME SCREEN WANT: in a batch frame
shows() {
	tap_is "$("$RMAPSCOPE" top -b -n 1 -w 100 -s "$2" "$tap_dir/$1.db" | sed -n '/^(/p')" "($3)" \
		"$1: screen $2: ${3:0:40}"
}

live stock contention "$stock" "$stock"
for section in $waits; do
	says stock "$section" "$watched"
done
says stock stalls "$(takes stalls)"
for section in walks storms stragglers; do
	says stock "$section" "$no_rmap"
done
says stock frames 'not seen: frames are in traces of Perfetto only (data source android.surfaceflinger.frametimeline)'
# in part: the mmap_lock has events of its own
says stock order "$(takes holds)"
says stock lost "nothing was lost: 10.000 s watched"
for screen in vmas locks processes heatmap; do
	shows stock $screen "$watched"
done
shows stock blocked "nobody waited at that time"
shows stock stalls "$(takes stalls)"
for screen in storms walks; do
	shows stock $screen "$no_rmap"
done

# samples of the CPUs
sampled() {
	local name=$1
	shift
	empty "$name" source tracefs profile contention formats "$stock" traced "$stock" "$@"
}
for section in spin why; do
	says stock $section "not seen: made by a version that did not sample the CPUs"
	sampled sampled samples_hz 499
	says sampled $section "$watched"
	sampled off samples_hz 0 no_samples 'option --samples 0'
	says off $section "not seen: option --samples 0"
	empty file source trace.dat formats "$stock"
	says file $section "not seen: samples of the CPUs are in a live capture by BPF, and in a perf.data with cpu-clock or cycles"
done
sampled measured samples_hz 499 no_spin_samples 'it is measured'
says measured spin "not seen: it is measured"
says measured why "$watched"
# lost samples are no gap for waits
sqlite3 "$tap_dir/sampled.db" "INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason)
	VALUES (6000000000, 7000000000, 0, 5, 5)"
says sampled processes "$watched"
tap_is "$("$RMAPSCOPE" blocked "$tap_dir/sampled.db" --at 1.5 | tail -n 1)" "(nobody waited at that time)" \
	"where samples were lost, waits are known"

live series contention "$series" "$contention"
says series storms "$watched"
for section in walks stragglers; do
	says series $section "$(takes walks)"
done
says series order "$(takes holds)"
shows series walks "$(takes walks)"

live all all "$series" "$series"
for section in $waits $others; do
	says all "$section" "$watched"
done

live added contention,stalls "$series" "$contention"
says added stalls "$watched"

live refused all "$series" "${series/rmap:rmap_walk_begin/}"
says refused walks "not seen: the kernel refused to enable rmap:rmap_walk_begin"

# a gap is not watched; what happened in it is not known
sqlite3 "$tap_dir/all.db" "INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason)
	VALUES (6000000000, 7000000000, 0, 5, 0)"
says all stalls "$watched, except in 1 gap"
tap_is "$("$RMAPSCOPE" blocked "$tap_dir/all.db" --at 1.5 | tail -n 1)" "(not seen: events were lost then)" \
	"blocked in a gap: not seen"
"$RMAPSCOPE" blocked "$tap_dir/all.db" --at 1.5 --format json >"$tap_dir/json"
tap_is "$(json "json_type(j, '\$.blocked'), json_extract(j, '\$.blocked_unseen')")" "null|events were lost then" "in JSON, too"
tap_is "$("$RMAPSCOPE" blocked "$tap_dir/all.db" --at 4.5 | tail -n 1)" "(nobody waited at that time)" \
	"blocked beside it: nobody"

# gaps that nobody counted
lost() {
	sqlite3 "$tap_dir/all.db" "DELETE FROM loss; INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason) VALUES $1"
	"$RMAPSCOPE" report --format json "$tap_dir/all.db" lost >"$tap_dir/json"
	tap_is "$("$RMAPSCOPE" report "$tap_dir/all.db" lost | sed -n '3s/.*uncertain, //p'):$(json \
		"json_extract(j, '\$.capture.nr_lost'), json_extract(j, '\$.capture.nr_lost_min')")" "$2:$3" "$4"
}
lost "(6000000000, 7000000000, 0, 5, 0), (8000000000, 8100000000, 0, 2, 1)" \
	"7 events lost in 2 gaps" "7|7" "losses that are counted: their sum"
lost "(6000000000, 7000000000, 0, 5, 0), (8000000000, 8100000000, 1, NULL, 0)" \
	"at least 6 events lost in 2 gaps" "|6" "with one that is not: at least so many"
lost "(6000000000, 7000000000, NULL, NULL, 3)" \
	"unknown number of events lost in 1 gap" "|0" "nothing was counted: not known, not 0"
tap_like "$("$RMAPSCOPE" report "$tap_dir/all.db" lost | tail -n 1)" \
	'^ +- not_recorded +1 +- +0 +1 +1,000\.000 +0 +0$' "the row of a gap of all CPUs"
lost "(NULL, 7000000000, 0, 1113, 0)" "1113 events lost in 1 gap" "1113|1113" "a loss at the start is counted"
tap_like "$("$RMAPSCOPE" report "$tap_dir/all.db" lost | tail -n 1)" \
	'^ +0 overrun +1 +1,113 +1,113 +0 +- +1 +0$' "and has no length, rather than 0.0 ms"

# files: what their kernel had, and what came
file() {
	empty "$1" source trace.dat formats "$2" came "$3"
}
file no-sched "$stock" "lock:contention_begin lock:contention_end"
says no-sched locks "$watched"
says no-sched stalls "not seen: the file holds no event sched:sched_switch: it was not recorded"
says no-sched walks "not seen: the file has no rmap events"
file no-lock "sched:sched_switch sched:sched_waking" "sched:sched_switch sched:sched_waking"
for section in $waits; do
	says no-lock "$section" "not seen: the file has no lock:contention_begin"
done
says no-lock stalls "$watched"
tap_like "$("$RMAPSCOPE" report "$tap_dir/no-lock.db" lost)" '^10\.000 s, 1000 events, waits not seen, 0 events lost' \
	"the head does not count what it could not see"
"$RMAPSCOPE" report --format json "$tap_dir/no-lock.db" lost >"$tap_dir/json"
tap_is "$(json "json_type(j, '\$.capture.nr_waits'), json_type(j, '\$.capture.nr_open')")" "null|null" "nor does JSON's"

# of earlier versions, what they have
empty old-live source tracefs profile contention traced "$stock"
says old-live locks "$watched"
says old-live stalls "$(takes stalls)"
empty old-all source tracefs profile all traced "$stock"
says old-all stalls "$watched"
says old-all storms "not seen: rmap:rmap_walk_skip was not traced; needs a kernel with the rmap events"
empty old-file source trace.dat sees_storms yes sees_walks 'rmap:rmap_walk_begin is not in the file'
says old-file locks "$watched"
says old-file storms "$watched"
says old-file walks "not seen: rmap:rmap_walk_begin is not in the file"
says old-file order "not seen: made by a version that did not look for it"

empty young source tracefs profile all formats "$series" traced "$series"
sqlite3 "$tap_dir/young.db" "DELETE FROM meta WHERE key IN ('first_ns', 'last_ns')"
says young locks "nothing happened: no event was recorded"

tap_done
