#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A database of an earlier schema version is read as it is, and stays as it is;
# `upgrade` makes it one of this version, the same as a new one.
. tests/tap.sh

old=$tap_dir/old.db
version=$(printf '%s\n' schema/[0-9]*.sql | wc -l)
{
	cat schema/001-initial.sql
	echo "PRAGMA user_version = 1;
	INSERT INTO meta VALUES ('state', 'finished'), ('nr_waits', 1);
	INSERT INTO task (id, tid, comm) VALUES (1, 7, 'waiter');
	INSERT INTO lock (id, class, address, generation) VALUES (1, 0, 4096, 0);
	INSERT INTO wait (id, start_ns, duration_ns, lock_id, task_id, mode, holder_source, outcome)
		VALUES (1, 1000, 5000000, 1, 1, 1, 0, 0);
	INSERT INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, nr_waits, wait_ns,
		max_wait_ns, nr_uncertain, hist) VALUES (0, 0, 1, 0, 0, 1, 1, 5000000, 5000000, 0, x'cc0401'),
		(0, 0, 1, 0, 0, 0, 0, 0, 0, 2, x''), (3, 0, 1, 0, 0, 1, 1, 7, 7, 0, x'0701');
	INSERT INTO checkpoint VALUES (6000000, 1);"
} | sqlite3 "$old"
cp "$old" "$tap_dir/kept.db"
sh tests/empty-db.sh "$tap_dir/new.db" </dev/null

# what is in the folder, and its bytes
folder() {
	(cd "$1" && ls && md5sum ./* 2>&1)
}

before=$(folder "$tap_dir")
"$RMAPSCOPE" report "$old" >/tmp/rmapscope-migrate.$$ 2>&1
tap_is "$?" "0" "a database of version 1 is read"
tap_like "$(cat /tmp/rmapscope-migrate.$$)" "waiter .* 5.000" "with what is in it"
rm -f /tmp/rmapscope-migrate.$$
tap_is "$(folder "$tap_dir")" "$before" "it is as it was, and nothing is beside it"
"$RMAPSCOPE" top -b -n 1 "$old" >/dev/null
tap_is "$?:$(folder "$tap_dir")" "0:$before" "the screens neither"

mkdir "$tap_dir/readonly"
cp "$old" "$tap_dir/readonly/old.db"
chmod 444 "$tap_dir/readonly/old.db"
chmod 555 "$tap_dir/readonly"
"$RMAPSCOPE" report "$tap_dir/readonly/old.db" processes >"$tap_dir/out" 2>&1
tap_is "$?" 0 "it need not be where one can write"
chmod 755 "$tap_dir/readonly"

schema() {
	sqlite3 "$1" "PRAGMA user_version; SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2;
		SELECT * FROM enum ORDER BY 1, 2"
}
chmod 640 "$old"
"$RMAPSCOPE" upgrade "$old" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/out" "$tap_dir/err")" "0:$old: schema version $version, was 1" "upgrade says what it did"
tap_is "$(schema "$old")" "$(schema "$tap_dir/new.db")" "it is like a new one afterwards"
tap_is "$(sqlite3 "$old" "SELECT sum(duration_ns) FROM waits; PRAGMA integrity_check" | tr '\n' ' ')" \
	"5000000 ok " "with the same rows"
tap_is "$(sqlite3 "$old" "SELECT second, nr_waits, wait_ns, max_wait_ns, nr_uncertain, hex(hist)
	FROM second_rollup" | tr '\n' ' ')" "0|1|5000000|5000000|2|CC0401 3|1|7|7|0|0701 " \
	"and its roll-ups by second alone"
tap_is "$(stat -c %a "$old"):$(ls "$tap_dir"/old*)" "640:$old" "with the same permissions, and alone"
before=$(md5sum "$old")
tap_is "$("$RMAPSCOPE" upgrade "$old"):$(md5sum "$old")" \
	"$old: has schema version $version, nothing to do:$before" "once more: nothing"

# from every version in between
for from in $(seq 2 $((version - 1))); do
	{
		for step in $(seq "$from"); do
			cat schema/"$(printf %03d "$step")"-*.sql
		done
		echo "PRAGMA user_version = $from; INSERT INTO meta VALUES ('state', 'finished');
		INSERT INTO task (id, tid, comm) VALUES (1, 7, 'waiter');"
	} | sqlite3 "$tap_dir/from.db"
	"$RMAPSCOPE" upgrade "$tap_dir/from.db" >/dev/null
	tap_is "$?:$(schema "$tap_dir/from.db" | md5sum)" "0:$(schema "$tap_dir/new.db" | md5sum)" \
		"one of version $from becomes like a new one"
	rm "$tap_dir/from.db"
done

# walks_of FORMATS: what becomes of the walks of version 9, of a kernel with these events
walks_of() {
	{
		cat schema/00[1-9]-*.sql
		echo "PRAGMA user_version = 9; INSERT INTO meta VALUES ('state', 'finished'), ('formats', '$1');
		INSERT INTO task (id, tid, comm) VALUES (1, 7, 'walker');
		INSERT INTO walk VALUES (3, 1000, 50, 1, 0, NULL, 4711, 1, 6, 0, 0), (5, 2000, NULL, 1, 1, NULL, 4712, NULL, NULL, 2, 4);
		INSERT INTO walk_rollup VALUES (0, 0, 0, 1, 50, 50, 6, 0, 0, 0, x'3201'), (0, 1, 0, 0, 0, 0, 0, 2, 0, 1, NULL);"
	} | sqlite3 "$tap_dir/walks.db"
	"$RMAPSCOPE" upgrade "$tap_dir/walks.db" >/dev/null &&
		sqlite3 -nullvalue - "$tap_dir/walks.db" "SELECT * FROM walk ORDER BY id; SELECT second, kind, nr_walks, walk_ns,
			nr_counted, nr_vmas, nr_retries, nr_uncertain, hex(hist) FROM walk_rollup ORDER BY kind" | tr '\n' ' '
	rm "$tap_dir/walks.db"
}
tap_is "$(walks_of 'rmap:rmap_walk_begin rmap:rmap_walk_retry')" \
	"3|1000|50|1|0|-|4711|1|6|0|0 5|2000|-|1|1|-|4712|-|-|2|4 0|0|1|50|1|6|0|0|3201 0|1|0|0|0|0|2|1| " "walks stay what they are"
tap_is "$(walks_of 'rmap:rmap_walk_begin')" \
	"3|1000|50|1|0|-|4711|1|6|-|0 5|2000|-|1|1|-|4712|-|-|2|4 0|0|1|50|1|6|-|0|3201 0|1|0|0|0|0|2|1| " \
	"of a kernel without the event of retries, none is not 0"

# one that is damaged is not made into one that looks whole
{
	echo ".dbconfig defensive off"
	sed 's/^\(	tid		INTEGER\) NOT NULL/\1/' schema/001-initial.sql
	echo "PRAGMA user_version = 1; INSERT INTO meta VALUES ('state', 'finished');
	INSERT INTO task (id, tid, comm) VALUES (1, NULL, 'waiter'); PRAGMA writable_schema = ON;
	UPDATE sqlite_schema SET sql = replace(sql, '	tid		INTEGER,', '	tid		INTEGER NOT NULL,')
		WHERE name = 'task';"
} | sqlite3 "$tap_dir/damaged.db"
before=$(folder "$tap_dir")
"$RMAPSCOPE" upgrade "$tap_dir/damaged.db" >"$tap_dir.out" 2>&1
tap_is "$?:$(cat "$tap_dir.out")" \
	"1:rmapscope: cannot convert $tap_dir/damaged.db to schema version $version: it is damaged: NULL value in task.tid; the file is unchanged" \
	"a damaged one is refused"
rm -f "$tap_dir.out"
tap_is "$(folder "$tap_dir")" "$before" "it is as it was, and nothing is beside it"

# a symbolic link keeps leading there
cp "$tap_dir/kept.db" "$tap_dir/there.db"
ln -s there.db "$tap_dir/link.db"
"$RMAPSCOPE" upgrade "$tap_dir/link.db" >"$tap_dir/out" 2>&1
tap_is "$?:$(readlink "$tap_dir/link.db"):$(sqlite3 "$tap_dir/there.db" "PRAGMA user_version")" \
	"0:there.db:$version" "a link stays one"

# with a write-ahead log, as a recorder that was killed leaves it
cp "$tap_dir/kept.db" "$tap_dir/log.db"
coproc sqlite { sqlite3 "$tap_dir/log.db" 2>&1; }
echo "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
	UPDATE task SET comm = 'in the log'; SELECT 'written';" >&"${sqlite[1]}"
while read -r line <&"${sqlite[0]}" && [ "$line" != written ]; do :; done
tap_like "$("$RMAPSCOPE" report "$tap_dir/log.db" tasks 2>&1)" "in the log" "a log beside it is read, too"
"$RMAPSCOPE" upgrade "$tap_dir/log.db" >"$tap_dir/out" 2>&1
tap_is "$?:$(cat "$tap_dir/out")" "1:rmapscope: $tap_dir/log.db is locked by another program; try again" \
	"but not upgraded while another program has it open"
cp "$tap_dir/log.db" "$tap_dir/killed.db"
cp "$tap_dir/log.db-wal" "$tap_dir/killed.db-wal"
"$RMAPSCOPE" report "$tap_dir/killed.db" tasks >"$tap_dir/out" 2>&1
tap_is "$?:$(grep -c 'in the log' "$tap_dir/out"):$(cd "$tap_dir" && echo killed*)" \
	"0:1:killed.db killed.db-shm killed.db-wal" "one that was killed: read, with an index for its log"
"$RMAPSCOPE" upgrade "$tap_dir/killed.db" >"$tap_dir/out" 2>&1
tap_is "$?:$(sqlite3 "$tap_dir/killed.db" "SELECT comm FROM task; PRAGMA user_version" | tr '\n' ' '):$(cd "$tap_dir" && echo killed*)" \
	"0:in the log $version :killed.db" "and upgraded with what is in the log"
echo ".quit" >&"${sqlite[1]}"
wait "$sqlite_PID"

# another program writes to it: the file is left alone
cp "$tap_dir/kept.db" "$tap_dir/locked.db"
coproc sqlite { sqlite3 "$tap_dir/locked.db" 2>&1; }
echo "BEGIN IMMEDIATE; SELECT 'locked';" >&"${sqlite[1]}"
read -r _ <&"${sqlite[0]}"
"$RMAPSCOPE" report "$tap_dir/locked.db" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err")" "0:0" "one that another program is writing is read"
"$RMAPSCOPE" upgrade "$tap_dir/locked.db" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/out" "$tap_dir/err")" \
	"1:rmapscope: $tap_dir/locked.db is locked by another program; try again" \
	"but not upgraded: one line"
echo ".quit" >&"${sqlite[1]}"
wait "$sqlite_PID"
tap_is "$(md5sum <"$tap_dir/locked.db"):$(cd "$tap_dir" && echo locked*)" \
	"$(md5sum <"$tap_dir/kept.db"):locked.db" "and it is as it was"

# recorded now, as far as it says
cp "$tap_dir/kept.db" "$tap_dir/live.db"
start=$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20)
sqlite3 "$tap_dir/live.db" "UPDATE meta SET value = 'recording' WHERE key = 'state';
	INSERT INTO meta VALUES ('recorder', '$$ $start $(cat /proc/sys/kernel/random/boot_id)')"
tap_like "$("$RMAPSCOPE" upgrade "$tap_dir/live.db" 2>&1)" "live.db is being recorded by process $$; upgrade it when" \
	"one that is being recorded is refused"

# a full disk, as far as a user sees it
cp "$tap_dir/kept.db" "$tap_dir/full.db"
(ulimit -f 40; trap '' XFSZ; "$RMAPSCOPE" upgrade "$tap_dir/full.db") >"$tap_dir/out" 2>&1
tap_is "$?:$(wc -l <"$tap_dir/out"):$(md5sum <"$tap_dir/full.db"):$(cd "$tap_dir" && echo full*)" \
	"1:1:$(md5sum <"$tap_dir/kept.db"):full.db" "no room for the new one: one line, the old one is there"
tap_is "$(find "$tap_dir" -type d | wc -l)" 2 "no folder is left anywhere"
tap_done
