#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Jumps to missed frames.
. tests/tui/lib.sh
db=$tap_dir/frames.db
"$RMAPSCOPE" import tests/data/missed-frame.pftrace -o "$db" >"$tap_dir/out"

tui_top 100 24
tui_sees ' END ' "a finished capture starts at its end"
tui_keys '{'
tui_sees 'missed frame of 45\.000 ms' "{ goes to the missed frame"
tui_keys '{'
tui_sees 'stall of 33\.000 ms' "and to the stall that ended before it"
tui_keys '{'
tui_sees 'no storm, long stall or missed frame before this' "which is the first"
tui_keys '}'
tui_sees 'missed frame of 45\.000 ms' "} goes back to the frame"
tui_keys '}'
tui_sees 'no storm, long stall or missed frame after this' "frames in time are no event"
tap_done
