#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Threads, mappings, files and captures may be called anything. What is printed
# never drives a terminal, never runs in a spreadsheet, and is true in JSON.
. tests/tap.sh

# ESC, a line feed, C1's CSI, a byte that is no character, U+202E, U+200B
evil="CAST(x'3d1b5b324a0a61c29bff' || 'b' || char(8238) || 'c' || char(8203) AS TEXT)"
cat tests/data/fixture.sql - >"$tap_dir/sql" <<SQL
UPDATE meta SET value = $evil WHERE key IN ('host', 'kernel_release', 'source', 'profile', 'limits');
DELETE FROM meta WHERE key LIKE 'sees_%';
INSERT INTO meta VALUES ('sees_storms', $evil), ('sees_order', $evil), ('sees_walks', $evil);
DELETE FROM storm;
UPDATE process SET comm = $evil, exe = $evil, cmdline = $evil, cgroup = $evil;
UPDATE task SET comm = $evil;
UPDATE vma SET name = $evil, perms = $evil;
UPDATE site SET symbol = $evil;
UPDATE stack SET frames = $evil;
INSERT INTO frame (kind, start_ns, end_ns, deadline_ns, process_id, layer, missed, outcome)
	SELECT 0, s.start_ns - 1, s.start_ns + s.duration_ns, s.start_ns, t.process_id, $evil, 1, 0
	FROM stall s JOIN task t ON t.id = s.task_id AND t.is_main = 1 WHERE s.duration_ns LIMIT 1;
SQL
file=$tap_dir/$'\e[2Jdb\u202e\n\x9b.db'
sh tests/empty-db.sh "$tap_dir/evil.db" <"$tap_dir/sql"
cp "$tap_dir/evil.db" "$file"

# all that a terminal would obey or hide; ends of lines are ours, but for CSV's
bad='[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|(?<![\xc2-\xf4\x80-\xbf])[\x80-\xbf]|\xff'
check() {
	local name=$1
	shift
	"$@" >"$tap_dir/out" 2>&1
	! LC_ALL=C grep -aqP "$bad" "$tap_dir/out" && [ -s "$tap_dir/out" ]
	tap_ok $? "$name: nothing that a terminal obeys"
}

check "report" "$RMAPSCOPE" report "$file"
tap_is "$(sed -n 2p "$tap_dir/out" | grep -c 'db???.db: =?\[2J?a')" 1 "its header is one line"
check "report --format csv" "$RMAPSCOPE" report --format csv "$file"
tap_is "$(grep -Ec '(^|,)"?[=+@]' "$tap_dir/out")" 0 "and no field begins a formula"
check "report --format json" "$RMAPSCOPE" report --format json "$file"
for command in order storms walks; do
	check "$command" "$RMAPSCOPE" $command "$file"
done
check "html" "$RMAPSCOPE" html "$file"
check "blocked" "$RMAPSCOPE" blocked "$file"
for format in text csv json; do
	check "jank --format $format" "$RMAPSCOPE" jank --format $format "$file"
done
tap_is "$(grep -c '"longest_ns":[0-9]' "$tap_dir/out"):$(head -n 2 "$tap_dir/out" | grep -c 'frame was missed')" 1:1 \
	"with a missed frame, and the sleep within it"
for screen in vmas locks blocked storms stalls walks heatmap processes; do
	check "top -b -s $screen" "$RMAPSCOPE" top -b -n 1 -s $screen "$file"
done

"$RMAPSCOPE" report --format json "$file" tasks >"$tap_dir/json"
tap_is "$(sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/json'), '\$.capture.host') =
	'=' || char(27) || '[2J' || char(10) || 'a' || char(155) || '?b' || char(8238) || 'c' || char(8203)")" \
	1 "JSON has the true name"

# names of files in messages, those that a shell's * gives
mkdir "$tap_dir/dir"
cd "$tap_dir/dir" || exit 1
touch $'\e]0;x\a' $'b\n\u202eb' $'c\x9bc'
for how in report "top -b" blocked jank html "export --to folded" "export --to svg" "export --to pprof" "export --to perfetto" "export --to csv --table waits" "diff $tap_dir/evil.db" storms import "report $tap_dir/evil.db" ""; do
	for name in *; do
		# shellcheck disable=SC2086
		check "$how: a name in a message" "$RMAPSCOPE" $how "$name"
		tap_is "$(grep -Evc '^Try |information\.$' "$tap_dir/out")" 1 "$how: which is one line"
	done
done
tap_done
