#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Moving in time: a finished capture, and one that grows while it is shown.
. tests/tui/lib.sh
tui_fixture

tui_top 80 24
tui_sees ' END  window 10s' "a finished capture starts at its end"
tui_sees 'open at end   4   longest ms 1,250\.000' "what was open at the end is said so"
tui_keys Left
tui_sees 'AT 28\.800 of 29\.700 s' "Left goes back to the second before"
tui_sees 'blocked then   1   longest ms   350\.000' "how many were blocked then"
tui_keys Left Left
tui_sees 'AT 26\.800 of 29\.700 s' "and by a second each time"
tui_keys Right
tui_sees 'AT 27\.800 of 29\.700 s' "Right goes forward"
tui_keys Home
tui_sees 'AT 9\.800 of 29\.700 s' "Home: the first window"
tui_sees '^surfaceflinger .* 33\.9 ' "its rows"
tui_keys Left Left Left Left Left Left Left Left Left Left Left
tui_sees 'AT 0\.800 of 29\.700 s' "there is nothing before the first second"
tui_keys End
tui_sees ' END  window 10s' "End: the end"
tui_keys Left Right Right
tui_sees ' END  window 10s' "Right from the last second is the end"
tui_keys Home 2
tui_sees 'AT 9\.800 of' "the other screen shows the same time"
tui_keys End 1

tui_keys +
tui_sees 'window 20s' "+ widens the window"
tui_keys + + + + + + + + + +
tui_sees 'window 3600s' "up to an hour"
tui_sees 'waits/s       6\.5' "waits/s are over the capture then, not over an hour"
tui_keys - - - - - - - - - - - - - - -
tui_sees 'window 1s' "- narrows it, to a second"
tui_keys = = =
tui_sees 'window 10s' "= is + without shift"

# growing: what a recorder would write
sqlite3 "$db" "UPDATE meta SET value = 'recording' WHERE key = 'state'; PRAGMA journal_mode = WAL" >/dev/null
grow() {
	sqlite3 "$db" "BEGIN;
		INSERT INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, nr_waits,
			wait_ns, max_wait_ns, slept_ns, nr_uncertain, hist)
			SELECT 1030 + $1, 2, 3, 0, 5, 1, 500, 900000000, 3000000, 0, 0, hist FROM rollup WHERE hist != x'' LIMIT 1;
		INSERT INTO second_rollup SELECT 1030 + $1, 500, 900000000, 3000000, 0, hist FROM rollup
			WHERE hist != x'' LIMIT 1;
		UPDATE meta SET value = (1030 + $1) * 1000000000 + 500000000 WHERE key = 'last_ns';
		COMMIT"
}
tui_top 80 24 -d 0.1 -s processes
tui_sees ' LIVE  window 10s' "a growing capture is live"
tui_sees 'blocked now   4' "its open waits are blocked now"
grow 0
tui_sees '^redis-server .* 5[0-9]\.[0-9] ' "what is added comes up"
tui_keys Space
tui_sees 'PAUSED 30\.300 s ' "Space freezes"
tui_screen | sed -n '2,$p' >"$tap_dir/frozen"
grow 1
tui_keys Left
tui_sees 'AT 29\.800 of 31\.300 s' "recording goes on meanwhile"
tui_keys Space
tui_sees ' LIVE ' "Space again: live"
tui_sees '^redis-server .* 10[0-9]\.[0-9] ' "with all that came meanwhile"
tui_keys Space
tui_sees 'PAUSED 31\.300 s ' "frozen again"
tui_screen | sed -n '2,$p' >"$tap_dir/frozen"
sqlite3 "$db" "UPDATE rollup SET nr_waits = nr_waits + 900 WHERE second = 1031;
	UPDATE second_rollup SET nr_waits = nr_waits + 900 WHERE second = 1031"
grow 2
grow 3
tui_keys Down
tui_sees ' 2/5' "still frozen: keys work"
sqlite3 "$db" "INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason) VALUES (1031000000000, 1031500000000, 0, 1000, 0)"
tui_sees 'lost 1,130' "the capture is still read: losses come up"
tui_keys Up
tui_sees ' 1/5' "still frozen: and back"
tap_is "$(tui_screen | sed -n '2,$p')" "$(cat "$tap_dir/frozen")" "nothing else has moved"
tui_keys 2 p
tui_sees '^redis-server .* 1[0-9][0-9]\.[0-9] ' "what is read again is whole seconds"
tui_keys End
tui_sees ' LIVE ' "End goes to now"
tui_keys 3
tui_sees '└─surfaceflinger +4,850\.000 waiter ' "a blocked thread, and for how long"
grow 4
tui_sees '└─surfaceflinger +5,850\.000 waiter ' "its age grows"
sqlite3 "$db" "UPDATE wait SET duration_ns = 1030000000000 - start_ns, outcome = 0 WHERE outcome = 1 AND task_id = 1"
grow 5
tui_loses '└─surfaceflinger' "until it has the lock"
sqlite3 "$db" "UPDATE meta SET value = 'finished' WHERE key = 'state'"
tui_sees ' END ' "when the recorder finishes it is the end"

tap_done
