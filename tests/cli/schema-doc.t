#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# docs/schema.md and the comments in the SQL describe the database as it is.
. tests/tap.sh

db=$tap_dir/schema.db
sh tests/empty-db.sh "$db" </dev/null

tap_is "$(sed -n 's/.*`user_version` \([0-9]*\).*/\1/p' docs/schema.md)" "$(find schema -name '[0-9]*.sql' | wc -l)" \
	"docs/schema.md has the version of the files"
sources=$(sed -n 's/.*\.name = "\(.*\)".*/\1/p' collector/*_source.c cli/chain_db.c | sort -u)
missing=$(while read -r name; do
	grep '^- `source`:' docs/schema.md | grep -qF "\`$name\`" || echo "$name"
done <<<"$sources")
tap_is "$missing" "" "and every source of a capture"

# "table.column" of every table, from the database and from the document
sqlite3 "$db" "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
	WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'" | sort >"$tap_dir/in-db"
awk '/^## Tables/ { on = 1 } /^## Views/ { on = 0 }
	on && /^### / { table = $2 }
	on && /^\| / && $2 != "column" { print table "." $2 }' docs/schema.md | sort >"$tap_dir/in-doc"
tap_is "$(comm -23 "$tap_dir/in-db" "$tap_dir/in-doc")" "" "every column is in docs/schema.md"
tap_is "$(comm -13 "$tap_dir/in-db" "$tap_dir/in-doc")" "" "docs/schema.md has no column that does not exist"

sqlite3 "$db" "SELECT name FROM sqlite_schema WHERE type = 'view'" | sort >"$tap_dir/views"
awk '/^## Views/ { on = 1 } /^## Hist/ { on = 0 } on && /^\| / && $2 != "view" { print $2 }' \
	docs/schema.md | sort >"$tap_dir/views-doc"
tap_is "$(diff "$tap_dir/views" "$tap_dir/views-doc")" "" "the views are those of docs/schema.md"

# every table is introduced by a comment, and its columns have one unless the name says it all
awk '/^CREATE TABLE/ && last !~ /^--/ { print $3 } { last = $0 }' schema/[0-9]*.sql >"$tap_dir/bare"
tap_is "$(cat "$tap_dir/bare")" "" "every table has a comment in the SQL"

sed -n 's/^DOMAIN(\(.*\))/\1/p' schema/enums.def >"$tap_dir/domains"
missing=$(while read -r domain; do
	sed -n '/^### enum/,/^### process/p' docs/schema.md | grep -qw "$domain" || echo "$domain"
done <"$tap_dir/domains")
tap_is "$missing" "" "every enumeration is named in docs/schema.md"

# the columns of view waits are a contract
want="start_ns duration_ns slept_ns tid comm tgid process class lock mode role symbol vma_start
vma_end vma_name holder_tid holder_comm holder_role holder_source outcome"
have=$(sqlite3 "$db" "SELECT name FROM pragma_table_info('waits')")
missing=$(for column in $want; do echo "$have" | grep -qx "$column" || echo "$column"; done)
tap_is "$missing" "" "view waits has the columns that it promises"
tap_done
