#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What `report` looks like as text: columns stay in line, whatever the names are.
. tests/tap.sh
command -v sqlite3 >/dev/null || tap_skip_all "sqlite3 is not installed"

db=$tap_dir/names.db
sh tests/empty-db.sh "$db" <<-'END'
	INSERT INTO meta VALUES ('state', 'finished'), ('first_ns', 1000000000000), ('last_ns', 1010000000000);
	INSERT INTO process (id, tgid, comm) VALUES (1, 101, 'plain'), (2, 102, '日本語の名前'), (3, 103, 'größe 😀'),
		(4, 104, 'ｆｕｌｌｗｉｄｔｈ');
	INSERT INTO task (id, tid, tgid, comm, is_main, process_id) SELECT id, tgid, tgid, comm, 1, id FROM process;
	INSERT INTO lock (id, class, address, generation) VALUES (1, 0, 4096, 0);
	INSERT INTO wait (start_ns, duration_ns, lock_id, task_id, mode, holder_source, outcome)
		SELECT 1001000000000, 5000000 - id, 1, id, 0, 0, 0 FROM task;
END

# the column in which a text begins, as a terminal counts: wide characters take two
column_of() {
	perl -CSDA -e '
		my ($text) = @ARGV;
		while (<STDIN>) {
			my $at = index($_, $text);
			next if $at < 0;
			my $before = substr($_, 0, $at);
			my $wide = () = $before =~ /[\x{1100}-\x{115f}\x{2e80}-\x{a4cf}\x{ac00}-\x{d7a3}\x{f900}-\x{faff}\x{ff00}-\x{ff60}\x{1f300}-\x{1faff}]/g;
			print $at + $wide, "\n";
			exit;
		}' "$1"
}
for locale in C C.UTF-8; do
	LC_ALL=$locale "$RMAPSCOPE" report "$db" processes >"$tap_dir/out"
	tap_is "$?" 0 "$locale: report of wide names"
	want=$(column_of 101 <"$tap_dir/out")
	tap_like "$want" '^[0-9]+$' "$locale: the process ids are in a column"
	for id in 102 103 104; do
		tap_is "$(column_of $id <"$tap_dir/out")" "$want" "$locale: process $id is in line with the first"
	done
done

tap_done
