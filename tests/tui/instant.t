#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who is blocked at an instant: the screen shows what `blocked --at` says of that
# instant, to the nanosecond, and never of the second that it is in.
. tests/tui/lib.sh
tui_fixture

first=$(sqlite3 "$db" "SELECT value FROM meta WHERE key = 'first_ns'")

# name and age of each row, from the command line and from the screen
said() {
	"$RMAPSCOPE" blocked --at "$1" --format csv "$2" >"$tap_dir/said.csv" || return
	sqlite3 -batch -noheader :memory: ".import --csv '$tap_dir/said.csv' t" ".mode list" ".separator ' '" \
		"SELECT coalesce(nullif(name, ''), '-'), iif(age_ns = '', '-', printf('%,.3f', age_ns / 1e6)) FROM t" |
		tr -s ' '
}
shown() {
	tui_screen | sed '1,/^THREAD \/ LOCK/d; /^F1 Help/,$d; s/^[└├│─ ]*//; /^$/d' |
		perl -CSDA -pe 's/^(.*?)  +(-|[\d,]+\.\d+) .*/$1 $2/' | tr -s ' '
}
agrees() {
	[ "$(shown)" = "$1" ]
}
# tui_agrees TIME NAME: the screen shows the rows of that time
tui_agrees() {
	tui_want=$(said "$1" "$db")
	# nobody: the sentence is a test of its own
	[ -n "$tui_want" ]
	tap_ok $? "$2: somebody waits"
	tui_until agrees "$tui_want"
	tui_status=$?
	tap_ok "$tui_status" "$2: screen and command line agree"
	[ "$tui_status" = 0 ] || diff <(printf '%s\n' "$tui_want") <(shown) | sed 's/^/# /'
}

# jump TEXT
jump() {
	tui_keys t
	tui_until tui_shows '^To the time: '
	tui_type "$1"
	tui_keys Enter
	tui_until tui_hides '^To the time: '
}

tui_top 250 40 -s blocked
for at in 1.05 1.5 4.535 "$((first + 16170000000))" "$((first + 28872654391))ns"; do
	jump "$at"
	if [ "$at" = 1.5 ]; then
		tui_sees '^\(?nobody waited|^└' "1.5: read"
		tap_is "$(said 1.5 "$db")" "" "1.5: nobody waits then, says the command line"
		tui_sees 'nobody' "1.5: and so does the screen, though somebody waits at 2.4 s"
		continue
	fi
	tui_agrees "$at" "t $at"
done

# by steps: the instant before a wait began, and the one in which it has
jump 4.514
tui_sees 'AT 4\.514 ' "a millisecond before a wait"
tui_keys .
tui_sees 'AT 4\.515 ' "and one after"
tui_agrees 4.515 "."
tui_keys ,
tui_sees 'AT 4\.514 ' "and back"

# from a stall, a storm and the next of them to who waited at that time, by one key
for n in 1 2 3; do
	tui_keys '{' 3
	tui_sees 'AT [0-9.]+ of' "{ $n: to a time"
	start=$(tui_screen | sed -n '1s/.*AT \([0-9.]*\) of.*/\1/p')
	end=$(sqlite3 "$db" "SELECT start_ns + duration_ns - 1 FROM (SELECT start_ns, duration_ns FROM stall
		UNION ALL SELECT start_ns, duration_ns FROM storm) WHERE duration_ns >= 10000000
		AND (start_ns + duration_ns - 1 - $first) / 1000000 = $(tr -d . <<<"$start")")
	tap_like "$end" '^[0-9]+$' "{ $n: it is the end of a stall or storm"
	tui_agrees "$end" "{ $n at $start"
done
tui_keys End 5
tui_sees '^THREAD +TID +▼STALL ms' "the stalls"
tui_keys G b
tui_sees '^THREAD / LOCK' "b: from the selected one to the screen of that moment"
tui_sees 'AT [0-9.]+ of' "b: at its time"
shown_at=$(tui_screen | sed -n '1s/.*AT \([0-9.]*\) of.*/\1/p')
end=$(sqlite3 "$db" "SELECT start_ns + duration_ns - 1 FROM stall
	WHERE (start_ns + duration_ns - 1 - $first) / 1000000 = $(tr -d . <<<"$shown_at")")
tui_agrees "$end" "b"
tui_keys End 4
tui_sees '^KIND  STATE' "the storms"
tui_keys b
tui_sees 'AT 28\.299 of' "b: from a storm to its end"
tui_sees '^THREAD / LOCK' "b: to who waited then"

# sums are of whole seconds, and say so
jump 12.5
tui_keys 2
tui_sees 'AT 12\.500 of 29\.700 s  window 10s to 12\.800' "sums end with the second, and say so"
tui_keys Right
tui_sees 'AT 12\.800 of 29\.700 s  window 10s +lost' "at the edge of a second there is nothing to say"

# the demo capture that the tree has
db=$(realpath tests/data/stock.db)
tui_top 250 40 -s blocked
jump 1.5
tui_agrees 1.5 "demo: t 1.5"

tap_done
