#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The man page knows every subcommand and every option.
. tests/tap.sh

page=docs/man/rmapscope.1
for command in $("$RMAPSCOPE" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
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
done
tap_done
