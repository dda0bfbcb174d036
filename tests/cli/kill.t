#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 at 50 random instants of a recorder and 20 of an import: what was committed
# is there. KILL_SEED repeats a run; make bench does 1,000, live ones too.
. tests/tap.sh
. tests/kill.sh

seed=${KILL_SEED:-$$}
RANDOM=$seed
tap_note "KILL_SEED=$seed"
complaints=$tap_dir/complaints
: >"$complaints"
complain() {
	echo "$*" >>"$complaints"
}

# none NAME: there is no complaint
none() {
	tap_is "$(cat "$complaints")" "" "$1"
	: >"$complaints"
}

for ((i = 0; i < 50; i++)); do
	kill_recorder "$tap_dir"
done
none "a recorder that is killed: what it committed is there, and the file opens"
[ "$kill_nr_acknowledged" -gt 0 ]
tap_ok $? "some of them had committed"
tap_note "$kill_nr_acknowledged commits, ${kill_nr_before:-0} killed before there was a file"

kill_traces "$tap_dir"
for ((i = 0; i < 20; i++)); do
	kill_import "$tap_dir"
done
none "an import that is killed: the former database or the new one, and whole"
tap_note "${kill_nr_old:-0} times the former, ${kill_nr_new:-0} times the new one"
tap_is "$(kill_leftovers "$tap_dir")" "" "the next start removes what they left"

tap_done
