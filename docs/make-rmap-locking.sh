#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Make docs/rmap-locking.md: the two kernels of the series beside each other, under the same
# workloads in QEMU. Run it from the project's root, after `sh tests/deps.sh kernel` and `make`.
set -eu

: "${GUEST_CACHE:=$(pwd)/build/guest}"
export GUEST_CACHE RMAPSCOPE=${RMAPSCOPE:-$(pwd)/rmapscope} GUEST_MEMORY=2048
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for kernel in 6.12 7.3; do
	out=$(tests/guest/run-guest "$kernel" patched rmap-locking)
	mkdir "$dir/$kernel"
	cp "$out"/rmap-locking/*.db "$dir/$kernel/" 2>/dev/null || cp "$out"/*.db "$dir/$kernel/"
done
cd "$dir"
"$RMAPSCOPE" diff --page rmap-locking 6.12/*.db -- 7.3/*.db >page 2>&1
cat >"$OLDPWD/docs/rmap-locking.md" <<PAGE
# Locks in rmap walks, 6.12 beside 7.3

Since 6.19 every rmap walk holds the folio lock (95b34d66480b, cc22b9978509), and \`UFFDIO_MOVE\` does not take the
anon_vma lock any more. This page shows what that changed under two workloads that run together, \`move-storm\` (two
threads move 16 pages back and forth while a thread walks their reverse mapping through the idle page bitmap) and
\`fork-pageout\` (reclaim of pages that many processes share), five captures of 6 s of each kernel with the series.

The kernels ran in QEMU without hardware virtualisation. Times there mean little; counts, and what is zero, do mean something.
\`bash docs/make-rmap-locking.sh\` makes this page again.

\`\`\`
$(cat page)
\`\`\`
PAGE
