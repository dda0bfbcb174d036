#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel had nothing to complain about.

. "$(dirname "$0")/tap.sh"
for v in $kernels; do
	have_result "$v" || continue
	bad=$(grep -E "$complaints" "$result/dmesg")
	check "$v: the kernel log is clean ($(wc -l <"$result/dmesg") lines)" [ -z "$bad" ]
	[ -z "$bad" ] || note "$bad"
	check "$v: the log is that of this boot" grep -q "Linux version $(cat "$result/release")" "$result/dmesg"
done
done_testing
