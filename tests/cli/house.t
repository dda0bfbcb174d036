#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The source tree itself: comments name what exists, each folder uses only what it may,
# no files need each other in a circle, and nothing lies around unused. Each failure prints what is wrong, and where.
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
		"no source files need each other, directly or by way of others"
	needed=$(nm -u -P $objects | cut -d' ' -f1 | sort -u)
	unused=$(for sql in analysis/*.sql; do
		symbol=$(echo "$sql" | sed 's/[^A-Za-z0-9]/_/g')
		grep -qx "$symbol" <<<"$needed" || echo "$sql: no source file uses $symbol[]"
	done)
	tap_is "$unused" "" "every file of analysis/*.sql is used"
else
	tap_skip "no object files in $build" "no source files need each other"
	tap_skip "no object files in $build" "every file of analysis/*.sql is used"
fi

tap_is "$(find . -path ./build -prune -o -path ./tests/guest/cache -prune -o \
	\( -name '*.orig' -o -name '*.rej' -o -name '*~' \) -print)" "" \
	"no file is left over from a merge or an editor"
tap_done
