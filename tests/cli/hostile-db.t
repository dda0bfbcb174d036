#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A capture is untrusted input: whatever a file that says it is one has in its
# schema, nothing of that is run. One line, exit code 1, soon, with little memory,
# and nothing is written.
. tests/tap.sh

good=$tap_dir/good.db
sh tests/empty-db.sh "$good" <tests/data/fixture.sql
rollup='SELECT CASE abs(random()) % 4 WHEN 0 THEN 1402 ELSE 1302 END AS second, 1 AS process_id,
	1 AS lock_id, 1 AS vma_id, 1 AS site_id, 1 AS mode, 1 AS nr_waits, 1 AS wait_ns,
	1 AS max_wait_ns, 0 AS nr_uncertain, 0 AS slept_ns, NULL AS nr_retries, NULL AS hold_ns,
	NULL AS hist FROM c'

# evil NAME SQL: a database made hostile
evil() {
	cp "$good" "$tap_dir/$1.db"
	# newer shells protect the schema
	sqlite3 -bail -cmd '.dbconfig defensive off' "$tap_dir/$1.db" "$2" >"$tap_dir/out" 2>&1 || tap_note "$1: $(cat "$tap_dir/out")"
}

folder() {
	(cd "$tap_dir" && md5sum ./*.db ./*.db-* 2>/dev/null)
}

# refused NAME PATTERN [FILE]: by every reader, within 2 s of CPU and 100 MB of
# memory; the time is of the processor: others may be using it, too
refused() {
	local file=${3:-$tap_dir/$1.db} before why= how code
	before=$(folder)
	for how in "report" "report --format json" "blocked --at 1" "jank --min 0" html "export --to folded" "export --to svg" "export --to pprof" "export --to perfetto" "export --to csv --table waits" "export --to sqlite --redact -o $tap_dir/never" "diff $good" "top -b -n 1" "upgrade"; do
		# shellcheck disable=SC2086
		(
			ulimit -t 2
			[ -n "$limited" ] || ulimit -v 200000
			exec timeout -k 1 60 "$RMAPSCOPE" $how "$file"
		) >"$tap_dir/out" 2>"$tap_dir/err" </dev/null
		code=$?
		[ "$code" = 1 ] || why="$why; $how: exit code $code"
		[ "$(wc -l <"$tap_dir/err")" = 1 ] && grep -Eq -- "$2" "$tap_dir/err" ||
			why="$why; $how: $(head -c 300 "$tap_dir/err")"
	done
	[ "$(folder)" = "$before" ] || why="$why; files were changed"
	[ -z "$why" ]
	tap_ok $? "$1"
	[ -z "$why" ] || tap_note "${why#; }"
}

# a sanitizer takes terabytes of addresses
limited=
grep -aq __asan_init "$RMAPSCOPE" && limited=yes

evil "a view in place of a table, whose value changes" "DROP TABLE rollup; CREATE VIEW rollup AS
	WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 5000) $rollup"
refused "a view in place of a table, whose value changes" "has view rollup, which rmapscope did not make"
evil "one without an end" "DROP TABLE rollup; CREATE VIEW rollup AS
	WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) $rollup"
refused "one without an end" "has view rollup, which rmapscope did not make"
evil "a view of ours without an end" "DROP VIEW lost; CREATE VIEW lost AS
	WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c)
	SELECT i AS cpu, 'x' AS reason, 1 AS nr_gaps, 1 AS nr_lost, 1 AS nr_unknown, 1 AS gap_ns FROM c"
refused "a view of ours without an end" "has view lost, which rmapscope did not make"
evil "a view of ours with 900 MB of text" "DROP VIEW lost; CREATE VIEW lost AS
	SELECT 1 AS cpu, hex(zeroblob(450000000)) AS reason, 1 AS nr_gaps, 1 AS nr_lost, 1 AS nr_unknown, 1 AS gap_ns"
refused "a view of ours with 900 MB of text" "has view lost, which rmapscope did not make"

evil "a trigger" "CREATE TRIGGER t AFTER INSERT ON enum BEGIN
	INSERT INTO stack (frames) SELECT hex(zeroblob(1000000)) FROM enum, enum; END"
refused "a trigger" "has trigger t, which rmapscope did not make"
evil "a generated column" "DROP TABLE site; CREATE TABLE site (id INTEGER PRIMARY KEY,
	symbol TEXT AS (hex(zeroblob(450000000))), offset INTEGER, role INTEGER) STRICT"
refused "a generated column" "has table site, which rmapscope did not make"
evil "a default that is an expression" "DROP TABLE skip; CREATE TABLE skip (id INTEGER PRIMARY KEY,
	time_ns INTEGER NOT NULL, task_id INTEGER NOT NULL, pfn INTEGER NOT NULL,
	reason INTEGER NOT NULL DEFAULT (random()), site_id INTEGER) STRICT"
refused "a default that is an expression" "has table skip, which rmapscope did not make"
evil "an index of an expression" "CREATE INDEX i ON task (hex(zeroblob(id)))"
refused "an index of an expression" "has index i, which rmapscope did not make"
evil "a partial index" "CREATE INDEX i ON task (id) WHERE abs(id) > 1"
refused "a partial index" "has index i, which rmapscope did not make"
evil "a virtual table" "CREATE VIRTUAL TABLE v USING fts5(x)"
refused "a virtual table" "which rmapscope did not make"
evil "a table of somebody else" "CREATE TABLE mine (x)"
refused "a table of somebody else" "has table mine, which rmapscope did not make"
evil "a table that is missing" "DROP TABLE loss"
refused "a table that is missing" "has no table loss|has no such table|malformed"
evil "a column that is missing" "DROP VIEW lost; ALTER TABLE loss RENAME COLUMN nr_lost TO nr"
refused "a column that is missing" "which rmapscope did not make|malformed"
evil "a schema that cannot be read" "PRAGMA writable_schema = ON;
	UPDATE sqlite_schema SET sql = 'CREATE TABLE task (' WHERE name = 'task'"
refused "a schema that cannot be read" "is damaged: malformed database schema"
evil "a name that drives the terminal" "CREATE TABLE \"$(printf '\033[2J')\" (x)"
refused "a name that drives the terminal" "has table \?\[2J, which rmapscope did not make"

for version in -1 0 -2147483648; do
	evil "schema version $version" "PRAGMA user_version = $version"
	refused "schema version $version" "has schema version $version, which does not exist"
done
evil "schema version 2147483647" "PRAGMA user_version = 2147483647"
refused "schema version 2147483647" "newer than this rmapscope"
evil "another application" "PRAGMA application_id = 1"
refused "another application" "another program"

old=$tap_dir/good1.db
sqlite3 "$old" <schema/001-initial.sql
sqlite3 "$old" "PRAGMA user_version = 1"
cp "$old" "$tap_dir/an old one with a trigger.db"
sqlite3 "$tap_dir/an old one with a trigger.db" "CREATE TRIGGER t AFTER INSERT ON enum BEGIN
	INSERT INTO stack (frames) SELECT hex(zeroblob(1000000)) FROM enum, enum; END"
refused "an old one with a trigger" "has trigger t, which rmapscope did not make"
cp "$old" "$tap_dir/an old one with a view.db"
sqlite3 "$tap_dir/an old one with a view.db" "DROP TABLE rollup; CREATE VIEW rollup AS
	WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) $rollup"
refused "an old one with a view" "has view rollup, which rmapscope did not make"

# what is beside it
for suffix in wal shm journal; do
	cp "$good" "$tap_dir/beside-$suffix.db"
	echo secret >"$tap_dir/target"
	ln -s target "$tap_dir/beside-$suffix.db-$suffix"
	refused "-$suffix is a symbolic link" "-$suffix is not a regular file; move it away" \
		"$tap_dir/beside-$suffix.db"
	tap_is "$(cat "$tap_dir/target")" "secret" "and what it leads to is as it was"
done

# files of other kinds
mkfifo "$tap_dir/pipe"
refused "a pipe that nobody writes to" "pipe is not a regular file, not a database" "$tap_dir/pipe"
refused "a folder" "is a directory, not a database" "$tap_dir"
refused "a device" "zero is not a regular file, not a database" /dev/zero
: >"$tap_dir/empty.db"
refused "an empty file" "empty.db is empty" "$tap_dir/empty.db"
printf 'SQLite format 3\0' >"$tap_dir/short.db"
refused "the first bytes alone" "short.db is not an rmapscope database" "$tap_dir/short.db"

# values
evil "a text of 3 MB" "UPDATE task SET comm = hex(zeroblob(1500000)) WHERE id = 1"
for how in report "top -b -n 1 -s vmas"; do
	# shellcheck disable=SC2086
	"$RMAPSCOPE" $how "$tap_dir/a text of 3 MB.db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_like "$?:$(cat "$tap_dir/err")" "^1:rmapscope: .* is damaged: it has a text longer than any that rmapscope writes" \
		"$how: a text of 3 MB"
done
evil "a sum that is too large" "UPDATE wait SET duration_ns = 9223372036854775807"
"$RMAPSCOPE" report "$tap_dir/a sum that is too large.db" >"$tap_dir/out" 2>"$tap_dir/err"
tap_like "$?:$(cat "$tap_dir/err")" "^1:rmapscope: .* is damaged: a sum of its numbers is too large" \
	"a sum that is too large"

# only a build with sanitizers tells that a sum went wrong
evil "counts at the end of their range" "UPDATE rollup SET nr_waits = 9223372036854775807,
	nr_uncertain = 1, wait_ns = 9223372036854775807, hold_ns = 9223372036854775807"
for screen in vmas locks processes heatmap; do
	"$RMAPSCOPE" top -b -n 1 -s $screen "$tap_dir/counts at the end of their range.db" >"$tap_dir/out" 2>&1
	tap_is "$?" 0 "top -s $screen: counts at the end of their range"
done

# what is not harmful: statistics of ANALYZE, and comments of another make
evil stat "ANALYZE"
"$RMAPSCOPE" report "$tap_dir/stat.db" >"$tap_dir/out" 2>&1
tap_ok $? "after ANALYZE it is read as before"

# in WAL mode without a log, as a copy of one that was read as it ended
evil mode "PRAGMA journal_mode = WAL"
before=$(folder)
"$RMAPSCOPE" report "$tap_dir/mode.db" >"$tap_dir/out" 2>&1
tap_is "$?:$(folder)" "0:$before" "no log is made beside a file that has none"
tap_done
