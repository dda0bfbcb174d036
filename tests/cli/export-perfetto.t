#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# export --to perfetto: read back by the numbers of Perfetto's messages, its slices are the
# waits, holds, storms and losses of the database, and each flow has both ends.
. tests/tap.sh
. tests/live/trace.sh

# perfetto FILE [OPTION]...: its slices as a table of a database, $tap_dir/read.db. A slice
# without an end has no duration; one of type 3 is an instant.
perfetto() {
	local db=$1
	shift
	"$RMAPSCOPE" export "$db" --to perfetto "$@" >"$tap_dir/trace" 2>"$tap_dir/err" || return 1
	rm -f "$tap_dir/read.db"
	perl -Itests -Mproto -e '
		my $trace = proto::fields(proto::slurp($ARGV[0]));
		die "more than packets\n" if join(" ", keys(%$trace)) ne "1";
		sub quoted { my ($t) = @_; return "NULL" if !defined($t); $t =~ s/\x27/\x27\x27/g; return "\x27$t\x27"; }
		sub number { return $_[0] // "NULL" }
		my (%open, @slice, %known, $first);
		print "CREATE TABLE clock (id, ns, main);\nCREATE TABLE track (uuid, name, pid, tid, parent);\n";
		print "CREATE TABLE slice (type, track, ns, duration_ns, name, category, flow, flow_end);\n";
		print "CREATE TABLE annotation (slice, name, value);\nCREATE TABLE packet (clock);\nBEGIN;\n";
		for (@{$trace->{1}}) {
			my $packet = proto::fields($_);
			die "no sequence\n" if !proto::one($packet, 10);
			die "the first packet does not begin the sequence\n" if !$first++ && !(proto::one($packet, 13) & 1);
			if (my $snapshot = proto::one($packet, 6)) {
				$snapshot = proto::fields($snapshot);
				for (@{$snapshot->{1}}) {
					my $clock = proto::fields($_);
					my $id = proto::one($clock, 1);
					print "INSERT INTO clock VALUES ($id, ", proto::one($clock, 2), ", ",
						$id == proto::one($snapshot, 2) ? 1 : 0, ");\n";
				}
			} elsif (my $track = proto::one($packet, 60)) {
				$track = proto::fields($track);
				my $uuid = sprintf("%x", proto::one($track, 1));
				$known{$uuid}++ && die "track $uuid is there twice\n";
				my ($process, $thread) = map { my $m = proto::one($track, $_); $m && proto::fields($m) } 3, 4;
				my $parent = proto::one($track, 5);
				die "its parent comes later\n" if defined($parent) && !$known{sprintf("%x", $parent)};
				print "INSERT INTO track VALUES (", join(", ", quoted($uuid),
					quoted($process ? proto::one($process, 6) : $thread ? proto::one($thread, 5) : proto::one($track, 2)),
					number($process ? proto::one($process, 1) : $thread ? proto::one($thread, 1) : undef),
					number($thread && proto::one($thread, 2)),
					defined($parent) ? quoted(sprintf("%x", $parent)) : "NULL"), ");\n";
			} elsif (my $event = proto::one($packet, 11)) {
				$event = proto::fields($event);
				my $uuid = sprintf("%x", proto::one($event, 11));
				die "track $uuid is not described before\n" if !$known{$uuid};
				print "INSERT INTO packet VALUES (", proto::one($packet, 58), ");\n";
				my ($type, $ns) = (proto::one($event, 9), proto::one($packet, 8));
				if ($type == 2) {
					my $begun = pop(@{$open{$uuid} // []}) // die "an end without a beginning\n";
					$slice[$begun][3] = $ns - $slice[$begun][2];
					next;
				}
				push(@slice, [$type, quoted($uuid), $ns, "NULL", quoted(proto::one($event, 23)), quoted(proto::one($event, 22)),
					map { my $id = proto::one($event, $_); defined($id) ? quoted(sprintf("%x", $id)) : "NULL" } 47, 48]);
				push(@{$open{$uuid}}, $#slice) if $type == 1;
				for (@{$event->{4} // []}) {
					my $a = proto::fields($_);
					my @value = grep { defined } map { proto::one($a, $_) } 4, 6, 7;
					die "not one value\n" if @value != 1;
					print "INSERT INTO annotation VALUES (", @slice + 0, ", ",
						quoted(proto::one($a, 10)), ", ", quoted($value[0]), ");\n";
				}
			} else {
				die "a packet without anything\n";
			}
		}
		print "INSERT INTO slice VALUES (", join(", ", @$_), ");\n" for @slice;
		print "COMMIT; CREATE INDEX annotated ON annotation (slice, name);\n";' "$tap_dir/trace" >"$tap_dir/sql" 2>>"$tap_dir/err" &&
		sqlite3 -bail "$tap_dir/read.db" <"$tap_dir/sql"
}
read_back() {
	sql "$tap_dir/read.db" "$1"
}
# note NAME: of the slice s
note() {
	printf "(SELECT value FROM annotation WHERE slice = s.rowid AND name = '%s')" "$1"
}
# the thread of the track of s, or of its parent
of_thread='FROM slice s JOIN track t ON t.uuid = s.track LEFT JOIN track p ON p.uuid = t.parent'

sh tests/empty-db.sh "$tap_dir/fixture.db" <tests/data/fixture.sql
# two holds of a thread that overlap, and a gap from before the first event; an unknown end
sqlite3 "$tap_dir/fixture.db" "INSERT INTO hold SELECT 100, start_ns + duration_ns / 2, duration_ns, lock_id, task_id, mode, site_id,
	nr_waiters, outcome FROM hold WHERE id = 1; UPDATE loss SET start_ns = NULL WHERE id = 1;
	INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason) VALUES (1029000000000, NULL, NULL, NULL, 3);
	INSERT INTO hold SELECT 101, start_ns + 1, NULL, lock_id, task_id, mode, site_id, nr_waiters, 2 FROM hold WHERE id = 2"
cp tests/data/stock.db "$tap_dir/demo.db"
"$RMAPSCOPE" upgrade "$tap_dir/demo.db" >"$tap_dir/out"
for db in "$tap_dir/demo.db" "$tap_dir/fixture.db"; do
	name=$(basename "$db")
	perfetto "$db"
	tap_is "$?:$(grep -cv '^rmapscope: ' "$tap_dir/err")" 0:0 "$name: written and read back"
	tap_is "$(read_back "SELECT $(note wait_id), coalesce(t.tid, p.tid), coalesce(t.pid, p.pid), s.ns, s.duration_ns, $(note class), $(note role), $(note mode), $(note vma), $(note holder),
			$(note holder_tid), $(note holder_source), $(note outcome), $(note runnable_ns) $of_thread WHERE s.category = 'wait' ORDER BY CAST($(note wait_id) AS INT)")" \
		"$(sql "$db" "SELECT id, tid, coalesce(tgid, tid), start_ns, duration_ns, class, role, mode,
			coalesce(vma_name, iif(vma_id IS NULL, NULL, printf('%x-%x', vma_start, vma_end))), holder_comm, holder_tid,
			iif(holder_tid IS NULL, NULL, holder_source), outcome, runnable_ns FROM waits ORDER BY id")" \
		"$name: each wait is a slice of its thread, with its times and what is known"
	tap_is "$(read_back "SELECT sum(duration_ns), count(*) FROM slice WHERE category = 'wait'")" \
		"$(sql "$db" "SELECT sum(duration_ns), count(*) FROM wait")" "$name: they add up to all waits"
	tap_is "$(read_back "SELECT count(*) FROM slice s WHERE s.category = 'wait' AND s.duration_ns IS NULL AND
			(s.type = 1) <> ($(note outcome) = 'open')")" 0 "$name: one without a duration is open, or an instant"
	tap_is "$(read_back "SELECT flow FROM slice WHERE flow IS NOT NULL ORDER BY 1")" \
		"$(read_back "SELECT flow_end FROM slice WHERE flow_end IS NOT NULL ORDER BY 1")" "$name: each flow has both ends"
	tap_is "$(read_back "SELECT count(flow), count(flow) - count(DISTINCT flow) FROM slice")" \
		"$(sql "$db" "SELECT count(holder_tid) || '|0' FROM waits")" "$name: one for each wait whose holder is known"
	tap_is "$(read_back "SELECT count(*) FROM slice s JOIN slice e ON e.flow_end = s.flow JOIN track t ON t.uuid = e.track
			WHERE t.tid IS NOT CAST($(note holder_tid) AS INT) OR e.ns < s.ns OR e.ns > s.ns + s.duration_ns")" 0 \
		"$name: it ends on the holder's track, and during the wait"
	tap_is "$(read_back "SELECT count(*) FROM slice e JOIN slice s ON s.flow = e.flow_end WHERE $(note wait_id) IS NOT
			(SELECT value FROM annotation WHERE slice = e.rowid AND name = 'wait_id')")" 0 "$name: both ends name the wait"
	tap_is "$(read_back "SELECT $(note hold_id), p.tid, s.ns, s.duration_ns, t.name, $(note class), $(note lock), $(note nr_waiters), $(note outcome)
			$of_thread WHERE s.category = 'hold' ORDER BY CAST($(note hold_id) AS INT)")" \
		"$(sql "$db" "SELECT id, tid, start_ns, duration_ns, 'holds', class, lock, nr_waiters, outcome FROM holds ORDER BY id")" \
		"$name: each hold is a slice, on a track of its thread"
	tap_is "$(read_back "SELECT $(note storm_id), s.ns, s.duration_ns, s.name, t.name, $(note nr_events), $(note lock) $of_thread
			WHERE s.category = 'storm' ORDER BY CAST($(note storm_id) AS INT)")" \
		"$(sql "$db" "SELECT id, start_ns, duration_ns, kind || ' storm', 'storms', nr_events, lock FROM storms ORDER BY id")" "$name: storms"
	tap_is "$(read_back "SELECT $(note loss_id), t.name, s.ns, s.duration_ns, $(note nr_lost), $(note reason), $(note began) $of_thread
			WHERE s.category = 'loss' ORDER BY CAST($(note loss_id) AS INT)")" \
		"$(sql "$db" "SELECT id, coalesce('lost events, CPU ' || cpu, 'lost events, all CPUs'), coalesce(start_ns, m.value),
			end_ns - coalesce(start_ns, m.value), nr_lost, (SELECT label FROM enum WHERE domain = 'loss_reason' AND enum.value = reason),
			iif(start_ns IS NULL, 'before the first event', NULL)
			FROM loss LEFT JOIN meta m ON m.key = 'first_ns' ORDER BY id")" "$name: lost events"
	tap_is "$(read_back "SELECT name, tid FROM track WHERE tid IS NOT NULL ORDER BY tid, name")" \
		"$(sql "$db" "SELECT comm, tid FROM task WHERE id IN (SELECT task_id FROM wait UNION SELECT holder_task_id FROM wait
			UNION SELECT task_id FROM hold) ORDER BY tid, comm")" "$name: threads have their names"
	tap_is "$(read_back "SELECT name, pid FROM track WHERE pid IS NOT NULL AND tid IS NULL ORDER BY pid, name")" \
		"$(sql "$db" "SELECT comm, tgid FROM process WHERE id IN (SELECT process_id FROM task WHERE id IN (SELECT task_id FROM wait
			UNION SELECT holder_task_id FROM wait UNION SELECT task_id FROM hold)) ORDER BY tgid, comm")" "$name: and processes theirs"
	tap_is "$(read_back "SELECT DISTINCT clock FROM packet; SELECT id, ns, main FROM clock ORDER BY id")" \
		"3
$(sql "$db" "SELECT 1, f.value + o.value, 0 FROM meta f JOIN meta o ON o.key = 'clock_offset_ns' WHERE f.key = 'first_ns'
	UNION ALL SELECT 3, value, 1 FROM meta WHERE key = 'first_ns'")" "$name: times are of CLOCK_MONOTONIC, and the snapshot has the time of day"
done
tap_is "$(read_back "SELECT count(DISTINCT s.track) $of_thread WHERE s.category = 'hold' AND p.tid = (SELECT p.tid $of_thread
	WHERE s.category = 'hold' AND $(note hold_id) = '100')")" \
	2 "holds that overlap are on two tracks"

# --- other clocks

db=$tap_dir/clock.db
cp tests/data/stock.db "$db"
for offset in 0 86400000000123; do
	sqlite3 "$db" "INSERT OR REPLACE INTO meta VALUES ('boot_offset_ns', $offset)"
	perfetto "$db"
	tap_is "$?:$(read_back "SELECT ns, main FROM clock WHERE id = 6")" \
		"0:$(sql "$db" "SELECT value + $offset, 0 FROM meta WHERE key = 'first_ns'")" \
		"the snapshot has the boot time, $offset ns later: a trace in boot time can lie beside this one"
done
for clock in boot:6 mono_raw:5 realtime:1 perf:10; do
	sqlite3 "$db" "UPDATE meta SET value = '${clock%:*}' WHERE key = 'clock'"
	perfetto "$db"
	tap_is "$?:$(read_back "SELECT DISTINCT clock FROM packet"):$(read_back "SELECT id FROM clock WHERE main")" \
		"0:${clock#*:}:${clock#*:}" "clock ${clock%:*} has its number"
	tap_is "$(grep -c clock "$tap_dir/err"):$(read_back "SELECT count(*) - count(DISTINCT id) FROM clock")" 0:0 \
		"nothing is to be said, and no clock is there twice"
done
sqlite3 "$db" "UPDATE meta SET value = 'lo' || char(27) || 'cal' WHERE key = 'clock'"
perfetto "$db"
tap_is "$?:$(grep -c 'the clock of this capture (lo?cal) has no number in Perfetto' "$tap_dir/err")" 0:1 "one that has none is said"
sqlite3 "$db" "DELETE FROM meta WHERE key IN ('clock', 'clock_offset_ns', 'boot_offset_ns'); UPDATE meta SET value = 'trace.dat' WHERE key = 'source'"
perfetto "$db"
tap_is "$?:$(grep -c 'the clock of this capture (unknown)' "$tap_dir/err"):$(read_back "SELECT count(*) FROM clock")" 0:1:1 \
	"so is an unknown one; no time of day is invented"

# --- filters, names, wrong usage

db=tests/data/stock.db
class=$(sql $db "SELECT class FROM waits WHERE duration_ns IS NOT NULL GROUP BY 1 ORDER BY count(*) LIMIT 1")
perfetto $db --class "$class"
tap_is "$?:$(read_back "SELECT count(*), sum(duration_ns) FROM slice WHERE category = 'wait'")" \
	"0:$(sql $db "SELECT count(*), sum(duration_ns) FROM waits WHERE class = '$class'")" "a filter applies"
perfetto "$tap_dir/fixture.db" --class anon_vma
tap_is "$?:$(read_back "SELECT count(*) FROM slice WHERE category = 'hold'"):$(grep -c 'holds: .*it cannot be filtered by --class' "$tap_dir/err")" \
	0:0:1 "holds, which it does not apply to, are left out, and that is said"
cp $db "$tap_dir/names.db"
sqlite3 "$tap_dir/names.db" "UPDATE task SET comm = CAST(x'ff1b0a27' AS TEXT)"
perfetto "$tap_dir/names.db"
tap_is "$?:$(read_back "SELECT DISTINCT name FROM track WHERE tid IS NOT NULL")" "0:???'" "texts are UTF-8"
"$RMAPSCOPE" export $db --to perfetto --root waiter >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -c <"$tap_dir/out")" 2:0 "--root is not for it"
"$RMAPSCOPE" export $db --to perfetto >/dev/full 2>"$tap_dir/err"
tap_is "$?:$(grep -vc 'not seen' "$tap_dir/err")" 1:1 "a full disk is said"
tap_done
