#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Make docs/demo.db, the capture that `rmapscope demo` shows where none can be made: workloads on
# the 6.12 kernel with the series and BPF, in QEMU, recorded with all profiles. Run it from the
# project's root, after `sh tests/deps.sh kernel` and `make`; tests/unit/demo_test.c says whether
# the result has everything in it.
set -eu

export GUEST_CACHE=${GUEST_CACHE:-$(pwd)/build/guest}
. tests/guest/lib.sh
. tests/guest/collector.sh
# only this kernel needs it
need pahole dwarves
# as many as ui-frames needs
export GUEST_CPUS=6 GUEST_VARIANT=patched+preempt+bpf
collect 6.12 demo
cp "$out/demo.db" docs/demo.db.new
sqlite3 docs/demo.db.new 'PRAGMA page_size = 1024; VACUUM'
mv docs/demo.db.new docs/demo.db
ls -l docs/demo.db
