# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # the variables are for who reads this in
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

# Waits for its turn: two builds at once would be in each other's way, and in the
# same folder ruin it. The turn ends with the process.
await_turn() {
	mkdir -p "$guest_cache" || fail "cannot make $guest_cache"
	exec 9>"$guest_cache/build.lock"
	flock 9 || fail "cannot lock $guest_cache/build.lock"
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

# private_apt SUITES WHAT ADVICE: sets $options for apt-get to find packages of other
# suites, by the mirror that the machine itself uses, with a configuration, lists and
# a cache of its own, so that the machine's is never touched.
private_apt() {
	local site suite apt=$guest_cache/source/apt
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	[ -f $keyring ] || fail "no $keyring: install debian-archive-keyring"
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	# shellcheck disable=SC2016 # for apt-get to expand
	site=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -v security | sort -u | head -1)
	[ -n "$site" ] || fail "no package mirror is known: run apt-get update, or $3"
	for suite in $1; do
		echo "deb [signed-by=$keyring] $site $suite main"
	done >"$apt/sources.list"
	options=(-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
		 -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		 -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache"
		 -o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
	apt-get "${options[@]}" -qq -o APT::Update::Error-Mode=any update >&2 ||
		fail "cannot reach the package mirror for $2: check the network, or $3"
}

# The patches of a series, in order.
series_patches() {
	local dir=$root_dir/tracepoints-patch/$1 p

	[ -f "$dir/series" ] || fail "no series for $1: $dir/series is missing"
	while read -r p; do
		echo "$dir/$p"
	done < <(grep -v '^#' "$dir/series")
}

# series_tree VERSION SOURCE NAME PATCH...: sets $tree to the source with these
# patches. Hard links are patched, so that the source stays as it was fetched:
# patch replaces the files that it changes. Those that were patched before are new
# now, patched or not, for make to compile them again. Takes a turn (await_turn).
series_tree() {
	local version=$1 source=$2 hash p before

	tree=$guest_cache/tree/$version-$3
	shift 3
	hash=$( (make -s -C "$source" kernelversion; cat "$source/.complete" 2>/dev/null; cat "$@" /dev/null) | sha256sum | cut -c1-16)
	[ "$(cat "$tree/.applied" 2>/dev/null)" != "$hash" ] || return 0
	before=$(cat "$tree/.patched" 2>/dev/null)
	rm -rf "$tree"
	mkdir -p "${tree%/*}"
	cp -al "$source" "$tree" 2>/dev/null || cp -a "$source" "$tree" || fail "cannot copy the source: is the disk full?"
	rm -rf "$tree/.git"
	for p in "$@"; do
		patch -d "$tree" -p1 -s -F0 --no-backup-if-mismatch <"$p" >"$guest_cache/patch.log" 2>&1 ||
			fail "${p##*/} does not apply to kernel $(make -s -C "$source" kernelversion): $(head -1 "$guest_cache/patch.log"); rebase tracepoints-patch/$version"
	done
	for p in $before; do
		[ ! -f "$tree/$p" ] || { cp "$tree/$p" "$tree/.new" && mv "$tree/.new" "$tree/$p"; } || fail "cannot write $tree"
	done
	sed -n 's|^+++ b/||p' "$@" /dev/null | sort -u >"$tree/.patched"
	rm -f "$tree/.applied"
	echo "$hash" >"$tree/.applied"
}

# What a kernel says when something is wrong.
complaints='WARNING|BUG|Oops|INFO: |Call Trace|possible recursive|bad unlock|detected stall|blocked for more than'

# What the long tests depend on: series, configurations, what they run in the
# guest, and what builds, boots and judges. Neither the short tests nor the
# collector are among them. Names are relative, so that the hash is the same
# wherever the project is.
full_hash() {
	(cd "$root_dir" && {
		sed "s|^|tracepoints-patch/$1/|" "tracepoints-patch/$1/series"
		echo "tracepoints-patch/$1/series"
		find tests/guest/configs tests/guest/workloads tests/guest/bench -type f
		echo cli/workload/uffdio_move.h
		for f in cost events locks orders; do
			echo "tests/guest/jobs/$f"
		done
		for f in kernel kernel-debug kernel-lockstat "kernel-$1"; do
			[ ! -f "tests/guest/$f.config" ] || echo "tests/guest/$f.config"
		done
		for f in boot build-kernel clean-log config-matrix cost fetch-qemu full guest-init lib.sh \
			 lock-agreement lock-orders make-initramfs per-patch run-guest tsc-khz.c; do
			echo "tests/guest/$f"
		done
	} | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-16)
}
