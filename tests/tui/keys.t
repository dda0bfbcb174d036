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

tui_top 80 24 -s processes
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
tui_sees '^anon_vma +ffff888101234ec0#1' "2 shows the locks"
tui_keys Tab
tui_sees '^THREAD / LOCK' "Tab shows the next"
tui_keys BTab
tui_sees '^anon_vma' "Shift-Tab the previous"
tui_keys 9
tui_sees '^anon_vma' "a number without a screen does nothing"
tui_keys 7 Tab
tui_sees '^PROCESS +VMA ' "behind the last comes the first"
tui_keys BTab
tui_sees '^ +WAIT ms ' "and before it the last"
tui_keys 4
tui_sees '^KIND  STATE' "4 shows the storms"
tui_keys 5
tui_sees '^THREAD +TID +▼STALL ms' "5 shows the stalls"
tui_keys 6
tui_sees '^KIND  ROLE' "6 shows the walks"
tui_keys 1
tui_sees '^PROCESS +VMA ' "1 shows the VMAs"
tui_sees '^surfaceflinger +7f12a' "a VMA is a row"
tui_keys p
tui_sees '^PROCESS +PID' "p shows whole processes"
tui_sees '^\[1 Processes\] \[2 Locks\]' "its tab says so"
tui_keys p
tui_sees '^PROCESS +VMA ' "p again: VMAs"
tui_keys 3 F6
tui_sees 'a tree keeps its order' "F6 on a tree says why not"
tui_keys I '<'
tui_sees '^HeapTaskDaemon' "nor do other keys sort it"
tui_keys 7 F6
tui_sees 'a heatmap has no rows to sort' "nor on a heatmap"
tui_keys c
tui_sees 'a heatmap has no columns' "whose columns are not to choose"
tui_keys p

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
tui_keys NPage NPage
tui_sees 'WAIT ms/s +time waited, per second' "the columns of the screen are in the help"
tui_keys End
tui_sees 'What this capture cannot show' "and what the capture cannot show"
tui_keys Escape C-l
tui_rows "$by_wait" "Ctrl-L draws the same again"

# mouse
tui_mouse 0 14 2
tui_sees '^anon_vma' "a click on a tab"
tui_mouse 0 2 2
tui_sees '^PROCESS +VMA ' "a click on the first tab"
tui_mouse 0 73 2
tui_sees '^ +WAIT ms ' "a click on the last one"
tui_keys p
tui_sees '^redis-server' "processes again"
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

tui_keys q Home
tui_sees 'AT 9\.' "the time of the first window"

# opening rows
tui_keys End 1
tui_sees ' END ' "the end again"
tui_sees '^surfaceflinger +7f12a' "VMAs"
tui_keys Enter
tui_sees '^VMAs: surfaceflinger 7f12a0000000-7f12a4000000 \[anon:dalvik-main space\]' "Enter opens a VMA"
for section in 'Locks \(1\)' 'Waiters by site \(1\)' 'Holders by site \(7\)' 'Histogram \(2\)' 'Timeline \(9\)'; do
	tui_sees "^$section" "it has a section $section"
done
tui_keys Tab
tui_sees ' 1/1$' "Tab goes to the next section"
tui_keys Tab
tui_sees ' 1/7$' "and to the next"
tui_keys Down
tui_sees ' 2/7$' "where keys move the selection"
tui_keys I
tui_sees '▲WAIT ms' "and sort"
tui_keys BTab BTab Enter
tui_sees '^Locks: anon_vma ffff888101234500$' "Enter in it opens a lock"
tui_sees '^Queue \(1\)' "with its queue"
tui_keys Tab Tab Tab Tab Tab Tab Down Enter
tui_sees '^VMAs on it: surfaceflinger 7f1200000000-7f1208000000' "and a VMA on that"
tui_sees 'nothing happened: 9.900 s watched' "in which nothing was"
tui_keys Escape
tui_sees '^Locks: anon_vma' "Esc goes back one"
tui_keys BSpace
tui_sees '^VMAs: surfaceflinger' "so does Backspace"
tui_keys Enter
tui_sees '^Locks: anon_vma' "and in again"
tui_keys 2
tui_sees '^CLASS +LOCK' "a number leaves all"
tui_keys Escape
tui_sees '^CLASS +LOCK' "Esc does nothing there"
tui_keys 3 Enter
tui_sees 'this row has no details' "a thread alone has no more"
tui_keys Down Enter
tui_sees '^Blocked: anon_vma ffff888101234ec0#1' "a lock in the tree has"
tui_keys 4 Down Enter
tui_sees '^Storms: retry ' "Enter opens a storm"
tui_sees '^HeapTaskDaemon +32017 .* 67 ' "with its movers"
tui_sees '^kcompactd0 +48 .* 40' "and walkers"
tui_sees '^most left +surfaceflinger' "and where folios came from"
tui_keys 5 Down Enter
tui_sees '^Stalls: surfaceflinger 612' "Enter opens a stall"
tui_sees ' waits +surfaceflinger' "with the wait that explains it"
tui_mouse 0 5 10
tui_sees ' 1/1$' "a click goes to a section"
tui_keys 6 Enter
tui_sees 'this row has no details' "a kind of walk has no more"

# a tree keeps what is above a row that passes the filter
tui_keys 3 '\'
tui_type 612
tui_sees 'filter "612": 5 of 11' "a filter keeps the holders above a waiter"
tui_keys Escape
tui_loses 'filter' "and lets go"

# columns
tui_keys 2 c
tui_sees '^Columns' "c opens the columns"
tui_sees '\[x\] WAITS/s' "all are shown"
tui_keys Down Down Down Space
tui_sees '\[ \] WAITS/s' "Space hides one"
tui_keys Escape
tui_loses '^CLASS .* WAITS/s' "it is gone"
tui_keys c
tui_sees '^Columns' "c again"
tui_keys Down Down Down Space c
tui_sees '^CLASS .* WAITS/s' "Space brings it back"

# export
cd "$tap_dir" || exit
tui_keys e
tui_sees '^Export to .*: rmapscope-locks.csv' "e asks for a file"
tui_keys Enter
tui_sees '6 rows in rmapscope-locks.csv' "Enter writes it"
tap_is "$(head -n 1 rmapscope-locks.csv | cut -d, -f1-4),$(wc -l <rmapscope-locks.csv)" \
	"class,lock,wait_ns_per_s,waits_per_s,7" "CSV: names, then the rows"
tui_keys e Enter
tui_sees 'cannot create rmapscope-locks.csv: File exists' "a file that is there is left alone"
tui_keys '\'
tui_type mmap
tui_keys Enter e C-u
tui_type some.json
tui_keys Enter
tui_sees '2 rows in some.json' "what the filter leaves, as JSON"
tap_is "$(sqlite3 :memory: "SELECT json_valid(readfile('some.json')),
	json_array_length(readfile('some.json'))")" "1|2" "which is JSON"
tui_keys e C-u
tui_type /no/such/place.csv
tui_keys Enter
tui_sees 'cannot create /no/such/place.csv' "what cannot be written is said so"
if [ -w /dev/full ]; then
	ln -s /dev/full full.csv
	tui_keys e C-u
	tui_type full.csv
	tui_keys Enter
	tui_sees 'cannot create full.csv: File exists' "nor is anything behind a link"
fi
tui_keys '\' Escape
cd - >/dev/null || exit

# to a time, and to what happened
tui_keys 1 t
tui_sees '^To the time: ' "t asks for a time"
tui_type 12.5
tui_keys Enter
tui_sees 'AT 12\.500 of 29\.700 s  window 10s to 12\.800' "that is shown, and sums to the end of its second"
tui_keys t
tui_type 99
tui_keys Enter
tui_sees 'To the time: 99' "what is not in the capture stays to be corrected"
tui_keys Escape
tui_sees 'AT 12\.500 ' "Esc leaves it"
tui_keys t
tui_type now
tui_keys Enter
tui_sees ' END ' "now is the end"
tui_keys '{'
tui_sees 'stall of 22\.136 ms' "{ goes to the stall before, of the same second"
tui_sees 'AT 29\.462 ' "to when it was, to the millisecond"
tui_keys '{' '{'
tui_sees 'storm of 290\.000 ms' "and to the storm before that"
tui_sees 'AT 28\.299 ' "to its end"
tui_keys '{'
tui_sees 'stall of 20\.406 ms' "and to the stall before that"
tui_keys '}'
tui_sees 'storm of 290\.000 ms' "} goes forward"
tui_keys ',' ',' ,
tui_sees 'AT 28\.296 ' ", goes back by a millisecond"
tui_keys . '('
tui_sees 'AT 28\.197 ' ". forward, ( back by a tenth of a second"
tui_keys ')' ')' Left
tui_sees 'AT 27\.800 ' ") forward; Left to the end of the second before"
tui_keys Home '{' '{' '{' '{' '{' '{' '{' '{' '{' '{' '{' '{' '{' '{' '{' '{'
tui_sees 'no storm, long stall or missed frame before this' "the first is the last"

tap_done
