#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What cannot be done fails, with one line that says what and what to do.

. "$(dirname "$0")/tap.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
v=${kernels%% *}

# fails NAME PATTERN COMMAND...: it fails, with one line, which matches
fails() {
	local name=$1 pattern=$2 out

	shift 2
	if out=$("$@" 2>&1 >/dev/null); then
		not_ok "$name: it did not fail"
	elif [ "$(wc -l <<<"$out")" != 1 ] || ! [[ $out =~ $pattern ]]; then
		not_ok "$name: it said: $out"
	else
		ok "$name: $out"
	fi
}

# A project of its own, with the same harness and a series that is broken.
mkdir -p "$tmp/project/tests" "$tmp/project/tracepoints-patch"
cp -r "$guest_dir" "$tmp/project/tests/guest"
cp -r "$root_dir/tracepoints-patch/$v" "$tmp/project/tracepoints-patch/$v"
source=$("$guest_dir/fetch-source" "$v") || { not_ok "no kernel source"; done_testing; }
own=KSRC_${v//./_}
for p in "$tmp/project/tracepoints-patch/$v"/0001-*.patch; do
	sed -i 's/^ static inline void/ static outline void/' "$p"
done
fails "a series that does not apply" "0001-.*does not apply.*rebase" \
	env "$own=$source" GUEST_CACHE="$tmp/cache" "$tmp/project/tests/guest/build-kernel" "$v"
rm "$tmp/project/tracepoints-patch/$v/series"
fails "no series" "series is missing" \
	env "$own=$source" GUEST_CACHE="$tmp/cache" "$tmp/project/tests/guest/build-kernel" "$v"
fails "a kernel that no suite has" "no suite has the package linux-source-0.1: .*KSRC_0_1=|cannot reach the package mirror" \
	env GUEST_CACHE="$tmp/cache" "$guest_dir/fetch-source" 0.1
fails "a source tree of another version" "is kernel .*, not 0.1" \
	env KSRC_0_1="$source" "$guest_dir/fetch-source" 0.1
fails "a folder that is no source tree" "not a kernel source tree" \
	env "$own=$tmp" "$guest_dir/fetch-source" "$v"

# No network: a proxy that is not there, by a configuration of this test.
cat >"$tmp/apt.conf" <<-END
	Acquire::http::Proxy "http://127.0.0.1:9";
	Acquire::https::Proxy "http://127.0.0.1:9";
	Acquire::Retries "0";
END
fails "no network" "cannot (reach the package mirror|download linux-source).*check the network.*KSRC" \
	bash -c "APT_CONFIG=$tmp/apt.conf GUEST_CACHE=$tmp/cache $guest_dir/fetch-source $v 2> >(grep -v '^[EWI]:' >&2)"

# An emulator that is too old, and no other.
mkdir "$tmp/old"
printf '#!/bin/sh\necho "QEMU emulator version 7.2.22 (Debian)"\n' >"$tmp/old/qemu-system-x86_64"
chmod +x "$tmp/old/qemu-system-x86_64"
fails "an old qemu, and no network" "cannot (reach the package mirror for QEMU|download QEMU).*check the network.*QEMU=" \
	bash -c "PATH=$tmp/old:$PATH APT_CONFIG=$tmp/apt.conf GUEST_CACHE=$tmp/cache $guest_dir/fetch-qemu 2> >(grep -v '^[EWI]:' >&2)"
fails "a qemu of one's own that is not there" "QEMU=$tmp/none: there is no such program" \
	env QEMU="$tmp/none" "$guest_dir/fetch-qemu"

# A PATH with everything but qemu.
mkdir "$tmp/bin"
for dir in /usr/bin /bin /usr/sbin /sbin; do
	for program in "$dir"/*; do
		case $program in */qemu-system-*) ;; *) ln -sf "$program" "$tmp/bin/" 2>/dev/null ;; esac
	done
done
initramfs=$tmp/initramfs.gz
"$guest_dir/make-initramfs" "$initramfs" || not_ok "no initramfs"
image=$("$guest_dir/build-kernel" "$v") || { not_ok "no kernel"; done_testing; }
fails "no qemu" "skipped: no qemu-system-x86_64: install it" \
	env -u CI PATH="$tmp/bin" "$guest_dir/boot" "$image" "$initramfs" "$tmp/out" nothing
fails "no qemu, where a skip is a failure" "no qemu-system-x86_64.*a skip is a failure" \
	env CI=true PATH="$tmp/bin" "$guest_dir/boot" "$image" "$initramfs" "$tmp/out" nothing
check "a guest that does nothing succeeds" "$guest_dir/boot" "$image" "$initramfs" "$tmp/out" nothing
fails "a guest that panics" "the guest panicked: .*sysrq.*console" \
	"$guest_dir/boot" "$image" "$initramfs" "$tmp/out" panic
fails "a guest that hangs" "the guest hung: nothing new for 25 s after guest: job hang, last result hang.log" \
	env BOOT_TIMEOUT=25 "$guest_dir/boot" "$image" "$initramfs" "$tmp/out" hang
says=$("$guest_dir/post-mortem" "$tmp/out" "${image%/*}/System.map" | grep '^CPU#')
check "it is known what its processors did: ${says//$'\n'/; }" \
	[ "$(grep -c '^CPU#[0-3]: .*(halted)' <<<"$says")" = 4 ]
fails "a guest without the job" "job .* not run|ended early|no such" \
	bash -c "$guest_dir/boot $image $initramfs $tmp/out no-such-job && [ \"\$(cat $tmp/out/no-such-job.rc)\" = 0 ] || { echo 'job no-such-job ended early' >&2; exit 1; }"
done_testing
