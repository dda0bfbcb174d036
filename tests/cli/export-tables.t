#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# export --to csv and json: the tables and views of the database, value by value.
. tests/tap.sh
. tests/live/trace.sh

export_to() {
	"$RMAPSCOPE" export "$@" >"$tap_dir/out" 2>"$tap_dir/err"
}
# plain EXPRESSION AS: the SQL that gives $2 of each column of $1 (one line per column), as
# the export has it: 45.0 is 45
plain() {
	sed "s/.*/iif(typeof($2) = 'real', printf('%.15g', $2), $2)$3/" <<<"$1" | paste -sd,
}

db=$tap_dir/fixture.db
sh tests/empty-db.sh "$db" <tests/data/fixture.sql
tables=$(sql "$db" "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
views=$(sql "$db" "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY 1")

"$RMAPSCOPE" export "$db" --to csv --table nothing >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(head -n 1 "$tap_dir/err" | sed 's/.*there are: //; s/, /\n/g' | sort | xargs)" \
	"2:$(printf '%s\n' $tables $views | sort | xargs)" "each table and view of the schema can be had, and nothing else"

# --- CSV: as the shell writes it; its quotes differ, so both are read into tables of text

why_csv='' why_json=''
for name in $tables $views; do
	columns=$(sql "$db" "SELECT name FROM pragma_table_info('$name')")
	want=$(plain "$columns" '&' ' AS &')
	want="SELECT ${want//iif(typeof(hist) = \'real\', printf(\'%.15g\', hist), hist)/hex(hist)} FROM $name"
	export_to "$db" --to csv --table "$name" || why_csv="$why_csv $name: $(cat "$tap_dir/err")"
	sqlite3 -csv -header "$db" "$want" >"$tap_dir/want"
	[ -s "$tap_dir/want" ] || paste -sd, <<<"$columns" >"$tap_dir/want"
	rm -f "$tap_dir/csv.db"
	sqlite3 "$tap_dir/csv.db" ".import --csv '$tap_dir/out' got" ".import --csv '$tap_dir/want' want" >"$tap_dir/import" 2>&1 ||
		why_csv="$why_csv $name: $(cat "$tap_dir/import")"
	[ "$(sql "$tap_dir/csv.db" "SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM want);
		SELECT count(*) FROM (SELECT * FROM want EXCEPT SELECT * FROM got)" | xargs)" = "0 0" ] &&
		[ "$(sql "$tap_dir/csv.db" "SELECT count(*) FROM got")" = "$(sql "$db" "SELECT count(*) FROM $name")" ] ||
		why_csv="$why_csv $name: other rows"
	export_to "$db" --to json --table "$name" || why_json="$why_json $name: $(cat "$tap_dir/err")"
	got=$(plain "$columns" "value ->> '&'" '')
	[ "$(sqlite3 :memory: "SELECT $got FROM json_each(readfile('$tap_dir/out'), '\$.$name') WHERE value IS NOT NULL" 2>&1 | md5sum)" = \
		"$(sql "$db" "$want" | md5sum)" ] || why_json="$why_json $name: other rows"
done
tap_is "$why_csv" "" "CSV has every value of every table and view"
tap_is "$why_json" "" "so has JSON"

# --- several tables

export_to "$db" --to csv --table site --table task --table site
tap_is "$?:$(grep '^#' "$tap_dir/out" | xargs)" "0:# site # task" "several in one CSV have their names as comments"
export_to "$db" --to json
tap_is "$?:$(sqlite3 :memory: "SELECT key FROM json_each(readfile('$tap_dir/out')) WHERE key NOT LIKE '%\_unseen' ESCAPE '\\' AND key NOT IN ('format', 'capture') ORDER BY 1" | xargs)" \
	"0:$(echo $tables)" "JSON has all tables, if none is named"
tap_is "$(sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/out'), '\$.format')")" 1 "and the number of its format"
tap_is "$(sqlite3 :memory: "SELECT sum(value ->> '\$.duration_ns') FROM json_each(readfile('$tap_dir/out'), '\$.wait')")" \
	"$(sql "$db" "SELECT sum(duration_ns) FROM wait")" "with all waits"

for how in report jank "blocked --at 1" "diff $db" storms; do
	# shellcheck disable=SC2086 # words
	"$RMAPSCOPE" $how "$db" --format json 2>"$tap_dir/err" >"$tap_dir/out"
	tap_is "$(sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/out'), '\$.format')")" 1 "so has ${how%% /*}"
done

# more rows than are written at once
cp "$db" "$tap_dir/many.db"
sqlite3 "$tap_dir/many.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
	INSERT INTO hold SELECT 1000 + i, 1000000000000 + i, i, 1, 8, 1, 1, 0, 0 FROM n"
export_to "$tap_dir/many.db" --to json --table hold
tap_is "$?:$(sqlite3 :memory: "SELECT count(*), sum(value ->> '\$.duration_ns') FROM json_each(readfile('$tap_dir/out'), '\$.hold')")" \
	"0:$(sql "$tap_dir/many.db" "SELECT count(*), sum(duration_ns) FROM hold")" "many rows are one array"
export_to "$tap_dir/many.db" --to csv --table hold
tap_is "$?:$(wc -l <"$tap_dir/out")" "0:$(sql "$tap_dir/many.db" "SELECT count(*) + 1 FROM hold")" "and lines below one header"

# --- what is not there, and what a filter does

export_to tests/data/stock.db --to json --table storm
tap_is "$?:$(sqlite3 :memory: "SELECT json_type(readfile('$tap_dir/out'), '\$.storm'), json_type(readfile('$tap_dir/out'), '\$.storm_unseen')")" \
	"0:null|text" "what was not seen is null, with the reason"
export_to "$db" --to csv --table waits --class anon_vma
tap_is "$?:$(($(wc -l <"$tap_dir/out") - 1))" "0:$(sql "$db" "SELECT count(*) FROM waits WHERE class = 'anon_vma'")" "a filter applies"
export_to "$db" --to csv --table vma --class anon_vma
tap_is "$?:$(wc -l <"$tap_dir/out"):$(cat "$tap_dir/err" | grep -c 'vma: not seen: it cannot be filtered by --class')" 0:1:1 \
	"a table without what it selects by has no rows, and the reason is said"

# --- untrusted text

cp tests/data/stock.db "$tap_dir/names.db"
sqlite3 "$tap_dir/names.db" "UPDATE task SET comm = '=1+' || char(27, 10) || '\"x' WHERE id = 1; DELETE FROM task WHERE id <> 1"
export_to "$tap_dir/names.db" --to csv --table task
tap_is "$(sed -n 2p "$tap_dir/out" | cut -d, -f4)" "\"'=1+??\"\"x\"" "a name is no formula, and drives no terminal"
export_to "$tap_dir/names.db" --to json --table task
tap_is "$(sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/out'), '\$.task[0].comm') = '=1+' || char(27, 10) || '\"x'")" 1 "and true in JSON"

# --- wrong usage

for wrong in "--to csv" "--to csv --table wait;" "--to csv --table sqlite_schema" "--to folded --table wait" "--to json --root holder"; do
	# shellcheck disable=SC2086 # words
	export_to "$db" $wrong
	tap_is "$?:$(wc -c <"$tap_dir/out")" 2:0 "wrong usage: $wrong"
done
tap_done
