#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Samples of the CPUs: from events to estimates. What they estimate is never a part of a wait.
. tests/tap.sh
: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"

db=$tap_dir/capture.db
sql() {
	sqlite3 "$1" "$2"
}
lock=0xffff888101234500

# W spins in every 10th of 1,000 samples of each of four seconds, and once waits; H holds the lock
# and flushes TLBs in nine of ten samples; S, of the same process as W, only holds
{
	cat <<-END
		symbol 0xffffffff81000000 rwsem_spin_on_owner
		symbol 0xffffffff81001000 rwsem_down_write_slowpath
		symbol 0xffffffff81002000 down_write
		symbol 0xffffffff81003000 move_pages
		symbol 0xffffffff81004000 smp_call_function_many_cond
		symbol 0xffffffff81005000 native_write_msr
		symbol 0xffffffff81006000 move_pages_pte
		symbol 0xffffffff81007000 the_end
		name 100 100 waiter
		name 200 200 holder
		1000000000000 100 contention_begin lock_addr=$lock flags=4
		1000000000000 100 stack rwsem_down_write_slowpath down_write move_pages
		1000050000000 100 contention_end lock_addr=$lock
	END
	for i in $(seq 400); do
		echo "$((1000100000000 + i * 9000000)) 100 sample kind=0 lock=$lock classes=1 ip=0xffffffff81000010"
		echo "$((1000100000000 + i * 9000000)) 100 stack rwsem_down_write_slowpath down_write move_pages"
		case $((i % 10)) in
		0) ip=0xffffffff81006010 callers=move_pages ;;
		1) ip=0xffffffff81005010 callers='smp_call_function_many_cond move_pages' ;;
		*) ip=0xffffffff81004010 callers=move_pages ;;
		esac
		echo "$((1000100000001 + i * 9000000)) 200 sample kind=1 lock=$lock classes=1 ip=$ip"
		echo "$((1000100000001 + i * 9000000)) 200 stack $callers"
	done
	echo "1003900000000 100 samples_lost end_ns=1003900000100"
	for i in $(seq 0 99); do
		echo "$((1003950000000 + i * 100000)) 100 sample kind=2 ip=0xffffffff81004010"
	done
	echo "1004000000000 100 sampled since_ns=1000000000000 until_ns=1004000000000 nr=4000 cpu_ns=3600000000 runnable_ns=100000000"
	echo "1004000000000 200 sampled since_ns=1000000000000 until_ns=1004000000000 nr=800 cpu_ns=1600000000 runnable_ns=-1"
} | "$STAGE" "$db"
tap_is "$?" 0 "events are staged"

# column SECTION COLUMN [OPTION...]: of the first row
column() {
	local section=$1 name=$2
	shift 2
	"$RMAPSCOPE" report --format json "$@" "$db" "$section" >"$tap_dir/json"
	sqlite3 :memory: "SELECT json_extract(readfile('$tap_dir/json'), '\$.$section[0].$name')"
}

tap_is "$(sql "$db" "SELECT sum(duration_ns), count(*) FROM wait")" "50000000|1" "the wait is what was measured"
tap_is "$(sql "$db" "SELECT DISTINCT spun_ns IS NULL FROM wait")" 1 "and has no spinning that was not"
tap_is "$(column spin process):$(column spin class):$(column spin role)" "waiter:anon_vma:uffd_move" "who spun for what"
tap_is "$(column spin nr_samples):$(column spin nr_all):$(column spin share_percent)" "400:4000:10" "n, of how many, and the share"
tap_is "$(column spin est_ns):$(column spin cpu_ns)" "360000000:3600000000" "the estimate is that share of the CPU time"
# Wilson: (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n)
tap_is "$(column spin low_percent):$(column spin high_percent)" "9.11:10.97" "with its interval"
tap_is "$(column why holder_process):$(column why holder_function)" "holder:smp_call_function_many_cond" \
	"what the holder did: sending the interrupts is a part of the flush"
tap_is "$(column why nr_samples):$(column why nr_held):$(column why share_percent)" "360:400:90" "in how many samples"
tap_is "$(column why est_ns)" 720000000 "and how long that is of its CPU time"
# 90 % of four seconds on a CPU: of the samples 10 % spun, 2.5 % waited for other CPUs
tap_is "$(column time process):$(column time nr_threads):$(column time seen_ns):$(column time cpu_percent)" \
	"waiter:1:4000000000:90" "how long the thread was seen, and how much of that on a CPU"
tap_is "$(column time work_percent):$(column time spin_percent):$(column time ipi_percent)" "78.75:9:2.25" \
	"on a CPU it worked, spun, waited for other CPUs: these add up"
tap_is "$(column time nr_spin):$(column time nr_ipi):$(column time nr_all)" "400:100:4000" "with the numbers of samples"
tap_is "$(column time spin_low_percent):$(column time spin_high_percent)" "8.2:9.87" "and the interval"
tap_is "$(column time runnable_percent):$(column time lock_percent):$(column time slept_percent)" "2.5:0:7.5" \
	"otherwise it waited for a CPU, or was asleep: all is known"
cp "$db" "$tap_dir/whole.db"
sqlite3 "$db" "INSERT INTO meta VALUES ('no_spin_samples', 'measured')"
tap_is "$(column time cpu_percent):$(column time spin_percent):$(column time spin_high_percent):$(column time nr_spin):$(column time work_percent):$(column time ipi_percent)" \
	"90:::::2.25" "where spinning was not sampled, it is unknown, and so is how much of the rest was work"
cp "$tap_dir/whole.db" "$db"
sqlite3 "$db" "UPDATE sample_rollup SET kind = (SELECT value FROM enum WHERE domain = 'sample_kind' AND label = 'wait_spin')
	WHERE kind = (SELECT value FROM enum WHERE domain = 'sample_kind' AND label = 'spin')"
tap_is "$(column spin nr_samples):$(column time spin_percent):$(column time work_percent):$(column time nr_spin)" \
	":9:78.75:400" "spinning within waits is not before them, and no work"
mv "$tap_dir/whole.db" "$db"
tap_is "$(column time cpu_percent --pid 200):$(column time runnable_percent --pid 200):$(column time slept_percent --pid 200)" \
	"40::" "of a thread whose waiting is not told, neither that nor its sleep is known"
tap_like "$("$RMAPSCOPE" report "$db" spin)" "^Spinning, estimated by samples: .*no part of the waits" \
	"the text says what is estimated"
tap_is "$("$RMAPSCOPE" report "$db" processes | sed -n 's/^waiter  *//p' | tr -s ' ' | cut -d ' ' -f 2-4)" \
	"1 50.000 50.000" "the waits of the process have no sample in them"

# a part of the capture
tap_is "$(column spin nr_samples --pid 100):$(column why nr_samples --pid 100)" "400:" "--pid: of the process that spun"
tap_is "$(column spin nr_samples --class mmap)" "" "--class: of another class, none"
tap_is "$(column spin nr_all --class anon_vma)" 4000 "of this one: a share of all"
tap_is "$(column spin nr_samples --since 1 --until 2):$(column spin nr_all --since 1 --until 2)" "112:1000" \
	"--since, --until: of this second"
tap_like "$("$RMAPSCOPE" report --class anon_vma "$db" time)" "not shown: it cannot be filtered by --class" \
	"--class: of one class of locks, no parts of a whole"
cp "$db" "$tap_dir/whole.db"
# a name of one thread: waits are summed up per process
sqlite3 "$db" "UPDATE rollup SET slept_ns = 20000000, wait_ns = 50000000;
	UPDATE holder_rollup SET holder_task_id = (SELECT id FROM task WHERE tid = 200)"
tap_is "$(column time lock_percent):$(column time slept_percent)" "0.5:7" "asleep for a lock, and for something else"
tap_is "$(column time lock_percent --since 1 --until 2):$(column time slept_percent --since 1 --until 2)" "0:7.5" \
	"--since, --until: of this second, also the sleep for locks"
tap_is "$(column why waited_ns):$(column why waited_ns --since 1 --until 2)" "50000000:" "and the time that was waited for a holder"
sqlite3 "$db" "UPDATE task SET comm = 'a thread' WHERE tid = 100"
tap_is "$(column time cpu_percent --comm 'a thread'):$(column time lock_percent --comm 'a thread'):$(column time slept_percent --comm 'a thread')" \
	"90::" "--comm: of one of its threads, it is not known how much of the sleep was for locks"
sqlite3 "$db" "UPDATE rollup SET slept_ns = NULL"
tap_is "$(column time cpu_percent):$(column time lock_percent):$(column time slept_percent)" "90::" \
	"nor without the sleep of the waits"
sqlite3 "$db" "DELETE FROM cpu_rollup WHERE task_id <> (SELECT id FROM task WHERE tid = 100); UPDATE cpu_rollup SET task_id = 0"
tap_is "$(column time seen_ns):$(column time nr_threads)" "4000000000:" "names that were removed: nor of how many threads it is the time"
mv "$tap_dir/whole.db" "$db"

# losses
tap_is "$(sql "$db" "SELECT reason, nr_gaps, nr_lost FROM lost")" "samples|1|1" "lost samples are counted by themselves"
tap_is "$(sql "$db" "SELECT DISTINCT outcome FROM waits")" acquired "no wait is uncertain because of them"

# a recorder that had not counted the samples yet
sqlite3 "$db" "UPDATE cpu_rollup SET nr_samples = 10"
tap_is "$(column spin nr_samples):$(column spin share_percent):$(column spin est_ns):$(column spin low_percent)" "400:::" \
	"more samples of a kind than in all: no share"
sqlite3 "$db" "UPDATE cpu_rollup SET nr_samples = 0"
tap_is "$(column spin share_percent):$(column spin high_percent)" ":" "of none: likewise"
sqlite3 "$db" "UPDATE cpu_rollup SET nr_samples = 9223372036854775807, cpu_ns = 9223372036854775807;
	UPDATE sample_rollup SET nr_samples = 9223372036854775807"
tap_is "$("$RMAPSCOPE" report "$db" spin why >/dev/null 2>&1; echo $?)" 0 "numbers that are too large: no crash"
sqlite3 "$db" "UPDATE sample_rollup SET nr_samples = -5"
"$RMAPSCOPE" report "$db" spin >/dev/null 2>"$tap_dir/err"
tap_is "$?:$(grep -c 'is damaged: table spin has a count below 0$' "$tap_dir/err")" "1:1" "a negative one: damaged"

# options
tap_is "$("$RMAPSCOPE" record --samples x 2>&1 | head -n 1)" \
	"rmapscope record: --samples: 'x' is not a whole number from 1 to 1000000000" "--samples takes a number"
tap_is "$("$RMAPSCOPE" record --samples 10001 2>&1 | head -n 1)" \
	"rmapscope record: --samples: '10001' is more than 10000" "not too large a one"
tap_is "$("$RMAPSCOPE" top --samples 99 "$db" 2>&1 | head -n 1)" \
	"rmapscope top: --output, --profile, --buffer, --rung and --samples are for a new recording and do not go with FILE" \
	"and is of a new recording"
tap_done
