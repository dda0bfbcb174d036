#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the screens show of a fixed database, line by line.
. tests/tui/lib.sh
tui_fixture

for size in 80x24 120x40 250x70; do
	tui_top ${size%x*} ${size#*x}
	for screen in 1-vmas 2-locks 3-blocked 4-storms 5-stalls 6-walks 7-heatmap; do
		tui_keys ${screen%-*}
		tui_golden "${screen#*-}-$size" "$size: ${screen%-*} shows the screen ${screen#*-}"
	done
	tui_keys p
	tui_golden "processes-$size" "$size: p shows processes"
done

# what a row opens
tui_top 120 40
for screen in 1-vma-PROCESS 2-lock-CLASS 4-storm-KIND 5-stall-THREAD; do
	first_column=${screen##*-} screen=${screen%-*}
	tui_keys ${screen%-*}
	tui_sees "^$first_column " "screen ${screen%-*}"
	tui_sees '^\[1 VMAs\].* 1/' "its first row"
	# the first storm and stall are not the ones with most to tell
	if [ "${screen%-*}" -ge 4 ]; then
		tui_keys Down
		tui_sees '^\[1 VMAs\].* 2/' "the second row of screen ${screen%-*}"
	fi
	tui_keys Enter
	tui_golden "${screen#*-}-detail" "Enter opens a ${screen#*-}"
done

# a small terminal has room for what is asked of a lock: in which mapping, because of whom, why, how much was spun
tui_top 80 24 -s locks
tui_sees '^anon_vma +ffff888101234500 ' "a small terminal: the locks"
tui_keys Enter
tui_golden lock-detail-80x24 "80x24: Enter opens a lock"

tui_top 80 24 -s locks -w 2
tui_sees '^\[1 VMAs\] \[2 Locks\] \[3 Blocked\]' "-s: the tabs are there"
tui_sees '^anon_vma +ffff888101234500 ' "-s locks starts with the locks"
tui_sees 'window 2s' "-w 2 is the window"

# what the screen says is what batch mode says
want=$("$RMAPSCOPE" top -b -n 1 -s processes "$db" | sed -n 's/^redis-server *//p' | tr -s ' ')
tui_top 250 24 -s processes
tui_sees '^redis-server' "processes"
tui_sees '5.702 +5.702' "all of its columns"
got=$(tui_screen | sed -n 's/^redis-server *//p' | tr -s ' ' | sed 's/ $//')
tap_is "$got" "$want" "screen and batch mode agree"

# charsets and colours
tui_run 80 24 "LC_ALL=C \$R top $db"
for screen in 1-vmas 3-blocked 7-heatmap; do
	tui_keys ${screen%-*}
	tui_golden "${screen#*-}-c-locale" "C locale: ${screen#*-} in ASCII, as wide as it is"
	if tui_screen | LC_ALL=C grep -q '[^ -~]'; then false; else true; fi
	tap_ok $? "C locale: no other character on the screen"
done
for how in "TERM=vt100" "NO_COLOR=1"; do
	tui_run 80 24 "$how \$R top $db"
	for screen in 1-vmas 3-blocked 7-heatmap; do
		tui_keys ${screen%-*}
		tui_golden "${screen#*-}-80x24" "$how: ${screen#*-} is the same"
		tui_sgr '[0-9;]*[34][0-7]'
		tap_is "$?" 1 "$how: no colour is sent"
	done
	tui_keys 1
	tui_golden vmas-80x24 "$how: VMAs"
	tui_sgr 7
	tap_ok $? "$how: the selected row is reversed"
done
tui_top 80 24
tui_golden vmas-80x24 "with colour"
tui_sgr '[0-9;]*[34][0-7]'
tap_ok $? "colour is used where there is some"

# names come from user space: they cannot do harm
sqlite3 "$db" "UPDATE process SET comm = CAST(x'1b5b324a41ff0a09c2' AS TEXT) WHERE id = 2;
	UPDATE meta SET value = CAST(x'1b5d303b780742' AS TEXT) WHERE key = 'host'"
tui_top 80 24 -s processes
tui_sees '^\?\[2JA\?\?\?\? +1201 ' "control characters and broken UTF-8 are shown as such"
tui_sees '^rmapscope  host \?\]0;x\?B  6' "in the header, too"

# nothing to show is a screen, too
sqlite3 "$db" "DELETE FROM rollup; DELETE FROM second_rollup; DELETE FROM wait; DELETE FROM checkpoint; DELETE FROM loss;
	DELETE FROM hold; DELETE FROM stall; DELETE FROM storm; DELETE FROM walk_rollup; DELETE FROM skip;
	DELETE FROM retry; DELETE FROM move;
	DELETE FROM meta WHERE key IN ('first_ns', 'last_ns', 'nr_events', 'host', 'profile')"
tui_top 80 24
tui_sees 'nothing happened: no event was recorded' "an empty capture says so"
tui_sees 'lost 0' "an empty capture has lost nothing"
tui_keys Left Home + Space 2
tui_sees '^CLASS' "keys work on an empty capture"
for screen in 1-PROCESS 2-CLASS 3-THREAD 4-KIND 5-THREAD 6-KIND '7- +WAIT ms'; do
	tui_keys ${screen%%-*} Enter
	tui_sees "^${screen#*-}" "screen ${screen%%-*} of an empty capture"
	tui_sees 'has no details' "which has nothing to open"
	tui_sees '^(nothing happened: no event |nobody waited |not seen: )' "and says that it has nothing"
done
tui_keys t
tui_type 1
tui_keys Enter Escape '{' '}' e Escape
tui_sees 'F1 Help' "an empty capture survives the other keys"

tap_done
