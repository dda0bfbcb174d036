#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The programs for the kernel that are committed are those of the source beside them.
. tests/tap.sh

PATH=$PATH:/usr/sbin
made_with=$(clang --version 2>/dev/null | sed -n 's/.*clang version \([0-9]*\).*/clang \1/p'
	bpftool version 2>/dev/null | sed -n 's/^bpftool v\([0-9]*\.[0-9]*\).*/bpftool \1/p')
[ "$made_with" = "clang 14
bpftool 7.1" ] || tap_skip_all "the programs are made with clang 14 and bpftool 7.1; here: ${made_with//$'\n'/, }"

make --no-print-directory bpf BPF_OUT="$tap_dir/bpf" BUILD="$tap_dir/build" >"$tap_dir/out" 2>&1
tap_is "$?$(grep -i error "$tap_dir/out")" 0 "make bpf compiles them all"
for source in collector/bpf/*.bpf.c; do
	skeleton=$(basename "$source" .bpf.c).skel.h
	cmp -s "$tap_dir/bpf/$skeleton" "collector/bpf/$skeleton"
	tap_ok $? "collector/bpf/$skeleton is what make bpf makes"
done
tap_is "$(cd collector/bpf && for f in *.skel.h; do [ -f "${f%.skel.h}.bpf.c" ] || echo "$f"; done)" "" \
	"there is no program without its source"
tap_done
