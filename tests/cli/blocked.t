#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The wait graph: chains, circles and shared locks, while they last and
# afterwards. Events that are written down go through the model and the store.
. tests/tap.sh

: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"
export TZ=UTC
db=$tap_dir/chain.db

# tree FILE TIME: depth kind name state, a line per row; times are ms from the first event
tree() {
	"$RMAPSCOPE" blocked "$1" --at "$2" --format csv >"$tap_dir/csv" || return 1
	awk -F, 'NR > 1 { printf "%s%s %s", $1, $3 == "lock" ? "" : " " $3, $2 == "" ? "-" : $2
		if ($4 != "") printf "/%s", $4
		if ($11 != "") printf " %s", $11
		if ($10 != "") printf " %s", $10
		printf "\n" }' "$tap_dir/csv"
}

# events FILE: what stage-events takes, of lines with times in milliseconds
#	wait TIME TID LOCK r|w [OWNER]	waits for an anon_vma root from now on
#	got TIME TID LOCK r|w		... until now
#	acquire TIME TID LOCK r|w	holds it from now on
#	release TIME TID LOCK r|w	... until now
#	lose TIME END			events were lost
events() {
	perl -ne 'BEGIN { $| = 1; %name = qw(wait contention_begin got contention_end
			acquire lock_acquire_returned release lock_released) }
		my ($word, $ms, $tid, $lock, $mode, $owner) = split;
		my $ns = sprintf "%.0f", $ms * 1e6;
		if ($word eq "flush") { print "flush $ns\n" }
		elsif ($word eq "lose") { print "$ns 0 loss end_ns=", $tid * 1e6, "\n" }
		elsif (!$name{$word}) { print }
		else { print "$ns $tid anon_vma_$name{$word} root=0x$lock write=", $mode eq "w" ? 1 : 0,
			$word eq "acquire" ? " success=1" : $owner ? " owner=$owner" : "", "\n" }'
}

# --- a waits for a lock of b, who waits for a lock of c, who runs

chain='0 holder c/3 running
1 anon_vma bbb0 exact
2 waiter b/2 waiting
3 anon_vma aaa0 exact
4 waiter a/1 waiting'

mkfifo "$tap_dir/in" "$tap_dir/out"
events <"$tap_dir/in" | "$STAGE" "$db" >"$tap_dir/out" &
exec 5>"$tap_dir/in" 6<"$tap_dir/out"
cat >&5 <<-END
	name 1 1 a
	name 2 1 b
	name 3 3 c
	acquire 0 3 bbb0 w
	acquire 1 2 aaa0 w
	wait 10 2 bbb0 w 3
	wait 20 1 aaa0 w 2
	flush 25
	flush 100
END
read -r _ <&6
read -r _ <&6
tap_is "$(tree "$db" now)" "$chain" "a chain of three threads, while it lasts"
"$RMAPSCOPE" blocked "$db" >"$tap_dir/text"
tap_like "$(grep ' b ' "$tap_dir/text")" '^    b +waiter +2 +a +1 write +- +90\.000 +- +waiting$' \
	"text: indented, the age of a wait at the instant"
tap_like "$(head -n 1 "$tap_dir/text")" 'not finished: being recorded now$' "the header says that it is being recorded"

cat >&5 <<-END
	release 110 3 bbb0 w
	got 110 2 bbb0 w
	acquire 110 2 bbb0 w
	flush 120
END
read -r _ <&6
tap_is "$(tree "$db" now)" '0 holder b/2 running
1 anon_vma aaa0 exact
2 waiter a/1 waiting' "the chain is shorter once its end has let go"
tap_is "$(tree "$db" 0.100)" "$chain" "and is still what it was, back in time"

cat >&5 <<-END
	release 130 2 bbb0 w
	release 130 2 aaa0 w
	got 130 1 aaa0 w
	acquire 130 1 aaa0 w
	release 140 1 aaa0 w
	flush 400
END
exec 5>&- 6<&-
wait
tap_is "$(tree "$db" 0.100)" "$chain" "the same chain, afterwards"
tap_is "$(tree "$db" 0.005)" "" "nobody waits before it"
tap_is "$(tree "$db" 0.0105)" '0 holder c/3 running
1 anon_vma bbb0 exact
2 waiter b/2 waiting' "its first link, a wait of half a millisecond"
tap_is "$(tree "$db" 0.135)" "" "nobody waits after it"
tap_is "$(sqlite3 "$db" 'SELECT count(*), count(duration_ns) FROM hold')" "4|4" \
	"holds that were shown while open are one row each in the end"

# capture NAME: of the lines on stdin
capture() {
	db=$tap_dir/$1.db
	events | "$STAGE" "$db" >/dev/null
}

# --- a circle

capture circle <<-END
	name 1 1 a
	name 2 2 b
	name 3 3 c
	acquire 0 1 aaa0 w
	acquire 0 2 bbb0 w
	wait 10 1 bbb0 w 2
	wait 11 2 aaa0 w 1
	wait 12 3 aaa0 w 1
	flush 500
END
tap_is "$(tree "$db" now)" '0 waiter a/1 cycle
1 anon_vma aaa0 exact
2 waiter b/2 cycle
3 anon_vma bbb0 cycle exact
2 waiter c/3 waiting' "a circle of two: each member once, and who hangs on it"
tap_like "$("$RMAPSCOPE" blocked "$db")" '^DEADLOCK: 2 threads wait for each other' "text reports it loudly"
"$RMAPSCOPE" blocked "$db" --format json >"$tap_dir/json"
tap_is "$(sqlite3 :memory: "SELECT json_extract(j, '\$.at_ns'), json_extract(j, '\$.capture.finished'),
	json_extract(j, '\$.blocked[0].state'), json_extract(j, '\$.blocked[0].age_ns'),
	json_type(j, '\$.blocked[1].state'), json_array_length(j, '\$.blocked')
	FROM (SELECT readfile('$tap_dir/json') AS j)")" "500000000|1|cycle|490000000|null|5" "JSON"
tap_is "$(sqlite3 "$db" 'SELECT count(*) FROM hold WHERE outcome = 1')" 2 "what is open at the end stays open"

# a reader that lets go and comes again: no circle, whatever the lock word said
capture false-circle <<-END
	name 1 1 a
	name 2 2 b
	wait 10 1 bbb0 w 2
	wait 12 2 aaa0 w 1
	got 15 1 bbb0 w
	got 16 2 aaa0 w
	flush 500
END
tap_is "$(tree "$db" 0.003)" '0 holder -
1 anon_vma bbb0 unknown
2 waiter a/1 waiting
0 holder -
1 anon_vma aaa0 unknown
2 waiter b/2 waiting' "two waits that were served are no circle: their holders are not known"

# --- readers share a lock

capture readers <<-END
	name 1 1 r1
	name 2 2 r2
	name 3 3 r3
	name 4 4 w
	name 5 5 x
	acquire 0 5 bbb0 w
	acquire 1 1 aaa0 r
	acquire 2 2 aaa0 r
	acquire 3 3 aaa0 r
	wait 4 2 bbb0 w 5
	wait 5 4 aaa0 w
	flush 100
END
tap_is "$(tree "$db" now)" '0 holder x/5 running
1 anon_vma bbb0 exact
2 waiter r2/2 waiting
3 anon_vma aaa0 exact
4 waiter w/4 waiting
0 holder r1/1 running
1 anon_vma aaa0 above exact
0 holder r3/3 running
1 anon_vma aaa0 above exact' "readers that share a lock are all named, its waiters once"

# --- without holds: what the waits say

capture owners <<-END
	name 1 1 a
	name 2 2 b
	name 3 3 c
	name 4 4 d
	wait 1 1 aaa0 w 4
	wait 2 2 aaa0 w 3
	wait 3 4 bbb0 w
	flush 100
END
tap_is "$(tree "$db" now)" '0 holder c/3 running
1 anon_vma aaa0 owner
2 waiter a/1 waiting
2 waiter b/2 waiting
0 holder -
1 anon_vma bbb0 unknown
2 waiter d/4 waiting' "the owner that the latest waiter saw; none where there is none"

# --- lost events

capture lost <<-END
	name 1 1 a
	name 2 2 b
	acquire 0 2 aaa0 w
	wait 10 1 aaa0 w 2
	flush 50
	lose 60 70
	flush 100
END
tap_is "$(tree "$db" 0.055)" "" "a wait that lost events cut is not shown: nobody knows whether it lasted"

# --- a recorder that was killed

capture killed <<-END
	name 1 1 a
	name 2 2 b
	acquire 0 2 aaa0 w
	wait 10 1 aaa0 w 2
	flush 50
	got 60 1 aaa0 w
	killed
END
tap_like "$("$RMAPSCOPE" blocked "$db" | head -n 1)" 'not finished: its recorder was killed or failed, or is elsewhere$' \
	"a killed recorder: said in the first line"
tap_is "$(tree "$db" now)" '0 holder b/2 running
1 anon_vma aaa0 exact
2 waiter a/1 waiting' "what it had committed is there"
sqlite3 "$db" "INSERT INTO meta VALUES ('error', 'out of memory')"
tap_is "$("$RMAPSCOPE" blocked "$db" | sed -n '1s/.*, //p; s/^note: the recorder//p')" "not finished: its recorder failed
 failed: out of memory" "one that failed: said with the error"

# --- a lock whose holds are not traced beside others whose are: a release says as much as a wake-up

db=$tap_dir/release.db
cp tests/data/stock.db "$db"
read -r at lock <<<"$(sqlite3 -separator ' ' "$db" "SELECT start_ns + duration_ns / 2, lock_id FROM wait
	WHERE holder_source = 1 ORDER BY duration_ns DESC LIMIT 1")"
tree_at() {
	"$RMAPSCOPE" blocked --at "${at}ns" --format csv "$db"
}
wanted=$(tree_at)
tap_like "$wanted" ',waker,' "a holder that is known by its wake-up"
sqlite3 "$db" "UPDATE wait SET holder_source = 3 WHERE holder_source = 1;
	INSERT INTO hold (start_ns, duration_ns, lock_id, task_id, mode, nr_waiters, outcome)
	SELECT $at - 1000000000, 1, max(id), 1, 0, 0, 0 FROM lock WHERE id <> $lock"
tap_is "$(tree_at)" "$wanted" "is found by its release, too, where holds of other locks are traced"

# --- times

db=$tap_dir/circle.db
sqlite3 "$db" "INSERT OR REPLACE INTO meta VALUES ('clock_offset_ns', 1700000000000000000)"
for at in 0.25 .25 250000000ns 22:13:20.250 22:13:20.25; do
	code=0
	"$RMAPSCOPE" blocked "$db" --at "$at" >"$tap_dir/out.txt" 2>"$tap_dir/err" || code=$?
	case $at in
	.25) tap_is "$code" 2 "--at $at is no time" ;;
	*) tap_is "$code:$(grep -c '^Blocked at 0.250 s (22:13:20.250):' "$tap_dir/out.txt")" 0:1 "--at $at" ;;
	esac
done
tap_like "$("$RMAPSCOPE" blocked "$db" --at 0.6 2>&1)" \
	'^rmapscope: 0.6 is outside the capture, which goes from 0.000 s \(22:13:20.000\) to 0.500 s \(22:13:20.500\)' \
	"a time outside says the range"

# where summer time ends, an hour comes twice: the one of the capture is meant
for start in 1792888200 1792891800; do
	sqlite3 "$db" "UPDATE meta SET value = ${start}000000000 WHERE key = 'clock_offset_ns'"
	tap_like "$(TZ=CET-1CEST,M3.5.0,M10.5.0/3 "$RMAPSCOPE" blocked "$db" --at 02:30:00.25 2>&1)" \
		'^Blocked at 0\.250 s \(02:30:00\.250\):' "half past two on the day of the change, from $start on"
done

# the end is printed rounded, and taken so
cp "$db" "$tap_dir/end.db"
sqlite3 "$tap_dir/end.db" "UPDATE meta SET value = value - 400000 WHERE key = 'last_ns'"
tap_like "$("$RMAPSCOPE" report "$tap_dir/end.db" 2>&1)" '(^|\n)0\.500 s, ' "the end of a capture is rounded to 0.500 s"
"$RMAPSCOPE" blocked "$tap_dir/end.db" --at 0.5 >"$tap_dir/said" 2>&1
tap_is "$?" 0 "which is a time of it"
tap_like "$("$RMAPSCOPE" blocked "$tap_dir/end.db" --at 0.501 2>&1)" 'outside the capture' "a millisecond later is none"

# rows that had to go, and who slept all along, are not nobody
sqlite3 "$tap_dir/end.db" "DELETE FROM wait;
	INSERT INTO meta SELECT 'kept_from_ns', value + 300000000 FROM meta WHERE key = 'first_ns'"
tap_like "$("$RMAPSCOPE" top -b -n 1 -s blocked --until 0.2 "$tap_dir/end.db" 2>&1)" \
	'not seen: rows of that time were removed \(--max-size, --max-age\)' "rows that had to go are not nobody's"
sqlite3 "$tap_dir/end.db" "INSERT INTO meta VALUES ('asleep', 'b/7 in vm_mmap_pgoff')"
tap_like "$("$RMAPSCOPE" blocked "$tap_dir/end.db" --at 0.4 2>&1)" \
	'nobody waited at that time; a thread that has slept since before the capture is not among its waits' "who slept since before is not nobody"
tap_done
