#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Install what is missing, from the distribution's packages and nothing else.
# Who is not root installs through sudo; without sudo, the command to run is said.
#
#   deps.sh build	to build and run
#   deps.sh test	to run the tests as well
#   deps.sh ci		and what only CI checks
#   deps.sh bare		to try the README in a chroot of a bare Debian
#   deps.sh kernel	to build kernels with the series and boot them
#   deps.sh kernel-full	and to compile them without an MMU
set -eu

what=${1:-build}

# one line per need: Debian, Fedora, Arch ("-": no package of its own)
needs_build='
gcc gcc gcc
make make make
pkg-config pkgconf-pkg-config pkgconf
libc6-dev glibc-devel glibc
libtracefs-dev libtracefs-devel libtracefs
libtraceevent-dev libtraceevent-devel libtraceevent
libtracecmd-dev libtracecmd-devel trace-cmd
libbpf-dev libbpf-devel libbpf
libzstd-dev libzstd-devel zstd
zlib1g-dev zlib-devel zlib
libsqlite3-dev sqlite-devel sqlite
libncurses-dev ncurses-devel ncurses
libck-dev ck-devel ck
uthash-dev uthash-devel uthash
'
needs_test='
libcmocka-dev libcmocka-devel cmocka
trace-cmd trace-cmd trace-cmd
sqlite3 sqlite sqlite
tmux tmux tmux
perl perl-Test-Harness perl
linux-perf perf perf
procps procps-ng procps-ng
time time time
zstd zstd zstd
libxml2-utils libxml2 libxml2
'
needs_ci='
clang clang clang
clang-format clang-tools-extra clang
libclang-rt-14-dev compiler-rt compiler-rt
bpftool bpftool bpf
'

needs_bare='
debootstrap debootstrap debootstrap
git git git
perl perl-Test-Harness perl
'

# kernels and guests; what builds a kernel is in the groups of the others
needs_kernel='
flex flex flex
bison bison bison
bc bc bc
patch patch patch
cpio cpio cpio
xz-utils xz xz
kmod kmod kmod
libelf-dev elfutils-libelf-devel libelf
libssl-dev openssl-devel openssl
busybox-static busybox busybox
qemu-system-x86 qemu-system-x86-core qemu-system-x86
'
needs_full='
gcc-riscv64-linux-gnu gcc-riscv64-linux-gnu riscv64-linux-gnu-gcc
'

case $what in
build) needs=$needs_build ;;
test) needs=$needs_build$needs_test ;;
ci) needs=$needs_build$needs_test$needs_ci ;;
bare) needs=$needs_bare ;;
kernel) needs=$needs_build$needs_test$needs_kernel ;;
kernel-full) needs=$needs_build$needs_test$needs_kernel$needs_full ;;
*) echo "deps: no such set: $what; build, test, ci, bare, kernel or kernel-full" >&2; exit 2 ;;
esac

if command -v apt-get >/dev/null; then
	column=1
	# of this machine's own architecture: libraries of another one may be there, too
	architecture=$(dpkg --print-architecture)
	have() {
		dpkg-query -W -f '${db:Status-Status} ${Architecture}\n' "$1" 2>/dev/null |
			grep -Eqx "installed ($architecture|all)"
	}
	update='apt-get update -q'
	install='apt-get install -y -q --no-install-recommends'
elif command -v dnf >/dev/null; then
	column=2
	have() { rpm -q "$1" >/dev/null 2>&1; }
	update=
	install='dnf install -y'
elif command -v pacman >/dev/null; then
	column=3
	have() { pacman -Q "$1" >/dev/null 2>&1; }
	update=
	install='pacman -S --noconfirm --needed'
else
	echo "deps: no apt-get, dnf or pacman here; install by hand:" $needs >&2
	exit 1
fi

missing=
for package in $(echo "$needs" | awk -v c=$column 'NF { print $c }' | sort -u); do
	have "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root="sh $(dirname "$0")/as-root.sh"
if ! $as_root true; then
	echo "deps: missing:$missing; run as root: ${update:+$update && }$install$missing" >&2
	exit 1
fi
echo "deps: installing:$missing"
# shellcheck disable=SC2086 # lists of words
{
	[ -z "$update" ] || $as_root $update
	$as_root env DEBIAN_FRONTEND=noninteractive $install $missing
}
