#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The series applies with git am and with patch -p1, says the same both ways, and
# checkpatch.pl --strict finds nothing but what every trace header triggers.

. "$(dirname "$0")/tap.sh"

# Accepted findings, only in the trace header: the layout of TRACE_EVENT() and the
# EM() idiom, which other trace headers share.
accepted='^include/trace/events/rmap\.h:[0-9]+: (CHECK:OPEN_ENDED_LINE|CHECK:PARENTHESIS_ALIGNMENT|ERROR:COMPLEX_MACRO|WARNING:MACRO_ARG_UNUSED|WARNING:TRAILING_SEMICOLON):'

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for v in $kernels; do
	series=$root_dir/tracepoints-patch/$v
	source=$("$guest_dir/fetch-source" "$v") || { not_ok "$v: no kernel source"; continue; }
	mapfile -t patches < <(sed "s|^|$series/|" "$series/series")
	check "$v: four to seven patches" [ "${#patches[@]}" -ge 4 -a "${#patches[@]}" -le 7 ]
	# only the files that the series touches, so that git has little to do
	for how in am patch; do
		mkdir -p "$tmp/$v-$how"
		cat "${patches[@]}" | sed -n 's|^--- a/||p' | sort -u | while read -r f; do
			# what an earlier patch of the series makes is not there yet
			[ ! -f "$source/$f" ] || (cd "$source" && cp --parents "$f" "$tmp/$v-$how/")
		done
	done
	cd "$tmp/$v-am" && git init -q && git config user.name test && git config user.email test@example.org &&
		git add -Af && git commit -qm base
	check "$v: git am takes it" git am -q "${patches[@]}"
	cd "$tmp/$v-patch" || exit 1
	applied=yes
	for p in "${patches[@]}"; do
		patch -p1 -s -F0 --no-backup-if-mismatch <"$p" || applied=no
	done
	check "$v: patch -p1 takes it without fuzz" [ $applied = yes ]
	check "$v: both give the same" diff -rq -x .git "$tmp/$v-am" "$tmp/$v-patch"
	looked=0
	: >"$tmp/checkpatch"
	for p in "${patches[@]}"; do
		perl "$source/scripts/checkpatch.pl" --no-tree --strict --terse --showfile --show-types "$p" \
			>>"$tmp/checkpatch" 2>&1
		# 0: nothing found; 1: something; else it did not work
		[ $? -le 1 ] && looked=$((looked + 1))
	done
	note "$(grep -E '(ERROR|WARNING|CHECK):' "$tmp/checkpatch" | sed 's/.*\(ERROR\|WARNING\|CHECK\):/\1:/' | sort | uniq -c)"
	bad=$(grep -E '(ERROR|WARNING|CHECK):' "$tmp/checkpatch" | grep -vE "$accepted")
	check "$v: checkpatch.pl --strict has no other finding" [ -z "$bad" ]
	[ -z "$bad" ] || note "$bad"
	check "$v: checkpatch.pl has looked at every patch" [ $looked = "${#patches[@]}" ]
done
done_testing
