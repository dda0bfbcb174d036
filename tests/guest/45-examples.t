#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every example of Documentation/trace/events-rmap.rst works as it is written there.

. "$(dirname "$0")/tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# The text of the file, by the patch that adds it.
rst() {
	sed -n '/^+++ .*events-rmap\.rst/,/^diff /s/^+\([^+]\|$\)/\1/p' "$root_dir/tracepoints-patch/$1"/0007-*.patch
}

# The lines that are typed at a prompt ("  # "), with those that continue them.
commands() {
	awk '
		/^  # / { print substr($0, 5); more = /\\$/; next }
		more { print; more = /\\$/ }'
}

for v in $kernels; do
	rst "$v" >"$tmp/rst"
	commands <"$tmp/rst" >"$tmp/commands"
	nr=$(grep -c '^  # ' "$tmp/rst")
	looks=$(grep -c '^cat ' "$tmp/commands")
	check "$v: the document has examples ($nr commands, $looks of them look)" [ "$looks" -ge 2 ]
	sed 's/^cat /seen; cat /' "$tmp/commands" >"$tmp/rst-examples"
	image=$("$guest_dir/build-kernel" "$v") || { not_ok "$v: no kernel"; continue; }
	"$guest_dir/make-initramfs" "$tmp/initramfs.gz" "$tmp/rst-examples" || { not_ok "$v: no initramfs"; continue; }
	if ! why=$("$guest_dir/boot" "$image" "$tmp/initramfs.gz" "$tmp/out" examples 2>&1); then
		not_ok "$v: $why"
		continue
	fi
	check "$v: every command succeeds" [ "$(cat "$tmp/out/examples.rc")" = 0 ]
	note "$(tail -60 "$tmp/out/examples.log")"
	for event in rmap_wait rmap_walk_begin rmap_walk_end; do
		# a histogram is preceded by the trigger that it belongs to
		case $event in
		rmap_wait) pattern='pid:.*ip:.*ns: *[1-9]' ;;
		rmap_walk_begin) pattern='kind:.*rmap_one:.*hitcount: *[1-9]' ;;
		rmap_walk_end) pattern='outcome:.*nr_vmas:.*hitcount: *[1-9]' ;;
		esac
		check "$v: $event has rows" grep -qE "^\{ $pattern" "$tmp/out/examples.log"
	done
done
done_testing
