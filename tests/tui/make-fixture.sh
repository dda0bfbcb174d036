#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make the database OUT.db of tests/data/fixture.sql, as the recorder would have
# left it.
set -eu

out=${1:?usage: make-fixture.sh OUT.db}
root=$(cd "$(dirname "$0")/../.." && pwd)

sh "$root/tests/empty-db.sh" "$out" <"$root/tests/data/fixture.sql"
