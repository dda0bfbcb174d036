#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The man page has every subcommand and option that --help has, and no other.
. tests/tap.sh

page=docs/man/rmapscope.1
commands=$("$RMAPSCOPE" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
sections=$(sed -n '/^\.SH SUBCOMMANDS/,/^\.SH /s/^\.SS //p' $page)
tap_is "$(comm -13 <(sort <<<"$commands") <(sort <<<"$sections"))" "" \
	"every section of SUBCOMMANDS is a subcommand"

# the options that a section describes: --name at the head of a paragraph
described() {
	sed -n "/^\.SS $1/,/^\.S[SH] /p" $page | tr -d '\\' | sed 's/f[BIR]/ /g' |
		awk 'head { print } { head = /^\.TP/ }' | grep -o -- '--[a-z-]*' | sort -u
}

for command in $commands; do
	grep -q "^\.SS $command" $page
	tap_ok $? "$command has a section"
	missing=$("$RMAPSCOPE" "$command" --help | grep -o -- '--[a-z-]*' | sort -u |
		while read -r option; do
			case $option in
			--help | --usage | -- ) continue ;;
			esac
			sed -n "/^\.SS $command/,/^\.S[SH] /p" $page | tr -d '\\' | grep -q -- "$option" || echo "$option"
		done)
	tap_is "$missing" "" "options of $command are in its section"
	help=$("$RMAPSCOPE" "$command" --help)
	extra=$(described "$command" | while read -r option; do
		grep -q -- "$option\>" <<<"$help" || echo "$option"
	done)
	tap_is "$extra" "" "section $command has no option that $command does not take"
done
tap_done
