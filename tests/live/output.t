#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# record and its file: what was there before stays until a capture has begun, two
# do not write one file, and whose exit code it is.
. tests/tap.sh
. tests/live/trace.sh
tap_need_live

R=$RMAPSCOPE
dir=$tap_dir/work
mkdir "$dir"
db=$dir/good.db
sh tests/empty-db.sh "$db" <<<"INSERT INTO meta VALUES ('state', 'finished')"
sum=$(md5sum <"$db")

# ends CODE PATTERN NAME COMMAND...: its exit code, and one line that matches
ends() {
	local code=$1 pattern=$2 name=$3
	shift 3
	"$@" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -l <"$tap_dir/err")" "$code:1" "$name: exit code $code, one line"
	tap_like "$(cat "$tap_dir/err")" "$pattern" "$name: it says why"
}

# --- what cannot start replaces nothing

printf '#!/nonexistent/interpreter\n' >"$dir/script"
printf 'text\n' >"$dir/text"
chmod 755 "$dir/script"
ends 126 "cannot run /tmp: Is a directory" "a directory as command" \
	"$R" record --force -o "$db" -- /tmp
ends 126 "cannot run .*text: Permission denied" "no program" \
	"$R" record --force -o "$db" -- "$dir/text"
ends 127 "cannot run .*script: No such file" "no interpreter" \
	"$R" record --force -o "$db" -- "$dir/script"
ends 127 "cannot run no-such-command: No such file" "no such command" \
	"$R" record --force -o "$db" -- no-such-command
ends 1 "no process" "no such process" \
	"$R" record --force -o "$db" -p $(($(cat /proc/sys/kernel/pid_max) + 1))
ends 1 "ring buffers of 1000000000 KiB" "no such buffers" \
	"$R" record --force -o "$db" --buffer 1000000000 -d 1
tap_is "$(md5sum <"$db"):$(ls -A "$dir")" "$sum:$(printf 'good.db\nscript\ntext')" \
	"the former capture is as it was, nothing is beside it"

# --- whose exit code

ends 3 "sh exited with status 3; rmapscope exits with 3 for it" "a command that fails" \
	"$R" record -o "$dir/a.db" -- sh -c 'exit 3'
# shellcheck disable=SC2016
ends 137 "sh was ended by signal 9 \(Killed\); rmapscope exits with 137" "a command that is killed" \
	"$R" record -o "$dir/b.db" -- sh -c 'kill -9 $$'
tap_is "$(sql "$dir/a.db" "SELECT value FROM meta WHERE key = 'state'"):$(stat -c %a "$dir/a.db")" \
	"finished:600" "the capture is there all the same, for its owner alone"
"$R" record -o "$dir/c.db" -d 0.2 -- sleep 60 >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "0:" "a command that the end of -d ended: exit code 0"

# --- a line of progress, on a terminal only

script -qec "'$R' record -o '$dir/d.db' -d 0.6" /dev/null >"$tap_dir/out" </dev/null
tap_like "$(tr '\r' '\n' <"$tap_dir/out")" 'recording: .* events, .*/s, [0-9]+ %, [0-9]+ s left' \
	"on a terminal a line says how far it is"
"$R" record --force -o "$dir/d.db" -d 0.6 >"$tap_dir/out" 2>&1
tap_is "$(grep -c 'd.db: ' "$tap_dir/out"):$(wc -l <"$tap_dir/out")" 1:1 "elsewhere it does not"

# --- one that is being recorded

there() {
	[ -e "$db" ] && [ "$(sql "$db" "SELECT value FROM meta WHERE key = 'last_ns'" 2>/dev/null)" ]
}

# start: a recorder that has committed
start() {
	rm -f "$db"
	live_start "$R" record -o "$db" >"$tap_dir/recorder.out" 2>"$tap_dir/recorder.err"
	recorder=$live_pid
	await 30 there
	live_need "$1: it records"
}

# told CODE PATTERN NAME: the recorder ends so, and leaves no instance
told() {
	live_wait "$recorder"
	tap_is "$?:$(wc -l <"$tap_dir/recorder.err"):$(instance_of "$recorder")" "$1:1:" \
		"$3: it ends with exit code $1, a line, and without its tracefs instance"
	tap_like "$(cat "$tap_dir/recorder.err")" "$2" "$3: the line says why"
}

start "a second recorder"
tap_is "$(stat -c %a "$db"{,-wal,-shm} | paste -sd :)" 600:600:600 "its files are for their owner alone"
for force in "" --force; do
	# shellcheck disable=SC2086
	ends 1 "good.db is being recorded now; end that first" "a second recorder $force" \
		"$R" record $force -o "$db" -d 1
done
kill -INT "$recorder"
live_wait "$recorder"
tap_is "$?:$(cat "$tap_dir/recorder.err"):$(sql "$db" "PRAGMA integrity_check")" "0::ok" \
	"the first is not disturbed"

start "rm"
rm "$db"
told 1 "good.db was removed or replaced while it was recorded" "rm"
tap_is "$(ls "$db"* 2>/dev/null)" "" "rm: nothing is left"

start "mv"
mv "$db" "$dir/moved.db"
told 1 "good.db was removed or replaced while it was recorded" "mv"
tap_is "$(sql "$dir/moved.db" "PRAGMA integrity_check"):$(sql "$dir/moved.db" \
	"SELECT count(*) FROM meta WHERE key = 'last_ns'")" "ok:1" \
	"mv: what was committed is in the moved file"
rm -f "$dir"/moved.db*

# one moment in which there is no name, and another one has it
start "replaced"
rm "$db"
"$R" record -o "$db" -d 1 >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err"):$(sql "$db" "PRAGMA integrity_check")" "0::ok" \
	"replaced: the new one is whole"
told 1 "was removed or replaced" "replaced"
tap_is "$(ls "$db"*)" "$db" "replaced: the new one is a single file"

# what is left of it is not what was recorded
start "cut"
: >"$db"
told 1 "was cut by another program while it was recorded, and may be damaged|another program has changed the file, which may be damaged now" "cut"
tap_is "$(grep -c "it keeps" "$tap_dir/recorder.err")" 0 "cut: nothing is promised"
rm -f "$db"*

tap_done
