#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# html: a well-formed page that loads nothing, in which nothing from the file is markup, and whose
# figures are those of a report. tests/browser/html.sh looks at it in a browser.
. tests/tap.sh
. tests/live/trace.sh

page=$tap_dir/page.html
html() {
	"$RMAPSCOPE" html "$@" >"$page" 2>"$tap_dir/err"
}
# xpath EXPRESSION: its value in the page
xpath() {
	xmllint --xpath "$1" "$page" 2>&1
}
# texts: of the elements td that xpath printed, a line each
texts() {
	sed 's/<td[^>]*>/\n/g; s/<\/td>//g' | grep .
}
# cells SECTION COLUMN: the texts of a column, a line each
cells() {
	xpath "//*[@id='$1']//tbody/tr/td[$2]" | texts
}
# sum: of lines of milliseconds, in nanoseconds
sum() {
	tr -d ',.' | awk '{ ns += $1 * 1000 } END { printf "%.0f", ns }'
}

sh tests/tui/make-fixture.sh "$tap_dir/fixture.db"
cp tests/data/stock.db "$tap_dir/demo.db"
sh tests/empty-db.sh "$tap_dir/nothing.db" <<<"INSERT INTO meta VALUES ('state', 'finished'), ('first_ns', 1000000000), ('last_ns', 2000000000);"

# --- well-formed, complete, alone

for name in fixture demo nothing; do
	html "$tap_dir/$name.db"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "$name: html"
	tap_is "$(xmllint --noout "$page" 2>&1)" "" "$name: the page is well-formed"
	tap_is "$(xpath 'count(//details)')" \
		"$(($("$RMAPSCOPE" report --format json "$tap_dir/$name.db" 2>"$tap_dir/err" |
			grep -c '^"[a-z]*":[n[]') + 3))" "$name: every section of a report, heatmap, matrix and flame graph"
	tap_is "$(xpath 'count(//@id)')" "$(xpath '//@id' | sort -u | wc -l)" "$name: no id is there twice"
	tap_is "$(xpath 'count(//@src | //@href | //link | //img | //@*[starts-with(name(), "on")])')" 0 \
		"$name: it names nothing to load or to run"
	tap_is "$(grep -Eci '://|url\(|@import' "$page")" 0 "$name: nor does its style"
done
tap_is "$(xpath "string(//meta[@http-equiv='Content-Security-Policy']/@content)")" \
	"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:" \
	"the browser is told to load nothing"
tap_is "$(xpath 'count(//svg)'):$(xpath 'count(//details/p[@class="note"])')" \
	"0:$(xpath 'count(//details)')" "an empty capture has a reason in each section, and no chart"

# --- the figures of a report

db=$tap_dir/demo.db
html "$db"
tap_is "$(xpath 'string(//h1)')" "$("$RMAPSCOPE" report "$db" | sed -n 1p)" "the heading is the sentence of a report"
tap_is "$(xpath 'string(//header/ul)' | sed '/^$/d')" "$("$RMAPSCOPE" report "$db" | sed -n 's/^note: //p')" \
	"what could not be seen is that of a report"
for section in processes locks tasks sites blame; do
	"$RMAPSCOPE" report "$db" --format csv $section >"$tap_dir/csv"
	# no field of these has a comma
	column=$(head -n 1 "$tap_dir/csv" | tr -d '\r' | tr ',' '\n' | grep -nx wait_ns | cut -d : -f 1)
	tap_is "$(cells $section "$column" | tr -d ',')" \
		"$(tr -d '\r' <"$tap_dir/csv" | tail -n +2 | cut -d , -f "$column" | awk '{ printf "%.3f\n", $1 / 1e6 }')" \
		"$section: WAIT ms of each row is that of CSV"
done
waited=$(sql "$db" "SELECT sum(duration_ns) / 1000 FROM wait")
total=$(xpath "//table[@class='matrix']//td[contains(@class, 'n ')]" | texts | sum)
# each cell is rounded to a microsecond
off=$((total / 1000 - waited))
tap_ok $((${off#-} > $(xpath "count(//table[@class='matrix']//td[contains(@class, 'n ')])"))) \
	"the cells of the matrix add up to all waits: $off us"
tap_is "$(xpath "//*[@id='heatmap']//title" | grep -o 'WAITS: [0-9,]*' | tr -dc '0-9\n' | awk '{ n += $1 } END { print n }')" \
	"$(sql "$db" "SELECT sum(nr_waits) FROM second_rollup")" "the cells of the heatmap add up to all waits"
# boxes: of a flame graph, a line each: name and numbers, as export and the page have them
boxes() {
	grep '^<g><title>' -A 1 | sed -n 's/^<g><title>//; N; s/\n/ /; s/<.*//p' | sort
}
tap_is "$(xpath "//*[@id='flame']//svg" | boxes)" "$("$RMAPSCOPE" export "$db" --to svg | boxes)" \
	"the flame graph has the boxes of export --to svg"
tap_is "$(xpath "count(//*[@id='waits']//rect)"):$(xpath "count(//*[@id='waits']//tbody/tr)")" 200:200 \
	"a bar and a row for each of the 200 longest waits"
tap_like "$(xpath "string(//*[@id='waits'])")" "^$(($(sql "$db" "SELECT count(*) FROM wait") - 200)) more: rmapscope report FILE waits --all" \
	"and a line says how many more there are"
tap_is "$(xpath "string(//*[@id='stalls']/p)")" "$("$RMAPSCOPE" report "$db" stalls | sed -n 's/^(\(not seen.*\))$/\1/p')" \
	"why a section is empty is told as in a report"

# each heading has the help of its column
tap_is "$(xpath "count(//th[@data-kind][string-length(@title) = 0])")" 0 "every heading has its help"
tap_is "$(xpath "string(//*[@id='locks']//th[.='CPU ms']/@title)")" \
	"part of that time after the release of the lock, waiting for a CPU" "which is that of F1"

# --- hostile names

evil="CAST(x'1b5b324a0a61c29bff' || '</td><script>alert(1)</script>\"''&lt;' || char(8238) || char(65535) AS TEXT)"
shown="?[2J?a??</td><script>alert(1)</script>\"'&lt;??"
cat tests/data/fixture.sql - >"$tap_dir/sql" <<SQL
UPDATE meta SET value = $evil WHERE key IN ('host', 'kernel_release', 'source', 'profile', 'limits');
UPDATE process SET comm = $evil, exe = $evil, cmdline = $evil, cgroup = $evil;
UPDATE task SET comm = $evil;
UPDATE vma SET name = $evil, perms = $evil;
UPDATE site SET symbol = $evil;
UPDATE stack SET frames = $evil;
SQL

mkdir "$tap_dir/<script>alert(2)<"
sh tests/empty-db.sh "$tap_dir/evil.db" <"$tap_dir/sql"
cp "$tap_dir/evil.db" "$tap_dir/<script>alert(2)</\"onload=.db"
for evil_db in "$tap_dir/evil.db" "$tap_dir/<script>alert(2)</\"onload=.db"; do
	html "$evil_db"
	tap_is "$?:$(cat "$tap_dir/err"):$(xmllint --noout "$page" 2>&1)" "0::" "hostile names: the page is well-formed"
	tap_is "$(xpath 'count(//script)'):$(xpath 'count(//@*[starts-with(name(), "on")])')" "1:0" \
		"the only script is ours"
	tap_is "$(xpath "string(//*[@id='tasks']//tbody/tr[1]/td[1])")" "$shown" "a name is a text"
	tap_is "$(xpath "string((//*[@id='waits']//title)[1])" | grep -cF "THREAD: $shown")" 1 "also in a tooltip"
	tap_is "$(LC_ALL=C grep -caP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xff' "$page")" 0 \
		"nothing in it changes the direction of text, or is hidden"
done

# --- a large one

cat - >"$tap_dir/sql" <<'SQL'
INSERT INTO meta VALUES ('state', 'finished'), ('first_ns', 1000000000000), ('last_ns', 1100000000000),
	('formats', 'lock:contention_begin sched:sched_switch sched:sched_waking'),
	('traced', 'lock:contention_begin sched:sched_switch sched:sched_waking'), ('profile', 'contention,stalls');
CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n;
INSERT INTO process (id, tgid, comm) SELECT i, 10000 + i, printf('process-<&>-%04d', i) FROM n WHERE i <= 3000;
INSERT INTO task (id, tid, tgid, comm, is_main, process_id) SELECT i, 10000 + i, 10000 + i, printf('thread-"&"-%04d', i), 1, i
	FROM n WHERE i <= 3000;
INSERT INTO vma (id, process_id, start, end, name) SELECT i, i, 4096 * i, 4096 * (i + 1), printf('%0127d', i) FROM n WHERE i <= 3000;
INSERT INTO lock (id, class, address, generation) SELECT i, 0, -131387954595000 + 64 * i, 0 FROM n WHERE i <= 3000;
INSERT INTO site (id, symbol, offset, role) SELECT i, printf('function_%0100d', i), i, 0 FROM n WHERE i <= 3000;
INSERT INTO wait (start_ns, duration_ns, slept_ns, lock_id, task_id, mode, site_id, vma_id, holder_task_id, holder_site_id, holder_source, outcome)
	SELECT 1000000000000 + i * 4000000, 1000000 + i, 1000, i % 3000 + 1, i % 3000 + 1, 1, i % 3000 + 1, i % 3000 + 1,
	(i * 7) % 3000 + 1, i % 3000 + 1, 1, 0 FROM n;
INSERT INTO stall (start_ns, duration_ns, task_id, wait_id, site_id, waker_task_id, outcome)
	SELECT start_ns, duration_ns, task_id, id, site_id, holder_task_id, 0 FROM wait;
SQL
sh tests/empty-db.sh "$tap_dir/big.db" <"$tap_dir/sql"
html "$tap_dir/big.db"
tap_is "$?:$(cat "$tap_dir/err"):$(xmllint --noout "$page" 2>&1)" "0::" "20,000 waits of 3,000 threads: html"
tap_is "$(xpath 'count(//*[@data-kind]/ancestor::table[count(tbody/tr) > 200])')" 0 "no section has more than 200 rows"
tap_is "$(xpath "string(//*[@id='tasks']/p[last()])")" "2800 more: rmapscope report FILE tasks --all prints them" \
	"a line says how many more"
tap_is "$(xpath "count(//table[@class='matrix']/tbody/tr)"):$(xpath "count(//table[@class='matrix']/thead/tr/th)")" "13:13" \
	"twelve waiters and holders, and all others"
boxes=$(xpath "count(//*[@id='flame']//rect)")
tap_ok $((boxes < 1 || boxes > 2000)) "the flame graph has 2,000 boxes at most: $boxes"
size=$(stat -c %s "$page")
tap_ok $((size >= 3000000)) "the page has less than 3 MB: $size bytes"

# --- to a file

out=$tap_dir/out.html
html "$db" -o "$out"
tap_is "$?:$(cat "$page" "$tap_dir/err"):$(stat -c %a "$out")" "0::600" "-o writes a file for its owner alone"
html "$db"
tap_is "$(cmp "$out" "$page" 2>&1)" "" "with what standard output gets without -o"
html "$db" -o "$out"
tap_is "$?:$(grep -c -- '--force to replace it$' "$tap_dir/err")" 1:1 "an existing file is not replaced"
html "$db" -o "$out" --force
tap_is "$?" 0 "but with --force"

# a section that cannot be read: its table's page is overwritten
read -r at bytes <<<"$(sqlite3 -separator ' ' "$db" "SELECT rootpage, (SELECT * FROM pragma_page_size)
	FROM sqlite_schema WHERE name = 'order_edge'")"
head -c "$bytes" /dev/zero | tr '\0' '\377' | dd of="$db" bs="$bytes" seek=$((at - 1)) conv=notrunc status=none
html "$db"
tap_is "$?:$(wc -l <"$tap_dir/err"):$(tail -n 1 "$page")" \
	'1:1:<p class="note">An error ended this page early: it is not complete.</p>' "a page that an error has cut says so"
sqlite3 "$tap_dir/fixture.db" "UPDATE meta SET value = -1 WHERE key = 'first_ns'"
html "$tap_dir/fixture.db"
tap_is "$?:$(wc -l <"$tap_dir/err"):$(cat "$page")" "1:1:" "an error before the page begins leaves it empty"
html "$db" -o "$out.2"
tap_is "$?:$(ls "$out.2" 2>/dev/null)" "1:" "and is no file with -o"
tap_done
