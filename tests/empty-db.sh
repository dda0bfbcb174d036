#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make OUT.db, a database of schema/ without rows, as the recorder would. What
# is on standard input is SQL that is run then, in the same transaction.
set -eu

out=${1:?usage: empty-db.sh OUT.db}
root=$(cd "$(dirname "$0")/.." && pwd)

rm -f "$out"
{
	echo 'PRAGMA page_size = 16384;'
	echo 'BEGIN;'
	cat "$root"/schema/[0-9]*.sql
	sed -n "s/^VALUE(\([a-z_]*\), *[A-Z0-9_]*, *\([0-9]*\), *\"\([a-z_]*\)\").*/INSERT INTO enum VALUES ('\1', \2, '\3');/p" \
		"$root"/schema/enums.def
	set -- "$root"/schema/[0-9]*.sql
	echo "PRAGMA user_version = $#;"
	cat
	echo 'COMMIT;'
} | sqlite3 -bail "$out"
