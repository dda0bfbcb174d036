# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of the collector in the guest share. Source it after tap.sh.

: "${RMAPSCOPE:=$root_dir/rmapscope}"
[ -x "$RMAPSCOPE" ] || fail "no $RMAPSCOPE: run make first"
need sqlite3 sqlite3
need gcc gcc
# for the buffers
export RMAPSCOPE GUEST_MEMORY="${GUEST_MEMORY:-2048}"

# build_programs VERSION: those that tell the truth about themselves, besides the
# guest's workloads; in a folder of its own for each kernel, whose tests may run at once.
build_programs() {
	local dir=$guest_cache/programs-$1 w name cc="gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -pthread -I$root_dir"

	mkdir -p "$dir" || fail "cannot make $dir"
	for w in cli/workload/uffd_move tests/workloads/{fork_chain,mmap_churn,vfork_sleep}; do
		name=${w##*/}
		$cc -D_GNU_SOURCE -DWORKLOAD_MAIN -o "$dir/${name//_/-}" "$root_dir/$w.c" \
			"$root_dir/cli/workload/workload.c" || fail "$name does not build"
	done
	for name in chain write_hold; do
		$cc -D_GNU_SOURCE -o "$dir/$name" "$root_dir/tests/live/$name.c" || fail "$name does not build"
	done
	for w in "$guest_dir"/truth/*.c; do
		$cc -o "$dir/$(basename "$w" .c)" "$w" || fail "$w does not build"
	done
	echo "$dir"
}

# collect VERSION JOB...: boots the patched kernel (GUEST_VARIANT: another) with rmapscope and these
# programs, and sets $out to the results. QEMU takes the last -initrd.
collect() {
	local version=$1 programs initramfs

	shift
	programs=$(build_programs "$version") || exit 1
	initramfs=$guest_cache/initramfs-$version-collect.gz
	"$guest_dir/make-initramfs" "$initramfs" "$RMAPSCOPE" "$programs"/* || exit 1
	out=$(QEMU_ARGS="${QEMU_ARGS:-} -initrd $initramfs" GUEST_CMDLINE="no_hash_pointers ${GUEST_CMDLINE:-}" \
		"$guest_dir/run-guest" "$version" "${GUEST_VARIANT:-patched}" "$@")
}

# q NAME SQL: of a database that the guest brought out
q() {
	sqlite3 "$out/$1.db" "$2"
}

# unseen NAME: how many sections of findings the capture could not see (all of)
unseen() {
	"$RMAPSCOPE" report --format json "$out/$1.db" storms stragglers order walks |
		grep -c '_unseen":'
}

# said NAME KEY: a figure from a workload's own line; the first, where it has several
said() {
	sed -n "s/^workload=.*\b$2=\([^ ]*\).*/\1/p" "$out/$1.truth" | head -n 1
}
