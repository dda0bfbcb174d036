# SPDX-License-Identifier: GPL-2.0-only
# kill -9 at random instants; what tests/cli/kill.t and tests/bench/kill.sh share. The
# caller sets RANDOM to a seed, and says what is wrong by complain TEXT.

: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"
: "${STAGE_DAT:=$(pwd)/build/tests/stage/stage-dat}"

# Waits between two commits of the staged recorder
KILL_WAITS=10

# kill_events NR: without end (0), or NR commits of KILL_WAITS waits each
kill_events() {
	perl -e '($nr, $waits) = @ARGV; $t = 1000000;
		for ($i = 0; !$nr || $i < $nr; $i++) {
			for (1 .. $waits) {
				printf "%d 100 contention_begin lock_addr=0xc0ffee00 flags=4\n", $t;
				printf "%d 100 contention_end lock_addr=0xc0ffee00\n", $t + 500;
				$t += 1000;
			}
			print "flush $t\n";
		}' "$1" $KILL_WAITS
}

# random_pause MS: up to that long
random_pause() {
	perl -e 'select undef, undef, undef, $ARGV[0] * $ARGV[1] / 32768e3' "$1" $RANDOM
}

# kill_recorder DIR: a recorder that is killed after a random time, every other one from
# its first commit on; what it said that it has committed is in the file
kill_recorder() {
	local db=$1/killed.db pid acknowledged found
	rm -f "$db"*
	kill_events 0 2>/dev/null | "$STAGE" "$db" >"$1/acknowledged" 2>"$1/err" &
	pid=$!
	kill_nr=$((${kill_nr:-0} + 1))
	while [ $((kill_nr % 2)) = 0 ] && [ ! -s "$1/acknowledged" ] && kill -0 $pid 2>/dev/null; do
		sleep 0.005
	done
	random_pause 100
	kill -KILL $pid
	wait $pid 2>/dev/null
	acknowledged=$(wc -l <"$1/acknowledged")
	kill_nr_acknowledged=$((${kill_nr_acknowledged:-0} + acknowledged))
	if [ ! -e "$db" ]; then
		kill_nr_before=$((${kill_nr_before:-0} + 1))
		[ "$acknowledged" = 0 ] || complain "$acknowledged commits, and no file"
		return
	fi
	found=$(sqlite3 -separator : "$db" "PRAGMA integrity_check; SELECT count(*) >=
		$((acknowledged * KILL_WAITS)), count(*) % $KILL_WAITS,
		count(*) = (SELECT coalesce(sum(nr_waits), 0) FROM rollup) FROM wait" 2>&1 | paste -sd :)
	[ "$found" = ok:1:0:1 ] || complain "after $acknowledged commits: $found"
	"$RMAPSCOPE" report "$db" >/dev/null 2>"$1/err" ||
		complain "after $acknowledged commits: $(cat "$1/err")"
}

# kill_import DIR: both processes of an import; the former database is there, or the new
# one, and whole. DIR/many.dat has more waits than the one of DIR/one.dat
kill_import() {
	local db=$1/imported.db pid found
	"$RMAPSCOPE" import --force -o "$db" "$1/one.dat" >/dev/null 2>"$1/err" ||
		complain "import: $(cat "$1/err")"
	setsid "$RMAPSCOPE" import --force -o "$db" "$1/many.dat" >/dev/null 2>"$1/err" &
	pid=$!
	random_pause $((kill_import_ms * 2))
	kill -KILL -- -$pid 2>/dev/null
	wait $pid 2>/dev/null
	found=$(sqlite3 -separator : "$db" "PRAGMA integrity_check; SELECT count(*) FROM wait" 2>&1 |
		paste -sd :)
	case $found in
	ok:1) kill_nr_old=$((${kill_nr_old:-0} + 1)) ;;
	ok:20000) kill_nr_new=$((${kill_nr_new:-0} + 1)) ;;
	*) complain "import: $found" ;;
	esac
}

# kill_traces DIR: one.dat and many.dat, and how long the latter takes now
kill_traces() {
	local from
	kill_events 1 | sed -n '1,2s/^/0 0 /p' >"$1/events"
	"$STAGE_DAT" "$1/one.dat" clock=mono <"$1/events"
	kill_events $((20000 / KILL_WAITS)) | sed -n '/flush/!s/^/0 0 /p' >"$1/events"
	"$STAGE_DAT" "$1/many.dat" clock=mono <"$1/events"
	from=${EPOCHREALTIME/[.,]/}
	"$RMAPSCOPE" import --force -o "$1/imported.db" "$1/many.dat" >/dev/null
	kill_import_ms=$(((${EPOCHREALTIME/[.,]/} - from) / 1000))
}

# kill_leftovers DIR: what is there after one more start in the same place
kill_leftovers() {
	"$RMAPSCOPE" import --force -o "$1/imported.db" "$1/one.dat" >/dev/null
	find "$1" -name '.rmapscope.*'
}
