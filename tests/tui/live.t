#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The screens while the kernel is watched: top with its own recorder, and beside
# one. The workload contends for one anon_vma lock; a staged chain waits for long.
. tests/tui/lib.sh
: "${CHAIN:=$(pwd)/build/tests/live/chain}"
tap_need_live

# contend: many threads, so that some wait for long, and none in the way of the
# screens
contend() {
	nice -n 15 "$WORKLOADS/uffd-move" -t 24 --pin -d 120 >/dev/null 2>&1 &
	workload=$!
}
calm() {
	[ -z "$workload" ] || { kill "$workload"; wait "$workload"; } 2>/dev/null
	workload=
}
trap 'calm; tui_end' EXIT

# in_time PATTERN NAME: it comes up; how long that took is a note
in_time() {
	local began ms
	began=$(date +%s%N)
	tui_sees "$1" "$2"
	ms=$((($(date +%s%N) - began) / 1000000))
	tap_note "$2: after $ms ms"
}

contend
tui_run 120 40 "\$R top -o kept.db -d 0.25"
in_time '^uffd-move +(-|[0-9a-f]+-[0-9a-f]*…?) ' "the contended process is on the screen"
tui_sees ' LIVE ' "live"
tui_sees '^waits/s +[1-9]' "waits are counted"
tui_keys 2
in_time '^anon_vma +[0-9a-f]+(#[0-9]+)? .* uffd-move/[0-9]+ +uffd-move ' \
	"its lock, a thread that held it, and the process that waited"
tui_keys 7
tui_sees '[·░▒▓█] *$' "the heatmap has something on its right edge"
tui_keys q
tap_is "$(tui_ended)" 0 "quits"
tap_is "$(sqlite3 "$tap_dir/kept.db" "SELECT value FROM meta WHERE key = 'state'")" finished \
	"-o: the recording is kept, and whole"
tap_is "$(sqlite3 "$tap_dir/kept.db" "SELECT count(*) > 0 FROM waits WHERE role = 'uffd_move'")" 1 \
	"-o: with its waits"
tap_like "$(sqlite3 "$tap_dir/kept.db" "SELECT value FROM meta WHERE key = 'traced'")" \
	'(^| )(lock:contention_begin|rmap:anon_vma_contention_begin)( |$)' "it says what was traced"
calm
tui_run 120 40 "\$R top -o kept.db 2>errors"
tap_is "$(tui_ended)" 1 "-o: a file that is there"
tap_like "$(cat "$tap_dir/errors")" 'kept.db.*--force' "-o: is not replaced without --force"

# what the screens show is recorded; less when asked for, and then they say so
profile_of() {
	sqlite3 "$1" "SELECT value FROM meta WHERE key = 'profile'"
}
"$RMAPSCOPE" top -b -n 1 -s stalls -o "$tap_dir/whole.db" >"$tap_dir/frame"
tap_is "$?:$(grep -c 'not seen' "$tap_dir/frame")" "0:0" "stalls are recorded without being asked for"
tap_is "$(profile_of "$tap_dir/whole.db")" "contention,walks,stalls" "they are part of what top records"
"$RMAPSCOPE" top -b -n 1 -s stalls --profile contention -o "$tap_dir/less.db" >"$tap_dir/frame"
tap_is "$?:$(grep -c '(not seen: needs profile stalls' "$tap_dir/frame")" "0:1" \
	"--profile contention: the screen says that it takes more"
tap_is "$(profile_of "$tap_dir/less.db")" contention "--profile is that of record"
"$WORKLOADS/uffd-move" -t 4 -d 60 >/dev/null 2>&1 &
workload=$!
"$WORKLOADS/mmap-churn" -t 4 -d 60 >/dev/null 2>&1 &
other=$!
"$RMAPSCOPE" top -b -n 3 -p "$workload" --buffer 512 -o "$tap_dir/one.db" >"$tap_dir/frame"
tap_is "$?:$(sqlite3 "$tap_dir/one.db" "SELECT group_concat(DISTINCT process) FROM waits")" \
	"0:uffd-move" "-p: the waits of one process alone"
kill "$other"
wait "$other" 2>/dev/null
calm

# a fork that waits for the one that punches holes, long enough for three looks
"$CHAIN" 1000 1500 >"$tap_dir/chain" 2>&1 &
workload=$!
tui_run 120 40 "\$R top -d 0.1"
tui_sees ' LIVE ' "a wait that lasts: live"
tui_keys 3
# age: of the wait of chain/b that is on the screen, in ms
age() {
	tui_screen | sed -n 's/.*─chain\/b  *\([0-9,]*\.[0-9]*\) waiter .*/\1/p' | tr -d , | head -n 1
}
frames=
last=0
deadline=$((SECONDS + 180))
while [ $SECONDS -lt $deadline ] && [ "$(wc -w <<<"$frames")" -lt 3 ]; do
	now=$(age)
	if [ -z "$now" ] || perl -e "exit !($now < $last)"; then
		frames= # it is over; the next one may last
	elif perl -e "exit !($now > $last + 50)"; then
		frames="$frames $now"
	fi
	last=${now:-0}
	sleep 0.02
done
[ "$(wc -w <<<"$frames")" = 3 ]
tap_ok $? "the age of a blocked thread grows while it waits, and it is a line under its lock"
tap_note "ms on the screen:$frames"
tui_keys 2
tui_sees '^i_mmap .* chain/c .*chain/b ' "and once it has the lock, whom it waited for"
tui_keys q
tap_is "$(tui_ended)" 0 "a wait that lasts: quits"
calm

# no room: the recorder fails, the screens go on
mkdir "$tap_dir/small"
if mount -t tmpfs -o size=1m tmpfs "$tap_dir/small" 2>/dev/null; then
	trap 'calm; umount "$tap_dir/small"; tui_end' EXIT
	tui_run 120 40 "\$R top -o small/live.db -d 0.1"
	tui_sees ' LIVE ' "full disk: there is a screen"
	head -c 2000000 /dev/zero >"$tap_dir/small/filler" 2>/dev/null
	tui_sees '^the recorder has failed: .*(full|No space)' "full disk: a line says so"
	tui_keys 2
	tui_sees '^CLASS' "full disk: keys work"
	tui_keys e C-u
	tui_type small/locks.csv
	tui_keys Enter
	tui_sees 'cannot (write|create) small/locks.csv: No space left' "full disk: nor can be exported there"
	tui_keys q
	tap_is "$(tui_ended)" 1 "full disk: exit code 1"
else
	tap_skip "no mounts" "full disk"
fi

# the demo begins with the lock that it waits for most, once there are two seconds; others may wait more
"$WORKLOADS/mmap-churn" -t 8 -d 120 >/dev/null 2>&1 &
workload=$!
tui_run 120 44 "\$R demo"
in_time '^Locks: anon_vma [0-9a-f]+(#[0-9]+)?$' "demo opens a lock of its own workload"
tui_sees '^uffd-move +[0-9a-f]+-[0-9a-f]+ ' "a mapping in which it is waited for"
calm
tui_keys Escape
tui_sees '^CLASS +LOCK ' "Esc leads to all locks"
tui_keys q
tap_is "$(tui_ended)" 0 "quits"

tap_done
