#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The terminal: taken over, resized, and given back whatever happens.
. tests/tui/lib.sh
tui_fixture

drawn='Space Pause'

for key in q F10 C-c; do
	tui_top 80 24
	tui_sees "$drawn" "$key: there is a screen"
	tap_is "$(tui_tmux display-message -p '#{alternate_on}')" 1 "$key: it is a screen of its own"
	tui_keys $key
	tap_is "$(tui_ended)" 0 "$key quits with exit code 0"
	tui_restored "$key"
done

for signal in TERM HUP INT; do
	tui_top 80 24
	tui_sees "$drawn" "SIG$signal: there is a screen"
	kill -$signal "$(cat "$tap_dir/pid")"
	tap_is "$(tui_ended)" 0 "SIG$signal ends it in order"
	tui_restored "SIG$signal"
done

for signal in SEGV ABRT BUS QUIT ALRM; do
	tui_top 80 24
	tui_sees "$drawn" "SIG$signal: there is a screen"
	kill -$signal "$(cat "$tap_dir/pid")"
	tap_is "$(tui_ended | sed 's/^0$/none/; s/^[1-9].*/failed/')" failed \
		"SIG$signal ends it at once"
	tui_restored "SIG$signal"
done

# an unusual setting of the terminal survives, too
tui_run 80 24 "stty -echoctl -ixon; settings >before; \$R top $db"
tui_sees "$drawn" "odd settings: there is a screen"
tui_keys q
tap_is "$(tui_ended)" 0 "odd settings: quits"
tui_restored "odd settings"

# suspended and continued, as by a shell with job control
tui_run 80 24 "bash -mc '\$R top $db & fg >/dev/null; fg >/dev/null'"
tui_sees "$drawn" "Ctrl-Z: there is a screen"
tui_keys C-z
tui_sees "$drawn" "Ctrl-Z and fg: it is back"
tui_keys q
tap_is "$(tui_ended)" 0 "Ctrl-Z and fg: it quits"
tui_restored "Ctrl-Z and fg"

# resizing
tui_top 80 24
tui_golden vmas-80x24 "before it is resized"
tui_tmux resize-window -x 250 -y 70
tui_golden vmas-250x70 "250x70: redrawn"
tui_tmux resize-window -x 30 -y 20
tui_sees '^needs 40x8, has 30x20' "too small: one line says what is needed"
tap_is "$(tui_screen | grep -c .)" 1 "too small: only that"
tui_keys F1
tui_tmux resize-window -x 80 -y 6
tui_sees '^needs 40x8, has 80x6' "too low: likewise, with the help open"
tui_tmux resize-window -x 80 -y 24
tui_sees '^Keys' "large enough again: the help is still there"
tui_keys q
for i in 1 2 3 4 5 6 7 8 9 10; do
	for size in 200x60 40x8 1x1 79x23 41x9 120x3 2x40; do
		tui_tmux resize-window -x ${size%x*} -y ${size#*x}
		tui_keys Down 7 2 NPage ']' Enter G Tab 3 G Escape 1
	done
done
tui_tmux resize-window -x 80 -y 24
tui_keys '[' '[' '[' '[' '[' '[' '[' '[' '[' '[' '[' '[' '[' '[' '[' g 1
tui_sees '^redis-server +- ' "after a storm of sizes and keys it still shows rows"
tui_keys q
tap_is "$(tui_ended)" 0 "and quits"
tui_restored "after a storm of sizes"

# the terminal goes away
tui_top 80 24
tui_sees "$drawn" "hang-up: there is a screen"
pid=$(cat "$tap_dir/pid")
tui_tmux kill-server
gone() {
	! kill -0 "$pid" 2>/dev/null
}
tui_until gone
tap_ok $? "when the terminal is gone, so is it"

# what cannot be: one line, exit code 1, nothing drawn
refused() {
	tui_run "$1" "$2" "$3 2>errors"
	tap_is "$(tui_ended)" 1 "$4: exit code 1"
	tap_is "$(wc -l <"$tap_dir/errors")" 1 "$4: one line"
	tap_like "$(cat "$tap_dir/errors")" "$5" "$4: says what to do"
	tui_restored "$4"
}
refused 80 24 "TERM=dumb \$R top $db" "TERM=dumb" 'type dumb cannot move the cursor.* top -b'
refused 80 24 "TERM=no-such \$R top $db" "unknown TERM" 'unknown terminal type no-such.* top -b'
refused 80 24 "TERM= \$R top $db" "empty TERM" 'TERM is not set.* top -b'
refused 39 24 "\$R top $db" "too narrow" 'window has 39x24 .* 40x8 are needed'
refused 80 7 "\$R top $db" "too low" 'window has 80x7 .* 40x8 are needed'
refused 80 24 "\$R top $db >out" "output is a file" 'not a terminal.* top -b'
refused 80 24 "\$R top $db </dev/null" "input is /dev/null" 'not a terminal.* top -b'
refused 80 24 "\$R top no-such.db" "no such file" 'cannot open no-such.db: No such file'

tap_done
