#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# export --to sqlite --redact: no original name or address is in the bytes of the copy, free
# space included; all else is as it was, joins hold, and every report works.
. tests/tap.sh
. tests/live/trace.sh

db=$tap_dir/capture.db copy=$tap_dir/copy.db
sh tests/empty-db.sh "$db" <tests/data/fixture.sql
# folios seen by several tables, files that are executed and mapped, names in brackets with a
# path in them, addresses below 0; and what was deleted still lies in free pages
sqlite3 "$db" "PRAGMA secure_delete = OFF; UPDATE meta SET value = 'host-of-mallory' WHERE key = 'host';
	UPDATE meta SET value = 'rmapscope record -- /home/mallory/run --token=s3cr3t' WHERE key = 'command';
	INSERT OR REPLACE INTO meta VALUES ('kernel_version', '#7 SMP (mallory@buildbox)'), ('recorder', '4242 boot-id-of-mallory'),
		('trouble', 'cannot write /home/mallory/x.db'), ('trigger', 'stall>30ms,comm=mallory'), ('unknown-to-this-version', 'mallory-the-unknown');
	UPDATE process SET exe = '/home/mallory/bin/' || comm || (id % 2), cmdline = '/home/mallory/bin/' || comm || ' --password=hunter2',
		cgroup = '/user.slice/user-mallory.slice/' || (id % 2);
	UPDATE vma SET name = (SELECT exe FROM process ORDER BY id LIMIT 1) WHERE id = 3;
	INSERT INTO vma (id, process_id, start, end, perms, name) VALUES
		(900, 1, 0x7f12345678000, 0x7f12345679000, 'r-xp', '[anon:/data/mallory/secret.art]'),
		(901, 1, -10485760, -10481664, '--xp', '[vsyscall]'), (902, NULL, 0x7ffdeadbe000, 0x7ffdeadc0000, 'rw-p', '[stack]'),
		(903, 2, 0x7f12345678000, 0x7f12345679000, 'r-xp', '/home/mallory/lib/libprivate.so (deleted)');
	INSERT INTO lock (id, class, address, generation) VALUES (900, 0, -131391565265664, 0), (901, 2, -131391565265664, 1);
	INSERT INTO straggler (time_ns, task_id, address, why) VALUES (1001000000000, 1, 0x7f12345678000, 0);
	INSERT INTO walk (start_ns, duration_ns, task_id, kind, pfn, nr_retries, outcome) VALUES (1001000000000, 5, 1, 0, 0x123456789, 1, 0);
	INSERT INTO retry (time_ns, task_id, pfn) VALUES (1001000000000, 1, 0x123456789), (1001000000001, 1, 0x123456abc);
	INSERT INTO skip (time_ns, task_id, pfn, reason) VALUES (1001000000000, 1, 0x123456abc, 0);
	INSERT INTO move (time_ns, task_id, pfn, root_changed) VALUES (1001000000000, 1, 0x123456789, 1), (1001000000002, 1, 0x123456def, 1);
	INSERT INTO frame (kind, start_ns, end_ns, process_id, layer, outcome) VALUES (0, 1001000000000, 1001020000000, 1, 'mallory/Inbox of Mallory', 0),
		(0, 1002000000000, 1002020000000, 1, 'mallory/Inbox of Mallory', 0), (0, 1002000000000, 1002020000000, 1, 'mallory/Secrets', 0);
	ANALYZE;
	INSERT INTO meta VALUES ('x', replace(hex(zeroblob(40000)), '00', 'left-by-mallory ')); DELETE FROM meta WHERE key = 'x';
	PRAGMA journal_mode = WAL;" >"$tap_dir/out"
grep -aq left-by-mallory "$db"
tap_ok $? "the original has a name in its free pages"

"$RMAPSCOPE" export "$db" --to sqlite --redact -o "$copy" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/out" "$tap_dir/err"):$(stat -c %a "$copy")" 0::600 "a copy is made, for its owner alone"
tap_is "$(cd "$tap_dir" && ls -A | grep -vE '^(capture\.db(-wal|-shm)?|copy\.db|out|err)$')" "" "and nothing else"
tap_is "$(sql "$copy" "PRAGMA integrity_check; PRAGMA journal_mode; PRAGMA user_version; PRAGMA freelist_count")" \
	"ok
delete
$(sql "$db" "PRAGMA user_version")
0" "it is a whole database, in one file without free pages"

# --- what must not be in it

sql "$db" "SELECT value FROM meta WHERE key IN ('host', 'command', 'kernel_version', 'recorder', 'trouble', 'trigger', 'unknown-to-this-version')
	UNION SELECT exe FROM process UNION SELECT cmdline FROM process UNION SELECT cgroup FROM process
	UNION SELECT layer FROM frame UNION SELECT name FROM vma WHERE name NOT LIKE '[%' OR name LIKE '%/%'" | grep . >"$tap_dir/texts"
printf '%s\n' mallory hunter2 s3cr3t buildbox libprivate /home /user.slice >>"$tap_dir/texts"
tap_is "$(($(wc -l <"$tap_dir/texts") > 15)):$(while read -r text; do grep -aqF -- "$text" "$db"* && ! grep -aqF -- "$text" "$copy" || echo "$text"; done <"$tap_dir/texts")" \
	1: "of each text that was in the original, nothing is in the bytes of the copy"

# An integer is stored in as few bytes as it needs, the highest first, as the last six of these
sql "$db" "SELECT address FROM lock UNION SELECT address FROM straggler UNION SELECT start FROM vma UNION SELECT end FROM vma
	UNION SELECT pfn FROM retry UNION SELECT pfn FROM move UNION SELECT pfn FROM walk UNION SELECT pfn FROM skip" >"$tap_dir/numbers"
# numbers_in FILE: those above 32 bits that it has; others are by chance in any file
numbers_in() {
	perl -e 'local $/; open(my $in, "<:raw", shift); my $bytes = <$in>; local $/ = "\n";
		while (<STDIN>) {
			chomp;
			next if abs($_) < 1 << 32 || $_ == -10485760 || $_ == -10481664;
			print "$_\n" if index($bytes, substr(pack("q>", $_), 2)) >= 0;
		}' "$1" <"$tap_dir/numbers" | wc -l
}
sqlite3 "$db" "PRAGMA wal_checkpoint(TRUNCATE)" >"$tap_dir/out"
tap_is "$(($(numbers_in "$db") > 7)):$(numbers_in "$copy")" 1:0 "no address and no page frame of the original is in its bytes"
tap_is "$(sql "$copy" "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'")" 0 "nor what ANALYZE noted"

# --- what must be as it was

redacted='^(exe|layer|cmdline|cgroup|address|pfn|(old_|new_|held_|taken_)?lock|(vma_|from_|to_)?(start|end|name))$'
same() {
	local name columns list why=
	for name in $(sql "$1" "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' AND name <> 'meta'"); do
		columns=$(sql "$1" "SELECT name FROM pragma_table_info('$name')")
		list=$(grep -Ev "$redacted" <<<"$columns" | paste -sd,)
		[ "$(sql "$1" "SELECT $list FROM $name ORDER BY $list" | md5sum)" = "$(sql "$2" "SELECT $list FROM $name ORDER BY $list" | md5sum)" ] ||
			why="$why $name"
	done
	printf '%s' "$why"
}
tap_is "$(same "$db" "$copy")" "" "every other value of every table and view is the same"
tap_is "$(sql "$copy" "SELECT key, value FROM meta WHERE key <> 'redacted' ORDER BY 1")" \
	"$(sql "$db" "SELECT key, value FROM meta WHERE key NOT IN ('host', 'command', 'kernel_version', 'recorder', 'trouble', 'trigger', 'unknown-to-this-version') ORDER BY 1")" \
	"so are the facts about the capture that name nobody"
tap_is "$(sql "$copy" "SELECT value FROM meta WHERE key = 'redacted'")" yes "it says that it is redacted"
# groups TABLE COLUMN: for each row the first one with the same value
groups() {
	sql "$1" "SELECT id, iif($3 IS NULL, NULL, min(id) OVER (PARTITION BY $3)) FROM $2 ORDER BY id"
}
why=
for what in "process exe" "process cgroup" "frame layer" "vma name" "lock address" "walk pfn" "retry pfn" "skip pfn" "move pfn"; do
	# shellcheck disable=SC2086 # words
	[ "$(groups "$db" $what)" = "$(groups "$copy" $what)" ] || why="$why $what"
done
tap_is "$why" "" "what was equal is equal, and nothing else"
tap_is "$(sql "$copy" "SELECT count(*) FROM retry r JOIN move m USING (pfn) JOIN walk w USING (pfn)")" 1 "also of different tables"
tap_is "$(sql "$copy" "SELECT v.name = p.exe FROM vma v, process p WHERE v.id = 3 ORDER BY p.id LIMIT 1")" 1 "a file that is executed and mapped has one number"
tap_is "$(sql "$copy" "SELECT id, end - start FROM vma ORDER BY id")" "$(sql "$db" "SELECT id, end - start FROM vma ORDER BY id")" "VMAs have their sizes"
tap_is "$(sql "$copy" "SELECT name, count(*) FROM vma WHERE name LIKE '[%' GROUP BY 1")" \
	"$(sql "$db" "SELECT name, count(*) FROM vma WHERE name LIKE '[%' AND name NOT LIKE '%/%' GROUP BY 1")" "names in brackets stay, but for paths in them"

why=
for how in report "report --format json" "report --by exe" "report --by cgroup" "blocked --at 28.460" "jank --min 0" storms walks order "top -b -n 1" \
	"export --to folded" "export --to pprof" "export --to perfetto" "export --to json" upgrade; do
	# shellcheck disable=SC2086 # words
	"$RMAPSCOPE" $how "$copy" >"$tap_dir/out" 2>"$tap_dir/err"
	[ "$?:$(grep -vc 'seen: ' "$tap_dir/err")" = 0:0 ] && [ -s "$tap_dir/out" ] || why="$why; $how: $(cat "$tap_dir/err")"
	! grep -aq mallory "$tap_dir/out" || why="$why; $how: the name"
done
tap_is "$why" "" "every report works"
"$RMAPSCOPE" export "$db" --to folded >"$tap_dir/want" && "$RMAPSCOPE" export "$copy" --to folded >"$tap_dir/out"
tap_is "$(cmp "$tap_dir/want" "$tap_dir/out" 2>&1)" "" "stacks are the same"

"$RMAPSCOPE" export tests/data/stock.db --to sqlite --redact -o "$copy" --force 2>"$tap_dir/err"
"$RMAPSCOPE" report "$copy" --all >"$tap_dir/out" 2>>"$tap_dir/err"
"$RMAPSCOPE" report tests/data/stock.db --all >"$tap_dir/want"
tap_is "$?:$(cat "$tap_dir/err"):$(diff <(sed 2d "$tap_dir/want") <(sed 2d "$tap_dir/out"))" 0:: "a file of an earlier version can be redacted, too"

# --- wrong usage, and damage

rm "$copy"
for wrong in "-o $copy" "--redact" "--redact -o $copy --comm x" "--redact -o $copy --since 1" "--redact -o $copy --table wait"; do
	# shellcheck disable=SC2086 # words
	"$RMAPSCOPE" export "$db" --to sqlite $wrong >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -c <"$tap_dir/out"):$(ls "$copy" 2>/dev/null)" 2:0: "wrong usage: ${wrong/$copy/OUT}"
done
"$RMAPSCOPE" export "$db" --to csv --table wait --redact >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -c <"$tap_dir/out")" 2:0 "--redact does not promise what CSV would not keep"
sqlite3 "$db" "PRAGMA journal_mode = DELETE" >"$tap_dir/out"
read -r page bytes <<<"$(sqlite3 -separator ' ' "$db" "SELECT rootpage, (SELECT * FROM pragma_page_size)
	FROM sqlite_schema WHERE name = 'vma'")"
head -c "$bytes" /dev/zero | tr '\0' '\377' | dd of="$db" bs="$bytes" seek=$((page - 1)) conv=notrunc status=none
"$RMAPSCOPE" export "$db" --to sqlite --redact -o "$copy" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err"):$(ls "$copy" 2>/dev/null)" 1:1: "of a damaged file there is no copy, and one line"
(ulimit -f 100; exec "$RMAPSCOPE" export "$db" --to sqlite --redact -o "$tap_dir/small.db") 2>"$tap_dir/err"
tap_like "$?:$(cat "$tap_dir/err")" "^1:rmapscope: cannot make a redacted copy of .*: File too large" "ulimit -f is told as it is"

tap_done
