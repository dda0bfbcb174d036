#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bad input and hard moments: one clear line on stderr, the right exit code,
# nothing half-written left behind, and never a crash.
. tests/tap.sh
. tests/live/trace.sh

dir=$tap_dir/work
mkdir -m 777 "$dir"
chmod 755 "$tap_dir"

if "$RMAPSCOPE" check >"$tap_dir/check" 2>&1; then
	live=yes
else
	live=
fi

# state PATH: what is there, with what SQLite may put beside it
state() {
	local file
	for file in "$1" "$1"-wal "$1"-shm "$1"-journal; do
		if [ -f "$file" ]; then
			md5sum "$file"
		elif [ -e "$file" ]; then
			ls -A "$file"
		fi
	done
}

# one_line CODE PATTERN: stderr says it in one line. Wrong options may add argp's hint.
one_line() {
	local said rest
	said=$(head -n 1 "$tap_dir/err")
	rest=$(tail -n +2 "$tap_dir/err" | tr '\n' ' ')
	grep -Eq -- "$2" <<<"$said" || return 1
	[ -z "$rest" ] && return
	[ "$1" = 2 ] && [[ $rest =~ ^Try\ .*information\.\ $ ]]
}

# run COMMAND...: with a deadline; sets $code and says its process id in $tap_dir/pid
run() {
	timeout -k 2 60 sh -c 'echo $$ >"$0"; exec "$@"' "$tap_dir/pid" "$@" \
		>"$tap_dir/out" 2>"$tap_dir/err" </dev/null
	code=$?
} 2>/dev/null

# row CODE PATTERN FILE NAME COMMAND...: COMMAND exits with CODE and one line
# that matches PATTERN on stderr, prints nothing, and leaves FILE ("-": none) as
# it is, or not there; before the deadline, and no tracefs instance behind.
row() {
	local want=$1 pattern=$2 file=$3 name=$4 before= why=
	shift 4
	[ "$file" = - ] || before=$(state "$file")
	run "$@"
	[ "$code" = "$want" ] || why="exit code $code instead of $want"
	one_line "$want" "$pattern" || why="$why; stderr is not one line like '$pattern'"
	[ ! -s "$tap_dir/out" ] || why="$why; prints to stdout"
	[ "$file" = - ] || [ "$(state "$file")" = "$before" ] || why="$why; changed $file"
	[ -z "$live" ] || [ -z "$(instance_of "$(cat "$tap_dir/pid")")" ] ||
		why="$why; tracefs instance left"
	[ -z "$why" ]
	tap_ok $? "$name"
	[ -z "$why" ] && return
	tap_note "${why#; }"
	sed 's/^/# stderr: /' "$tap_dir/err"
}

R=$RMAPSCOPE

# --- wrong usage: nothing is even looked at

row 2 "no subcommand 'frobnicate'" - "unknown subcommand" "$R" frobnicate
row 2 "no subcommand ''" - "empty subcommand" "$R" ""
for sub in check demo record import report top; do
	row 2 "unrecognized option '--frobnicate'" - "$sub: unknown option" "$R" $sub --frobnicate
	row 2 "invalid option -- 'Z'" - "$sub: unknown letter" "$R" $sub -Z
done
row 2 "Too many arguments" - "check: an operand too many" "$R" check something
row 2 "Too many arguments" - "demo: an operand too many" "$R" demo something
row 2 "which TRACE" - "import: operand missing" "$R" import
row 2 "one TRACE" - "import: two operands" "$R" import a b
row 2 "which FILE" - "report: operand missing" "$R" report
row 2 "one FILE" - "top: two operands" "$R" top a b
row 2 "--at needs a FILE" - "blocked: a time without a file" "$R" blocked --at 1.5
row 2 "one FILE" - "blocked: two operands" "$R" blocked a b
row 2 "'xml' is not text, csv or json" - "blocked: unknown format" "$R" blocked --format xml a
row 2 "no section 'nonsense'" - "report: unknown section" "$R" report a nonsense
row 2 "'xml' is not text, csv or json" - "report: unknown format" "$R" report --format xml a
row 2 "no screen 'nonsense'" - "top: unknown screen" "$R" top -b -s nonsense a
row 2 "no profile 'nonsense'" "$dir/x.db" "record: unknown profile" \
	"$R" record --profile nonsense -o "$dir/x.db"
row 2 "--after,.* go with --flight SECONDS" - "record: --after without --flight" "$R" record --after 3
row 2 "--frames goes with --batch" - "top: -n without -b" "$R" top -n 1 a
row 2 "requires an argument" - "record: option without its value" "$R" record -d
for value in 0 -1 x 1x "" nan inf 1e99 0x; do
	row 2 "'$value' is not a number of seconds" "$dir/x.db" "record -d '$value'" \
		"$R" record -o "$dir/x.db" -d "$value"
	row 2 "'$value' is not a number of seconds" - "top -d '$value'" "$R" top -b -d "$value" a
done
for value in 0 -1 x 1x 1T "" nan inf 1e99 4MM; do
	row 2 "'$value' is not a size above 0" "$dir/x.db" "record --max-size '$value'" \
		"$R" record -o "$dir/x.db" --max-size "$value"
done
row 2 "'1M' is less than 4M" "$dir/x.db" "record --max-size 1M" "$R" record -o "$dir/x.db" --max-size 1M
for value in 0 -1 x 1x 1d "" nan inf 1e99 1mm; do
	row 2 "'$value' is not a time above 0" "$dir/x.db" "record --max-age '$value'" \
		"$R" record -o "$dir/x.db" --max-age "$value"
done
for value in 0 -1 x 1x 1.5 "" 99999999999999999999; do
	row 2 "'$value' is not a whole number" "$dir/x.db" "record -p '$value'" \
		"$R" record -o "$dir/x.db" -p "$value"
	row 2 "'$value' is not a whole number" "$dir/x.db" "record --buffer '$value'" \
		"$R" record -o "$dir/x.db" --buffer "$value"
	row 2 "'$value' is not a whole number" - "report -n '$value'" "$R" report -n "$value" a
	row 2 "'$value' is not a whole number" - "top -n '$value'" "$R" top -b -n "$value" a
	row 2 "'$value' is not a whole number" - "top -w '$value'" "$R" top -b -w "$value" a
done
row 2 "only one process can be recorded" "$dir/x.db" "record -p twice" "$R" record -o "$dir/x.db" -p 1 -p 2
"$R" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(head -n 1 "$tap_dir/err"):$(cat "$tap_dir/out")" \
	"2:Usage: rmapscope SUBCOMMAND [OPTION...]:" "no subcommand: the list of them, on stderr"

# --- report and top on what is no database of ours

db=$dir/good.db
sh tests/empty-db.sh "$db" </dev/null
sqlite3 "$db" "INSERT INTO meta VALUES ('state', 'finished');
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
	INSERT INTO stack SELECT i, NULL, printf('%0100d', i) FROM n"
printf 'some text\n' >"$dir/text"
: >"$dir/empty"
head -c 100000 /dev/zero | openssl enc -aes-128-ctr -K 0 -iv 0 2>/dev/null >"$dir/random" ||
	head -c 100000 /dev/urandom >"$dir/random"
sqlite3 "$dir/foreign.db" "CREATE TABLE t(x); INSERT INTO t VALUES (1)"
cp "$db" "$dir/newer.db"
sqlite3 "$dir/newer.db" "PRAGMA user_version = 1000"
mkdir "$dir/directory"
for cut in 50 100 1000 4096 50000 100000; do
	head -c $cut "$db" >"$dir/cut-$cut.db"
done
{ head -c 8192 "$db"; head -c 40000 "$dir/random"; tail -c +48193 "$db"; } >"$dir/damaged.db"
touch "$dir/secret.db"

for how in "report" "report --format csv" "report --format json" "jank" "html" "diff $db" "top -b -n 1" \
	"blocked" "blocked --format csv" "blocked --at 0 --format json"; do
	# shellcheck disable=SC2086
	set -- "$R" $how
	row 1 "missing.db: No such file" "$dir/missing.db" "$how: missing file" \
		"$@" "$dir/missing.db"
	row 1 "text is not an rmapscope database" "$dir/text" "$how: text file" "$@" "$dir/text"
	row 1 "random is not an rmapscope database" "$dir/random" "$how: random bytes" \
		"$@" "$dir/random"
	row 1 "empty is |empty: " "$dir/empty" "$how: empty file" "$@" "$dir/empty"
	row 1 "foreign.db is .*another program" "$dir/foreign.db" "$how: another program's file" \
		"$@" "$dir/foreign.db"
	row 1 "newer.db has schema version 1000" "$dir/newer.db" "$how: newer schema" \
		"$@" "$dir/newer.db"
	row 1 "directory" "$dir/directory" "$how: directory" "$@" "$dir/directory"
	for cut in 50 100 1000 4096 50000 100000; do
		row 1 "cut-$cut.db" "$dir/cut-$cut.db" "$how: cut at $cut bytes" \
			"$@" "$dir/cut-$cut.db"
	done
	row 1 "rmapscope: " - "$how: output to a full disk" \
		sh -c 'exec "$@" >/dev/full' sh "$@" "$db"
	row 1 "rmapscope: " - "$how: stdout closed" sh -c 'exec "$@" >&-' sh "$@" "$db"
done
for at in "" x -1 1x 1.5.5 .5 1. 1.0000000001 5s 25:00 12:60 12:00:60 12:00:00.x 99999999999999999999; do
	row 2 "rmapscope: '$at' is not a time: give seconds" "$db" "blocked --at '$at'" \
		"$R" blocked --at "$at" "$db"
done
row 2 "12:00:00: this capture has no wall-clock time" "$db" "blocked: no wall clock" \
	"$R" blocked --at 12:00:00 "$db"
for at in 1 0.000000001 1ns 4000000000; do
	row 1 "$at is outside the capture, which goes from 0.000 s to 0.000 s" "$db" \
		"blocked --at $at: outside" "$R" blocked --at $at "$db"
done
row 1 "rmapscope: .*terminal|rmapscope: " "$db" "top: no terminal" "$R" top "$db"
# what is damaged may be a table that the report does not need
run "$R" report "$dir/damaged.db"
[ "$code" -le 1 ] && { [ "$code" = 0 ] || one_line 1 "damaged.db is damaged"; }
tap_ok $? "report: damaged pages are told, or are of no concern"

# --- import of what is no trace

out=$dir/out.db
# what is refused leaves nothing, and an existing file as it was
for existing in no yes; do
	force=
	if [ $existing = yes ]; then
		cp "$db" "$out"
		force=--force
	fi
	set -- "$R" import $force -o "$out"
	name="import (output exists: $existing)"
	row 1 "missing.dat: No such file" "$out" "$name: missing file" "$@" "$dir/missing.dat"
	row 1 "directory is not a regular file" "$out" "$name: directory" "$@" "$dir/directory"
	row 1 "empty is empty" "$out" "$name: empty file" "$@" "$dir/empty"
	row 1 "text is not a trace-cmd file" "$out" "$name: text file" "$@" "$dir/text"
	row 1 "random is not a trace-cmd file" "$out" "$name: random bytes" "$@" "$dir/random"
	row 1 "is not a trace-cmd file" "$out" "$name: a program" "$@" /bin/sh
	row 1 "good.db is not a trace-cmd file" "$out" "$name: a database" "$@" "$db"
	row 1 "zero is not a regular file" "$out" "$name: a device" "$@" /dev/zero
	mkfifo "$dir/fifo.$existing"
	row 1 "fifo.$existing is not a regular file" "$out" "$name: a pipe that nobody writes" \
		"$@" "$dir/fifo.$existing"
	printf '\x17\x08\x44tracing' >"$dir/head.dat"
	row 1 "head.dat is damaged or cut short" "$out" "$name: nothing but the first bytes" \
		"$@" "$dir/head.dat"
	{ printf '\x17\x08\x44tracing'; printf '6\0'; cat "$dir/random"; } >"$dir/six.dat"
	row 1 "six.dat is damaged or cut short" "$out" "$name: random bytes behind version 6" \
		"$@" "$dir/six.dat"
	{ printf '\x17\x08\x44tracing'; printf '7\0'; cat "$dir/random"; } >"$dir/seven.dat"
	row 1 "seven.dat is damaged or cut short" "$out" "$name: random bytes behind version 7" \
		"$@" "$dir/seven.dat"
	rm -f "$out"
done

# --- not root

# as_nobody COMMAND...: without any privilege
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$@"
}
if [ "$(id -u)" = 0 ] && as_nobody true 2>/dev/null; then
	# where this user may not go, take a copy
	install -m 755 "$R" "$dir/rmapscope"
	install -m 600 "$db" "$dir/secret.db"
	install -m 600 "$dir/text" "$dir/secret.dat"
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$dir/rmapscope")
	row 1 "needs root" "$dir/x.db" "not root: record" "${as[@]}" record -d 1 -o "$dir/x.db"
	row 1 "needs root" "$dir/x.db" "not root: record of a command" \
		"${as[@]}" record -o "$dir/x.db" -- touch "$dir/touched"
	[ ! -e "$dir/touched" ]
	tap_ok $? "not root: the command is not run"
	row 1 "needs root" - "not root: top without a file" "${as[@]}" top -b -n 1
	row 1 "secret.db: Permission denied" "$dir/secret.db" "report: unreadable file" \
		"${as[@]}" report "$dir/secret.db"
	row 1 "secret.dat: Permission denied" "$dir/x.db" "import: unreadable file" \
		"${as[@]}" import "$dir/secret.dat" -o "$dir/x.db"
	mkdir -m 755 "$dir/readonly"
	cp "$db" "$dir/readonly/there.db"
	"${as[@]}" report "$dir/readonly/there.db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(grep -c "^$dir/readonly/there.db: " "$tap_dir/out"):$(cat "$tap_dir/err")" "0:1:" \
		"a database in a directory that cannot be written is shown"
	"${as[@]}" check >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(grep -c '^live capture *no .*needs root.*sudo' "$tap_dir/out"):$(cat "$tap_dir/err")" \
		"1:1:" "not root: check says so and what to do"
	"${as[@]}" demo --report -d 1 >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?" 0 "not root: demo shows the bundled capture"
	tap_like "$(cat "$tap_dir/out" "$tap_dir/err")" "needs root" "not root: and says why"
else
	tap_skip "cannot become another user" "what happens without root"
fi

# --- no tracefs: a container

# bare COMMAND...: in a mount namespace without tracefs, and without the right to
# mount it
cat >"$dir/bare" <<'END'
#!/bin/sh
if [ "$1" != --inside ]; then
	exec unshare -m "$0" --inside "$@"
fi
shift
mount --make-rprivate / || exit 125
awk '$3 == "tracefs" || $3 == "debugfs" { print $2 }' /proc/mounts | tac | xargs -r umount -l
exec setpriv --bounding-set=-sys_admin --inh-caps=-all "$@"
END
chmod 755 "$dir/bare"
bare=$dir/bare
if "$bare" true 2>/dev/null; then
	row 1 "no tracefs here.*mount -t tracefs" "$dir/x.db" "no tracefs: record" \
		"$bare" "$R" record -d 1 -o "$dir/x.db"
	row 1 "no tracefs here" - "no tracefs: top without a file" "$bare" "$R" top -b -n 1
	"$bare" "$R" check >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(grep -c '^live capture *no .*no tracefs' "$tap_dir/out"):$(cat "$tap_dir/err")" \
		"1:1:" "no tracefs: check says so"
	"$bare" "$R" demo --report -d 1 >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?" 0 "no tracefs: demo shows the bundled capture"
	tap_like "$(cat "$tap_dir/out" "$tap_dir/err")" "no tracefs" "no tracefs: and says why"
else
	tap_skip "no mount namespaces" "what happens without tracefs"
fi

# --- record with a bad output, process or command

if [ "$live" ]; then
	cp "$db" "$dir/there.db"
	row 1 "there.db exists; give another name with -o, or --force" "$dir/there.db" \
		"record: output exists" "$R" record -d 1 -o "$dir/there.db"
	row 1 "cannot create .*text/x.db: Not a directory" "$dir/text" \
		"record: output below a regular file" "$R" record -d 1 -o "$dir/text/x.db"
	row 1 "cannot create .*nowhere/x.db: No such file.*; make its directory first" "$dir/nowhere" \
		"record: output in a missing directory" "$R" record -d 1 -o "$dir/nowhere/x.db"
	row 1 "cannot create /proc/x.db" - "record: output where nothing can be created" \
		"$R" record -d 1 -o /proc/x.db
	row 1 "directory" "$dir/directory" "record: output is a directory" \
		"$R" record -d 1 -o "$dir/directory"
	row 1 "directory" "$dir/directory" "record --force: output is a directory" \
		"$R" record -d 1 --force -o "$dir/directory"
	row 1 "cannot create" - "record: name too long" \
		"$R" record -d 1 -o "$dir/$(printf '%0300d' 0)"
	row 1 "no process [0-9]+" "$dir/x.db" "record: no such process" \
		"$R" record -d 1 -o "$dir/x.db" -p $(($(cat /proc/sys/kernel/pid_max) + 1))
	row 127 "cannot run /nonexistent/command: No such file" "$dir/x.db" \
		"record: command does not exist" "$R" record -o "$dir/x.db" -- /nonexistent/command
	row 126 "cannot run .*text: Permission denied" "$dir/x.db" \
		"record: command is not a program" "$R" record -o "$dir/x.db" -- "$dir/text"
	row 1 "ring buffers of 1000000000 KiB" "$dir/x.db" "record: absurd buffer" \
		"$R" record -d 1 --buffer 1000000000 -o "$dir/x.db"
	if unshare -m true 2>/dev/null; then
		mkdir "$dir/ro"
		row 1 "cannot create .*ro/x.db: Read-only file system" "$dir/ro" \
			"record: output on a read-only file system" \
			unshare -m sh -c 'mount -t tmpfs -o ro none "$1"; shift; exec "$@"' sh \
			"$dir/ro" "$R" record -d 1 -o "$dir/ro/x.db"
	else
		tap_skip "no mount namespaces" "record: output on a read-only file system"
	fi
else
	tap_skip "no live capture" "record with a bad output, process or command"
fi

# --- real traces, damaged

# try N FILE: import $dir/N.dat; one line of result in $dir/N.result
try() {
	local out=$dir/$1.db code
	timeout -k 2 60 "$R" import "$dir/$1.dat" -o "$out" >"$dir/$1.out" 2>"$dir/$1.err"
	code=$?
	if [ "$code" = 1 ]; then
		code=refused
		[ "$(wc -l <"$dir/$1.err")" = 1 ] ||
			code="$code in several lines ($(head -n 1 "$dir/$1.err") ...)"
		[ -z "$(state "$out")" ] || code="$code, file left"
	elif [ "$code" = 0 ]; then
		if [ -s "$dir/$1.err" ]; then
			code="says '$(head -n 1 "$dir/$1.err")' and exits 0"
		elif [ "$(sql "$out" "PRAGMA integrity_check" 2>&1)" != ok ] ||
			! "$R" report "$out" >/dev/null 2>"$dir/$1.err"; then
			code="unreadable database"
		elif [ "$(sql "$out" "SELECT count(*) FROM loss")" -gt 0 ]; then
			code=loss
		else
			code=$(sql "$out" "SELECT value FROM meta WHERE key = 'nr_events'")
			# one page may end early by a length in it that makes sense; and a
			# page of 4080 bytes may hold as many events as have 12 each
			if [ "$code" = "$nr" ]; then
				code=whole
			elif [ "$code" -ge $((nr * 95 / 100)) ] ||
				[ "$code" -ge $((nr - 4080 / 12)) ]; then
				code=nearly
			else
				code=fewer
			fi
		fi
	fi
	echo "$code" >"$dir/$1.result"
	rm -f "$out" "$dir/$1.dat"
}

# tries NAME PATTERN FILE MAKE ARG...: `MAKE FILE ARG` gives a damaged file for
# each ARG; importing it must end in a way that matches PATTERN
tries() {
	local name=$1 pattern=$2 file=$3 make=$4 arg bad= jobs=0
	shift 4
	for arg; do
		{
			$make "$file" "$arg" >"$dir/try-$arg.dat"
			try "try-$arg" 2>/dev/null
		} 2>/dev/null &
		jobs=$((jobs + 1))
		[ $((jobs % 4)) != 0 ] || wait
	done
	wait
	for arg; do
		grep -Eqx -- "$pattern" "$dir/try-$arg.result" ||
			bad="$bad $arg: $(cat "$dir/try-$arg.result");"
	done
	[ -z "$bad" ]
	tap_ok $? "$name"
	[ -z "$bad" ] || tap_note "ended otherwise:$bad"
	tap_note "$# files: $(for arg; do cat "$dir/try-$arg.result"; done | sort | uniq -c |
		tr -s ' \n' ' ')"
}

cut_at() {
	head -c "$2" "$1"
}

# flip FILE SEED: 1 to 8 bytes of it changed, at places drawn by SEED: every
# other file in its last part, where the data is
flip() {
	perl -e 'my ($file, $seed) = @ARGV; srand($seed); local $/;
		open my $f, "<:raw", $file or die; my $text = <$f>;
		my $from = $seed % 2 ? length($text) * 9 / 10 : 0;
		substr($text, $from + rand(length($text) - $from), 1) = chr(rand(256)) for 1 .. 1 + rand(8);
		binmode STDOUT; print $text' "$1" "$2"
}

# scratch FILE OFFSET: 16 bytes overwritten there
scratch() {
	head -c "$2" "$1"
	printf '\377%.0s' $(seq 16)
	tail -c +$(($2 + 17)) "$1"
}

# data_offsets: places in the middle of each CPU's data, from what trace-cmd extract said
data_offsets() {
	perl -ne '$at = hex($1) if /data recorded at offset=0x([0-9a-f]+)/;
		if (/^\s+(\d+) bytes in size/ and $1 > 1000) {
			print int($at + $1 * $_ / 8), " " for 1, 3, 5, 7;
		}' "$tap_dir/extract"
}

# cuts FILE: offsets all over it, denser where the data is: the last part
cuts() {
	perl -e 'my $n = shift; srand(1);
		print join(" ", 1, 9, 10, 11, 12, 20, 100, 1000, 20000, int($n / 3), int($n / 2),
			(map { int($n * (0.85 + 0.15 * $_ / 16)) - 1 } 1 .. 15), $n - 17, $n - 2, $n - 1)' \
		"$(stat -c %s "$1")"
}

if [ "$live" ] && command -v trace-cmd >/dev/null; then
	trace_begin $contention_events
	"$WORKLOADS/mmap-churn" -t 2 -d 0.3 --pin >"$tap_dir/out"
	trace_stop
	trace_extract "$dir/v7.dat"
	tap_ok $? "a real trace was made"
	trace-cmd convert -i "$dir/v7.dat" -o "$dir/v6.dat" --file-version 6 >"$tap_dir/out" 2>&1
	trace-cmd convert -i "$dir/v7.dat" -o "$dir/plain.dat" --compression none \
		>"$tap_dir/out" 2>&1
	"$R" import "$dir/v7.dat" -o "$dir/whole.db" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "which imports"
	nr=$(sql "$dir/whole.db" "SELECT value FROM meta WHERE key = 'nr_events'")
	# shellcheck disable=SC2046
	tries "import v7 with damage in its compressed data: refused, or told what is lost" \
		"refused|loss|whole|nearly" "$dir/v7.dat" scratch $(data_offsets)
	for version in v7 v6 plain; do
		# a change in compressed data costs a chunk, elsewhere a value
		[ $version = v7 ] && flips=32 || flips=8
		# a cut may spare all events; when it does not, that is told
		# shellcheck disable=SC2046
		tries "import $version cut anywhere: refused, or told what is lost" \
			"refused|loss|whole" "$dir/$version.dat" cut_at $(cuts "$dir/$version.dat")
		# the format has no checksums: the changed number of an event or a CPU
		# names another one, and what is left is sound
		tries "import $version with changed bytes: refused, or a sound database" \
			"refused|loss|whole|nearly|fewer" "$dir/$version.dat" flip $(seq 1 $flips)
	done

	cp "$dir/v7.dat" "$dir/self.dat"
	ln -s self.dat "$dir/link.dat"
	ln "$dir/self.dat" "$dir/hard.dat"
	for name in self link hard; do
		row 1 "is the file to import" "$dir/self.dat" "import onto itself ($name)" \
			"$R" import "$dir/self.dat" -o "$dir/$name.dat"
		row 1 "is the file to import" "$dir/self.dat" "import --force onto itself ($name)" \
			"$R" import --force "$dir/self.dat" -o "$dir/$name.dat"
	done
	row 1 "good.db exists; give another name with -o, or --force" "$db" \
		"import: output exists" "$R" import "$dir/v7.dat" -o "$db"
	row 1 "cannot create .*text/x.db: Not a directory" "$dir/text" \
		"import: output below a regular file" "$R" import "$dir/v7.dat" -o "$dir/text/x.db"
	row 1 "directory" "$dir/directory" "import: output is a directory" \
		"$R" import "$dir/v7.dat" -o "$dir/directory"
	row 1 "cannot create" - "import: empty name of output" "$R" import "$dir/v7.dat" -o ""

	# of a kernel before 5.19: the event has another name
	LC_ALL=C sed 's/contention_begin/contention_bogus/g' "$dir/plain.dat" >"$dir/old.dat"
	"$R" import "$dir/old.dat" -o "$out" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err"):$(sql "$out" "SELECT count(*) FROM wait")" "0::0" \
		"import: a trace of a kernel without the lock events has no waits"
	tap_like "$(sql "$out" "SELECT value FROM meta WHERE key = 'limits'")" \
		"^no event lock:contention_begin: unknown: waits" "and says so"
	rm -f "$out"
	trace_begin sched/sched_switch
	"$WORKLOADS/mmap-churn" -t 2 -d 0.2 --pin >"$tap_dir/out"
	trace_stop
	trace_extract "$dir/sched.dat"
	tap_ok $? "a real trace of sched_switch alone was made"
	"$R" import "$dir/sched.dat" -o "$dir/sched.db" >"$tap_dir/out" 2>"$tap_dir/err"
	code=$?
	tap_is "$code:$(sql "$dir/sched.db" "SELECT count(*) FROM wait")" "0:0" \
		"import: a trace without one lock event has no waits"
	tap_is "$(sql "$dir/sched.db" "SELECT value FROM meta WHERE key = 'limits'" | tail -n 1)" \
		"VMAs: unknown: stock events do not name them" "all that it cannot tell is listed"
else
	tap_skip "no live capture or no trace-cmd" "import of damaged real traces"
fi

# --- full disk

mkdir "$dir/small"
mount_small() {
	mount -t tmpfs -o "size=$1" none "$dir/small"
}

# what must hold of the file after the disk was full: gone, or sound
sound_or_gone() {
	[ -z "$(state "$dir/small/x.db")" ] ||
		{ [ "$(sql "$dir/small/x.db" "PRAGMA integrity_check")" = ok ] &&
			"$R" report "$dir/small/x.db" >"$tap_dir/out" 2>&1; }
}

if [ "$live" ] && [ -s "$dir/v7.dat" ] && mount_small 4k 2>/dev/null; then
	umount "$dir/small"
	trap 'umount -l "$dir/small" 2>/dev/null; live_cleanup' EXIT
	failed=0
	for size in 16k 100k 200k 300k 400k 500k 600k 800k; do
		mount_small $size
		run "$R" import "$dir/v7.dat" -o "$dir/small/x.db"
		if [ "$code" = 1 ]; then
			failed=$((failed + 1))
			one_line 1 "rmapscope: .*disk is full|No space left" &&
				[ -z "$(state "$dir/small/x.db")" ]
		else
			[ "$code" = 0 ] && sound_or_gone
		fi
		tap_ok $? "import into a file system of $size: done, or one line and no file"
		umount "$dir/small"
	done
	[ "$failed" -gt 0 ]
	tap_ok $? "of those, some were too small"

	for size in 16k 100k 200k 300k 400k; do
		mount_small $size
		run "$R" record -o "$dir/small/x.db" -d 10 -- "$WORKLOADS/mmap-churn" -t 4 -d 1 --pin
		if [ "$code" = 1 ]; then
			one_line 1 "rmapscope: .*disk is full|No space left"
		else
			[ "$code" = 0 ]
		fi && sound_or_gone
		tap_ok $? "record into a file system of $size: done, or one line and a sound file"
		[ "$code" -le 1 ] || tap_note "exit code $code"
		tap_is "$(instance_of "$(cat "$tap_dir/pid")")" "" \
			"record into a file system of $size: no tracefs instance left"
		umount "$dir/small"
	done

	# the disk fills up while it records
	mount_small 20m
	small=$dir/small/x.db
	live_start "$R" record -o "$small" -- "$WORKLOADS/mmap-churn" -t 4 -d 60 --pin \
		>"$tap_dir/out" 2>"$tap_dir/err"
	recorder=$live_pid
	has_waits() {
		local nr
		nr=$(sql "$small" "SELECT count(*) FROM wait" 2>/dev/null) && [ "$nr" -ge 1000 ]
	}
	await 20 has_waits
	tap_ok $? "record into a file system that fills up: it records"
	committed=$(sql "$small" "SELECT count(*) FROM wait WHERE duration_ns IS NOT NULL")
	head -c 20m /dev/zero >"$dir/small/filler" 2>/dev/null
	has_ended() {
		! kill -0 "$recorder" 2>/dev/null || grep -q '^State:.Z' "/proc/$recorder/status"
	}
	await 20 has_ended
	tap_ok $? "it notices and ends by itself"
	has_ended || kill -INT "$recorder"
	live_wait "$recorder"
	tap_is "$?:$(wc -l <"$tap_dir/err")" "1:1" "exit code 1 and one line"
	tap_like "$(cat "$tap_dir/err")" "x.db: the disk is full" "which says that the disk is full"
	tap_is "$(instance_of "$recorder")" "" "the tracefs instance is gone"
	tap_is "$(pgrep -P "$recorder")" "" "the command was ended"
	rm "$dir/small/filler"
	[ -s "$small" ] && sound_or_gone
	tap_ok $? "the file opens once there is room"
	[ "$(sql "$small" "SELECT count(*) FROM wait WHERE duration_ns IS NOT NULL")" -ge "$committed" ]
	tap_ok $? "with everything that was committed before"
	umount "$dir/small"
else
	tap_skip "no live capture, or no right to mount a tmpfs" "what happens on a full disk"
fi

tap_done
