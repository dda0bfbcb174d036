#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The long tests have been run for these very sources: make test-kernel-full.

. "$(dirname "$0")/tap.sh"
for v in $kernels; do
	hash=$(full_hash "$v")
	check "$v: the long tests are on record for $hash (or run: make test-kernel-full)" \
		grep -qx "hash: $hash" "$guest_dir/record/$v"
done
done_testing
