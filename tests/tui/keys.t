#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every key and the mouse, on a fixed database.
. tests/tui/lib.sh
tui_fixture

# The names in the first column, in order; what is cut off ends in "..."
rows() {
	tui_screen | sed -n '5,23p' | sed '/^ *$/d; s/ .*//' | tr '\n' ' '
}
rows_are() {
	[ "$(rows)" = "$1" ]
}
tui_rows() {
	tui_until rows_are "$1"
	tui_status=$?
	tap_ok "$tui_status" "$2"
	[ "$tui_status" = 0 ] || tui_dump "$1"
}
selected_is() {
	tui_tmux capture-pane -e -p | grep $'\033\\[46m\|\033\\[7m' |
		sed 's/\x1b\[[0-9;]*m//g' | grep -q "^$1 "
}
tui_selected() {
	tui_until selected_is "$1"
	tui_status=$?
	tap_ok "$tui_status" "$2"
	[ "$tui_status" = 0 ] || tui_dump "row $1 selected"
}

app=com.example.gallery.…
by_wait="surfaceflinger $app redis-server größe-日本 - "
by_name="$app größe-日本 redis-server surfaceflinger - "

tui_top 80 24
tui_rows "$by_wait" "sorted by waiting time, most first"
tui_sees '▼WAIT ms/s' "the sort column is marked"

# sorting
tui_keys I
tui_sees '▲WAIT ms/s' "I inverts the order"
tui_keys r
tui_rows "$by_wait" "r inverts it back"
tui_keys '>'
tui_sees '▼WAITS/s' "> sorts by the next column"
tui_keys '<' '<' '<' '<'
tui_rows "$by_name" "<: by name, from the first on, unknown last"
tui_sees 'PROCESS▲' "the mark follows"
tui_keys F6
tui_sees 'Sort by' "F6 opens the list of columns"
tui_sees 'P99 ms +99 %' "the list says what each column is"
tui_keys Down Down Enter
tui_rows "$by_wait" "Enter sorts by the chosen column"
tui_keys F6
tui_sees 'Sort by' "F6 again"
tui_keys Down Escape
tui_loses 'Sort by' "Esc leaves the list"
tui_sees '▼WAIT ms/s' "Esc leaves the order alone"

# selection
tui_selected surfaceflinger "the first row is selected"
tui_keys Down j
tui_sees ' 3/5$' "down and j select the rows below"
tui_selected redis-server "the third row is selected"
tui_keys I
tui_selected redis-server "the selection stays on its row when the order changes"
tui_keys I k Up
tui_sees ' 1/5$' "k and up go back"
tui_keys G
tui_sees ' 5/5$' "G selects the last row"
tui_keys g
tui_sees ' 1/5$' "g selects the first row"
tui_keys NPage
tui_sees ' 5/5$' "PgDn goes a page on"
tui_keys PPage
tui_sees ' 1/5$' "PgUp goes back"

# search
tui_keys /
tui_sees '^Search: ' "/ asks for a text"
tui_type RED
tui_selected redis-server "search selects while it is typed, whatever the case"
tui_keys BSpace BSpace BSpace
tui_type zzz
tui_sees 'no row has "zzz"' "a text that is nowhere: a line says so"
tui_keys Escape
tui_sees 'F1 Help' "Esc leaves the search"
tui_keys /
tui_sees '^Search: ' "/ again"
tui_type größe
tui_selected größe-日本 "letters beyond ASCII are found"
tui_keys Enter
tui_sees 'F1 Help' "Enter leaves the search, too"
tui_selected größe-日本 "the row stays selected"
tui_keys g /
tui_type mm
tui_sees '^Search: mm' "search in another column"
tui_sees ' 3/5$' "text of a column that is off the screen is found"
tui_keys F3
tui_sees ' 4/5$' "F3: the next row that has it"
tui_keys Enter n
tui_sees ' 3/5$' "n goes on from the top"
tui_keys N
tui_sees ' 4/5$' "N goes back"

# filter
tui_keys '\'
tui_sees '^Filter: ' "\\ asks for a text"
tui_type ser
tui_sees 'filter "ser": [0-9] of 5' "the tab line says how many are left"
tui_type ver
tui_loses '^surfaceflinger' "a longer text leaves less"
tui_keys Enter
tui_sees 'F1 Help' "Enter keeps the filter"
tui_sees 'filter "server": 1 of 5' "it stays"
tui_keys '\' C-u
tui_type zzz
tui_sees 'the filter leaves no row' "no row is a line"
tui_keys Escape
tui_rows "$by_wait" "Esc drops the filter"

# sideways
tui_keys ']' ']' ']' ']'
tui_sees '^PROCESS .*HOLDER TID' "] brings the columns on the right"
tui_sees '^redis-server.* 1201 ' "the columns that name the row stay"
tui_keys '[' '[' '[' '[' '[' '[' '[' '[' '[' '[' '['
tui_sees 'PID ▼WAIT ms/s' "[ goes back"

# screens
tui_keys 2
tui_sees '^anon_vma +ffff888101234500#1' "2 shows the locks"
tui_keys Tab
tui_sees '^redis-server' "Tab shows the next, round the corner"
tui_keys BTab
tui_sees '^anon_vma' "Shift-Tab the previous"
tui_keys 9
tui_sees '^anon_vma' "a number without a screen does nothing"
tui_keys 1
tui_sees '^redis-server' "1 shows the processes"

# help
for key in F1 h '?'; do
	tui_keys $key
	tui_sees '^Keys' "$key shows the help"
	tui_sees 'F1, h, \? +this help' "$key: every key of an action is in it"
	tui_keys q
	tui_loses '^Keys' "$key: q leaves the help"
	tui_sees '^redis-server' "$key: and only the help"
done
tui_keys F1
tui_sees '^Keys' "help again"
tui_keys NPage
tui_sees 'WAIT ms/s +time waited, per second' "the columns of the screen are in the help"
tui_keys End
tui_sees 'What this capture cannot tell' "and what the capture cannot tell"
tui_keys Escape C-l
tui_rows "$by_wait" "Ctrl-L draws the same again"

# mouse
tui_mouse 0 14 2
tui_sees '^anon_vma' "a click on a tab"
tui_mouse 0 2 2
tui_sees '^redis-server' "a click on the other tab"
tui_mouse 0 30 6
tui_sees ' 3/5$' "a click selects a row"
tui_mouse 65 30 6
tui_sees ' 5/5$' "the wheel moves the selection"
tui_mouse 64 30 6
tui_sees ' 2/5$' "and back"
tui_mouse 0 55 3
tui_sees 'HELD BY▲' "a click on a head sorts by it"
tui_mouse 0 55 3
tui_sees 'HELD BY▼' "a second click inverts"
tui_mouse 0 5 23
tui_sees '^Keys' "a click on the function bar is the key"

tap_done
