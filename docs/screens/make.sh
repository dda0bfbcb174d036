#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Render the screens of the README anew, from the made-up capture of the tests.
# From the top of the tree, after make.
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
