#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What BPF can do here is found by trying it, each thing by itself; what a kernel
# refuses is one line with the remedy, and a capture does without.
. tests/tap.sh
. tests/live/trace.sh
: "${FAIL_BPF_SO:=$(pwd)/build/tests/stage/fail-bpf.so}"
tap_need_live

# "BPF: NAME: yes: REMARK" of each
lines() {
	awk '/^BPF: / { name = substr($0, 1, 28); sub(/ +$/, "", name)
		remark = substr($0, 39); print name ": " $(split(name, w, " ") + 1) ": " remark }' "$1"
}
lines "$tap_dir/check" >"$tap_dir/lines"
tap_note "$(tr '\n' ';' <"$tap_dir/lines")"
tap_is "$(cut -d: -f2 "$tap_dir/lines" | tr '\n' ';')" " who waits now; waits; samples; kernel functions;" \
	"check says what BPF can do"
tap_is "$(grep -c ': no: $' "$tap_dir/lines")" 0 "and why not, where it cannot"
code=0
"$RMAPSCOPE" blocked >"$tap_dir/out" 2>"$tap_dir/err" || code=$?
tap_is "$(sed -n 's/^BPF: who waits now: \([^:]*\):.*/\1/p' "$tap_dir/lines")" \
	"$([ "$code" = 0 ] && echo yes || echo no)" "who waits now is told as check says"

# on_kernel ERRNO COMMAND...: where bpf(2) fails
on_kernel() {
	local errno=$1
	shift
	env FAIL_BPF="$errno" LD_PRELOAD="$FAIL_BPF_SO" ASAN_OPTIONS=verify_asan_link_order=0 "$@"
}

# error numbers of asm-generic/errno.h; 524 is the kernel's own ENOTSUPP
while read -r errno remedy; do
	code=0
	on_kernel "$errno" "$RMAPSCOPE" blocked >"$tap_dir/out" 2>"$tap_dir/err" || code=$?
	tap_is "$code:$(wc -l <"$tap_dir/err"):$(wc -c <"$tap_dir/out"):$(grep -c "^rmapscope: $remedy" "$tap_dir/err")" "1:1:0:1" \
		"blocked: error $errno is one line: $remedy"
	on_kernel "$errno" "$RMAPSCOPE" check >"$tap_dir/check" 2>"$tap_dir/err"
	tap_is "$?:$(lines "$tap_dir/check" | grep -c ': no: '):$(grep -c '^live capture  *yes' "$tap_dir/check"):$(cat "$tap_dir/err")" \
		"0:4:1:" "check: and live capture is possible all the same"
	on_kernel "$errno" "$RMAPSCOPE" record --force -d 0.05 -o "$tap_dir/x.db" >/dev/null 2>"$tap_dir/err"
	tap_ok $? "record: starts without"
	on_kernel "$errno" "$RMAPSCOPE" record --rung 2 --force -d 0.05 -o "$tap_dir/x.db" >/dev/null 2>"$tap_dir/err"
	tap_is "$?:$(wc -l <"$tap_dir/err"):$(grep -c "^rmapscope: rung 2 .*rung 1: $remedy" "$tap_dir/err")" "0:1:1" \
		"record --rung 2: one line, and rung 1"
	on_kernel "$errno" "$RMAPSCOPE" record --rung 3 --force -d 0.05 -o "$tap_dir/x.db" >/dev/null 2>"$tap_dir/err"
	tap_is "$?:$(wc -l <"$tap_dir/err"):$(grep -c "^rmapscope: rung 3 .*rung 1: $remedy" "$tap_dir/err")" "0:1:1" \
		"record --rung 3: likewise"
done <<-END
	38 this kernel has no BPF; needs CONFIG_BPF_SYSCALL
	1 the kernel or libbpf refuses it: Operation not permitted
	22 the kernel or libbpf refuses it: Invalid argument
	524 this kernel cannot attach to its functions
END

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	mkdir -m 755 "$tap_dir/bin"
	cp "$RMAPSCOPE" "$tap_dir/bin/rmapscope"
	chmod 755 "$tap_dir"
	nobody() {
		(cd / && TMPDIR=/tmp setpriv --reuid=65534 --regid=65534 --clear-groups "$@" "$tap_dir/bin/rmapscope" blocked)
	}
	tap_is "$(nobody 2>&1)" "rmapscope: not permitted; run as root, or once: sudo setcap cap_bpf,cap_perfmon+ep rmapscope" \
		"a user without capabilities: what to do"
	if [ -s "$tap_dir/out" ] || "$RMAPSCOPE" blocked >/dev/null 2>&1; then
		nobody --inh-caps=+bpf,+perfmon --ambient-caps=+bpf,+perfmon >"$tap_dir/out" 2>&1
		tap_is "$?:$(grep -c 'source kernel state' "$tap_dir/out")" 0:1 "a user with these two can look"
	else
		tap_skip "who waits now is not told here" "a user with these two can look"
	fi
else
	tap_skip "not root" "a user without capabilities: what to do"
fi
tap_done
