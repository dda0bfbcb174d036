#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No memory, no descriptors, no room, nobody who reads: each has its own line and exit
# code 1. What needs no root; tests/live/limits.t has the rest.
. tests/tap.sh
. tests/limits.sh

: "${STAGE_DAT:=$(pwd)/build/tests/stage/stage-dat}"
R=$RMAPSCOPE
demo=$(pwd)/tests/data/stock.db
dir=$tap_dir/work
mkdir "$dir"
export TMPDIR=$dir
cd "$dir" || exit
"$STAGE_DAT" one.dat cpus=2 clock=mono <<-END
	0 0 1000000 100 contention_begin lock_addr=0xc0ffee00 flags=4
	0 1 31001000 100 contention_end lock_addr=0xc0ffee00
END
import=("$R" import --force -o out.db one.dat)

# leftovers: what should not be there; without memory a directory is left to the next start
leftovers() {
	find . -name '.rmapscope.*' -o -name '*-wal' -o -name '*-shm' -o -name '*-journal'
}

# --- standard output

for command in "report" "report --format csv" "report --format json" "top -b -n 1" "blocked" "walks"; do
	# shellcheck disable=SC2086
	set -- "$R" $command "$demo"
	one_line "cannot write.*: No space left" "$command: a full disk" sh -c '"$@" >/dev/full' sh "$@"
	one_line "cannot write.*: Bad file descriptor" "$command: nothing open" sh -c '"$@" >&-' sh "$@"
	mkfifo pipe
	exec 5<>pipe
	exec 6>pipe 5>&-
	one_line "cannot write.*: Broken pipe" "$command: nobody reads" sh -c '"$@" >&6' sh "$@"
	exec 6>&-
	rm pipe
done
for command in --help --version "report --help"; do
	# shellcheck disable=SC2086
	one_line "cannot write to standard output: No space left" "$command: a full disk" \
		sh -c '"$@" >/dev/full' sh "$R" $command
done
one_line "cannot write to standard output: No space left" "import: a full disk for its last line" \
	sh -c '"$@" >/dev/full' sh "${import[@]}"
# no file gets the number of what is closed: what is printed would go there
"${import[@]}" >&- 2>&- <&-
tap_is "$?:$(sqlite3 out.db "PRAGMA integrity_check")" "1:ok" \
	"import with nothing open: the database has nothing of what is printed"

# --- descriptors

for nr in 4 8 16 24; do
	one_line "cannot open enough files: Too many open files.*ulimit -n" "ulimit -n $nr: report" \
		limited n $nr "$R" report "$demo"
	one_line "cannot open enough files: Too many open files" "ulimit -n $nr: import" \
		limited n $nr "${import[@]}"
done
limited n 64 "${import[@]}" >out 2>&1
tap_is "$?" 0 "64 descriptors are enough for import"

# --- the size of a file

rm -f out.db
for kib in 1 100 400; do
	one_line "cannot write out.db: .*ulimit -f" "ulimit -f $kib: import" limited f $kib "${import[@]}"
	tap_is "$(ls out.db 2>&1 >/dev/null | wc -l):$(leftovers)" "1:" "ulimit -f $kib: nothing is left"
done
limited f 1 "$R" demo --bundled --report >out 2>err
tap_is "$?:$(wc -l <err)" "1:1" "ulimit -f 1: demo: exit code 1, one line"
tap_like "$(cat err)" "cannot write .*live.db: File too large" "ulimit -f 1: demo: the line says why"

# --- memory

if sanitized; then
	tap_skip_sanitized "a sanitizer's allocator" "no memory"
	tap_done
fi
one_line "too little memory|out of memory|enough memory" "ulimit -v: import" limited v 20000 "${import[@]}"
after=leftovers
for and_after in "" +; do
	nr=$(nr_allocations "$R" report --format json "$demo")
	without_memory "report without memory$and_after" "$and_after" \
		"$R" report --format json "$demo" < <(seq 1 $((nr / 40)) "$nr")
	nr=$(nr_allocations "$R" top -b -n 1 "$demo")
	without_memory "top without memory$and_after" "$and_after" \
		"$R" top -b -n 1 "$demo" < <(seq 1 $((nr / 20)) "$nr")
	# most allocations are those of the importing process, in which each is counted on
	without_memory "import without memory$and_after" "$and_after" "${import[@]}" < <(seq 1 29 1200)
done

tap_done
