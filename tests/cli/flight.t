#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Triggers that cannot be parsed are refused with the place in them; snapshot asks flight recorders only.
. tests/tap.sh

# refused TRIGGER PATTERN
refused() {
	"$RMAPSCOPE" record --flight 5 --trigger "$1" -o "$tap_dir/%t.db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(ls "$tap_dir"/*.db 2>/dev/null)" "2:" "--trigger '$1' is wrong usage"
	tap_like "$(head -n 1 "$tap_dir/err")" "$2" "and the place is named"
}
refused "" "at '': expected stall>TIME, wait>TIME or storm"
refused "stal>3ms" "at 'stal>3ms': expected stall>TIME"
refused "stall" "at '': expected > and a time"
refused "stall>" "at '': expected a time above 0"
refused "stall>30" "at '30': expected a time above 0 with its unit"
refused "stall>-3ms" "at '-3ms': expected a time"
refused "stall>0ms" "at '0ms': expected a time"
refused "stall>1e99s" "at '1e99s': expected a time"
refused "stall>nanms" "at 'nanms': expected a time"
refused "stall>3msx" "at '3msx': expected a time"
refused "stall>3ms," "at '': expected comm= or pid="
refused "stall>3ms,class=mmap" "at 'class=mmap': expected comm= or pid="
refused "wait>3ms,klass=mmap" "at 'klass=mmap': expected comm=, pid= or class="
refused "wait>3ms,pid=x" "at 'x': expected a process id"
refused "wait>3ms,comm=" "at '': expected a value"
refused "storm>3ms" "at '>3ms': a storm has no time"

"$RMAPSCOPE" record --trigger storm >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?" 2 "a trigger without --flight is wrong usage"
"$RMAPSCOPE" record --flight 5 --rotate >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?" 2 "so is --rotate without --max-captures"
"$RMAPSCOPE" record --flight 5 --max-age 5 >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?" 2 "and --max-age with --flight"

"$RMAPSCOPE" snapshot $$ >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "1:rmapscope: process $$ is no rmapscope record --flight" \
	"snapshot signals no other process"
"$RMAPSCOPE" snapshot 4194304 >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "1:rmapscope: there is no process 4194304" "nor one that does not exist"
tap_done
