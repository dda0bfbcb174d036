#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The file that is written: its name is the one that was given, what was there
# before stays until the new one is good, and who writes it owns it.
. tests/tap.sh

: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"
: "${STAGE_DAT:=$(pwd)/build/tests/stage/stage-dat}"
R=$RMAPSCOPE
dir=$tap_dir/work
mkdir "$dir"
cd "$dir" || exit

# One wait of 30 ms
"$STAGE_DAT" one.dat cpus=2 clock=mono <<-END
	0 0 1000000 100 contention_begin lock_addr=0xc0ffee00 flags=4
	0 1 31001000 100 contention_end lock_addr=0xc0ffee00
END
tap_ok $? "a trace to import"

# waits FILE: how many it has
waits() {
	sqlite3 "$1" "SELECT count(*) FROM wait" 2>&1
}

# refused PATTERN NAME COMMAND...: exit code 1 and one line that matches
refused() {
	local pattern=$1 name=$2
	shift 2
	"$@" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -l <"$tap_dir/err")" "1:1" "$name: exit code 1, one line"
	tap_like "$(cat "$tap_dir/err")" "$pattern" "$name: it says why"
}

# leftovers: what is in the directory and should not be there
leftovers() {
	find . -name '.rmapscope.*' -o -name '*-wal' -o -name '*-shm' -o -name '*-journal'
}

# --- one name

echo precious >other.db
for name in file:other.db 'file:other.db?mode=rwc' :memory: '?x' 'a%20b' -dash; do
	"$R" import -o "$name" one.dat >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err"):$(stat -c %F:%a "./$name")" "0::regular file:600" \
		"-o $name: a file of that name, for its owner alone"
	tap_is "$(waits "$PWD/$name")" 1 "-o $name: the capture is in it"
	rm -f "./$name"
done
tap_is "$(cat other.db)" precious "a file of another name is as it was"

ln -s other.db link
ln -s nowhere dangling
mkfifo pipe
mkdir directory
for name in link dangling pipe directory directory/ /dev/null; do
	for force in "" --force; do
		# shellcheck disable=SC2086
		refused "^rmapscope: $name is not a regular file but " "import $force -o $name" \
			"$R" import $force -o "$name" one.dat
	done
done
tap_is "$(cat other.db):$(ls nowhere 2>/dev/null)" "precious:" "what links lead to is as it was"

# --- what was there before stays until the new one is good

"$R" import -o good.db one.dat >"$tap_dir/out"
sum=$(md5sum good.db)
head -c 3000 one.dat >cut.dat
refused "cut.dat" "import --force of a damaged file" "$R" import --force -o good.db cut.dat
tap_is "$(md5sum good.db)" "$sum" "import --force of a damaged file leaves the former database"
tap_is "$("$R" import --force -o good.db one.dat 2>&1 | tail -n 1 | cut -d : -f 1)" good.db \
	"import --force of a good one replaces it"
tap_is "$(leftovers)" "" "nothing is left beside it"

# --- a file that is being recorded

mkfifo events
"$STAGE" recorded.db <events >staged &
stage=$!
exec 5>events
echo 'flush 1000000' >&5
until [ -s staged ]; do
	kill -0 $stage || break
	sleep 0.02
done
for force in "" --force; do
	# shellcheck disable=SC2086
	refused "recorded.db is being recorded now; end that first" "import $force onto it" \
		"$R" import $force -o recorded.db one.dat
done
exec 5>&-
wait $stage
tap_is "$?:$(sqlite3 recorded.db "PRAGMA integrity_check"):$(waits recorded.db)" "0:ok:0" \
	"its recorder was not disturbed"
tap_is "$("$R" import --force -o recorded.db one.dat >/dev/null && waits recorded.db)" 1 \
	"once it is finished, it can be replaced"

# --- two at once

# Enough events for the two to overlap
awk 'BEGIN { for (i = 0; i < 60000; i++) {
	printf "0 0 %d 100 contention_begin lock_addr=0xc0ffee00 flags=4\n", 1000000 + i * 1000
	printf "0 0 %d 100 contention_end lock_addr=0xc0ffee00\n", 1000500 + i * 1000 } }' >many.events
"$STAGE_DAT" many.dat clock=mono <many.events 2>"$tap_dir/err"
tap_ok $? "a longer trace to import"
for force in "" --force; do
	rm -f both.db
	# shellcheck disable=SC2086
	"$R" import $force -o both.db many.dat >out.1 2>err.1 &
	first=$!
	# shellcheck disable=SC2086
	"$R" import $force -o both.db many.dat >out.2 2>err.2
	codes=$?
	wait $first
	codes=$(printf '%s\n' $? $codes | sort | paste -sd :)
	if [ "$force" ]; then
		tap_is "$codes:$(cat err.1 err.2)" "0:0:" "two imports --force to one name: both end well"
	else
		tap_is "$codes:$(cat err.1 err.2 | wc -l)" "0:1:1" \
			"two imports to one name: one ends well, the other is told"
		tap_like "$(cat err.1 err.2)" "both.db exists" "two imports to one name: why"
	fi
	tap_is "$(waits both.db):$(leftovers)" "60000:" "two imports $force: the database is whole"
done

# --- killed

# A trace that never ends while it is read; the importing process is the child.
rm -f killed.db
TMPDIR=$dir "$R" import -o killed.db many.dat >out 2>err &
import=$!
until child=$(pgrep -P $import) && ls -d .rmapscope.* >/dev/null 2>&1; do
	kill -0 $import 2>/dev/null || break
done
kill -STOP "$child" 2>/dev/null
if kill -0 "$child" 2>/dev/null && [ ! -e killed.db ]; then
	kill -KILL "$child"
	wait $import
	tap_is "$?:$(wc -l <err)" "1:1" "the import is killed: exit code 1, one line"
	tap_like "$(cat err)" "the import was killed \(SIGKILL\).*memory" "the import is killed: why"
	tap_is "$(ls killed.db 2>/dev/null):$(leftovers)" ":" "the import is killed: nothing is left"
else
	wait $import
	tap_skip "the import was faster" "an import that is killed"
fi

# What is left when both are killed goes at the next start
mkdir .rmapscope.abcdef
echo x >.rmapscope.abcdef/capture.db
echo x >.rmapscope.abcdef/capture.db-wal
"$R" import --force -o good.db one.dat >"$tap_dir/out"
tap_is "$?:$(leftovers)" "0:" "what a killed import left is removed by the next"
mkdir .rmapscope.abcdef
echo x >.rmapscope.abcdef/live.db
TMPDIR=$dir "$R" demo --bundled --report >"$tap_dir/out"
tap_is "$?:$(leftovers)" "0:" "what a killed demo or top left is removed by the next"

tap_done
