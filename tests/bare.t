#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The README's two commands on a bare Debian, in a chroot: as root where sudo is
# not installed, and as an ordinary user with sudo.
#
# SUITES (bookworm trixie) are Debian's releases. The bare systems are kept in
# BARE_CACHE (build/bare) as archives; everything else is removed at the end.
. tests/tap.sh

kept=${BARE_CACHE:-$(pwd)/build/bare}
chroot_dir=$tap_dir/root

[ "$(id -u)" = 0 ] || tap_skip_all "a chroot needs root"
command -v debootstrap >/dev/null || tap_skip_all "no debootstrap: run make test-bare"
# shellcheck disable=SC2016 # for apt-get to expand
mirror=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -v security | sort -u | head -n 1)
[ -n "$mirror" ] || tap_skip_all "no package mirror is known: run apt-get update"

unmount() {
	local mount

	for mount in $(awk -v d="$chroot_dir/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r); do
		umount "$mount" || return
	done
}
# never removes what is still mounted
trap 'unmount && rm -rf --one-file-system "$tap_dir"' EXIT

# inside USER COMMAND: in the checkout of USER, in a clean environment, without a terminal
inside() {
	chroot "$chroot_dir" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME="/home/$1" setpriv --reuid="$1" --regid="$1" --init-groups \
		sh -c "cd /home/$1/rmapscope && $2" </dev/null >"$tap_dir/out" 2>&1
}

# show STATUS: of a command that failed, the tests that failed and what it said last
show() {
	[ "$1" = 0 ] || { grep -B 2 -A 8 '^not ok' "$tap_dir/out" | head -n 80; tail -n 25 "$tap_dir/out"; } | sed 's/^/# /'
}

# runs NAME USER COMMAND
runs() {
	inside "$2" "$3"
	set -- "$1" $?
	tap_ok "$2" "$1"
	show "$2"
}

# bare_system SUITE: a fresh one in $chroot_dir
bare_system() {
	local archive=$kept/$1.tar suite=$1

	mkdir -p "$kept"
	if [ ! -s "$archive" ]; then
		debootstrap --variant=minbase --include=ca-certificates "$suite" "$tap_dir/new" "$mirror" \
			>"$tap_dir/out" 2>&1 || return
		tar -C "$tap_dir/new" -cf "$archive.new" . && mv "$archive.new" "$archive"
		rm -rf --one-file-system "${tap_dir:?}/new"
	fi
	mkdir "$chroot_dir" && tar -C "$chroot_dir" -xf "$archive" || return
	# how this machine reaches its mirror
	cp /etc/resolv.conf /etc/hosts "$chroot_dir/etc/" || return
	find /etc/apt/apt.conf.d -type f ! -name 'docker*' -exec cp {} "$chroot_dir/etc/apt/apt.conf.d/" \;
	mount --rbind /proc "$chroot_dir/proc" && mount --make-rslave "$chroot_dir/proc" &&
		mount --rbind /sys "$chroot_dir/sys" && mount --make-rslave "$chroot_dir/sys" &&
		mount --rbind /dev "$chroot_dir/dev" && mount --make-rslave "$chroot_dir/dev"
}

# checkout USER: what is committed, in the home of USER
checkout() {
	local home=$chroot_dir/home/$1

	mkdir -p "$home/rmapscope" && git archive HEAD | tar -C "$home/rmapscope" -x &&
		chown -R "$(chroot "$chroot_dir" id -u "$1"):$(chroot "$chroot_dir" id -g "$1")" "$home"
}

in_root() {
	chroot "$chroot_dir" env DEBIAN_FRONTEND=noninteractive "$@" </dev/null >>"$tap_dir/out" 2>&1
}

# all tests run as the user of another release; what runs them here is make test
few='T="tests/cli/import.t tests/tui/screens.t"'
for suite in ${SUITES:-bookworm trixie}; do
	some=
	grep -qx "VERSION_CODENAME=$suite" /etc/os-release && some=$few
	bare_system "$suite"
	tap_ok $? "$suite: a bare system"
	in_root apt-get update -q && in_root apt-get install -y -q --no-install-recommends make
	tap_ok $? "$suite: make is installed"

	# root, without sudo
	checkout root
	inside root make
	tap_is "$?:$(grep -c 'run make deps' "$tap_dir/out")" 2:1 "$suite: make without the libraries says: make deps"
	runs "$suite: root without sudo: make demo" root 'make demo'
	tap_like "$(cat "$tap_dir/out")" "uffd-move" "$suite: which shows a capture"
	runs "$suite: root without sudo: make test" root "make test $few"
	rm -rf "$chroot_dir/home/root"

	# an ordinary user: who may not use sudo is told the command, who may needs no other
	in_root useradd -m user
	checkout user
	in_root apt-get purge -y -q libcmocka-dev
	inside user 'make test'
	tap_like "$?:$(cat "$tap_dir/out")" "^2:deps: missing: libcmocka-dev; run as root: apt-get update .* install .* libcmocka-dev$" \
		"$suite: a user without sudo is told what root has to run"
	in_root apt-get install -y -q --no-install-recommends sudo
	echo 'user ALL=(ALL) NOPASSWD: ALL' >"$chroot_dir/etc/sudoers.d/user"
	runs "$suite: a user with sudo: sudo make demo" user 'sudo make demo'
	runs "$suite: a user with sudo: make demo" user 'make demo'
	runs "$suite: a user with sudo: make test" user "make test $some"
	tap_is "$(find "$chroot_dir/home/user" ! -user "$(chroot "$chroot_dir" id -u user)" | head -n 3)" "" \
		"$suite: nothing in the tree belongs to anybody else"
	unmount && rm -rf --one-file-system "$chroot_dir"
done
tap_done
