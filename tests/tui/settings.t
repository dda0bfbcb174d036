#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is kept from one run of the screens to the next.
. tests/tui/lib.sh
tui_fixture
file=$tap_dir/config/rmapscope/top

quit() {
	tui_keys q
	tap_is "$(tui_ended)" 0 "$1: quits"
}

tui_top 80 24
tui_sees '▼WAIT ms/s' "defaults at first"
quit "nothing changed"
[ ! -e "$file" ]
tap_ok $? "nothing changed: nothing is kept"

tui_top 80 24
tui_sees '▼WAIT ms/s' "again"
tui_keys '>' I + 2 c
tui_sees '^Columns' "choosing columns"
tui_keys Down Down Space Escape
tui_loses 'WAIT ms/s' "one is hidden"
quit "window, order and columns changed"
tap_is "$(sort "$file")" "hide locks wait_ns_per_s
sort vmas waits_per_s up
window 20" "they are in the file"

tui_top 80 24
tui_sees '▲WAITS/s' "the order is as it was"
tui_sees 'window 20s' "so is the window"
tui_keys 2
tui_sees '^CLASS' "locks"
tui_loses 'WAIT ms/s' "the column is still hidden"
tui_keys 1 I I
quit "changed and changed back"
before=$(cat "$file")
tui_top 80 24 -w 2 -s locks
tui_sees 'window 2s' "an option is stronger"
quit "with options"
tap_is "$(cat "$file")" "$before" "options are not kept"

for damage in nonsense 'window -1' 'window 20 30' 'sort vmas nothing down' 'sort vmas trend sideways' 'hide' 'hide a b'; do
	printf '%s\n%s\n' "window 30" "$damage" >"$file"
	tui_top 160 24
	tui_sees "^/.*/rmapscope/top is damaged in line 2, and is ignored" "'$damage': a line says so"
	tui_sees 'window 10s' "'$damage': defaults"
	tui_keys Down
	tui_loses 'is damaged' "'$damage': the line goes with the next key"
done
# one line in 128 of random bytes is empty or a comment
{ printf '\377' && head -c 3000 /dev/urandom; } >"$file"
tui_top 160 24
tui_sees "is damaged in line 1, and is ignored" "noise: a line says so"
tui_keys +
quit "noise"
tap_is "$(cat "$file")" "window 20" "what is changed then is kept in a good file"

rm -rf "$tap_dir/config"
: >"$tap_dir/config"
tui_run 80 24 "\$R top $db 2>errors"
tui_sees '▼WAIT ms/s' "no directory for it: there is a screen"
tui_keys +
quit "no directory for it"
tap_like "$(cat "$tap_dir/errors")" '^rmapscope: cannot keep the settings: .*Not a directory' \
	"no directory for it: one line at the end"

tap_done
