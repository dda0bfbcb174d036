#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `report` and `top` of a part of a capture: what they say is what SQL says of the
# rows that pass, and what cannot be told apart is not shown.
. tests/tap.sh
command -v sqlite3 >/dev/null || tap_skip_all "sqlite3 is not installed"

db=$tap_dir/some.db
SEC=1000000000
# a server that forks, two others of one executable, a kernel thread; unknown ones
sh tests/empty-db.sh "$db" <<-'END'
	INSERT INTO meta VALUES ('state', 'finished'), ('source', 'tracefs'), ('profile', 'all'),
		('first_ns', 1000200000000), ('last_ns', 1030000000000), ('nr_events', 9999), ('nr_waits', 2400),
		('nr_uncertain', 0), ('sees_storms', 'yes'), ('sees_stragglers', 'yes'), ('sees_order', 'yes'),
		('sees_walks', 'yes');
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
	INSERT INTO process (id, tgid, comm, exe, cgroup) SELECT i, 100 + i, 'httpd', '/usr/sbin/httpd',
		iif(i < 20, '/web/a', '/web/b') FROM n;
	INSERT INTO process (id, tgid, comm, exe, cgroup) VALUES
		(41, 500, 'redis-server', '/usr/bin/redis', '/db'), (42, 501, 'redis-cli', '/usr/bin/redis', '/db/cli'),
		(43, 502, 'kswapd0', NULL, '/'), (44, 503, NULL, NULL, NULL), (45, 504, NULL, NULL, NULL),
		(46, 505, 'dbase', '/usr/bin/dbase', '/dbase');
	INSERT INTO task (id, tid, tgid, comm, is_main, process_id) SELECT id, tgid, tgid, comm, 1, id FROM process;
	INSERT INTO task (id, tid, tgid, comm, is_main, process_id) VALUES
		(60, 900, 500, 'bio_lazy_free', 0, 41), (61, 901, NULL, 'httpd', NULL, NULL),
		(62, 902, 502, 'httpd', 0, 43);
	INSERT INTO lock (id, class, address, generation) VALUES (1, 0, 4096, 0), (2, 2, 8192, 0), (3, NULL, 12288, 0);
	INSERT INTO site (id, symbol, offset, role) VALUES (1, 'down_write', 1, 0);
	INSERT INTO vma (id, process_id, start, end, name) VALUES (1, 1, 4096, 8192, '[heap]');
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2400)
	INSERT INTO wait (start_ns, duration_ns, slept_ns, lock_id, task_id, mode, site_id, vma_id, holder_task_id,
		holder_source, outcome)
	SELECT 1000200000000 + i * 12000000, 1 + (i * 7919) % 9973 * 997, (i * 31) % 997, i % 3 + 1,
		CASE WHEN i % 7 = 0 THEN 60 WHEN i % 11 = 0 THEN 61 WHEN i % 13 = 0 THEN 62 ELSE i % 46 + 1 END,
		i % 2, 1, iif(i % 46 = 0 AND i % 7 AND i % 11 AND i % 13, 1, NULL), i % 40 + 1, 1, 0 FROM n;
	INSERT INTO wait (start_ns, lock_id, task_id, mode, holder_source, outcome) VALUES
		(1029000000000, 1, 41, 0, 0, 1), (1005000000000, 1, 41, 0, 0, 2);
	INSERT INTO stall (start_ns, duration_ns, task_id, wait_id, outcome)
		SELECT start_ns + 1, duration_ns - 2, task_id, id, 0 FROM wait WHERE id % 50 = 0 AND duration_ns > 10;
	INSERT INTO storm (kind, start_ns, duration_ns, outcome, lock_id, nr_events, peak_per_s, nr_walkers,
		walker_task_id) VALUES (0, 1003000000000, 2000000000, 0, 1, 50, 50, 1, 43),
		(0, 1020000000000, 1000000, 0, 2, 20, 20, 1, 41);
	INSERT INTO straggler (time_ns, task_id, address, why) VALUES (1004000000000, 43, 4096, 0);
	INSERT INTO order_edge (id, held_class, taken_class, nr_taken, nr_tried, time_ns, task_id) VALUES
		(1, 0, 2, 5, 0, 1004000000000, 41), (2, 1, 1, 5, 0, 1004000000000, 41);
	INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason) VALUES (1010000000000, 1011000000000, 0, 7, 0);
	INSERT INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, nr_waits, wait_ns, max_wait_ns,
		slept_ns, nr_uncertain)
	SELECT (start_ns + duration_ns) / 1000000000, coalesce(process_id, 0), lock_id, coalesce(vma_id, 0),
		coalesce(site_id, 0), mode, count(*), sum(duration_ns), max(duration_ns), sum(slept_ns), 0
	FROM wait w JOIN task t ON t.id = w.task_id WHERE duration_ns IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
	INSERT INTO second_rollup (second, nr_waits, wait_ns, max_wait_ns, nr_uncertain)
	SELECT second, sum(nr_waits), sum(wait_ns), max(max_wait_ns), 0 FROM rollup GROUP BY 1;
	INSERT INTO holder_rollup (second, lock_id, process_id, holder_task_id, nr_waits, wait_ns)
	SELECT (start_ns + duration_ns) / 1000000000, lock_id, coalesce(process_id, 0),
		holder_task_id, count(*), sum(duration_ns)
	FROM wait w JOIN task t ON t.id = w.task_id WHERE duration_ns IS NOT NULL GROUP BY 1, 2, 3, 4;
	INSERT INTO checkpoint (time_ns, wait_id, wait_min_ns) SELECT 1030000000000, max(id), min(start_ns) FROM wait;
END
tap_ok $? "a database is made up"

sql() {
	sqlite3 -batch -noheader -separator '|' "$db" "$1"
}
# csv SECTION COLUMNS OPTION...: those columns of a section
csv() {
	local section=$1 columns=$2
	shift 2
	"$RMAPSCOPE" report --format csv "$@" "$db" "$section" 2>/dev/null >"$tap_dir/section.csv" || echo "rc $?"
	sqlite3 -batch -noheader :memory: ".import --csv '$tap_dir/section.csv' t" ".mode list" ".separator |" \
		"SELECT $columns FROM t" 2>&1
}
same() {
	[ "$1" = "$2" ]
	tap_ok $? "$3"
	[ "$1" = "$2" ] || diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") | head -n 9 | sed 's/^/# /'
}

# of w: a wait, t: its thread, p: its process, l: its lock
rows='wait w JOIN task t ON t.id = w.task_id LEFT JOIN process p ON p.id = t.process_id JOIN lock l ON l.id = w.lock_id'
ended='w.start_ns + w.duration_ns'
# check CONDITION OPTION...: every section of waits under the options
check() {
	local where=$1 n
	shift
	n="$*"
	same "$(csv waits 'start_ns' "$@" | sort | head -n 1000)" \
		"$(sql "SELECT start_ns FROM (SELECT w.start_ns, coalesce(w.duration_ns, 1030000000000 - w.start_ns) AS ns, w.id
			FROM $rows WHERE w.outcome != 2 AND ($where) ORDER BY ns DESC, w.id LIMIT 1000)" | sort)" "$n: waits"
	same "$(csv processes "tgid, nr_waits, wait_ns, max_ns, nr_tasks, nr_locks, nr_open, nr_uncertain" "$@" | sort)" \
		"$(sql "SELECT t.tgid, count(w.duration_ns), coalesce(sum(w.duration_ns), 0), max(w.duration_ns),
			count(DISTINCT w.task_id), count(DISTINCT w.lock_id), sum(w.outcome = 1), sum(w.outcome = 2)
			FROM $rows WHERE $where GROUP BY coalesce(t.process_id, 0)" | sort)" "$n: processes"
	same "$(csv locks "lock, nr_waits, wait_ns" "$@" | sort)" \
		"$(sql "SELECT printf('%x', l.address), count(w.duration_ns), coalesce(sum(w.duration_ns), 0)
			FROM $rows WHERE $where GROUP BY l.id" | sort)" "$n: locks"
	same "$(csv tasks "tid, nr_waits, wait_ns" "$@" | sort)" \
		"$(sql "SELECT t.tid, count(w.duration_ns), coalesce(sum(w.duration_ns), 0)
			FROM $rows WHERE $where GROUP BY t.id" | sort)" "$n: threads"
	same "$(csv blame 'sum(wait_ns), sum(nr_waits)' "$@")" \
		"$(sql "SELECT sum(w.duration_ns), count(w.duration_ns) FROM $rows WHERE w.duration_ns IS NOT NULL AND ($where)")" \
		"$n: blame adds up"
	same "$(csv sites 'sum(wait_ns)' "$@")" "$(sql "SELECT sum(w.duration_ns) FROM $rows WHERE $where")" "$n: sites"
	same "$(csv vmas 'sum(wait_ns)' "$@")" "$(sql "SELECT sum(w.duration_ns) FROM $rows WHERE $where")" "$n: VMAs"
}
check "p.tgid = 500" --pid 500
check "t.comm = 'httpd' OR p.comm = 'httpd'" --comm httpd
check "t.comm GLOB 'redis*' OR p.comm GLOB 'redis*'" --comm 'redis*'
check "t.comm = 'bio_lazy_free'" --comm bio_lazy_free
check "p.cgroup = '/db' OR p.cgroup GLOB '/db/*'" --cgroup /db
check "p.cgroup = '/db' OR p.cgroup GLOB '/db/*'" --cgroup /db/
check "p.cgroup GLOB '/web/*'" --cgroup /web
check "p.cgroup GLOB '/*'" --cgroup /
check "l.class = 2" --class mmap
check "(w.duration_ns IS NOT NULL AND $ended >= 1004700000000) OR (w.duration_ns IS NULL AND
	(w.outcome = 1 OR w.start_ns >= 1004700000000))" --since 4.5
check "$ended < 1005200000001 OR (w.duration_ns IS NULL AND w.start_ns < 1005200000001)" --until 1005200000001
check "(($ended >= 1004700000000 AND $ended < 1005200000001) OR w.outcome = 2) AND l.class = 0 AND p.tgid = 500" \
	--since 4.5 --until 1005200000001ns --class anon_vma -p 500
edge=$(sql "SELECT $ended FROM wait w WHERE id = 1000")
same "$(csv waits "count(*)" --since "$edge" --until "$((edge + 1))ns")" 1 "since is part of the time, until is not"
same "$(csv waits "count(*)" --since "$((edge + 1))" --until "$((edge + 2))")" 0 "to the nanosecond"

# findings: where the threads, locks and times are
same "$(csv storms 'nr_events' --pid 500)" 20 "--pid: storms that it walked in"
same "$(csv storms 'nr_events' --class anon_vma)" 50 "--class: storms on such a lock"
same "$(csv storms 'nr_events' --since 10)" 20 "--since: storms that reach into it"
same "$(csv stragglers 'count(*)' --comm kswapd0)" 1 "--comm: who migrated"
same "$(csv stragglers 'count(*)' --pid 500)" 0 "--pid: and who not"
same "$(csv order 'held, taken' --class mmap)" "anon_vma|mmap" "--class: either lock of an order"
same "$(csv lost 'nr_lost' --until 12)" 7 "--until: gaps that reach into it"
same "$(csv lost 'count(*)' --since 12)" 0 "--since: and not"
same "$(csv stalls 'count(*)' --comm bio_lazy_free)" "$(sql "SELECT count(*) FROM stall WHERE task_id = 60")" "stalls of a thread"
same "$(csv stalls 'count(*)' --class mmap)" \
	"$(sql "SELECT count(*) FROM stall s JOIN wait w ON w.id = s.wait_id WHERE w.lock_id = 2")" "stalls for a class"
# the sleep is over before the wait is: the wait is named all the same
at=$(sql "SELECT start_ns + duration_ns + 1 FROM stall ORDER BY id LIMIT 1")
same "$(csv stalls 'class, wait_ns' --until "$at")" \
	"$(sql "SELECT coalesce((SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class), ''), w.duration_ns
	FROM stall s JOIN wait w ON w.id = s.wait_id JOIN lock l ON l.id = w.lock_id ORDER BY s.id LIMIT 1")" \
	"a stall is explained by a wait that ended after --until"

# --- processes taken together

# together COLUMN OPTION
together() {
	same "$(csv processes "nr_waits, wait_ns, max_ns, nr_tasks, nr_locks, nr_open, nr_uncertain" --by "$2" | sort)" \
		"$(sql "SELECT count(w.duration_ns), coalesce(sum(w.duration_ns), 0), max(w.duration_ns),
			count(DISTINCT w.task_id), count(DISTINCT w.lock_id), sum(w.outcome = 1), sum(w.outcome = 2)
			FROM $rows GROUP BY iif(p.id IS NULL, '0', coalesce('n' || p.$1, p.id))" | sort)" "--by $2: processes"
	same "$(csv blame 'sum(wait_ns)' --by "$2")" "$(sql "SELECT sum(duration_ns) FROM wait")" "--by $2: blame adds up"
}
together comm comm
together exe exe
together cgroup cgroup
same "$(csv processes "process, tgid" --by comm | grep -c '^httpd|$')" 1 "--by comm: forty processes of a name are a row, without an id"
same "$(csv processes "process, tgid" --by exe | sort | tr '\n' ' ')" \
	"/usr/bin/dbase|505 /usr/bin/redis| /usr/sbin/httpd| [kswapd0]|502 | |503 |504 " \
	"--by exe: by their executables; those without are each their own"
same "$(csv processes "process" --by cgroup | sort | tr '\n' ' ')" "   / /db /db/cli /dbase /web/a /web/b " \
	"--by cgroup: by their groups"
same "$(csv processes "process, wait_ns" --by exe --comm 'redis*')" \
	"/usr/bin/redis|$(sql "SELECT sum(w.duration_ns) FROM $rows WHERE p.comm GLOB 'redis*'")" "--by exe --comm: both"

# --- what is said

"$RMAPSCOPE" report --pid 500 --by exe "$db" >"$tap_dir/out"
tap_is "$?" 0 "report --pid --by"
tap_is "$(grep '^filter: ' "$tap_dir/out")" "filter: --pid 500 --by exe" "text says what it leaves out"
tap_is "$(grep -c '^(not shown: it cannot be filtered by --pid)$' "$tap_dir/out")" 3 \
	"walks, lock order and losses are not shown rather than those of all"
tap_like "$(head -n 1 "$tap_dir/out")" '^Waits took at least [0-9,.]+ ms in 29\.800 s, 100 % of it in /usr/bin/redis,' \
	"the sentence is of what passes"
tap_like "$("$RMAPSCOPE" report --since 4.5 --until 5 "$db" | head -n 1)" ' in 0\.500 s,' "and of the time that passes"
tap_is "$("$RMAPSCOPE" report --comm nobody "$db" | head -n 1)" "No thread of the capture passes the filter." \
	"that there is nobody is a sentence"
tap_is "$("$RMAPSCOPE" report --pid 999 "$db" | head -n 1)" "No process 999 is in this capture." \
	"and so is that there is no such process"
tap_is "$("$RMAPSCOPE" report --pid 999 "$db" waits | tail -n 1)" "(no process 999 is in this capture)" \
	"an empty section says it"
tap_is "$("$RMAPSCOPE" top --batch -n 1 --pid 999 --screen blocked "$db" | sed -n '$!{h;d};x;/^$/d;p' | tail -n 1)" \
	"(no process 999 is in this capture)" "and the screen Blocked"
tap_is "$("$RMAPSCOPE" report --pid 500 --since 0 --until 0.001 "$db" | head -n 1)" "Nobody who passes the filter waited in 0.001 s, except in the gaps where events were lost." \
	"that nobody waited is another"
tap_is "$("$RMAPSCOPE" report --comm nobody "$db" waits | tail -n 1 | cut -d: -f1)" "(nothing passes the filter" "so is an empty section"
"$RMAPSCOPE" report --format json --comm 'redis*' --since 4.5 "$db" >"$tap_dir/json"
json() {
	sqlite3 -batch -noheader :memory: "SELECT json_extract(readfile('$tap_dir/json'), '$1')"
}
tap_is "$(json '$.filter.comm') $(json '$.filter.since_ns') $(json '$.filter.by') $(json '$.filter.pid')" \
	"redis* 1004700000000 process " "JSON has the filter"
tap_is "$(sqlite3 :memory: "SELECT json_type(readfile('$tap_dir/json'), '\$.order')"):$(json '$.order_unseen')" \
	"null:it cannot be filtered by --comm, --since and --until" "JSON: what cannot be filtered is null, and why"
tap_is "$("$RMAPSCOPE" report --format csv --pid 500 "$db" 2>/dev/null | head -n 1)" "# filter: --pid 500" "CSV of all sections has it"
tap_is "$("$RMAPSCOPE" report --format csv --pid 500 "$db" waits 2>&1 >/dev/null)" "rmapscope: filter: --pid 500" \
	"CSV of one section has it on stderr"
tap_is "$("$RMAPSCOPE" report --format json "$db" | grep -c '"filter"')" 0 "without a filter there is none"

# wrong ones
wrong() {
	local want=$1 code=$2
	shift 2
	"$RMAPSCOPE" "$@" >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -c <"$tap_dir/out")" "$code:0" "$*: exit code $code, nothing printed"
	tap_like "$(cat "$tap_dir/err")" "$want" "$*: says why"
}
wrong "no class 'mutex'; there are: anon_vma, i_mmap, mmap, vma, other_rwsem" 2 report --class mutex "$db"
wrong "'pid' is not process, comm, exe or cgroup" 2 report --by pid "$db"
wrong "since 5 is not before --until 4" 2 report --since 5 --until 4 "$db"
wrong "'x' is not a time" 2 report --since x "$db"
wrong "outside the capture" 1 report --since 99 "$db"
wrong "no class 'mutex'" 2 top -b -n 1 --class mutex "$db"
wrong "need a FILE" 2 top --since 5

# --- top: sums are of processes

# frame OPTION...: ids and sums of screen processes over all of the capture
frame() {
	"$RMAPSCOPE" top -b -n 1 -w 100 -s processes "$@" "$db" 2>&1 | sed -n '/^PROCESS/,$p' | tail -n +2 |
		perl -ne '/^(.*?) +(\d+|-) +([\d,.]+) +([\d,.]+) / and print "$1|$2|$4\n"'
}
seconds=$(sql "SELECT (1030000000001 - 1000200000000) / 1e9")
# waits/s of processes that pass
want() {
	sql "SELECT iif(p.comm IS NULL, '-', p.comm), t.tgid, printf('%.1f', count(*) / $seconds) FROM $rows
		WHERE w.duration_ns IS NOT NULL AND ($1) GROUP BY t.process_id ORDER BY sum(w.duration_ns) DESC, t.process_id"
}
same "$(frame -p 500)" "$(want "p.tgid = 500")" "top -p FILE: one process"
same "$(frame --comm 'redis*')" "$(want "p.comm GLOB 'redis*'")" "top --comm: processes of that name"
same "$(frame --cgroup /db --class mmap)" "$(want "p.cgroup GLOB '/db*' AND p.cgroup != '/dbase' AND l.class = 2")" \
	"top --cgroup --class"
same "$(frame --by exe | cut -d'|' -f1,2 | sort | tr '\n' ' ')" \
	"-|- -|503 -|504 /usr/bin/dbase|505 /usr/bin/redis|- /usr/sbin/httpd|- [kswapd0]|502 " "top --by exe: a row for each"
same "$(frame --by comm | grep '^httpd')" \
	"httpd|-|$(sql "SELECT printf('%.1f', count(*) / $seconds) FROM $rows WHERE p.comm = 'httpd' AND w.duration_ns IS NOT NULL")" \
	"top --by comm: and its sum"
"$RMAPSCOPE" top -b -n 1 -w 100 --comm httpd "$db" >"$tap_dir/out"
tap_is "$(grep '^filter: ' "$tap_dir/out")" \
	"filter: --comm httpd; sums per second are those of processes of that name" \
	"top: threads of the name in other processes are not in the sums, which is said"
tap_is "$(grep -c '^(not shown: it cannot be filtered by --comm)' "$tap_dir/out")" 1 "top: walks are not shown"
tap_is "$("$RMAPSCOPE" top -b -n 1 -s blocked --comm redis-server "$db" | grep -c waiter)" 1 "top: a blocked thread that passes"
tap_like "$("$RMAPSCOPE" top -b -n 1 -s blocked --comm httpd "$db" | tail -n 2)" 'nobody who passes the filter waited at that time' \
	"top: and nobody else"
tap_like "$("$RMAPSCOPE" top -b -n 1 -s processes --since 2 --until 4 "$db")" '^window 1002000000000\.\.1005000000000 ns' \
	"top --since --until: the whole seconds that they are in"

cp "$db" "$tap_dir/thread.db"
sqlite3 "$tap_dir/thread.db" "UPDATE task SET comm = 'of-no-process' WHERE id = (SELECT min(task_id) FROM wait)"
tap_like "$("$RMAPSCOPE" top -b -n 1 -s locks --comm of-no-process "$tap_dir/thread.db" | tail -n 2)" \
	'nothing passes the filter: .*; sums per second are those of processes of that name' \
	"top: what no process of that name has waited is not what its threads have"

tap_done
