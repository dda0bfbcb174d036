#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# jank finds the delays of UI threads over the threshold and no other, and says of what each is
# made and who is proven to have caused it.
. tests/tap.sh
: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"

db=$tap_dir/jank.db

# csv SECTION-COLUMNS: section $1 of the output of jank with the other arguments, without its head
csv() {
	local section=$1
	shift
	"$RMAPSCOPE" jank --format json "$@" >"$tap_dir/json" || return
	sqlite3 :memory: "SELECT group_concat(a.value, ',') FROM json_each(readfile('$tap_dir/json'), '\$.$section') r,
		json_each('$columns') c LEFT JOIN json_each(r.value) a ON a.key = c.value GROUP BY r.key ORDER BY r.key"
}

# frames: a UI thread waits for the lock of two collectors, some times longer than a frame; so does
# a worker. The times over the threshold go to missed.
lock=0xffff888100000000
: >"$tap_dir/missed"
frames() {
	local i ms start
	printf 'name 100 100 app\nname 101 100 worker\nname 110 100 RenderThread\n'
	printf 'name 200 200 gc\nname 201 200 gc/1\n'
	for i in 1 2 3 4 5 6 7 8; do
		start=$((i * 1000000000))
		ms=$((i * 5))
		# running 1 ms, asleep, then waiting 1 ms for a CPU
		echo "$start 100 contention_begin lock_addr=$lock flags=4"
		echo "$((start + 1000000)) 100 sched_switch prev_state=2 next_pid=0"
		echo "$((start + (ms - 1) * 1000000)) $((200 + i % 2)) sched_waking pid=100"
		echo "$((start + (ms - 1) * 1000000)) 0 sched_switch prev_state=0 next_pid=0"
		echo "$((start + ms * 1000000)) 0 sched_switch prev_state=0 next_pid=100"
		echo "$((start + ms * 1000000)) 100 contention_end lock_addr=$lock ret=0"
		[ $((ms * 10)) -lt 166 ] || echo "$start,$((ms * 1000000))" >>"$tap_dir/missed"
	done
	# a worker is no UI thread
	echo "20000000000 101 contention_begin lock_addr=$lock flags=4"
	echo "20060000000 101 contention_end lock_addr=$lock ret=0"
	# a sleep for no lock
	echo "21000000000 110 sched_switch prev_state=2 next_pid=0"
	echo "21025000000 200 sched_waking pid=110"
	echo "21026000000 0 sched_switch prev_state=0 next_pid=110"
	echo "flush 22000000000"
}
frames >"$tap_dir/events"
"$STAGE" "$db" <"$tap_dir/events" >"$tap_dir/out"

columns='["start_ns","duration_ns"]'
tap_is "$(csv delays "$db" --thread '^app$' | sort)" "$(sort "$tap_dir/missed")" \
	"each delay over the threshold is found, and no other"
columns='["comm","duration_ns"]'
tap_is "$(csv delays "$db" | sed 's/,.*//' | sort | uniq -c | sed 's/^ *//')" "1 RenderThread
5 app" "main threads and threads that draw matter, others do not"
tap_is "$(csv delays "$db" --thread worker)" "worker,60000000" "unless they are asked for"
tap_is "$(csv delays "$db" --thread '^app$' --min 40ms)" "app,40000000" "the threshold is inclusive"
columns='["rest_ns","runnable_ns","lock_slept_ns","other_slept_ns"]'
tap_is "$(csv delays "$db" --min 40)" "1000000,1000000,38000000" "a wait is split; its parts add up"
columns='["rest_ns","ran_ns","preempted_ns","why"]'
tap_is "$(csv delays "$db" --min 40)" "1000000,1000000,0" \
	"it ran before it slept; what a waker did, who may have got the lock just then, is not told"
columns='["rest_ns","runnable_ns","lock_slept_ns","other_slept_ns"]'
tap_is "$(csv delays "$db" --thread RenderThread)" "25000000" "a sleep for no lock is something else"
columns='["nr_delays","sum_ns","p50_ns","p95_ns","p99_ns","max_ns"]'
tap_is "$(csv total "$db" --thread '^app$')" "5,150000000,30000000,40000000,40000000,40000000" \
	"count, sum and nearest ranks"
columns='["process","holder_source","nr_delays","proven_ns"]'
tap_is "$(csv culprits "$db")" "gc,waker,5" "a waker is named, without a share"
tap_like "$("$RMAPSCOPE" jank "$db" | head -n 1)" \
	"^6 delays took 175\.000 ms in all, the longest 40\.000 ms; no holder's share is proven" "one sentence first"
start=$("$RMAPSCOPE" jank "$db" --min 40 | awk '/START ns/ { getline; print $1 }')
tap_like "$("$RMAPSCOPE" blocked "$db" --at "$start")" ' app +waiter ' "blocked --at takes START as printed"
tap_like "$("$RMAPSCOPE" jank "$db" --min 1s | head -n 1)" \
	'^No selected thread had a delay as long as --min \(default 16\.6 ms\) in [0-9.]+ s\.$' "nothing found is a sentence"
sqlite3 "$db" "INSERT INTO loss (start_ns, end_ns, cpu, nr_lost, reason) VALUES (23000000000, 24000000000, 0, 5, 1);
	UPDATE meta SET value = 'contention' WHERE key = 'profile'"
tap_like "$("$RMAPSCOPE" jank "$db" --min 1s | head -n 1)" \
	' s, except in the gaps where events were lost' "it says what was not seen"

# --- holds that were recorded prove the chain: app waits for gc, gc for mover

chain=$tap_dir/chain.db
"$STAGE" "$chain" >"$tap_dir/out" <<-END
	name 1 1 app
	name 2 1 gc
	name 3 3 mover
	name 4 1 other
	0 3 anon_vma_lock_acquire_returned root=0xbbb0 write=1 success=1
	500000 0 sched_switch prev_state=0 next_pid=2
	1000000 2 anon_vma_lock_acquire_returned root=0xaaa0 write=1 success=1
	10000000 2 anon_vma_contention_begin root=0xbbb0 write=1 owner=3
	11000000 2 sched_switch prev_state=2 next_pid=0
	15000000 4 anon_vma_contention_begin root=0xaaa0 write=1 owner=2
	20000000 1 anon_vma_contention_begin root=0xaaa0 write=1 owner=2
	60000000 3 anon_vma_lock_released root=0xbbb0 write=1
	60000000 3 sched_waking pid=2
	61000000 0 sched_switch prev_state=0 next_pid=2
	61000000 2 anon_vma_contention_end root=0xbbb0 write=1
	70000000 2 anon_vma_lock_released root=0xaaa0 write=1
	70000000 1 anon_vma_contention_end root=0xaaa0 write=1
	flush 100000000
END
columns='["duration_ns","nr_ahead","chain","holder_comm","holder_ns"]'
tap_is "$(csv delays "$chain" --thread '^app$')" "50000000,1,gc/2 (exact) <- mover/3 (exact),gc,50000000" \
	"the queue, the chain and a share that is proven"
columns='["why"]'
tap_is "$(csv delays "$chain" --thread '^app$')" "ran 9.000, waited 1.000 for a CPU, asleep 40.000 for another lock" \
	"and what the holder did meanwhile"
tap_like "$("$RMAPSCOPE" jank "$chain" --thread '^app$' | head -n 1)" \
	'; the holders are proven for 50\.000 ms of it, most by app \(-\) with 50\.000 ms\.$' "and the sentence names the culprit"

# --- wrong usage

for wrong in "--thread (" "--min x" "--min -1" "--min nan" "--min 5h" ""; do
	# shellcheck disable=SC2086 # words
	"$RMAPSCOPE" jank ${wrong:+"$db"} $wrong >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -c <"$tap_dir/out")" 2:0 "wrong usage: jank $wrong"
done
"$RMAPSCOPE" jank "$tap_dir/no.db" >"$tap_dir/out" 2>&1
tap_is $? 1 "jank of no file fails"
tap_done
