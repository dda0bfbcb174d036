#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The source tree itself: comments name only what exists, each folder uses only what it may,
# no files depend on each other in a cycle, nothing is unused, and some facts are in one
# place only. Each failure prints what is wrong, and where.
. tests/tap.sh

build=${WORKLOADS%/tests/workloads}
# files in the work tree, also where there is no git
files() {
	find lib collector schema analysis tui cli tests -name "$1" -type f | sort
}

tap_is "$(files '*.[ch]' | xargs perl tests/house/comment-names)" "" \
	"every @name in a comment is a parameter or member of what follows"
tap_is "$(files '*.[ch]' | xargs perl tests/house/layers)" "" \
	"every folder uses only the folders and libraries that it may"

# the product's own sources, and their objects
product=$(find lib collector schema analysis tui cli -name '*.[ch]' | sort)
objects=$(for source in $product; do
	[ ! -f "$build/${source%.c}.o" ] || echo "$build/${source%.c}.o"
done)
if [ -n "$objects" ]; then
	tap_is "$(perl tests/house/cycles "$build" $product)" "" \
		"no source files depend on each other in a cycle"
	needed=$(nm -u -P $objects | cut -d' ' -f1 | sort -u)
	unused=$(for sql in analysis/*.sql; do
		symbol=$(echo "$sql" | sed 's/[^A-Za-z0-9]/_/g')
		grep -qx "$symbol" <<<"$needed" || echo "$sql: no source file uses $symbol[]"
	done)
	tap_is "$unused" "" "every file of analysis/*.sql is used"
	tap_is "$(perl tests/house/result-columns $(grep '/analysis/' <<<"$objects"))" "" \
		"in C, the SELECTs of a UNION have the same names"
else
	tap_skip "no object files in $build" "no source files depend on each other in a cycle"
	tap_skip "no object files in $build" "every file of analysis/*.sql is used"
	tap_skip "no object files in $build" "in C, the SELECTs of a UNION have the same names"
fi

tap_is "$(perl tests/house/result-columns analysis/*.sql)" "" \
	"in analysis/*.sql, result columns have AS, and the SELECTs of a UNION the same names"
tap_is "$(perl tests/house/all-tables analysis/*.c)" "" \
	"tests/unit/all_tables.h has every table"

# only_in FILES PATTERN WHERE: the lines outside of WHERE that match
only_in() {
	# shellcheck disable=SC2086 # patterns of file names
	grep -nE "$2" $1 /dev/null | grep -vE "^($3):"
}
# without the steps of the schema: a released step never changes
code="$(find lib collector schema analysis tui cli -name '*.[ch]') $(find analysis -name '*.sql')"
tap_is "$(only_in "$code" 'printf\(.%x., [^)]*address' schema/fragments.h)" "" \
	"the name of a lock is made in schema/fragments.h only"
tap_is "$(only_in "$code" "%x-%x'|key = 'first_ns'" schema/fragments.h)" "" \
	"an address range, and the start of the capture, are made in schema/fragments.h only"
number='\b(outcome|(holder_)?source|mode|kind|reason|class|(class_)?why|role|present)( (IS|IS NOT|IN|=|!=|<>) \(?[0-9]|, [0-9]\)| WHEN [0-9])'
tap_is "$(only_in "$(find analysis -name '*.sql')" "$number" none
	only_in "$(find analysis -name '*.[ch]')" "\"[^\"]*$number" none)" "" \
	"queries have the names of values of schema/enums.def, not numbers"
tap_is "$(only_in "$code" 'second (<|<=|>|>=) \(?:' schema/fragments.h)" "" \
	"which sums are of a window is said in schema/fragments.h only"
tap_is "$(only_in "$code" '(FROM|JOIN|,) checkpoint\b|checkpoint\.time_ns' \
	'schema/fragments.h|schema/store_[a-z]+\.c')" "" \
	"of what analysis reads, table checkpoint is in schema/fragments.h only"
tap_is "$(only_in "$code" 'gap(->|\.)end_ns|end_ns > .*gap' collector/model/gaps\?\.[ch])" "" \
	"the loss rule is in collector/model/gap.h and gaps.c only"
tap_is "$(only_in "$code" '((retry|skip|move|walk|hold|wait|stall)_id.*){3}' schema/rows.def)" "" \
	"the list of tables in time order is in schema/rows.def only"

tap_is "$(find . -path ./build -prune -o -path ./tests/guest/cache -prune -o \
	\( -name '*.orig' -o -name '*.rej' -o -name '*~' \) -print)" "" \
	"no file is left over from a merge or an editor"
tap_done
