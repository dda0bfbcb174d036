#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A trace.dat made by plain shell and trace-cmd extract imports as what
# trace-cmd itself reads in it: every version, compressed or not.
. tests/tap.sh
. tests/live/trace.sh
command -v trace-cmd >/dev/null || tap_skip_all "trace-cmd is not installed"
tap_need_live

# Waits in trace-cmd's text: a begin of an rwsem, and the next end of the same
# thread for the same lock. "TID COUNT TOTAL_NS LONGEST_NS" for each thread.
waits_of_text() {
	trace-cmd report -t "$1" 2>"$tap_dir/err" | perl -ne '
		/^\S+:\s+.*-(\d+)\s+\[\d+\]\s+(\d+)\.(\d{9}): (contention_\w+):\s+(0x\w+) \((\S+)\)/
			or next;
		my ($tid, $ns, $name, $lock, $arg) = ($1, $2 * 1000000000 + $3, $4, $5, $6);
		if ($name eq "contention_begin") {
			$begin{$tid} = [$lock, $ns] if $arg =~ /^flags=(READ|WRITE)$/;
		} elsif ($begin{$tid} and $begin{$tid}[0] eq $lock) {
			my $took = $ns - $begin{$tid}[1];
			delete $begin{$tid};
			$nr{$tid}++;
			$sum{$tid} += $took;
			$max{$tid} = $took if $took > ($max{$tid} || 0);
		}
		END { print "$_ $nr{$_} $sum{$_} $max{$_}\n" for sort { $a <=> $b } keys %nr }'
}

waits_of_db() {
	sqlite3 -separator ' ' "$1" "SELECT tid, count(*), sum(duration_ns), max(duration_ns)
		FROM waits WHERE duration_ns IS NOT NULL GROUP BY tid ORDER BY tid"
}

# Everything about the waits, for comparing two databases
dump() {
	sql "$1" "SELECT start_ns, duration_ns, slept_ns, tid, comm, class, lock, mode, role, symbol,
		holder_tid, holder_source, outcome FROM waits ORDER BY start_ns, tid;
		SELECT * FROM loss; SELECT * FROM wait_by_site ORDER BY 1, 2, 3, 4"
}

# compare FILE NAME: import it, and hold it against trace-cmd's text
compare() {
	local db=$tap_dir/$2.db
	"$RMAPSCOPE" import "$tap_dir/$1" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "$2: imports"
	tap_is "$(waits_of_db "$db")" "$(waits_of_text "$tap_dir/$1")" \
		"$2: number, sum and longest of each thread's waits are those of trace-cmd report"
}

# on a busy machine the threads hardly meet, and trace-cmd 3.1.6 now and then
# writes a compressed file that it cannot read itself
for ((tries = 1; tries <= 5; tries++)); do
	trace_begin $contention_events || break
	line=$("$WORKLOADS/uffd-move" -t 4 -d 3 --pin)
	nr_seen=$(grep -c '=> move_pages' "$tracing/instances/$trace_instance/trace")
	trace_stop
	entries=$(cat "$tracing/instances/$trace_instance"/per_cpu/cpu*/stats | awk '/^entries/ { n += $2 }
		END { print n }')
	trace_extract "$tap_dir/v7.dat"
	status=$?
	[ "$nr_seen" -lt 20 ] || ! trace-cmd report "$tap_dir/v7.dat" >"$tap_dir/out" 2>&1 || break
done
tap_is "$(value workload "$line")" uffd-move "tracing with plain shell"
tap_ok $status "trace-cmd extract"
[ ! -e "$tracing/instances/$trace_instance" ]
tap_ok $? "the instance is gone"
tap_note "$entries events, $(stat -c %s "$tap_dir/v7.dat") bytes: $line"

compare v7.dat v7
[ "$(sql "$tap_dir/v7.db" "SELECT count(duration_ns) FROM wait")" -ge 5 ]
tap_ok $? "there are waits to compare"
tap_note "$(sql "$tap_dir/v7.db" "SELECT printf('%d waits, %.3f ms', count(duration_ns),
	sum(duration_ns) / 1e6) FROM wait")"
tap_is "$(sql "$tap_dir/v7.db" "SELECT value FROM meta WHERE key = 'nr_events'")" "$entries" \
	"every event that the kernel counted was read"
tap_is "$(sql "$tap_dir/v7.db" "SELECT count(*) FROM loss")" 0 "nothing was lost"
tap_is "$(sql "$tap_dir/v7.db" "SELECT DISTINCT process || ' ' || tgid FROM waits
	WHERE role = 'uffd_move'")" "uffd-move $(value pid "$line")" \
	"process and roles are known from the file alone"
tap_is "$(sql "$tap_dir/v7.db" "SELECT group_concat(key || '=' || coalesce(value, ''), ' ')
	FROM (SELECT * FROM meta WHERE key IN ('state', 'source', 'host', 'profile') ORDER BY key)")" \
	"source=trace.dat state=finished" "meta does not say that it was recorded here"

# the same capture in the other forms
convert() {
	trace-cmd convert -i "$tap_dir/v7.dat" -o "$tap_dir/$1.dat" "${@:2}" >"$tap_dir/out" 2>&1
}
if convert v6 --file-version 6; then
	compare v6.dat v6
	tap_is "$(dump "$tap_dir/v6.db" | md5sum)" "$(dump "$tap_dir/v7.db" | md5sum)" \
		"version 6 gives the same waits"
	convert plain --compression none
	compare plain.dat plain
	tap_is "$(dump "$tap_dir/plain.db" | md5sum)" "$(dump "$tap_dir/v7.db" | md5sum)" \
		"version 7 without compression gives the same waits"
else
	tap_skip "this trace-cmd cannot convert" "version 6 and uncompressed files"
fi

# a buffer that overran: the gap at its start is told, with the kernel's number
TRACE_BUFFER_KB=64
trace_begin $contention_events
"$WORKLOADS/mmap-churn" -t 4 -d 1 --pin >"$tap_dir/out"
trace_stop
for dir in "$tracing/instances/$trace_instance"/per_cpu/cpu*; do
	awk -v cpu="${dir##*cpu}" '/^overrun/ && $2 > 0 { print cpu, $2 }' "$dir/stats"
done >"$tap_dir/overrun"
trace_extract "$tap_dir/overrun.dat" --compression none
tap_note "overrun by cpu: $(tr '\n' ';' <"$tap_dir/overrun")"
[ -s "$tap_dir/overrun" ]
tap_ok $? "a small buffer overruns"
"$RMAPSCOPE" import "$tap_dir/overrun.dat" -o "$tap_dir/overrun.db" >"$tap_dir/out" \
	2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "it imports"
tap_is "$(sqlite3 -separator ' ' "$tap_dir/overrun.db" "SELECT DISTINCT cpu FROM loss ORDER BY cpu")" \
	"$(cut -d ' ' -f 1 "$tap_dir/overrun")" "each CPU that overran has its gap"
while read -r cpu nr; do
	# a full page has no room for the number: then it is unknown, never wrong
	tap_is "$(sql "$tap_dir/overrun.db" "SELECT sum(nr_lost) IS NULL OR sum(nr_lost) = $nr
		FROM loss WHERE cpu = $cpu")" 1 "cpu $cpu: as many as the kernel counted, or unknown"
done <"$tap_dir/overrun"

tap_done
