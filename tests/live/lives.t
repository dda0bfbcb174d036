#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One lock, one life: an mmap_lock that is taken at many call sites is one lock.
. tests/tap.sh
. tests/live/trace.sh
. tests/lives.sh
tap_need_live

db=$tap_dir/capture.db

"$RMAPSCOPE" record -o "$db" -- "$WORKLOADS/mmap-users" -d 4 >"$tap_dir/line" 2>"$tap_dir/err"
live_need "record of mmap-users succeeds"
pid=$(value pid "$(grep ^workload= "$tap_dir/line")")
lives_are_sound "$db" mmap-users

# its threads wait for each other at the mmap_lock of the process more than for anything else
sql "$db" "CREATE TEMP TABLE main AS SELECT l.address, count(*) AS nr FROM wait w
	JOIN lock l ON l.id = w.lock_id JOIN task t ON t.id = w.task_id WHERE t.tgid = $pid
	GROUP BY l.address ORDER BY nr DESC LIMIT 1;
	SELECT printf('waits %d', nr) FROM main;
	SELECT printf('lives %d', count(*)) FROM lock WHERE address = (SELECT address FROM main);
	SELECT printf('class %s', class) FROM locks WHERE id = (SELECT max(id) FROM lock
		WHERE address = (SELECT address FROM main));
	SELECT printf('sites %d', count(DISTINCT s.symbol)) FROM wait w
		JOIN lock l ON l.id = w.lock_id JOIN site s ON s.id = w.site_id
		WHERE l.address = (SELECT address FROM main)" >"$tap_dir/main"
sed 's/^/# /' "$tap_dir/main"
of() { sed -n "s/^$1 //p" "$tap_dir/main"; }
[ "$(of waits)" -ge 20 ]
tap_ok $? "its threads waited for each other"
[ "$(of sites)" -ge 3 ]
tap_ok $? "at several call sites"
tap_is "$(of lives)" 1 "for one lock"
tap_is "$(of class)" mmap "which is an mmap_lock"

# the calls whose roles were once missing, where they had to wait
tap_is "$(sql "$db" "SELECT count(*) FROM waits WHERE tgid = $pid AND role IS NULL AND symbol IS NOT NULL")" 0 \
	"each of its waits has a role"
tap_note "$(sql "$db" "SELECT group_concat(role || ' ' || nr, ', ') FROM (SELECT role, count(*) AS nr
	FROM waits WHERE tgid = $pid GROUP BY role)")"
tap_done
