#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# export --to pprof: read back by the numbers of profile.proto, its samples are the waits
# of the database.
. tests/tap.sh
. tests/live/trace.sh

# pprof FILE [OPTION]...: its samples as a table of a database, $tap_dir/read.db
pprof() {
	local db=$1
	shift
	"$RMAPSCOPE" export "$db" --to pprof "$@" >"$tap_dir/pb.gz" 2>"$tap_dir/err" || return 1
	gzip -dc "$tap_dir/pb.gz" >"$tap_dir/pb" || return 1
	rm -f "$tap_dir/read.db"
	perl -Itests -Mproto -e '
		my $p = proto::fields(proto::slurp($ARGV[0]));
		my @s = @{$p->{6}};
		die "the first string is not empty\n" if $s[0] ne "";
		my %seen;
		$seen{$_}++ && die "string $_ is there twice\n" for @s;
		sub text { my ($i) = @_; die "no string $i\n" if $i > $#s; return $s[$i]; }
		my %function;
		for (@{$p->{5} // []}) {
			my $f = proto::fields($_);
			$function{proto::one($f, 1)} = text(proto::one($f, 2));
		}
		my %location;
		for (@{$p->{4} // []}) {
			my $l = proto::fields($_);
			my $line = proto::fields(proto::one($l, 4));
			$location{proto::one($l, 1)} = $function{proto::one($line, 1)} // die "no function\n";
		}
		sub quoted { my ($t) = @_; return "NULL" if !defined($t); $t =~ s/\x27/\x27\x27/g; return "\x27$t\x27"; }
		print "CREATE TABLE profile (types, duration_ns, time_ns, comment, default_type);\n";
		print "CREATE TABLE sample (process, thread, class, role, vma, holder, holder_source, stack, nr, ns);\nBEGIN;\n";
		print "INSERT INTO profile VALUES (", join(", ",
			quoted(join(" ", map { my $t = proto::fields($_); text(proto::one($t, 1)) . "/" . text(proto::one($t, 2)) } @{$p->{1}})),
			proto::one($p, 10), proto::one($p, 9) // "NULL",
			quoted(join(" ", map { text($_) } @{$p->{13} // []})), quoted(text(proto::one($p, 14)))), ");\n";
		for (@{$p->{2} // []}) {
			my $sample = proto::fields($_);
			my @value = proto::packed(proto::one($sample, 2));
			die "not two values\n" if @value != 2;
			my %label;
			for (@{$sample->{3} // []}) {
				my $l = proto::fields($_);
				my $key = text(proto::one($l, 1));
				die "label $key is there twice\n" if exists($label{$key});
				$label{$key} = text(proto::one($l, 2));
			}
			my @labels = map { quoted(delete($label{$_})) }
				qw(process thread class role vma holder holder_source);
			die "more labels: ", join(" ", %label), "\n" if %label;
			my $stack = join("\n", map { $location{$_} // die "no location $_\n" }
				proto::packed(proto::one($sample, 1)));
			print "INSERT INTO sample VALUES (", join(", ", @labels, quoted($stack), @value), ");\n";
		}
		print "COMMIT;\n";' "$tap_dir/pb" >"$tap_dir/sql" 2>>"$tap_dir/err" &&
		sqlite3 -bail "$tap_dir/read.db" <"$tap_dir/sql"
}
read_back() {
	sql "$tap_dir/read.db" "$1"
}

sh tests/empty-db.sh "$tap_dir/fixture.db" <tests/data/fixture.sql
for db in tests/data/stock.db "$tap_dir/fixture.db"; do
	name=$(basename "$db")
	pprof "$db"
	tap_is "$?:$(cat "$tap_dir/err")" 0: "$name: written and read back"
	tap_is "$(read_back 'SELECT types, default_type FROM profile')" "contentions/count delay/nanoseconds|delay" "$name: two values"
	tap_is "$(read_back 'SELECT sum(nr), sum(ns) FROM sample')" \
		"$(sql "$db" "SELECT count(duration_ns), sum(duration_ns) FROM wait")" "$name: the samples add up to all waits"
	for key in thread:comm process:process class:class role:role holder:holder_comm; do
		tap_is "$(read_back "SELECT ${key%:*}, sum(nr), sum(ns) FROM sample GROUP BY 1 ORDER BY 1")" \
			"$(sql "$db" "SELECT ${key#*:}, count(*), sum(duration_ns) FROM waits
				WHERE duration_ns IS NOT NULL GROUP BY 1 ORDER BY 1")" "$name: and by ${key%:*}, unknown ones as well"
	done
	tap_is "$(read_back "SELECT vma, sum(ns) FROM sample GROUP BY 1 ORDER BY 1")" \
		"$(sql "$db" "SELECT coalesce(vma_name, iif(vma_id IS NULL, NULL, printf('%x-%x', vma_start, vma_end))) AS vma,
			sum(duration_ns) FROM waits WHERE duration_ns IS NOT NULL GROUP BY 1 ORDER BY 1")" "$name: and by VMA"
	tap_is "$(read_back "SELECT count(*) FROM sample WHERE (holder IS NULL) <> (holder_source IS NULL)")" 0 \
		"$name: a holder says how it is known"
	tap_is "$(read_back "SELECT duration_ns, coalesce(time_ns, '-') FROM profile")" \
		"$(sql "$db" "SELECT l.value - f.value, coalesce(f.value + o.value, '-') FROM meta f JOIN meta l ON l.key = 'last_ns'
			LEFT JOIN meta o ON o.key = 'clock_offset_ns' WHERE f.key = 'first_ns'")" "$name: when, and how long"
done

db=tests/data/stock.db
pprof $db
tap_is "$(read_back "SELECT stack, sum(ns) FROM sample GROUP BY 1 ORDER BY 2")" \
	"$(sql $db "SELECT rtrim(frames, char(10)), sum(duration_ns) FROM wait w JOIN stack k ON k.id = w.stack_id
		WHERE duration_ns IS NOT NULL GROUP BY w.stack_id ORDER BY 2" | sed 's/+0x[0-9a-f]*//')" \
	"stacks are functions without offsets, the innermost first"
cp "$tap_dir/pb.gz" "$tap_dir/first.gz"
"$RMAPSCOPE" export $db --to pprof -o "$tap_dir/second.gz"
tap_is "$?:$(cmp "$tap_dir/first.gz" "$tap_dir/second.gz" 2>&1)" 0: "the same database gives the same bytes, also by -o"
class=$(sql $db "SELECT class FROM waits WHERE duration_ns IS NOT NULL GROUP BY 1 ORDER BY count(*) LIMIT 1")
pprof $db --class "$class"
tap_is "$(read_back "SELECT sum(ns) FROM sample"):$(read_back "SELECT comment FROM profile")" \
	"$(sql $db "SELECT sum(duration_ns) FROM waits WHERE class = '$class'"):--class $class" "a filter applies and is noted"
pprof $db --comm nobody
tap_is "$?:$(read_back "SELECT count(*) FROM sample")" 0:0 "no waits, no samples"

cp $db "$tap_dir/names.db"
sqlite3 "$tap_dir/names.db" "UPDATE task SET comm = CAST(x'ff1b0a' AS TEXT); UPDATE wait SET stack_id = NULL"
pprof "$tap_dir/names.db"
tap_is "$?:$(read_back "SELECT DISTINCT thread, stack FROM sample")" "0:???|(no stack)" "texts are UTF-8, and a stack may be missing"

# --- wrong usage

"$RMAPSCOPE" export $db --to pprof --root holder >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(wc -c <"$tap_dir/out")" 2:0 "--root is not for it"
script -qec "\"$RMAPSCOPE\" export $db --to pprof" "$tap_dir/out" </dev/null >/dev/null
tap_is "$?:$(grep -c 'not for a terminal; name a file with -o' "$tap_dir/out")" 2:1 "a terminal gets no bytes"
"$RMAPSCOPE" export $db --to pprof >/dev/full 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err")" 1:1 "a full disk is said"
tap_done
