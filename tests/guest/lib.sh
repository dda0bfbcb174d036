# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the guest harness's scripts share: where things are kept, and how they
# fail: one line on stderr that says what, why and what to do.

guest_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root_dir=$(cd "$guest_dir/../.." && pwd)

# Everything that is fetched or built; safe to delete.
guest_cache=${GUEST_CACHE:-$root_dir/build/guest}

kernels=${KERNEL:-6.12 7.3}

fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# Cannot run here: exit code 77, but a failure where CI=true.
skip() {
	if [ "${CI:-}" = true ]; then
		fail "$* (a skip is a failure with CI=true)"
	fi
	echo "${0##*/}: skipped: $*" >&2
	exit 77
}

need() {
	command -v "$1" >/dev/null || skip "no $1: install it (Debian package $2)"
}

# One hash of the contents and names of files.
hash_of() {
	cat "$@" | sha256sum | cut -c1-16
}

# Where the results of a boot are; the first job names it.
result_dir() {
	echo "$guest_cache/result/$1-$2-$3"
}

# What a result depends on, so that one of other inputs is not taken for it.
inputs() {
	echo "kernel=${3##*/kernel/}"
	echo "harness=$(cat "$guest_dir"/workloads/* "$guest_dir"/jobs/* "$guest_dir/guest-init" "$guest_dir/boot" | sha256sum | cut -c1-16)"
}

# What a kernel says when something is wrong.
complaints='WARNING|BUG|Oops|INFO: |Call Trace|possible recursive|bad unlock|detected stall|blocked for more than'

# What the long tests depend on.
full_hash() {
	find "$root_dir/tracepoints-patch/$1" "$guest_dir" -path "$guest_dir/record" -prune -o -type f -print |
		grep -v '/README' | LC_ALL=C sort | xargs cat | sha256sum | cut -c1-16
}
