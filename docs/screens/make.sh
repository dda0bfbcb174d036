#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Render the screens of the README anew: the demo on this machine (as root), the
# others from the made-up capture of the tests. From the top of the tree, after make.
set -u
. tests/tui/lib.sh
tui_fixture

# shot NAME KEY...: what is on the screen after these keys
shot() {
	local name=$1
	shift
	tui_keys "$@"
	sleep 1
	tui_tmux capture-pane -e -p | perl docs/screens/svg.pl >"docs/screens/$name.svg"
}
tui_top 120 24
tui_sees 'F1 Help' "there is a screen"
shot vmas 1
shot blocked 3
shot heatmap 7
tui_keys q
tui_ended >/dev/null

trap tui_end EXIT
tui_run 120 44 "\$R demo"
tui_sees '^Locks: anon_vma ' "the lock that is waited for most"
tui_sees '^smp_call_function_many' "why it is held"
tui_sees '^uffd-move .* uffd_move  *[0-9]*\.[0-9]' "how much is spun for it"
# the window is ten seconds
sleep 12
shot demo
