#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Render the screens of the README anew: live ones of the uffd-move workload on
# this machine (as root), the others from the made-up capture of the tests.
# From the top of the tree, after make and make workloads.
set -u
: "${WORKLOADS:=$(pwd)/build/tests/workloads}"
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

"$WORKLOADS/uffd-move" -t 4 --pin -d 60 >/dev/null &
trap 'kill %1; tui_end' EXIT
tui_run 120 16 "\$R top"
tui_sees '^waits/s +[1-9]' "waits are counted"
tui_keys 2
tui_sees '^anon_vma .* uffd-move ' "the contended lock"
shot live-locks
