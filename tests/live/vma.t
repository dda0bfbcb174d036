#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On a stock kernel, by tracefs: the VMAs that page faults wait for, by range and name.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

[ -d "$tracing/events/exceptions/page_fault_user" ] || {
	tap_skip "no exceptions:page_fault_user" "page faults tell their VMA"
	tap_done
}
db=$tap_dir/capture.db
threads=4

line=$("$RMAPSCOPE" record --rung 1 --profile holds -o "$db" -- "$WORKLOADS/mmap-churn" -t $threads -p 1 -d 3 \
	--pin --file 2>"$tap_dir/err")
tap_is "$?:$(cat "$tap_dir/err")" "0:" "record --profile holds of mmap-churn --file succeeds"
line=$(grep ^workload= <<<"$line")
pid=$(value pid "$line") place=$(value place "$line") bytes=$(value bytes "$line")
tap_note "$(sql "$db" "SELECT printf('%d waits, %d in page faults, %d of those with a VMA; %d VMAs',
	count(*), sum(role IN ('page_fault', 'fault_prepare')),
	sum(role IN ('page_fault', 'fault_prepare') AND vma_id IS NOT NULL),
	(SELECT count(*) FROM vma)) FROM waits WHERE tgid = $pid")"

# a page fault of the workload is in the file that the thread maps, hardly elsewhere
own="v.start = $place + 2 * $bytes * substr(w.comm, length('mmap-churn/') + 1)
	AND v.end = v.start + $bytes"
[ "$(sql "$db" "SELECT count(*) FROM waits w JOIN vma v ON v.id = w.vma_id
	WHERE w.tgid = $pid AND $own")" -ge 10 ]
tap_ok $? "waits name the range that the thread maps"
tap_is "$(sql "$db" "SELECT DISTINCT v.name || ' ' || v.perms FROM waits w JOIN vma v ON v.id = w.vma_id
	WHERE w.tgid = $pid AND $own")" "/memfd:mmap-churn file (deleted) rw-p" \
	"and the file and its permissions"
tap_is "$(sql "$db" "SELECT count(*) FROM waits w JOIN vma v ON v.id = w.vma_id
	WHERE w.tgid = $pid AND v.name LIKE '/memfd:%' AND NOT ($own)")" 0 "never that of another thread"
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE vma_id IS NOT NULL AND
	(role IS NULL OR role NOT IN ('page_fault', 'fault_prepare'))")" 0 "other waits name none"
tap_is "$(sql "$db" "SELECT count(*) FROM waits w JOIN vma v ON v.id = w.vma_id
	WHERE v.process_id IS NOT w.process_id")" 0 "a VMA is of the waiter's process"
tap_is "$(sql "$db" "SELECT sum(nr_waits), sum(wait_ns) FROM rollup WHERE vma_id <> 0")" \
	"$(sql "$db" "SELECT count(duration_ns), sum(duration_ns) FROM wait WHERE vma_id IS NOT NULL")" \
	"the roll-ups hold the same waits by VMA"
tap_is "$(sql "$db" "SELECT count(*) FROM vma v JOIN process p ON p.id = v.process_id
	WHERE p.tgid = $pid AND v.to_ns IS NULL")" 0 "the VMAs of a process are over with it"
tap_like "$(sql "$db" "SELECT value FROM meta WHERE key = 'limits'")" \
	"VMAs: known for waits in page faults only" "the capture says which VMAs it can tell"

"$RMAPSCOPE" report --format csv "$db" vmas >"$tap_dir/vmas.csv"
tap_is "$(grep -c "mmap-churn file (deleted)" "$tap_dir/vmas.csv")" \
	"$(sql "$db" "SELECT count(DISTINCT vma_id) FROM waits WHERE vma_name LIKE '%mmap-churn file%'")" \
	"report shows them"

# --- the default profile does not trace faults

"$RMAPSCOPE" record --rung 1 --force -o "$db" -- "$WORKLOADS/mmap-churn" -t $threads -d 1 --pin --file \
	>"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(sql "$db" "SELECT count(*) > 0, sum(vma_id IS NOT NULL) FROM wait")" "0:1|0" \
	"without it no wait has a VMA"
tap_like "$(sql "$db" "SELECT value FROM meta WHERE key = 'limits'")" \
	"VMAs: unknown: stock events do not name them; profile holds adds" "and why is said"

tap_done
