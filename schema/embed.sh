#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Print C source that holds each SQL file as a string: schema/001-initial.sql
# becomes schema_001_initial_sql.
set -eu

for file; do
	name=$(echo "$file" | sed 's/[^A-Za-z0-9]/_/g')
	printf 'extern const char %s[];\n' "$name"
	printf 'const char %s[] =\n' "$name"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/\t"&\\n"/' "$file"
	printf '\t"";\n'
done
