# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Test Anything Protocol for the guest tests, and where they find their results.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
tap_nr=0
tap_failed=0

ok() {
	tap_nr=$((tap_nr + 1))
	echo "ok $tap_nr - $*"
}

not_ok() {
	tap_nr=$((tap_nr + 1))
	tap_failed=1
	echo "not ok $tap_nr - $*"
}

# check NAME CONDITION...: one test, of a command
check() {
	local name=$1

	shift
	if "$@"; then ok "$name"; else not_ok "$name"; fi
}

note() {
	# shellcheck disable=SC2001 # of every line
	sed 's/^/# /' <<<"$*"
}

done_testing() {
	echo "1..$tap_nr"
	exit $tap_failed
}

# Sets $result to the results of a boot that 00-boot.t made of the same inputs;
# counts a failure and returns false when there are none.
have_result() {
	local image

	result=$(result_dir "$1" patched events)
	image=$("$guest_dir/build-kernel" "$1" patched) || {
		not_ok "$1: no kernel"
		return 1
	}
	if [ ! -f "$result/inputs" ]; then
		not_ok "$1: no results: run tests/guest/00-boot.t first"
		return 1
	fi
	if [ "$(cat "$result/inputs")" != "$(inputs "$1" patched "$image")" ]; then
		not_ok "$1: results of other sources: run tests/guest/00-boot.t again"
		return 1
	fi
}

# The sum of an event over all workloads, or of one workload.
count() {
	awk -F'\t' -v e="$1" -v w="${2:-}" '$2 == e && (w == "" || $1 == w) { n += $3 } END { print n + 0 }' \
		"$result/counts.tsv"
}

# Hits of an event's histogram in a workload whose line matches a pattern.
hits() {
	awk -v p="$3" '/hitcount/ && !/^#/ && $0 ~ p { n += $NF } END { print n + 0 }' \
		"$result/hist/$1/$2"
}

# A figure from a workload's own line.
truth() {
	sed -n "s/^workload=$1 .*\b$2=\([0-9]*\).*/\1/p" "$result/workloads"
}
