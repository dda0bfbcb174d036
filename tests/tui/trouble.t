#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A database that goes wrong while it is shown: a line says so, keys work.
. tests/tui/lib.sh

keys_work() {
	tui_keys 2
	tui_sees '\[2 Locks\]' "$1: the tabs are there"
	tui_sees '^CLASS' "$1: 2 shows the other screen"
	tui_keys F1
	tui_sees '^Keys' "$1: the help opens"
	tui_keys q 1
	tui_sees '^PROCESS' "$1: and back"
}

tui_fixture
tui_top 80 24 -d 0.1
tui_sees '^redis-server' "deleted: there is a screen"
rm "$db"
tui_sees '^fixture.db is gone: what was read of it is shown' "deleted: a line says so"
tui_sees '^redis-server' "deleted: the rows stay"
keys_work deleted
tui_keys Home
tui_sees 'AT 9\.800 ' "deleted: its past can still be seen"
tui_fixture
tui_loses 'is gone' "deleted: a new file of that name is shown"
# the screens may be reading
sqlite3 -cmd '.timeout 5000' "$db" "UPDATE meta SET value = 'another-host' WHERE key = 'host'"
tui_sees 'host another-host' "changed: what is new comes up"
tui_keys q
tap_is "$(tui_ended)" 0 "deleted: quits"
tui_restored deleted

tui_fixture
tui_top 80 24 -d 0.1
tui_sees '^redis-server' "damaged: there is a screen"
dd if=/dev/zero of="$db" bs=1024 seek=1 count=64 conv=notrunc 2>/dev/null
# the change counter in the file's header, so that SQLite reads again: last, or it
# may read in between what is whole still, and then no more
printf '\377' | dd of="$db" bs=1 seek=27 conv=notrunc 2>/dev/null
tui_sees 'is damaged: ' "damaged: a line says so"
tui_sees '^redis-server' "damaged: the rows stay"
keys_work damaged
printf 'something else, long enough to be looked at, and no database at all...............' >"$db"
tui_sees 'is not an rmapscope database' "overwritten: a line says so"
keys_work overwritten
tui_fixture
tui_loses 'is not an rmapscope' "overwritten: a good file again: it goes on"
tui_sees '^redis-server' "overwritten: with its rows"
tui_keys q
tap_is "$(tui_ended)" 0 "overwritten: quits"

tui_fixture
tui_top 80 24 -d 0.1
tui_sees '^redis-server' "locked: there is a screen"
mkfifo "$tap_dir/lock"
sqlite3 "$db" <"$tap_dir/lock" &
exec 3>"$tap_dir/lock"
printf 'BEGIN EXCLUSIVE;\n.shell touch %s/locked\n' "$tap_dir" >&3
tui_until [ -e "$tap_dir/locked" ]
tui_keys Left
tui_sees 'is locked by another program' "locked: a line says so"
keys_work locked
echo 'COMMIT;' >&3
exec 3>&-
wait
tui_loses 'is locked' "locked: it goes on when the lock is gone"
tui_keys q
tap_is "$(tui_ended)" 0 "locked: quits"

tui_fixture
sqlite3 "$db" "UPDATE meta SET value = 'recording' WHERE key = 'state'"
tui_top 80 24 -d 0.1
tui_sees ' LIVE ' "dead recorder: its file looks alive at first"
tui_sees '^nothing new for [0-9]+ s: the recorder was stopped or killed' "dead recorder: a line says so"
keys_work "dead recorder"
tui_keys q
tap_is "$(tui_ended)" 0 "dead recorder: quits"

tap_done
