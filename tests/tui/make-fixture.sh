#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make the database OUT.db of schema/, enums.def and tests/data/fixture.sql,
# as the recorder would have left it.
set -eu

out=${1:?usage: make-fixture.sh OUT.db}
root=$(cd "$(dirname "$0")/../.." && pwd)

rm -f "$out"
{
	echo 'PRAGMA page_size = 16384;'
	echo 'BEGIN;'
	cat "$root"/schema/001-initial.sql
	sed -n "s/^VALUE(\([a-z_]*\), *[A-Z_]*, *\([0-9]*\), *\"\([a-z_]*\)\").*/INSERT INTO enum VALUES ('\1', \2, '\3');/p" \
		"$root"/schema/enums.def
	cat "$root"/tests/data/fixture.sql
	echo 'PRAGMA user_version = 1;'
	echo 'COMMIT;'
} | sqlite3 -bail "$out"
