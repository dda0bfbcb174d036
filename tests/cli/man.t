#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The man page has every subcommand, option, report section and screen that --help has,
# and no other. tests/unit/man_keys_test.c compares the keys, man_columns_test.c the columns.
. tests/tap.sh

page=docs/man/rmapscope.1
commands=$("$RMAPSCOPE" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
sections=$(sed -n '/^\.SH SUBCOMMANDS/,/^\.SH /s/^\.SS //p' $page)
tap_is "$(comm -13 <(sort <<<"$commands") <(sort <<<"$sections"))" "" \
	"every section of SUBCOMMANDS is a subcommand"

# section COMMAND: its text in the page, without fonts
section() {
	sed -n "/^\.SS $1/,/^\.S[SH] /p" $page | sed 's/\\f[BIRP]/ /g' | tr -d '\\'
}

# the options that a section describes: --name at the head of a paragraph
described() {
	section "$1" | awk 'head { print } { head = /^\.TP/ }' | grep -o -- '--[a-z-]*' | sort -u
}

for command in $commands; do
	grep -q "^\.SS $command" $page
	tap_ok $? "$command has a section"
	missing=$("$RMAPSCOPE" "$command" --help | grep -o -- '--[a-z-]*' | sort -u |
		while read -r option; do
			case $option in
			--help | --usage | -- ) continue ;;
			esac
			section "$command" | grep -Eq -- "$option([^a-z-]|$)" || echo "$option"
		done)
	tap_is "$missing" "" "options of $command are in its section"
	help=$("$RMAPSCOPE" "$command" --help)
	# -x, --long of the help is the head of a paragraph: -x and --long
	short=$(sed -nE 's/^ +(-[a-zA-Z]), (--[a-z-]+).*/\1 \2/p' <<<"$help" | grep -v -- '--help\|--usage' |
		while read -r letter option; do
			section "$command" | awk 'head { print } { head = /^\.TP/ }' | grep -E -- "$option([^a-z-]|$)" |
				grep -Eq -- "(^|[^a-z-])$letter([^a-zA-Z-]|$)" || echo "$letter, $option"
		done)
	tap_is "$short" "" "$command: short options are in its section"
	extra=$(described "$command" | while read -r option; do
		grep -q -- "$option\>" <<<"$help" || echo "$option"
	done)
	tap_is "$extra" "" "section $command has no option that $command does not take"
done

# names_in_help SUBCOMMAND BEFORE AFTER: the list that --help prints between these two, one a line
names_in_help() {
	"$RMAPSCOPE" "$1" --help | tr '\n' ' ' | sed -n "s/.*$2 \(.*\) $3.*/\1/p" |
		sed 's/ or /, /g' | tr -d ' ' | tr ',' '\n'
}
# names_in_page SUBCOMMAND BEFORE AFTER: the same in its section of the man page
names_in_page() {
	sed -n "/^\.SS $1/,/^\.S[SH] /p" $page | tr '\n' ' ' | sed -n "s/.*$2 \([^;.]*\)$3.*/\1/p" |
		sed 's/ or /, /g' | tr -d ' ' | tr ',' '\n'
}
sections=$(names_in_help report Sections: '(default')
tap_ok "$(($(wc -l <<<"$sections") < 5))" "report --help lists the sections"
tap_is "$(names_in_page report Sections: \;)" "$sections" "the man page lists the sections of a report"
screens=$(names_in_help top 'first screen:' '(batch')
tap_ok "$(($(wc -l <<<"$screens") < 5))" "top --help lists the screens"
tap_is "$(names_in_page top 'first screen:' \;)" "$screens" "the man page lists the screens"
tap_done
