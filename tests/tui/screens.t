#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the screens show of a fixed database, line by line.
. tests/tui/lib.sh
tui_fixture

for size in 80x24 160x50 250x70; do
	tui_top ${size%x*} ${size#*x}
	tui_golden "processes-$size" "$size: processes come first"
	tui_keys 2
	tui_golden "locks-$size" "$size: 2 shows the locks"
done

tui_top 80 24 -s locks -w 2
tui_sees '^\[1 Processes\] \[2 Locks\]' "-s: the tabs are there"
tui_sees '^anon_vma +ffff888101234500 ' "-s locks starts with the locks"
tui_sees 'window 2s' "-w 2 is the window"

# what the screen says is what batch mode says
want=$("$RMAPSCOPE" top -b -n 1 -s processes "$db" | sed -n 's/^redis-server *//p' | tr -s ' ')
tui_top 250 24
tui_sees '^redis-server' "processes again"
got=$(tui_screen | sed -n 's/^redis-server *//p' | tr -s ' ' | sed 's/ $//')
tap_is "$got" "$want" "screen and batch mode agree"

# charsets and colours
tui_run 80 24 "LC_ALL=C \$R top $db"
tui_golden processes-c-locale "C locale: ASCII only, as wide as it is"
if tui_screen | LC_ALL=C grep -q '[^ -~]'; then false; else true; fi
tap_ok $? "C locale: no other character on the screen"
tui_run 80 24 "TERM=vt100 \$R top $db"
tui_golden processes-80x24 "vt100: the same without colour"
tui_sgr '[0-9;]*[34][0-7]'
tap_is "$?" 1 "vt100: no colour is sent"
tui_sgr 7
tap_ok $? "vt100: the selected row is reversed"
tui_run 80 24 "NO_COLOR=1 \$R top $db"
tui_golden processes-80x24 "NO_COLOR: the same"
tui_sgr '[0-9;]*[34][0-7]'
tap_is "$?" 1 "NO_COLOR: no colour is sent"
tui_top 80 24
tui_golden processes-80x24 "with colour"
tui_sgr '[0-9;]*[34][0-7]'
tap_ok $? "colour is used where there is some"

# names come from user space: they cannot do harm
sqlite3 "$db" "UPDATE process SET comm = CAST(x'1b5b324a41ff0a09c2' AS TEXT) WHERE id = 2;
	UPDATE meta SET value = CAST(x'1b5d303b780742' AS TEXT) WHERE key = 'host'"
tui_top 80 24
tui_sees '^\?\[2JA�\?\?� +1201 ' "control characters and broken UTF-8 are shown as such"
tui_sees '^rmapscope  host \?\]0;x\?B  6' "in the header, too"

# nothing to show is a screen, too
sqlite3 "$db" "DELETE FROM rollup; DELETE FROM wait; DELETE FROM checkpoint; DELETE FROM loss;
	DELETE FROM meta WHERE key IN ('first_ns', 'last_ns', 'nr_events', 'host', 'profile')"
tui_top 80 24
tui_sees 'nothing in this window' "an empty capture says so"
tui_sees 'lost 0' "an empty capture has lost nothing"
tui_keys Left Home + Space 2
tui_sees '^CLASS' "keys work on an empty capture"

tap_done
