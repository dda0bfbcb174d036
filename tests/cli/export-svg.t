#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# export --to svg: a flame graph without scripts, whose boxes are the waits of the database.
. tests/tap.sh
. tests/live/trace.sh

# svg FILE [OPTION]...: its boxes as lines "level x width ms name", from the bottom
# up; checks on the way that the elements are closed in their order
svg() {
	local db=$1
	shift
	"$RMAPSCOPE" export "$db" --to svg "$@" >"$tap_dir/svg" 2>"$tap_dir/err" || return 1
	perl -CSD -e '
		local $/;
		my ($text, @open, @boxes) = (<STDIN>);
		die "no declaration\n" if $text !~ s/^<\?xml version="1\.0" encoding="UTF-8"\?>\n//;
		die "not all characters are allowed in XML\n" if $text =~ /[^\x09\x0a\x20-\x7e\xa0-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]/;
		while ($text =~ m{\G(?:<(/?)(\w+)((?: [\w-]+="[^"<]*")*)(/?)>|([^<>]+))}gc) {
			next if defined($5);
			if ($1) {
				my $last = pop(@open);
				die "</$2> closes <$last>\n" if $last ne $2;
			} elsif (!$4) {
				push(@open, $2);
			}
		}
		die "not understood: ", substr($text, pos($text) // 0, 60), "\n" if (pos($text) // 0) < length($text);
		die "<@open> is open\n" if @open;
		die "a reference that is none\n" if $text =~ /&(?!#\d+;)/;
		die "more than a picture\n" if $text =~ /script|\bon\w+=|href|style|foreign|url/i && $text !~ /<title>[^<]*(script|url)/i;
		pos($text) = 0;
		my ($bottom) = $text =~ /viewBox="0 0 1200 (\d+)"/;
		while ($text =~ m{<title>([^\n<]*)\n([\d.]+) ms, ([\d.]+) % of all</title><rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"}g) {
			print join("\t", ($bottom - 10 - $5) / 16 - 1, $4, $6, $2, $1), "\n";
		}' <"$tap_dir/svg" >"$tap_dir/boxes" 2>>"$tap_dir/err"
}
# what is drawn is not narrower than a tenth of a unit
boxes_of() {
	awk -F '\t' -v level="$1" '$1 == level { ms[$5] += $4 } END { for (n in ms) printf("%s|%.0f\n", n, ms[n]) }' "$tap_dir/boxes" | sort
}

sh tests/empty-db.sh "$tap_dir/fixture.db" <tests/data/fixture.sql
for db in tests/data/stock.db "$tap_dir/fixture.db"; do
	name=$(basename "$db")
	svg "$db"
	tap_is "$?:$(cat "$tap_dir/err")" 0: "$name: it is drawn, and is XML"
	tap_is "$(boxes_of 0)" "all waits|$(sql "$db" "SELECT printf('%.0f', sum(duration_ns) / 1e6) FROM wait")" "$name: the box at the bottom has all waits"
	tap_is "$(boxes_of 1)" "$(sql "$db" "SELECT coalesce(process, '-'), printf('%.0f', sum(duration_ns) / 1e6) FROM waits
		WHERE duration_ns IS NOT NULL GROUP BY 1 HAVING sum(duration_ns) * 1180.0 / (SELECT sum(duration_ns) FROM wait) >= 0.1 ORDER BY 1" |
		sort)" "$name: above it are the processes"
	tap_is "$(awk -F '\t' '$3 / 1180 - $4 / (all = NR == 1 ? $4 : all) > 0.0001 || $4 / all - $3 / 1180 > 0.0001' "$tap_dir/boxes")" "" \
		"$name: a box is as wide as its time is long"
	# each box is drawn after the one that it stands on
	tap_is "$(awk -F '\t' '{ from[$1] = $2; to[$1] = $2 + $3 }
		$1 && ($2 < from[$1 - 1] - 0.02 || $2 + $3 > to[$1 - 1] + 0.02)' "$tap_dir/boxes")" "" "$name: and stands on its caller"
done

db=tests/data/stock.db
svg $db --root holder
tap_is "$?:$(boxes_of 1 | grep -cv '^held by ')" 0:0 "by holder, those are at the bottom"
svg $db --comm nobody
tap_is "$?:$(wc -l <"$tap_dir/boxes"):$(grep -c 'No waits for locks' "$tap_dir/svg")" 0:0:1 "no waits are said"
cp $db "$tap_dir/names.db"
sqlite3 "$tap_dir/names.db" "UPDATE task SET comm = '</title><script>&\"''' || char(27, 10, 0x202e) || CAST(x'ff' AS TEXT);
	UPDATE wait SET stack_id = NULL WHERE id % 2"
svg "$tap_dir/names.db"
tap_is "$?:$(cat "$tap_dir/err"):$(grep -c '<script' "$tap_dir/svg")" 0::0 "a name cannot add elements"
tap_is "$(cut -f 5 "$tap_dir/boxes" | grep -c '^&#60;/title&#62;&#60;script&#62;&#38;&#34;&#39;????$')" \
	"$(sql "$tap_dir/names.db" "SELECT count(DISTINCT coalesce(process, '-')) FROM waits WHERE duration_ns IS NOT NULL AND process IN
		(SELECT process FROM waits GROUP BY 1 HAVING sum(duration_ns) * 1180.0 / (SELECT sum(duration_ns) FROM wait) >= 0.1)")" "nor does it get lost"
tap_is "$(cut -f 5 "$tap_dir/boxes" | grep -cx '(no stack)' | sed 's/[1-9][0-9]*/some/')" some "a stack may be missing"
"$RMAPSCOPE" export $db --to svg >/dev/full 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err")" 1:1 "a full disk is said"
tap_done
