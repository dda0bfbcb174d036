#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `report` and `top -b` say what plain SQL over the views says, to the digit.
. tests/tap.sh
. tests/live/trace.sh

NULL='<NULL>'

# list FILE STATEMENT: rows with a byte between values that is in no name
SEP=$'\x1f'
list() {
	sqlite3 -batch -noheader -list -separator "$SEP" -nullvalue "$NULL" "$1" "$2"
}

# same GOT WANT NAME: of many lines; shows the first that differ
same() {
	[ "$1" = "$2" ]
	tap_ok $? "$3"
	[ "$1" = "$2" ] || diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") | head -n 9 | sed 's/^/# /'
}

# --- three databases: made up, bundled, and recorded here with losses

# Awkward names, unknown values, open and uncertain waits, gaps of unknown size
made_up() {
	sh tests/empty-db.sh "$1" <<-'END'
		INSERT INTO meta VALUES ('state', 'finished'), ('host', 'a "host", with comma'),
			('kernel_release', '6.18.0-µ'), ('source', 'tracefs'), ('profile', 'all'),
			('first_ns', 1000000000123), ('last_ns', 1012345678901), ('nr_events', 123456789),
			('nr_waits', 2880), ('nr_uncertain', 60),
			('limits', 'first' || char(10) || 'second "limit"');
		INSERT INTO process (id, tgid, comm) VALUES (1, 100, 'plain'), (2, 200, 'a,b "c"'),
			(3, 300, 'naïve ⚙ name'), (4, 400, NULL), (5, 500, 'back\slash|pipe''s');
		INSERT INTO task (id, tid, tgid, comm, is_main, process_id) VALUES
			(1, 100, 100, 'plain', 1, 1), (2, 101, 100, 'plain/1', 0, 1),
			(3, 200, 200, 'a,b "c"', 1, 2), (4, 300, 300, 'naïve ⚙ name', 1, 3),
			(5, 400, 400, NULL, 1, 4), (6, 600, NULL, 'orphan', NULL, NULL),
			(7, 500, 500, 'back\slash|pipe''s', 1, 5), (8, 601, NULL, NULL, NULL, NULL);
		INSERT INTO lock (id, class, address, generation) VALUES (1, 0, -131387954595000, 0),
			(2, 0, -131387954595000, 1), (3, 2, -131387954000000, 0), (4, NULL, 4096, 12);
		INSERT INTO site (id, symbol, offset, role) VALUES (1, 'move_pages_ptes', 964, 0),
			(2, 'down_read', 1, 15), (3, NULL, 0, NULL), (4, 'unlink_anon_vmas', 7, NULL);
		INSERT INTO vma (id, process_id, start, end, perms, name) VALUES
			(1, 1, 4096, 8192, 'rw-p', '[anon:a "b", c]'), (2, 1, 8192, 12288, 'r--p', NULL),
			(3, 2, 139800000000000, 139800000004096, 'rw-s', '/tmp/naïve file (deleted)'),
			(4, 2, 4096, 8192, NULL, '[heap]'), (5, NULL, -10485760, -10481664, '--xp', '[vsyscall]');
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
		INSERT INTO wait (start_ns, duration_ns, slept_ns, lock_id, task_id, mode, site_id,
			vma_id, holder_task_id, holder_source, outcome)
		SELECT 1000000000123 + i * 4000000,
			iif(i % 50 IN (7, 8), NULL, 1 + (i * 7919) % 9973 * (i % 13 + 1) * 17),
			iif(i % 50 IN (7, 8) OR i % 11 = 0, NULL, (i * 7919) % 9973 * (i % 3)),
			i % 4 + 1, i % 8 + 1, i % 5 = 0, nullif(i % 5, 0), nullif(i % 6, 0),
			iif(i % 50 IN (7, 8), NULL, nullif(i * 3 % 9, 0)), i % 9 % 2,
			CASE i % 50 WHEN 7 THEN 1 WHEN 8 THEN 2 ELSE i % 17 = 0 END * iif(i % 17 = 0 AND
			i % 50 NOT IN (7, 8), 3, 1)
		FROM n;
		UPDATE wait SET runnable_ns = duration_ns / 4 WHERE id % 7 AND duration_ns > 8;
		INSERT INTO wait_part (wait_id, nr, holder_task_id, holder_site_id, mode, duration_ns)
		SELECT id, 0, id % 7 + 1, nullif(id % 5, 0), 0, duration_ns / 3 FROM wait
			WHERE holder_source = 1 AND id % 4 = 0 AND duration_ns >= 3
		UNION ALL SELECT id, 1, NULL, NULL, NULL,
			duration_ns - coalesce(runnable_ns, 0) - duration_ns / 3 FROM wait
			WHERE holder_source = 1 AND id % 4 = 0 AND duration_ns >= 3;
		-- what the holder did is known of every third wait, and of some parts
		UPDATE wait SET holder_ran_ns = (duration_ns - coalesce(runnable_ns, 0)) / 2,
			holder_runnable_ns = (duration_ns - coalesce(runnable_ns, 0)) / 4, holder_lock_ns = 7 * (id % 2),
			holder_slept_ns = id % 5 WHERE id % 3 = 0 AND duration_ns - coalesce(runnable_ns, 0) > 100;
		UPDATE wait_part SET holder_ran_ns = duration_ns / 2, holder_runnable_ns = duration_ns - duration_ns / 2,
			holder_lock_ns = 0, holder_slept_ns = 0 WHERE wait_id % 2 = 0 AND duration_ns >= 0;
		INSERT INTO stall (start_ns, duration_ns, task_id, wait_id, waker_task_id, outcome)
		SELECT start_ns + id % 3, iif(id % 5, duration_ns / 2, NULL), task_id, iif(id % 2, id, NULL),
			nullif(id * 7 % 9, 0), iif(id % 5 AND duration_ns / 2 IS NOT NULL, 0, 1 + id % 2)
		FROM wait WHERE id % 30 < 5;
		UPDATE stall SET rwsem_mode = id % 2, class = nullif(id % 4, 3) WHERE id % 3 = 0;
		INSERT INTO frame (kind, start_ns, end_ns, deadline_ns, process_id, layer, jank, present, on_time,
			missed, outcome)
		SELECT id % 2, start_ns - 1000, iif(id % 7, start_ns + 50000000, NULL),
			iif(id % 3, start_ns + id % 100 * 1000000, NULL), nullif(id % 6, 0), 'lay,er "' || id || '"',
			nullif(id * 37 % 70000, 37), nullif(id % 6, 5), id % 2, nullif(id % 3, 2), iif(id % 7, 0, 2)
		FROM wait WHERE id % 40 = 0;
		INSERT INTO checkpoint (time_ns, wait_id) SELECT max(start_ns + coalesce(duration_ns, 0)), max(id)
			FROM wait GROUP BY id / 500;
		-- none of them is longer than a second: in that of its end, and in the one before
		WITH piece AS (
			SELECT *, start_ns + coalesce(duration_ns, 0) AS end_ns, 1 AS ends FROM wait
			UNION ALL SELECT *, start_ns + duration_ns, 0 FROM wait
			WHERE start_ns / 1000000000 < (start_ns + duration_ns) / 1000000000
		),
		booked AS (
			SELECT *, end_ns / 1000000000 - (NOT ends) AS second, iif(ends,
				end_ns - max(start_ns, end_ns / 1000000000 * 1000000000),
				end_ns / 1000000000 * 1000000000 - start_ns) AS ns FROM piece
		)
		INSERT INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, nr_waits, wait_ns,
			max_wait_ns, slept_ns, runnable_ns, nr_uncertain)
		SELECT second, coalesce(process_id, 0), lock_id, 0, coalesce(site_id, 0), mode,
			count(iif(ends, duration_ns, NULL)), coalesce(sum(iif(duration_ns, ns, 0)), 0),
			coalesce(max(iif(ends, duration_ns, 0)), 0), sum(iif(ends, slept_ns, NULL)),
			sum(iif(ends, runnable_ns, NULL)), sum(ends AND outcome = 2)
		FROM booked w JOIN task t ON t.id = w.task_id WHERE outcome <> 1 GROUP BY 1, 2, 3, 4, 5, 6;
		INSERT INTO meta SELECT key, 'lock:contention_begin sched:sched_switch sched:sched_waking ' ||
			'rmap:rmap_walk_begin rmap:rmap_walk_end rmap:rmap_walk_retry rmap:rmap_walk_skip ' ||
			'rmap:folio_move_anon_rmap rmap:anon_vma_link migrate:set_migration_pte ' ||
			'migrate:remove_migration_pte rmap:rmap_walk_vma rmap:exec_stack_shift_begin ' ||
			'rmap:anon_vma_lock_acquire_returned rmap:anon_vma_lock_start_locking ' ||
			'rmap:i_mmap_lock_acquire_returned mmap_lock:mmap_lock_acquire_returned'
		FROM (SELECT 'formats' AS key UNION ALL SELECT 'traced');
		INSERT INTO storm (kind, start_ns, duration_ns, outcome, lock_id, nr_events, peak_per_s,
			nr_walkers, nr_movers, nr_moves, walker_task_id, walker_site_id, mover_task_id,
			from_vma_id, to_vma_id) VALUES
			(0, 1000000001000, 1234567890, 0, 2, 12345, 678, 3, 2, 99999, 4, 1, 2, 1, 2),
			(1, 1000000002000, 5, 1, NULL, 10, 10, 1, NULL, NULL, 8, NULL, NULL, NULL, 2);
		INSERT INTO straggler (time_ns, task_id, address, nr_pages, why, other_task_id, other_ns) VALUES
			(1000000003000, 4, 140737488347136, 1, 0, 2, 1000000002500),
			(1000000002000, 8, 4096, NULL, 1, NULL, NULL);
		INSERT INTO stack (id, frames) VALUES (1, 'a+0x1'), (2, 'c+0x3');
		INSERT INTO order_edge VALUES (1, 2, 0, 1234567, 0, 1, 1000000000200, 1, NULL, 1, NULL, 1, NULL, 1),
			(2, 0, 2, 3, 4, 0, 1000000000300, 4, 1, NULL, 4, NULL, 2, 1),
			(3, 0, 1, 0, 7, 0, 1000000000400, 8, 1, 3, 1, 4, NULL, NULL),
			(4, 0, 0, 2, 0, NULL, 1000000000500, 8, 1, 2, 1, 4, NULL, NULL);
		INSERT INTO walk_rollup (second, kind, site_id, nr_walks, walk_ns, max_walk_ns, nr_counted,
			nr_vmas, nr_retries, nr_contended, nr_uncertain) VALUES
			(1000, 0, 1, 1000, 5000000, 90000, 1000, 3456, 7, 3, 0),
			(1001, 0, 1, 500, 2500001, 90001, 500, 1000, 0, 0, 1), (1001, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2),
			(1001, 1, 1, 3, 900, 400, 2, 5, NULL, 0, 0);
		INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason) VALUES
			(1001000000000, 1001000500000, 0, 1234567, 0), (1002000000000, 1002000000001, 0, 3, 1),
			(1003000000000, 1003500000000, 1, NULL, 0), (1004000000000, 1004000000000, 11, 1, 2),
			(NULL, 1001000000000, 1, 2, 0), (1005000000000, NULL, 2, NULL, 2),
			(1006000000000, 1007000000000, NULL, NULL, 3);
	END
}

made_up "$tap_dir/made-up.db"
tap_ok $? "a database is made up"
cp tests/data/stock.db "$tap_dir/demo.db"
# its views are those of this version then, which the sections are compared with
"$RMAPSCOPE" upgrade "$tap_dir/demo.db" >/dev/null
databases="$tap_dir/made-up.db $tap_dir/demo.db"

if "$RMAPSCOPE" check >"$tap_dir/out" 2>&1; then
	live_start "$WORKLOADS/mmap-churn" -t 4 -d 60 --pin >"$tap_dir/out"
	churn=$live_pid
	live_start "$RMAPSCOPE" record --buffer 64 -o "$tap_dir/real.db" >"$tap_dir/out" 2>"$tap_dir/err"
	recorder=$live_pid
	has_waits() {
		local nr
		nr=$(sql "$tap_dir/real.db" "SELECT count(*) FROM wait" 2>/dev/null) &&
			[ "$nr" -gt "$1" ]
	}
	overran() {
		cat "$tracing/instances/$name"/per_cpu/cpu*/stats |
			awk '/^overrun/ { n += $2 } END { exit !(n > 1000) }'
	}
	await 60 has_waits 500
	live_need "a recording runs"
	name=$(instance_of "$recorder")
	kill -STOP "$recorder"
	await 60 overran
	nr=$(sql "$tap_dir/real.db" "SELECT count(*) FROM wait")
	kill -CONT "$recorder"
	await 60 has_waits $((nr + 3000))
	kill -INT "$recorder"
	live_wait "$recorder"
	status=$?
	kill -TERM "$churn"
	live_wait "$churn"
	tap_is "$status:$(sql "$tap_dir/real.db" "SELECT count(*) > 0 FROM loss")" "0:1" \
		"a capture with losses is made"
	databases="$databases $tap_dir/real.db"
else
	tap_skip "no live capture" "a capture with losses is made"
fi

# --- report

# what a section shows: the view, its columns with the unit of each (text,
# count, id, ns, address; capital: not in text) and their order
sections='processes vmas locks tasks sites blame time spin why waits stalls frames walks storms stragglers order lost'
view_processes=wait_by_process
columns_processes='process:t tgid:i nr_waits:c wait_ns:n max_ns:n slept_ns:n runnable_ns:n nr_tasks:c nr_locks:c
	nr_open:c nr_uncertain:c'
order_processes='wait_ns DESC, process_id'
view_vmas=wait_by_vma
columns_vmas='process:t tgid:i vma_start:a vma_end:a vma_name:t nr_waits:c wait_ns:n max_ns:n slept_ns:n runnable_ns:n
	nr_locks:c nr_open:c nr_uncertain:c'
order_vmas='wait_ns DESC, process_id, vma_id'
view_locks=wait_by_lock
columns_locks='class:t lock:t nr_waits:c wait_ns:n max_ns:n slept_ns:n runnable_ns:n nr_tasks:c nr_open:c
	nr_uncertain:c'
order_locks='wait_ns DESC, lock_id'
view_tasks=wait_by_task
columns_tasks='comm:t tid:i tgid:i process:t nr_waits:c wait_ns:n max_ns:n slept_ns:n runnable_ns:n nr_locks:c
	nr_open:c nr_uncertain:c'
order_tasks='wait_ns DESC, task_id'
view_sites=wait_by_site
columns_sites='role:t class:t symbol:t mode:t nr_waits:c wait_ns:n max_ns:n slept_ns:n runnable_ns:n nr_open:c
	nr_uncertain:c'
order_sites='wait_ns DESC, symbol, role, class, mode'
view_blame=blame
columns_blame='process:t tgid:i comm:t role:t cause:t holder_process:t holder_tgid:i holder_comm:t holder_role:t
	class:t holder_source:t nr_waits:c wait_ns:n max_ns:n ran_ns:n runnable_ns:n lock_ns:n slept_ns:n before_ns:n
	unknown_ns:n'
order_blame='wait_ns DESC, comm, cause, holder_comm, class, role, holder_role, holder_source'
# the interval: Wilson's, with z of 95 %
end="(n / a + 3.841459 / (2 * a) + SIGN 1.959964 * sqrt(n / a * (1 - n / a) / a + 3.841459 / (4 * a * a))) / (1 + 3.841459 / a)"
end_of() {
	local e=${end//SIGN/$1}
	echo "iif(n <= a, printf('%g', round(100 * $e, 2)), NULL)"
}
view_spin="(SELECT p.id, p.comm, p.tgid, l.class, s.role, sum(r.nr_samples) * 1.0 AS n,
	(SELECT sum(nr_samples) * 1.0 FROM cpu_rollup WHERE task_id IN (SELECT id FROM task WHERE process_id IS p.id)) AS a,
	(SELECT sum(cpu_ns) FROM cpu_rollup WHERE task_id IN (SELECT id FROM task WHERE process_id IS p.id)) AS cpu
	FROM sample_rollup r JOIN task t ON t.id = r.task_id LEFT JOIN process p ON p.id = t.process_id
	LEFT JOIN lock l ON l.id = r.lock_id LEFT JOIN site s ON s.id = r.site_id
	WHERE kind = 0 GROUP BY p.id, l.class, s.role)"
# what a process did: all of it by its threads' samples
view_time="(SELECT *, max(seen - cpu - queued, 0) AS asleep, 1.0 * cpu / seen AS on_cpu FROM (SELECT p.id, p.comm, p.tgid,
	count(DISTINCT c.task_id) AS nr_tasks, 1.0 * sum(c.nr_samples) AS a, sum(c.cpu_ns) AS cpu,
	iif(sum(c.seen_ns IS NULL) = 0, sum(c.seen_ns), NULL) AS seen,
	iif(sum(c.runnable_ns IS NULL) = 0, sum(c.runnable_ns), NULL) AS queued,
	(SELECT coalesce(sum(slept_ns), 0) FROM rollup WHERE process_id = p.id) AS slept,
	(SELECT coalesce(sum(nr_samples), 0) FROM sample_rollup r JOIN task rt ON rt.id = r.task_id
	 WHERE kind IN (0, 3) AND rt.process_id = p.id) AS spin,
	(SELECT coalesce(sum(nr_samples), 0) FROM sample_rollup r JOIN task rt ON rt.id = r.task_id
	 WHERE kind = 2 AND rt.process_id = p.id) AS ipi
	FROM cpu_rollup c JOIN task t ON t.id = c.task_id JOIN process p ON p.id = t.process_id GROUP BY p.id))"
columns_time='process:t tgid:i nr_threads:c seen_ns:n cpu_percent:r runnable_percent:r lock_percent:r slept_percent:r
	work_percent:r spin_percent:r spin_low_percent:r spin_high_percent:r ipi_percent:r ipi_low_percent:r ipi_high_percent:r
	nr_spin:c nr_ipi:c nr_all:c'
order_time='seen DESC, cpu DESC, id'
of_seen() {
	echo "printf('%g', round(100.0 * ($1) / seen, 2))"
}
# share_of N: of the samples, and the ends of its interval, as shares of the time seen
share_of() {
	local sign

	echo -n "iif(spin + ipi <= a, printf('%g', round(100.0 * $1 / a * on_cpu, 2)), NULL)"
	for sign in - +; do
		local e=${end//SIGN/$sign}
		echo -n ", iif($1 <= a, printf('%g', round(round(100 * ${e//n/$1}, 2) * on_cpu, 2)), NULL)"
	done
}
values_time="comm, tgid, nr_tasks, seen, $(of_seen cpu), $(of_seen queued), $(of_seen 'min(slept, asleep)'),
	$(of_seen 'max(asleep - slept, 0)'), iif(spin + ipi <= a, printf('%g', round(100 * (1 - (spin + ipi) / a) * on_cpu, 2)), NULL),
	$(share_of spin), $(share_of ipi), spin, ipi, CAST(a AS INTEGER)"
columns_spin='process:t tgid:i class:t role:t est_ns:n share_percent:r low_percent:r high_percent:r nr_samples:c
	nr_all:c cpu_ns:n'
values_spin="comm, tgid, (SELECT label FROM enum WHERE domain = 'lock_class' AND value = class),
	(SELECT label FROM enum WHERE domain = 'role' AND value = role), iif(n <= a, CAST(n / a * cpu AS INTEGER), NULL),
	iif(n <= a, printf('%g', round(100 * n / a, 2)), NULL), $(end_of -), $(end_of +), CAST(n AS INTEGER), CAST(a AS INTEGER), cpu"
order_spin='n DESC, id, class, role'
view_why="(SELECT l.id AS lock_id, p.id AS process_id, l.class, (SELECT lock FROM locks WHERE id = l.id) AS lock, p.comm, p.tgid, f.role, f.symbol,
	sum(r.nr_samples) * 1.0 AS n, count(DISTINCT r.task_id) AS nr_tasks,
	(SELECT sum(o.nr_samples) * 1.0 FROM sample_rollup o JOIN task ot ON ot.id = o.task_id
	 WHERE o.kind = 1 AND o.lock_id = r.lock_id AND ot.process_id IS t.process_id) AS a,
	(SELECT CAST(sum(est) AS INTEGER) FROM (SELECT iif(sum(x.nr_samples) <= c.nr, sum(x.nr_samples) * 1.0 / c.nr * c.cpu, NULL) AS est
	 FROM sample_rollup x JOIN task xt ON xt.id = x.task_id
	 JOIN (SELECT task_id, sum(nr_samples) AS nr, sum(cpu_ns) AS cpu FROM cpu_rollup GROUP BY 1) c ON c.task_id = x.task_id
	 WHERE x.kind = 1 AND x.lock_id = r.lock_id AND xt.process_id IS t.process_id AND x.function_id = r.function_id
	 GROUP BY x.task_id)) AS est,
	(SELECT sum(h.wait_ns) - coalesce(sum(h.runnable_ns), 0) FROM holder_rollup h JOIN task ht ON ht.id = h.holder_task_id
	 WHERE h.lock_id = r.lock_id AND ht.process_id IS t.process_id) AS waited
	FROM sample_rollup r JOIN task t ON t.id = r.task_id LEFT JOIN process p ON p.id = t.process_id
	LEFT JOIN lock l ON l.id = r.lock_id
	LEFT JOIN site f ON f.id = r.function_id
	WHERE kind = 1 GROUP BY r.lock_id, p.id, f.symbol, f.role)"
columns_why='class:t lock:t holder_process:t holder_tgid:i holder_role:t holder_function:t share_percent:r low_percent:r
	high_percent:r nr_samples:c nr_held:c nr_holders:c est_ns:n waited_ns:n'
values_why="(SELECT label FROM enum WHERE domain = 'lock_class' AND value = class), lock, comm, tgid,
	(SELECT label FROM enum WHERE domain = 'role' AND value = role), symbol, printf('%g', round(100 * n / a, 2)), $(end_of -), $(end_of +),
	CAST(n AS INTEGER), CAST(a AS INTEGER), nr_tasks, est, waited"
order_why='a DESC, lock_id, process_id, n DESC, symbol, role'
# the longest thousand, with what those that are open have lasted
view_waits="(SELECT id, start_ns, iif(outcome = 'open', (SELECT value FROM meta WHERE key = 'last_ns') - start_ns,
	duration_ns) AS duration_ns, comm, class, role, holder_comm, lock, holder_tid, holder_role, holder_source, tid,
	process, tgid, mode, symbol, slept_ns, runnable_ns, outcome FROM waits WHERE outcome <> 'uncertain')"
columns_waits='start_ns:i duration_ns:n comm:t class:t role:t holder_comm:t lock:t holder_tid:i holder_role:t
	holder_source:t tid:i process:t tgid:i mode:t symbol:t slept_ns:n runnable_ns:n outcome:t id:I'
order_waits='duration_ns DESC, id LIMIT 1000'
view_stalls="(SELECT *, coalesce(symbol, iif(stack_id IS NULL, 'not recorded', '?')) AS slept_in,
	start_ns - (SELECT value FROM meta WHERE key = 'first_ns') AS from_ns FROM stalls)"
columns_stalls='comm:t tid:i process:t tgid:i from_ns:w start_ns:I duration_ns:n slept_in:t io_wait:c class:t mode:t lock:t
	role:t wait_ns:n holder_comm:t holder_tid:i holder_role:t holder_source:t waker_comm:t waker_tid:i outcome:t'
order_stalls='duration_ns DESC, id'
view_frames="(SELECT m.*, m.wait_ns AS waited_ns, max(m.late_ns, 0) AS later_ns, s.comm, s.symbol, s.waker_comm, s.waker_tid
	FROM missed_frames m LEFT JOIN stalls s ON s.id = m.stall_id)"
columns_frames='start_ns:i late_ns:n process:t jank:t stall_ns:n comm:t symbol:t waker_comm:t waker_tid:i max_stall_ns:n
	duration_ns:n nr_stalls:c nr_waits:c waited_ns:n kind:t present:t tgid:i layer:t outcome:t'
values_frames='start_ns, later_ns, process, jank, stall_ns, comm, symbol, waker_comm, waker_tid, max_stall_ns,
	duration_ns, nr_stalls, nr_waits, waited_ns, kind, present, tgid, layer, outcome'
order_frames='late_ns DESC, duration_ns DESC, id'
# not the quantiles: plain SQL has none
view_walks="(SELECT *, iif(nr_walks, max_ns, NULL) AS most_ns, round(1.0 * nr_retries /
	nullif(nr_walks, 0), 4) AS per_walk FROM walk_cost)"
columns_walks='kind:t role:t rmap_one:t nr_walks:c nr_vmas:c walk_ns:n p50_ns:n p99_ns:n max_ns:n nr_retries:c
	retries_per_walk:t nr_contended:c nr_uncertain:c'
values_walks='kind, role, rmap_one, nr_walks, nr_vmas, walk_ns, NULL, NULL, most_ns, nr_retries, per_walk,
	nr_contended, nr_uncertain'
order_walks='walk_ns DESC, kind'
view_storms=storms
columns_storms='kind:t lock:t nr_events:c peak_per_s:c start_ns:I duration_ns:n outcome:t nr_walkers:c
	walker_process:t walker_comm:t walker_tid:i walker_role:t nr_movers:c nr_moves:c mover_process:t
	mover_comm:t mover_tid:i from_vma:t to_vma:t'
values_storms="kind, lock, nr_events, peak_per_s, start_ns, duration_ns, outcome, nr_walkers, walker_process,
	walker_comm, walker_tid, walker_role, nr_movers, nr_moves, mover_process, mover_comm, mover_tid,
	iif(from_end, printf('%x-%x', from_start, from_end), NULL),
	iif(to_end, printf('%x-%x', to_start, to_end), NULL)"
order_storms='nr_events DESC'
view_stragglers=stragglers
columns_stragglers='time_ns:I process:t comm:t tid:i address:t nr_pages:c why:t other_process:t other_comm:t
	other_tid:i other_ns:I'
order_stragglers='time_ns'
view_order=lock_order
columns_order='held:t taken:t nr_taken:c nr_tried:c documented:i inversion:i process:t comm:t tid:i
	held_symbol:t taken_symbol:t time_ns:I held_lock:I taken_lock:I held_stack:I taken_stack:I'
order_order='inversion IS 1 DESC, held, taken'
view_lost=lost
columns_lost='cpu:i reason:t nr_gaps:c nr_lost:c nr_lost_min:c nr_unknown:c gap_ns:n nr_from_start:c
	nr_to_end:c'
order_lost='cpu, reason'

# as_text UNITS: rows of list() as they look on paper, one blank between columns
as_text() {
	perl -e '
		my @unit = split / /, shift;
		sub group { my $s = shift; 1 while $s =~ s/^(-?\d+)(\d{3})/$1,$2/; $s }
		while (<STDIN>) {
			chomp;
			my @v = split /\x1f/, $_, -1;
			for my $i (0 .. $#v) {
				my $u = $unit[$i];
				$v[$i] = $v[$i] eq "<NULL>" ? "-" :
					$u eq "n" ? group(sprintf("%.3f", $v[$i] / 1000000)) :
					$u eq "w" ? sprintf("%d.%03d", $v[$i] / 1e9, $v[$i] / 1e6 % 1000) :
					$u eq "s" ? group(sprintf("%.1f", $v[$i] / 1000000)) :
					$u eq "r" ? group(sprintf("%.2f", $v[$i])) :
					$u eq "p" ? group(sprintf("%.1f", $v[$i])) :
					$u eq "a" ? sprintf("%x", $v[$i]) :
					$u eq "c" ? group($v[$i]) : $v[$i];
			}
			print join(" ", @v[grep { $unit[$_] ne uc $unit[$_] } 0 .. $#v]), "\n";
		}' "$1" | squeeze
}

squeeze() {
	sed 's/  */ /g; s/^ //; s/ $//'
}

# table_of TITLE: the rows below that title in a text report or frame
table_of() {
	awk -v title="$1: " '
		index($0, title) == 1 { in_table = 1; getline; if (/^\(not all seen/) getline; next }
		/^$/ { in_table = 0 }
		in_table' | grep -Ev '^\((not seen|nothing happened|nothing was lost): .*\)$' | squeeze
}

# names of the columns, "a,b,c", and their units, "t c n"
names_of() {
	tr -s ' \t\n' '\n' <<<"$1" | sed '/^$/d; s/:.*//' | paste -sd ,
}
units_of() {
	tr -s ' \t\n' '\n' <<<"$1" | sed '/^$/d; s/.*://' | paste -sd ' '
}

title_processes='Processes'
title_vmas='VMAs'
title_locks='Locks'
title_tasks='Threads'
title_sites='Call sites'
title_blame='Who made whom wait'
title_time='Time'
title_spin='Spinning, estimated by samples'
title_why='Why locks were held, estimated by samples'
title_waits='Longest waits'
title_stalls='Stalls'
title_frames='Missed frames'
title_walks='Rmap walks'
title_storms='Storms'
title_stragglers='Migration entries left behind'
title_order='Lock order'
title_lost='Lost events'

check_report() {
	local db=$1 name section view columns order title values names units want got path
	name=$(basename "$db" .db)
	[ "$(list "$db" "SELECT count(duration_ns) FROM wait")" -gt 0 ]
	tap_ok $? "$name: has waits to compare"
	"$RMAPSCOPE" report --format json "$db" >"$tap_dir/report.json" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "$name: report --format json"
	tap_is "$(sqlite3 :memory: "SELECT json_valid(readfile('$tap_dir/report.json'))")" 1 \
		"$name: which is valid JSON"
	"$RMAPSCOPE" report --all "$db" >"$tap_dir/report.txt" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "$name: report"
	for section in $sections; do
		view=view_$section columns=columns_$section order=order_$section title=title_$section
		names=$(names_of "${!columns}") units=$(units_of "${!columns}")
		values=values_$section
		want=$(list "$db" "SELECT ${!values:-$names} FROM ${!view} ORDER BY ${!order}")

		"$RMAPSCOPE" report --format csv "$db" "$section" >"$tap_dir/section.csv"
		tap_is "$(head -n 1 "$tap_dir/section.csv")" "$names" "$name: CSV of $section: columns"
		got=$(sqlite3 -batch -separator "$SEP" :memory: ".import --csv '$tap_dir/section.csv' t" \
			".mode list" ".separator $SEP" \
			".headers off" "SELECT * FROM t" 2>"$tap_dir/err")
		same "$got" "${want//$NULL/}" "$name: CSV of $section: the view's rows"

		path=$(sed "s/[^,]*/json_extract(r.value, '\$.&')/g" <<<"$names")
		got=$(list :memory: "SELECT $path FROM
			json_each(readfile('$tap_dir/report.json'), '\$.$section') r WHERE r.type = 'object'")
		same "$got" "$want" "$name: JSON of $section: the view's rows"

		got=$(table_of "${!title}" <"$tap_dir/report.txt")
		same "$got" "$(as_text "$units" <<<"$want" | sed '/^$/d')" \
			"$name: text of $section: the view's rows, in ms with three decimals"
	done

	path='json_extract(j, "$.capture.host"), json_extract(j, "$.capture.kernel_release"),
		json_extract(j, "$.capture.finished"), json_extract(j, "$.capture.limits"),
		json_extract(j, "$.capture.first_ns"), json_extract(j, "$.capture.last_ns"),
		json_extract(j, "$.capture.nr_events"), json_extract(j, "$.capture.nr_waits"),
		json_extract(j, "$.capture.nr_open"), json_extract(j, "$.capture.nr_uncertain"),
		json_extract(j, "$.capture.nr_lost"), json_extract(j, "$.capture.nr_lost_min"),
		json_extract(j, "$.capture.nr_gaps")'
	got=$(list :memory: "SELECT ${path//\"/\'} FROM
		(SELECT readfile('$tap_dir/report.json') AS j)")
	want=$(list "$db" "WITH m AS (SELECT key, value FROM meta)
		SELECT (SELECT value FROM m WHERE key = 'host'),
		(SELECT value FROM m WHERE key = 'kernel_release'),
		(SELECT value = 'finished' FROM m WHERE key = 'state'),
		(SELECT value FROM m WHERE key = 'limits'),
		(SELECT value FROM m WHERE key = 'first_ns'), (SELECT value FROM m WHERE key = 'last_ns'),
		(SELECT value FROM m WHERE key = 'nr_events'), (SELECT count(duration_ns) FROM wait),
		(SELECT count(*) FROM waits WHERE outcome = 'open'),
		(SELECT count(*) FROM waits WHERE outcome = 'uncertain'),
		(SELECT iif(count(*) = count(nr_lost), coalesce(sum(nr_lost), 0), NULL) FROM loss),
		(SELECT coalesce(sum(coalesce(nr_lost, reason <= 2)), 0) FROM loss), (SELECT count(*) FROM loss)")
	same "$got" "$want" "$name: JSON's head counts what the tables hold"
	want=$(list "$db" "SELECT printf('%.3f s, %d events, %d wait%s, %d open, %d uncertain, %s%d event%s lost in %d gap%s',
		((SELECT value FROM meta WHERE key = 'last_ns') -
		(SELECT value FROM meta WHERE key = 'first_ns')) / 1e9,
		(SELECT value FROM meta WHERE key = 'nr_events'), (SELECT count(duration_ns) FROM wait),
		(SELECT iif(count(duration_ns) = 1, '', 's') FROM wait),
		(SELECT count(*) FROM wait WHERE outcome = 1), (SELECT count(*) FROM wait WHERE outcome = 2),
		(SELECT iif(count(*) = count(nr_lost), '', 'at least ') FROM loss),
		(SELECT coalesce(sum(coalesce(nr_lost, reason <= 2)), 0) FROM loss),
		(SELECT iif(coalesce(sum(coalesce(nr_lost, reason <= 2)), 0) = 1, '', 's') FROM loss),
		(SELECT count(*) FROM loss), (SELECT iif(count(*) = 1, '', 's') FROM loss))")
	tap_is "$(sed -n 3p "$tap_dir/report.txt")" "$want" "$name: so does the text's"
}

# --- top -b

# check_frame DATABASE WINDOW: one frame against the waits that ended in its window
check_frame() {
	local db=$1 name start end seconds passed open= waited got want
	name="$(basename "$db" .db) -w $2"
	"$RMAPSCOPE" top -b -n 1 -w "$2" "$db" >"$tap_dir/frame" 2>"$tap_dir/err"
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "$name: top -b -n 1"
	read -r start end < <(sed -n 's/^window \([0-9]*\)\.\.\([0-9]*\) ns, .*/\1 \2/p' "$tap_dir/frame")
	tap_is "$end" "$(list "$db" "SELECT value + 1 FROM meta WHERE key = 'last_ns'")" \
		"$name: the window ends with the capture"
	[ $((end - start)) -le $(($2 * 1000000000)) ]
	tap_ok $? "$name: and is no longer than that"
	# that were watched: not before the capture, nor in gaps in which nothing was recorded
	seconds="(($end - max($start, (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'first_ns'))
		- (SELECT coalesce(sum(max(min(end_ns, $end) - max(start_ns, $start), 0)), 0) FROM loss
		   WHERE cpu IS NULL AND reason IN (3, 4))) / 1e9)"
	# the time of waits that passed in the window; a database of an earlier version has
	# it in the second of their end
	passed="max(min(end_ns, $end) - max(start_ns, $start), 0)"
	[ "$db" = "$tap_dir/demo.db" ] && passed="iif(ends, duration_ns, 0)"
	# one that is open is booked when it has lasted over a second; not where all is made up
	[ "$db" = "$tap_dir/real.db" ] && open="iif(outcome = 'open' AND $end - 1 - start_ns > 1000000000,
			$end - 1 - start_ns, NULL)"
	waited="span AS (SELECT *, start_ns + coalesce(duration_ns, ${open:-NULL}) AS end_ns FROM waits),
		waited AS (SELECT s.*, coalesce(s.process_id, 0) AS pid,
			iif(p.of_thread, NULL, p.tgid) AS process_tgid,
			duration_ns IS NOT NULL AND end_ns < $end AS ends
		FROM span s LEFT JOIN process p ON p.id = s.process_id
		WHERE end_ns >= $start AND start_ns < $end)"
	part() {
		echo "coalesce((SELECT sum($1) FROM rollup r WHERE second >= $start / 1000000000
			AND second <= ($end - 1) / 1000000000 AND r.$2 = w.$3) / $seconds, '$NULL')"
	}

	# the columns that name a thing, and the rates; "- 0.0" are waits without duration only
	got=$(table_of Processes <"$tap_dir/frame" | awk_columns 6 p)
	want=$(list "$db" "WITH $waited SELECT process, process_tgid, sum($passed) / $seconds,
		sum(ends) / $seconds, coalesce(max(iif(ends, duration_ns, NULL)), '$NULL'),
		$(part slept_ns process_id pid), $(part runnable_ns process_id pid)
		FROM waited w GROUP BY pid ORDER BY sum($passed) DESC, pid" | as_text "t i s p n s s")
	same "$got" "$want" "$name: processes: waits per second, time and maximum"
	got=$(table_of Locks <"$tap_dir/frame" | awk_columns 6 l)
	want=$(list "$db" "WITH $waited SELECT class, lock, sum($passed) / $seconds,
		sum(ends) / $seconds, coalesce(max(iif(ends, duration_ns, NULL)), '$NULL'),
		$(part slept_ns lock_id lock_id), $(part runnable_ns lock_id lock_id)
		FROM waited w GROUP BY lock_id ORDER BY sum($passed) DESC, lock_id" | as_text "t t s p n s s")
	same "$got" "$want" "$name: locks: waits per second, time and maximum"

	got=$("$RMAPSCOPE" top -b -n 1 -w "$2" -s locks "$db" | table_of Locks)
	same "$got" "$(table_of Locks <"$tap_dir/frame")" "$name: -s locks is that screen alone"
}

# Of rows of a frame, the names, the rates, and MAX, SLEPT and CPU at the end. Names
# may hold blanks: find the two numbers that follow the process id or the lock, and
# the last four.
awk_columns() {
	perl -ne '
		my $key = "'"$2"'" eq "p" ? qr/(?:\d+|-)/ : qr/[0-9a-f]+(?:#\d+)?/;
		my $num = qr/[\d,]+\.\d+|-/;
		/^(.*?) ($key) ($num) ($num) .* ($num) ($num) ($num) ($num)$/ or do { print "?? $_"; next };
		next if $4 eq "0.0" and $3 eq "0.0" and ($6 eq "0.000" or $6 eq "-");
		print "$1 $2 $3 $4 $6 $7 $8\n"'
}

# who made whom wait adds up to what was waited, parts of waits or not
blame_adds_up() {
	tap_is "$(list "$1" "SELECT sum(wait_ns) FROM blame")" \
		"$(list "$1" "SELECT sum(duration_ns) FROM wait")" \
		"$(basename "$1" .db): blame adds up to all waits"
}

# and is what a join of each wait with each of its holders says
blame_is_by_wait() {
	tap_is "$(list "$1" "SELECT process, comm, role, cause, holder_process, holder_comm, holder_role, class,
			holder_source, nr_waits, wait_ns, max_ns FROM blame" | LC_ALL=C sort)" \
		"$(list "$1" "WITH part AS (
			SELECT w.*, 'held lock' AS cause, p.holder_task_id AS h, p.holder_site_id AS hs,
				p.duration_ns AS ns
			FROM wait w JOIN wait_part p ON p.wait_id = w.id WHERE w.duration_ns IS NOT NULL
			UNION ALL SELECT w.*, 'held lock', w.holder_task_id, w.holder_site_id,
				w.duration_ns - coalesce(w.runnable_ns, 0) FROM wait w
			WHERE w.duration_ns IS NOT NULL AND w.id NOT IN (SELECT wait_id FROM wait_part)
			UNION ALL SELECT w.*, 'waiting for a CPU', NULL, NULL, w.runnable_ns FROM wait w
			WHERE w.duration_ns IS NOT NULL AND w.runnable_ns > 0)
		SELECT tp.comm, t.comm, r.label, a.cause, hp.comm, ht.comm, hr.label, c.label, s.label,
			count(DISTINCT a.id), sum(a.ns), max(a.ns)
		FROM part a JOIN task t ON t.id = a.task_id LEFT JOIN process tp ON tp.id = t.process_id
		LEFT JOIN task ht ON ht.id = a.h LEFT JOIN process hp ON hp.id = ht.process_id
		LEFT JOIN site x ON x.id = a.site_id LEFT JOIN site y ON y.id = a.hs
		JOIN lock l ON l.id = a.lock_id
		LEFT JOIN enum r ON r.domain = 'role' AND r.value = x.role
		LEFT JOIN enum hr ON hr.domain = 'role' AND hr.value = y.role
		LEFT JOIN enum c ON c.domain = 'lock_class' AND c.value = l.class
		LEFT JOIN enum s ON s.domain = 'holder_source' AND s.value = a.holder_source
			AND a.cause = 'held lock'
		GROUP BY tp.id, t.comm, a.cause, hp.id, ht.comm, r.label, hr.label, c.label, s.label" |
			LC_ALL=C sort)" "$(basename "$1" .db): blame is the sum over waits and their holders"
}

for db in $databases; do
	check_report "$db"
	blame_adds_up "$db"
	blame_is_by_wait "$db"
	for window in 1 3 10 100000; do
		check_frame "$db" $window
	done
done

# the P99 of a frame: the wait at rank ceil(0.99 n), within 1.6 %
p99_is_right() {
	local db=$1 start end
	"$RMAPSCOPE" top -b -n 1 -w 100000 "$db" >"$tap_dir/frame"
	read -r start end < <(sed -n 's/^window \([0-9]*\)\.\.\([0-9]*\) ns, .*/\1 \2/p' "$tap_dir/frame")
	list "$db" "WITH w AS (SELECT lock, duration_ns AS ns, row_number() OVER
			(PARTITION BY lock_id ORDER BY duration_ns) AS rank,
			count(*) OVER (PARTITION BY lock_id) AS nr FROM waits WHERE duration_ns IS NOT NULL
			AND start_ns + duration_ns >= $start AND start_ns + duration_ns < $end)
		SELECT lock, ns FROM w WHERE rank = (nr * 99 + 99) / 100" | tr '\037' ' ' >"$tap_dir/exact"
	table_of Locks <"$tap_dir/frame" | perl -e '
		my %exact = map { split } do { open my $f, "<", shift or die; <$f> };
		my ($nr, $bad) = (0, 0);
		while (<STDIN>) {
			tr/,//d;
			my ($lock, $p99) = (split)[1, -4];
			next if $p99 eq "-" or !$exact{$lock};
			my $exact = $exact{$lock} / 1e6;
			$nr++;
			next if abs($p99 - $exact) <= $exact / 64 + 0.0005;
			print "# $lock: p99 $p99 ms, exactly $exact ms\n";
			$bad++;
		}
		exit !($nr and !$bad)' "$tap_dir/exact"
}
for db in $databases; do
	# roll-ups that were made up have no histograms
	[ "$db" = "$tap_dir/made-up.db" ] && continue
	p99_is_right "$db"
	tap_ok $? "$(basename "$db" .db): P99 of each lock is within 1.6 % of the exact one"
done

# --- rows, help

nr=$(list "$tap_dir/made-up.db" "SELECT count(*) FROM wait_by_task")
tap_is "$("$RMAPSCOPE" report -n 3 "$tap_dir/made-up.db" tasks | tail -n 1)" "($((nr - 3)) more)" \
	"report -n 3 says how many rows it leaves out"
tap_is "$("$RMAPSCOPE" report -n 3 "$tap_dir/made-up.db" tasks | table_of Threads | head -n 3)" \
	"$("$RMAPSCOPE" report --all "$tap_dir/made-up.db" tasks | table_of Threads | head -n 3)" \
	"and shows the first three"
tap_is "$("$RMAPSCOPE" report --format csv "$tap_dir/made-up.db" | grep '^# ' | tr -d '# ' | paste -sd ' ')" \
	"$sections" "CSV of all sections names each"
tap_is "$("$RMAPSCOPE" report "$tap_dir/made-up.db" | grep '^note: ')" \
	"$(printf 'note: first\nnote: second "limit"')" "what the capture cannot tell is said"

# --- what an error cuts must not look whole

# A section that cannot be read: its table's page is overwritten.
cp "$db" "$tap_dir/cut.db"
read -r page bytes <<<"$(sqlite3 -separator ' ' "$db" "SELECT rootpage, (SELECT * FROM pragma_page_size)
	FROM sqlite_schema WHERE name = 'order_edge'")"
head -c "$bytes" /dev/zero | tr '\0' '\377' |
	dd of="$tap_dir/cut.db" bs="$bytes" seek=$((page - 1)) conv=notrunc status=none
out=$("$RMAPSCOPE" report --format json "$tap_dir/cut.db" 2>"$tap_dir/err")
tap_is "$?:$(wc -l <"$tap_dir/err")" "1:1" "a section that cannot be read: exit code 1, one line"
tap_like "$(head -n 1 <<<"$out")" '^\{"format":1,' "what was read before is printed"
printf '%s' "$out" >"$tap_dir/cut.json"
tap_is "$(sqlite3 :memory: "SELECT json_valid(readfile('$tap_dir/cut.json'))")" 0 \
	"JSON that an error has cut is not valid"
"$RMAPSCOPE" report --format json "$db" >"$tap_dir/whole.json"
tap_is "$(sqlite3 :memory: "SELECT json_valid(readfile('$tap_dir/whole.json'))")" 1 \
	"JSON that is whole is valid"

for help in --help -h help; do
	out=$("$RMAPSCOPE" $help 2>"$tap_dir/err")
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "rmapscope $help"
	tap_is "$(awk '/^  [a-z]/ { print $1 }' <<<"$out" | sort | paste -sd ' ')" \
		"blocked check demo diff export html import jank order record report snapshot storms top upgrade walks" "rmapscope $help lists every subcommand"
done
tap_like "$("$RMAPSCOPE" --version)" "^rmapscope [0-9]+\.[0-9]+\.[0-9]+$" "rmapscope --version"

# has_options SUBCOMMAND OPTION...
has_options() {
	local sub=$1 out option
	shift
	out=$("$RMAPSCOPE" "$sub" --help 2>"$tap_dir/err")
	tap_is "$?:$(cat "$tap_dir/err")" "0:" "$sub --help"
	for option; do
		tap_like "$out" "(^|[ ,])$option([=, ]|$)" "$sub --help has $option"
	done
	tap_like "$out" "^Usage: rmapscope $sub " "$sub --help shows its usage"
	tap_is "$("$RMAPSCOPE" "$sub" --usage >"$tap_dir/out" 2>&1; echo $?)" 0 "$sub --usage"
}
has_options check --help
has_options demo --duration -d --report --bundled
has_options record --output -o --force --duration -d --profile --pid -p --buffer
has_options import --output -o --force
has_options report --format --rows -n --all --width --comm --pid -p --cgroup --class --since --until --by
has_options top --comm --cgroup --class --since --until --by --profile --pid -p --buffer --output -o --force --batch -b --frames -n --delay -d --window -w --screen -s

tap_done
