#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every file that README.md, CONTRIBUTING.md, docs/guide.md and docs/recorders.md name exists, and the
# output that README.md shows is what rmapscope prints.
. tests/tap.sh

pages="README.md CONTRIBUTING.md docs/guide.md docs/recorders.md"

# links to files, and paths of this tree in backquotes; NAME and NNN stand for any
missing=$(for page in $pages; do
	grep -o '](\([^)#]*\)' "$page" | sed "s,](,$(dirname "$page")/," | grep -v '://'
	grep -o '`\(lib\|collector\|schema\|analysis\|tui\|cli\|tests\|docs\|tracepoints-patch\)/[^` ]*`' "$page" |
		tr -d '\140' | grep -v 'NAME\|NNN\|[*]'
done | sort -u | while read -r path; do
	[ -e "$path" ] || echo "$path"
done)
tap_is "$missing" "" "every file that the documents name exists"

# <!-- shows: rmapscope ... --> is before a block: lines that this command prints one after the other
sh tests/tui/make-fixture.sh "$tap_dir/jank.db"
shown() {
	sed -n 's/^<!-- shows: rmapscope \(.*\) -->$/\1/p' README.md
}
block() {
	awk -v args="$1" '$0 == "<!-- shows: rmapscope " args " -->" { on = 1; next }
		on && /^```/ { if (++fence == 2) exit; next } on' README.md
}
tap_is "$(shown | wc -l)" 4 "the README shows what four commands print"
while read -r args; do
	# shellcheck disable=SC2086 # words
	"$RMAPSCOPE" ${args/jank.db/"$tap_dir/jank.db"} >"$tap_dir/out" 2>&1
	want=$(block "$args")
	got=$(cat "$tap_dir/out")
	[[ $want && $'\n'$got$'\n' == *$'\n'"$want"$'\n'* ]]
	tap_ok $? "rmapscope $args prints what the README shows"
done < <(shown)

# the table of recorders is what its script makes: it has the rows of the script, and a value in each
made=$(sed -n "s/^	row\(_of\)\? '\([^']*\)'.*/\2/p" docs/make-recorders.sh)
tap_is "$(sed -n 's/^| \([^|]*[^ |]\) |.*/\1/p' docs/recorders.md)" "$made" "docs/recorders.md has the rows of make-recorders.sh"
tap_is "$(grep '^| [^|]' docs/recorders.md | grep -cv '^| [^|]* |\( [-0-9.]* |\)\{4\}$')" 0 "each has four values"
tap_like "$(cat docs/recorders.md)" '`bash docs/make-recorders.sh`' "and it says how it is made"
tap_done
