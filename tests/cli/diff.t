#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# diff finds what changed between two captures, and does not find what did not.
. tests/tap.sh
: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"

# events SEED PERCENT: 40 s in which a thread waits some times a second; each wait takes about
# PERCENT of 2 ms
events() {
	awk -v seed="$1" -v percent="$2" 'BEGIN {
		srand(seed)
		print "name 100 100 app"
		for (s = 1; s <= 40; s++)
			for (i = 0; i < 20; i++) {
				from = s * 1e9 + i * 4e7 + int(rand() * 1e6)
				printf "%.0f 100 contention_begin lock_addr=0xffff888100000000 flags=4\n", from
				printf "%.0f 100 contention_end lock_addr=0xffff888100000000 ret=0\n",
					from + int((1 + rand()) * 2e6 * percent / 150)
			}
		print "flush 42000000000"
	}'
}
# capture NAME SEED PERCENT
capture() {
	events "$2" "$3" >"$tap_dir/events"
	"$STAGE" "$tap_dir/$1.db" <"$tap_dir/events" >/dev/null
}
# rows A... -- B...: "NUMBER VERDICT" of all waits, a line each
rows() {
	"$RMAPSCOPE" diff --format json --by all "$@" 2>/dev/null >"$tap_dir/json"
	sqlite3 :memory: "SELECT json_extract(value, '\$.number') || ': ' || json_extract(value, '\$.verdict')
		FROM json_each(readfile('$tap_dir/json'), '\$.diff')"
}

for seed in 1 2 3 4 5 6; do
	capture "same$seed" "$seed" 100
	capture "more$seed" "$((seed + 50))" 120
done
none='waits/s: no evidence
wait ms/s: no evidence
mean wait us: no evidence
p99 wait us: no evidence'
cd "$tap_dir" || exit 1
tap_is "$(rows same1.db same1.db)" "$none" "a capture does not differ from itself"
tap_is "$(rows same1.db same2.db)" "$none" "nor from another of the same"
tap_is "$(rows same1.db more1.db)" "waits/s: no evidence
wait ms/s: slower
mean wait us: slower
p99 wait us: slower" "waits that take a fifth longer are found"
tap_is "$(rows more1.db same1.db | grep -c faster)" 3 "the other way round they are shorter"
tap_is "$(rows same1.db same2.db same3.db -- same4.db same5.db same6.db)" "$none" "groups of the same do not differ"
tap_is "$(rows same1.db same2.db same3.db -- more1.db more2.db more3.db | sed -n 3p)" "mean wait us: slower" \
	"groups that differ do"
tap_is "$(sqlite3 :memory: "SELECT json_extract(value, '\$.side') || json_extract(value, '\$.slices')
	FROM json_each(readfile('$tap_dir/json'), '\$.captures')" | tr '\n' ' ')" "A40 A40 A40 B40 B40 B40 " \
	"each capture has its slices"
tap_is "$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$tap_dir/json'), '\$.diff')
	WHERE json_extract(value, '\$.interval_from') = 'captures'")" 4 "the interval comes from one value a capture"

# the same numbers by SQL
mean=$(sqlite3 same1.db "SELECT printf('%.2f', sum(wait_ns) / 1e3 / sum(nr_waits)) FROM rollup WHERE second BETWEEN 2 AND 41")
"$RMAPSCOPE" diff --by all same1.db more1.db >"$tap_dir/out"
tap_like "$(grep 'mean wait' "$tap_dir/out" | tr -d ,)" " $mean " "a number is the sum of its slices"
tap_like "$(head -n 1 "$tap_dir/out")" '^B is faster than A in 0 and slower in 3 of 4 numbers; with one capture a side,' \
	"a sentence comes first"

# what cannot be compared
cp same1.db holds.db
sqlite3 holds.db "UPDATE rollup SET nr_holds = 10, hold_ns = 5000000"
cp same1.db unseen.db
sqlite3 unseen.db "UPDATE meta SET value = replace(value, 'rmap:anon_vma_lock_released', '') WHERE key IN ('formats', 'traced', 'came');
	UPDATE rollup SET nr_holds = NULL, hold_ns = NULL"
"$RMAPSCOPE" diff --by hold --format json holds.db unseen.db >"$tap_dir/json" 2>"$tap_dir/err"
tap_is "$(sqlite3 :memory: "SELECT DISTINCT json_extract(value, '\$.b') IS NULL, json_extract(value, '\$.verdict')
	FROM json_each(readfile('$tap_dir/json'), '\$.diff')")" "1|not seen" "what B could not see is no 0 of B"
tap_like "$(cat "$tap_dir/err")" '^note: hold: not all seen in B: ' "and the reason is said"
cp same1.db lost.db
sqlite3 lost.db "INSERT INTO loss (start_ns, end_ns, nr_lost, reason) VALUES (10500000000, 12500000000, 5, 0)"
"$RMAPSCOPE" diff --by all same1.db lost.db >"$tap_dir/out"
tap_like "$(cat "$tap_dir/out")" '^note: events were lost: 3 slices of 1 s are left out$' "slices with lost events are left out"
cp same1.db other.db
sqlite3 other.db "INSERT OR REPLACE INTO meta VALUES ('kernel_release', '7.3.0'), ('profile', 'stalls')"
tap_is "$("$RMAPSCOPE" diff --by all same1.db other.db | grep '^note: the captures')" "note: the captures have different kernels
note: the captures have different profiles: what one did not record is not compared" "differences of the captures are said"
events 1 100 | awk '$1 > 7e9 && $1 != "name" && $1 != "flush" { next } { print }' >"$tap_dir/events"
"$STAGE" short.db <"$tap_dir/events" >/dev/null
sqlite3 short.db "UPDATE meta SET value = 7000000000 WHERE key = 'last_ns'"
tap_like "$("$RMAPSCOPE" diff --by all same1.db short.db | head -n 1)" '^The captures are too short to compare: 12 slices' \
	"a capture that is too short has no verdict"
"$RMAPSCOPE" diff --page rmap-locking same1.db same2.db >"$tap_dir/out"
tap_like "$(cat "$tap_dir/out")" '^note: who held the folio lock at a skip' "the page says what it cannot have"

for wrong in "same1.db" "same1.db same2.db same3.db" "-- same1.db" "same1.db --" "--by nothing same1.db same2.db" \
	"--page nothing same1.db same2.db"; do
	# shellcheck disable=SC2086 # words
	"$RMAPSCOPE" diff $wrong >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?" 2 "wrong usage: diff $wrong"
done
"$RMAPSCOPE" diff same1.db nothing.db >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err"):$(wc -c <"$tap_dir/out")" "1:1:0" "a file that is missing is one line"
tap_done
