#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# import: what a file is taken for, standard input, and what gzip or zstd packed.
. tests/tap.sh

: "${STAGE_PERF:=$(pwd)/build/tests/stage/stage-perf}" "${STAGE_DAT:=$(pwd)/build/tests/stage/stage-dat}"
dir=$tap_dir/work
mkdir "$dir"
db=$dir/file.db

# import FILE: into $db, in a directory of its own; $code, and messages in $tap_dir/err
import() {
	rm -f "$db"
	env -u TMPDIR "$RMAPSCOPE" import "$1" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
}

sql() {
	sqlite3 -separator ' ' "$db" "$1"
}

waits() {
	sql "SELECT duration_ns, tid, lock FROM waits"
}

# one_line: refused in one line, and nothing is left
one_line() {
	[ "$code:$(wc -l <"$tap_dir/err"):$(cat "$tap_dir/out"):$(ls -A "$dir")" = "1:1::" ] &&
		! grep -q crashed "$tap_dir/err"
}

# refused PATTERN NAME: what was imported was refused
refused() {
	one_line
	tap_ok $? "$2: refused in one line, nothing is left"
	tap_like "$(cat "$tap_dir/err")" "$1" "$2: with its reason"
}

"$STAGE_PERF" "$tap_dir/file" clockid=1 release=6.1.0 version=6.1.170 <<-END
	0 1000000 100 100 contention_begin lock_addr=0xc0ffee00 flags=4
	0 31001000 100 100 contention_end lock_addr=0xc0ffee00
	round
END
"$STAGE_PERF" "$tap_dir/pipe" clockid=1 pipe version=6.1.170 <<-END
	0 1000000 100 100 contention_begin lock_addr=0xc0ffee00 flags=4
	0 31001000 100 100 contention_end lock_addr=0xc0ffee00
	round
	0 41000000 101 101 contention_begin lock_addr=0xc0ffee00 flags=4
	0 41001000 101 101 contention_end lock_addr=0xc0ffee00
	round
END
"$STAGE_DAT" "$tap_dir/dat" clock=mono <<-END
	0 0 1000000 100 contention_begin lock_addr=0xc0ffee00 flags=4
	0 0 31001000 100 contention_end lock_addr=0xc0ffee00
END

# --- each kind, as it is and packed, by name and from a pipe

file_is="perf.data, file mode, written by perf 6.1.170"
pipe_is="perf.data, pipe mode, written by perf 6.1.170"
dat_is="trace.dat, version 6"
for kind in file pipe dat; do
	is=${kind}_is
	import "$tap_dir/$kind"
	want=$(waits)
	tap_like "$want" "^30001000 100 c0ffee00" "$kind: the wait is what it is"
	tap_is "$code:$(head -n 1 "$tap_dir/out")" "0:$tap_dir/$kind: ${!is}" "$kind: the first line says what it is"
	tap_like "$(sed -n '2,$p' "$tap_dir/out")" "^  stock events: " "$kind: then what it cannot tell"
	tap_is "$(tail -n 1 "$tap_dir/out" | cut -d : -f 1)" "$db" "$kind: then what was recorded"
	gzip -c "$tap_dir/$kind" >"$tap_dir/$kind.gzip"
	zstd -qc "$tap_dir/$kind" >"$tap_dir/$kind.zstd"
	for packed in gzip zstd; do
		import "$tap_dir/$kind.$packed"
		tap_is "$code:$(head -n 1 "$tap_dir/out"):$(waits)" \
			"0:$tap_dir/$kind.$packed: ${!is}, unpacked from $packed:$want" "$kind, $packed"
		import - < <(cat "$tap_dir/$kind.$packed")
		tap_is "$code:$(head -n 1 "$tap_dir/out"):$(waits)" \
			"0:standard input: ${!is}, unpacked from $packed:$want" "$kind, $packed, pipe"
	done
	import - < <(cat "$tap_dir/$kind")
	tap_is "$code:$(head -n 1 "$tap_dir/out"):$(waits)" "0:standard input: ${!is}:$want" "$kind, pipe"
	import - <"$tap_dir/$kind"
	tap_is "$code:$(waits)" "0:$want" "$kind, standard input is the file"
	import - < <(head -c 100 "$tap_dir/$kind")
	refused "standard input (is|has|was)" "$kind, pipe, cut in its head"
	tap_is "$(ls -A "$dir")" "" "$kind: nothing else is left"
done
{ gzip -c < <(head -c 999 "$tap_dir/pipe"); gzip -c < <(tail -c +1000 "$tap_dir/pipe"); } >"$tap_dir/two.gz"
import "$tap_dir/two.gz"
tap_is "$code:$(sql "SELECT count(*) FROM waits")" "0:2" "a file of gzip in two parts is one"

# --- cut: what comes before is kept, the end is a gap

for packed in gzip zstd; do
	bytes=$(stat -c %s "$tap_dir/pipe.$packed") bad='' nr=0 nr_kept=0
	for cut in $(seq 5 $((bytes / 11)) $((bytes - 30))) $(seq $((bytes - 29)) 4 $((bytes - 1))); do
		head -c "$cut" "$tap_dir/pipe.$packed" >"$tap_dir/cut"
		import "$tap_dir/cut"
		nr=$((nr + 1))
		if [ "$code" = 0 ]; then
			nr_kept=$((nr_kept + 1))
			grep -q "its $packed data is cut short at byte $cut: what comes before is read" "$tap_dir/out" &&
				[ "$(sql "SELECT count(*) > 0 FROM loss")" = 1 ] || bad="$bad $cut"
		else
			one_line || bad="$bad $cut"
		fi
		rm -f "$db"
	done
	tap_is "$bad" "" "$packed, cut anywhere: refused in one line, or read and said to be a part"
	tap_note "$nr files, $nr_kept read"
	[ "$nr_kept" -gt 0 ]
	tap_ok $? "$packed: some are read"
done

# --- what is refused

flipped=$tap_dir/flipped
for packed in gzip zstd; do
	perl -e 'local $/; my $text = <STDIN>; substr($text, -6, 1) ^= "\x10"; print $text' \
		<"$tap_dir/pipe.$packed" >"$flipped"
	import "$flipped"
	refused "cannot unpack $flipped: .* of its $packed data; copy it again" "$packed, changed"
	"$packed" -c <"$tap_dir/pipe.gzip" >"$tap_dir/twice"
	import "$tap_dir/twice"
	refused "packed twice, $packed around gzip; unpack it once: $packed -dc" "$packed around gzip"
	echo "a text" | "$packed" -c >"$tap_dir/text"
	import "$tap_dir/text"
	refused "is not a trace-cmd file, nor one of perf" "$packed of a text"
	"$packed" -c </dev/null >"$tap_dir/text"
	import "$tap_dir/text"
	refused "nothing comes out of its $packed data" "$packed of nothing"
	head -c 1G /dev/zero | "$packed" -c >"$tap_dir/zeros"
	import "$tap_dir/zeros"
	refused "is not a trace-cmd file, nor one of perf" "$packed of zeros"
	{ cat "$tap_dir/pipe"; head -c 100M /dev/zero; } | "$packed" -c >"$tap_dir/zeros"
	import "$tap_dir/zeros"
	refused "unpacks to more than 200 times its size \(after [0-9]+ MiB\).*$packed -dc FILE" "$packed that grows"
done
import - </dev/zero
refused "standard input is not a trace-cmd file" "a pipe of zeros"

# --- standard input that is no file and no pipe

import - <&-
refused "standard input is empty" "standard input is closed"
import - </dev/null
refused "standard input is empty" "standard input is /dev/null"
import - </
refused "cannot read standard input: Is a directory" "standard input is a directory"
script -qec "'$RMAPSCOPE' import - -o '$db' 2>'$tap_dir/err'" /dev/null </dev/null >"$tap_dir/out" 2>&1
code=$?
: >"$tap_dir/out"
refused "standard input is a terminal; import - reads a file or a pipe" "standard input is a terminal"
cp "$tap_dir/pipe" "$tap_dir/self"
"$RMAPSCOPE" import - --force -o "$tap_dir/self" <"$tap_dir/self" >"$tap_dir/out" 2>"$tap_dir/err"
code=$?
refused "is the file to import" "standard input is the output"
cmp -s "$tap_dir/pipe" "$tap_dir/self"
tap_ok $? "which is as it was"

# --- the temporary file

# with_tmpdir DIRECTORY: import what has to be unpacked
with_tmpdir() {
	TMPDIR=$1 "$RMAPSCOPE" import "$tap_dir/big.gz" -o "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
}
{ cat "$tap_dir/pipe"; head -c 4M /dev/urandom; } | gzip -1 >"$tap_dir/big.gz"
with_tmpdir /nonexistent
refused "cannot create a temporary file in /nonexistent: No such file.*TMPDIR" "TMPDIR is not there"
with_tmpdir /dev/full
refused "cannot create a temporary file in /dev/full: Not a directory" "TMPDIR is a device"
if unshare -rm true 2>/dev/null; then
	mkdir "$tap_dir/small"
	unshare -rm sh -c 'mount -t tmpfs -o size=64k none "$1" && TMPDIR=$1 "$2" import "$3" -o "$4"' sh \
		"$tap_dir/small" "$RMAPSCOPE" "$tap_dir/big.gz" "$db" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
	refused "to a temporary file in $tap_dir/small: No space left on device; give a directory with room" \
		"TMPDIR is full"
else
	tap_skip "no mount namespaces" "TMPDIR is full"
fi

# begin_endless: an import of a pipe that stays open; $pid waits for more of it
begin_endless() {
	rm -f "$tap_dir/fifo"
	mkfifo "$tap_dir/fifo"
	exec 9<>"$tap_dir/fifo"
	{ cat "$tap_dir/pipe"; head -c 256k /dev/zero; } >&9 &
	local writer=$!
	env -u TMPDIR "$RMAPSCOPE" import - -o "$db" <"$tap_dir/fifo" 9>&- >"$tap_dir/out" 2>"$tap_dir/err" &
	pid=$!
	wait "$writer"
	# the child has the temporary file open, and no name leads to it
	until child=$(pgrep -P "$pid") && ls -l "/proc/$child/fd" 2>/dev/null | grep -q "$dir/.*(deleted)"; do
		kill -0 "$pid" || break
	done
}
begin_endless
tap_is "$(ls -A "$dir")" "" "the temporary file has no name"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
while [ -n "$(ls "/proc/$child/fd" 2>/dev/null)" ]; do :; done
tap_is "$(ls -A "$dir")" "" "kill -9: nothing is left"
exec 9>&-
begin_endless
kill -TERM "$pid"
wait "$pid" 2>/dev/null
code=$?
exec 9>&-
refused "cannot import standard input: the import was ended by signal 15" "SIGTERM while a pipe gives nothing"
tap_done
