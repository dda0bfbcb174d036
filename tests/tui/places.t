#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each element of the screen has a place of its own: whatever the others have to
# show, and however narrow the window is, it is whole.
. tests/tui/lib.sh
tui_fixture

# nothing but area.c writes to the screen: it is what keeps the places apart
tap_is "$(grep -nE '\b(mv)?(addn?w?str|addch|add_wch|addchn?str|printw|hline|vline) *\(' tui/*.c | grep -v '^tui/area\.c:')" \
	"" "only tui/area.c writes to the screen"

long=$(printf 'name-%03d-' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
sqlite3 "$db" "UPDATE meta SET value = '$long' WHERE key IN ('host', 'kernel_release', 'profile');
	UPDATE process SET comm = '$long' || id; UPDATE task SET comm = '$long' || id;
	UPDATE vma SET name = '/$long/' || id; UPDATE site SET symbol = '$long';
	UPDATE loss SET nr_lost = 123456789012;
	UPDATE wait SET start_ns = 1 WHERE outcome = 1"

# the lines that no row may reach
frame_is() {
	tui_screen >"$tap_dir/screen"
	[ "$(sed -n 3p "$tap_dir/screen" | cut -c 1-8)" = "[1 VMAs]" ] &&
		sed -n 3p "$tap_dir/screen" | grep -q '\[2.*\[3.*\[4.*\[5.*\[6.*\[7' &&
		tail -n 1 "$tap_dir/screen" | grep -Eqx 'F1 Help( [^ ]+ [A-Z][a-z]+)+ q Quit'
}
tui_frame() {
	tui_until frame_is
	tui_status=$?
	tap_ok "$tui_status" "$1"
	[ "$tui_status" = 0 ] || tui_dump "tabs in line 3, keys in the last"
}

# Escape alone, and not the beginning of a sequence: what follows waits for its effect
escape() {
	tui_keys Escape
	tui_until "$@" || tui_dump "after Escape: $*"
}
leave() {
	escape tui_shows '^F1 Help'
}

for size in 80x24 80x10 97x17 120x40 250x70; do
	tui_top ${size%x*} ${size#*x}
	for screen in 1 2 3 4 5 6 7; do
		tui_keys $screen
		tui_frame "$size: screen $screen of long names"
		case $screen in [367]) continue ;; esac
		tui_keys Enter
		for section in 1 2 3 4 5; do
			tui_frame "$size: screen $screen, its details, section $section"
			tui_keys Tab
		done
		escape tui_hides '^(VMAs|Locks|Storms|Stalls): '
	done
	tui_keys 1 t
	tui_type 99
	tui_keys Enter
	tui_sees '^\[1 VMAs\].*\[7' "$size: an answer leaves the tabs"
	tui_sees '^To the time: 99' "$size: and the question"
	tui_sees '29577000000ns|is outside the capture' "$size: and is there"
	leave
	tui_keys '\'
	tui_type "name-0"
	tui_sees '^\[1 VMAs\].*\[7' "$size: a filter leaves the tabs"
	tui_sees 'filter "name-0": ' "$size: and is there"
	leave
	tui_keys /
	tui_type "zzz-${long:0:100}"
	tui_sees '^Search: .*name-010-name-011-n( |$)' "$size: of what is being typed the end is shown"
	tui_sees '^\[1 VMAs\].*\[7' "$size: that it is nowhere leaves the tabs"
	tui_sees 'no row has "zzz-name-001-' "$size: and is said"
	leave
	tui_keys e C-u
	tui_type "/nowhere/${long:0:100}.csv"
	tui_keys Enter
	tui_sees 'cannot create' "$size: a file that cannot be written"
	tui_sees "No such file|file or directory" "$size: to the end of the message"
	leave
	tui_keys F6
	tui_sees '^Sort by' "$size: a menu"
	tui_sees '^\[1 VMAs\].*\[7' "$size: leaves the tabs"
	leave
	tui_frame "$size: and all is as before"
done

tui_top 80 24
tui_keys 1 Enter Tab Tab Tab
tui_golden places-vma-80x24 "80x24: a VMA of long names, its fourth section"
escape tui_hides '^VMAs: '
tui_keys t
tui_type 99
tui_keys Enter
tui_golden places-note-80x24 "80x24: a long answer has lines of its own"
leave
tui_keys h
tui_golden places-help-80x24 "80x24: help that is longer than a line goes on in the next"

tap_done
