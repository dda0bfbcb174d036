#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What `report` looks like as text: columns stay in line, whatever the names are.
. tests/tap.sh
command -v sqlite3 >/dev/null || tap_skip_all "sqlite3 is not installed"

db=$tap_dir/names.db
sh tests/empty-db.sh "$db" <<-'END'
	INSERT INTO meta VALUES ('state', 'finished'), ('first_ns', 1000000000000), ('last_ns', 1010000000000);
	INSERT INTO process (id, tgid, comm) VALUES (1, 101, 'plain'), (2, 102, '日本語の名前'), (3, 103, 'größe 😀'),
		(4, 104, 'ｆｕｌｌｗｉｄｔｈ');
	INSERT INTO task (id, tid, tgid, comm, is_main, process_id) SELECT id, tgid, tgid, comm, 1, id FROM process;
	INSERT INTO lock (id, class, address, generation) VALUES (1, 0, 4096, 0);
	INSERT INTO wait (start_ns, duration_ns, lock_id, task_id, mode, holder_source, outcome)
		SELECT 1001000000000, 5000000 - id, 1, id, 0, 0, 0 FROM task;
END

# the column in which a text begins, as a terminal counts: wide characters take two
column_of() {
	perl -CSDA -e '
		my ($text) = @ARGV;
		while (<STDIN>) {
			my $at = index($_, $text);
			next if $at < 0;
			my $before = substr($_, 0, $at);
			my $wide = () = $before =~ /[\x{1100}-\x{115f}\x{2e80}-\x{a4cf}\x{ac00}-\x{d7a3}\x{f900}-\x{faff}\x{ff00}-\x{ff60}\x{1f300}-\x{1faff}]/g;
			print $at + $wide, "\n";
			exit;
		}' "$1"
}
for locale in C C.UTF-8; do
	LC_ALL=$locale "$RMAPSCOPE" report "$db" processes >"$tap_dir/out"
	tap_is "$?" 0 "$locale: report of wide names"
	want=$(column_of 101 <"$tap_dir/out")
	tap_like "$want" '^[0-9]+$' "$locale: the process ids are in a column"
	for id in 102 103 104; do
		tap_is "$(column_of $id <"$tap_dir/out")" "$want" "$locale: process $id is in line with the first"
	done
done

# --- the width of a line

# longest FILE: columns of its longest line below the notes
longest() {
	perl -CSDA -ne 'chomp; next if /^(\(|Waits |[0-9.]+ s, |[^:]*: )/; $n = length if length > $n; END { print $n // 0 }' "$1"
}
for width in 40 60 80 100 132 200; do
	"$RMAPSCOPE" report --width $width tests/data/stock.db >"$tap_dir/out"
	tap_is "$?" 0 "--width $width"
	[ "$(longest "$tap_dir/out")" -le $width ]
	tap_ok $? "--width $width: no row is longer ($(longest "$tap_dir/out"))"
	# the column that the rows are sorted by is never left out
	tap_is "$(grep -c 'WAIT ms' "$tap_dir/out")" "$("$RMAPSCOPE" report --width 500 tests/data/stock.db | grep -c 'WAIT ms')" \
		"--width $width: what the rows are sorted by is there"
done
"$RMAPSCOPE" report --width 80 tests/data/stock.db waits >"$tap_dir/out"
tap_like "$(cat "$tap_dir/out")" '\(too narrow for: .*FUNCTION.*\)' "what is left out is said"
tap_is "$("$RMAPSCOPE" report tests/data/stock.db | cat)" "$("$RMAPSCOPE" report --width 1000 tests/data/stock.db)" \
	"into a pipe lines are as long as they need to be"
if command -v script >/dev/null; then
	script -qec "stty cols 90; '$RMAPSCOPE' report tests/data/stock.db" /dev/null </dev/null | tr -d '\r' >"$tap_dir/tty"
	tap_is "$(sed -n '/^Processes/,$p' "$tap_dir/tty")" \
		"$("$RMAPSCOPE" report --width 90 tests/data/stock.db | sed -n '/^Processes/,$p')" "on a terminal they fit into it"
else
	tap_skip "script is not installed" "on a terminal they fit into it"
fi

# --- one sentence first

# first LINE-PATTERN NAME [STATEMENT]: of a copy of the database on which the statement was run
first() {
	cp "$db" "$tap_dir/copy.db"
	sqlite3 "$tap_dir/copy.db" "${3:-SELECT 1}" >/dev/null
	tap_like "$("$RMAPSCOPE" report "$tap_dir/copy.db" | head -n 1)" "$1" "$2"
	tap_is "$("$RMAPSCOPE" report --format json "$tap_dir/copy.db" >"$tap_dir/json" &&
		sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/json'), '\$.verdict')")" \
		"$("$RMAPSCOPE" report "$tap_dir/copy.db" | head -n 1)" "$2: JSON has it, too"
}
first '^Waits took 20\.000 ms in 10\.000 s, 25 % of it in plain, most for anon_vma locks; the longest took 5\.000 ms\.$' \
	"who waited most"
first '^Nobody waited longer than 1 ms: 4 waits, 2\.000 ms in all, the longest 0\.500 ms\.$' "short waits" \
	"UPDATE wait SET duration_ns = 500000"
uncertain="outcome = (SELECT value FROM enum WHERE domain = 'outcome' AND label = 'uncertain'), duration_ns = NULL"
first '^Waits took at least 15\.000 ms in .*; the longest took 5\.000 ms; how long 1 more took is not known, as events are missing\.$' \
	"one is uncertain" "UPDATE wait SET $uncertain WHERE id = 1"
first '^Nobody is known to have waited longer than 1 ms: 3 waits, .*; how long 1 more took is not known' "short waits, and an uncertain one" \
	"UPDATE wait SET duration_ns = 500000; UPDATE wait SET $uncertain WHERE id = 1"
first '^How long anybody waited is not known: all 4 waits are uncertain, as events of them are missing\.$' "none that is certain" \
	"UPDATE wait SET $uncertain"
first '^Waits took .*, and 1 had not ended, the longest after 9,000\.000 ms\.$' "one that has not ended" \
	"UPDATE wait SET outcome = 1, duration_ns = NULL WHERE id = 1"
first '^Waits took 0\.000 ms in 10\.000 s, 0 % of it in [^;]*; the longest took 0\.000 ms, and 1 had not ended' \
	"what ended took no time" "UPDATE wait SET duration_ns = 0;
	UPDATE wait SET outcome = 1, duration_ns = NULL WHERE id = 1"
first '^No wait has ended: 4 were open at the end of the capture, the longest for 9,000\.000 ms\.$' "none has ended" \
	"UPDATE wait SET outcome = 1, duration_ns = NULL"
first '^Waits were not seen: ' "waits were not recorded" \
	"DELETE FROM wait; INSERT OR REPLACE INTO meta VALUES ('formats', ''), ('traced', 'sched:sched_switch')"

cp "$db" "$tap_dir/copy.db"
sqlite3 "$tap_dir/copy.db" "INSERT OR REPLACE INTO meta SELECT 'names_from_ns', value + 2000000000 FROM meta WHERE key = 'first_ns'"
tap_like "$("$RMAPSCOPE" report "$tap_dir/copy.db")" \
	'^note: sums before .* name no process, lock or VMA \(--max-age\)$' "sums without names are told"

# --- the longest waits: their times are those that everything else takes

start=$("$RMAPSCOPE" report -n 1 tests/data/stock.db waits | awk '/START ns/ { getline; print $1 }')
tap_is "$("$RMAPSCOPE" blocked --format csv --at "$start" tests/data/stock.db | grep -c .)" \
	"$("$RMAPSCOPE" blocked --format csv --at "${start}ns" tests/data/stock.db | grep -c .)" "--at takes it as printed"
tap_is "$(sqlite3 tests/data/stock.db "SELECT duration_ns = (SELECT max(duration_ns) FROM wait) FROM waits WHERE start_ns = $start")" \
	1 "and SQL finds the wait by it"
tap_like "$("$RMAPSCOPE" blocked --at "$((start + 1))" tests/data/stock.db)" ' waiter ' "somebody waits then"
# a clock that has just begun: the numbers are small
cp "$db" "$tap_dir/copy.db"
sqlite3 "$tap_dir/copy.db" "UPDATE wait SET start_ns = start_ns - 1000900000000;
	UPDATE meta SET value = 1000 WHERE key = 'first_ns'; UPDATE meta SET value = 900000000 WHERE key = 'last_ns'"
start=$("$RMAPSCOPE" report -n 1 "$tap_dir/copy.db" waits | awk '/START ns/ { getline; print $1 }')
tap_is "$start" 100000000 "a time below a second of the clock"
tap_like "$("$RMAPSCOPE" blocked --at "$start" "$tap_dir/copy.db")" '^Blocked at 0\.099 s' "is taken as printed, too"

# many processes of one name are one name
cp "$db" "$tap_dir/copy.db"
sqlite3 "$tap_dir/copy.db" "UPDATE process SET comm = 'churn' WHERE id > 1"
tap_like "$("$RMAPSCOPE" report "$tap_dir/copy.db" | head -n 1)" '7[0-9] % of it in churn' "processes of one name are one in the summary"

# what retention took away is not in the time of what is left
sqlite3 "$tap_dir/copy.db" "INSERT INTO meta SELECT 'kept_from_ns', value - 4000000000 FROM meta WHERE key = 'last_ns'"
tap_like "$("$RMAPSCOPE" report "$tap_dir/copy.db" | head -n 1)" '^Waits took [0-9.]+ ms in 4\.000 s' "the time is that of the rows"
report=$("$RMAPSCOPE" report "$tap_dir/copy.db" --since 0 --until 3)
tap_like "$(head -n 1 <<<"$report")" '^The rows of that time were removed \(--max-size, --max-age\); there are rows from 6\.000 s on\.$' \
	"a time without rows is none in which nobody waited"
tap_like "$report" 'not kept: rows of that time were removed' "a section says so, too"

tap_done
