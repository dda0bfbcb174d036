#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Faults that are staged in events are found and shown; the same runs without
# the fault report nothing.
. tests/tap.sh
: "${STAGE:=$(pwd)/build/tests/stage/stage-events}"

# stage NAME [--without EVENT]...: events from standard input
stage() {
	local db=$tap_dir/$1.db
	shift
	"$STAGE" "$db" "$@"
}

symbols='symbol 0xffffffff81001000 down_write
symbol 0xffffffff81002000 mremap_to
symbol 0xffffffff81003000 dup_mmap
symbol 0xffffffff81004000 remove_migration_pte
symbol 0xffffffff81005000 try_to_migrate_one
symbol 0xffffffff81006000 unlink_file_vma
symbol 0xffffffff81007000 folio_referenced_one
symbol 0xffffffff81008000 a_function_behind_all_others'

# --- exec moves its stack while a migration is under way

# exec_run HOW: a page of the new stack has a migration entry when exec moves it
exec_run() {
	local stack_end=0x7ffffffff000 stack=0x7fffffffd000 new=0x7fff0fffd000 page=0x7fffffffe000
	local moved=0x7fff0fffe000 mm=0xffff888000abc000 shift=0xf0000000
	echo "$symbols"
	echo "1000 50 rmap_walk_begin pfn=7 rmap_one=0xffffffff81005004 kind=0"
	echo "1001 50 task_rename pid=50 newcomm=kcompactd0"
	echo "1010 50 rmap_walk_vma pfn=7 mm=$mm vm_start=$stack vm_end=$stack_end address=$page"
	[ "$1" = skipped ] || echo "1020 50 set_migration_pte addr=$page"
	echo "1030 50 rmap_walk_end pfn=7 nr_vmas=1 outcome=0"
	echo "2000 100 exec_stack_shift_begin mm=$mm old_start=$stack old_end=$stack_end shift=$shift"
	[ "$1" != after ] ||
		echo "2100 100 exec_stack_shift_end mm=$mm"
	echo "3000 50 rmap_walk_begin pfn=8 rmap_one=0xffffffff81004004 kind=0"
	[ "$1" != after ] ||
		echo "3010 50 rmap_walk_vma pfn=8 mm=$mm vm_start=$new vm_end=0x7fff0ffff000 address=$moved"
	[ "$1" = after ] ||
		echo "3010 50 rmap_walk_vma pfn=8 mm=$mm vm_start=$new vm_end=$stack_end address=$moved"
	[ "$1" = race ] || [ "$1" = skipped ] || echo "3020 50 remove_migration_pte addr=$moved"
	echo "3030 50 rmap_walk_end pfn=8 nr_vmas=1 outcome=0"
	[ "$1" = after ] || echo "4000 100 exec_stack_shift_end mm=$mm"
}

exec_run race | stage race
tap_is "$("$RMAPSCOPE" report --format csv "$tap_dir/race.db" stragglers)" \
	"time_ns,process,comm,tid,address,nr_pages,why,other_process,other_comm,other_tid,other_ns
1020,kcompactd0 (thread 50),kcompactd0,50,7fffffffe000,1,stack_shift,(thread 100),,100,2000" \
	"a migration entry that exec's stack shift hid is found, with who moved the stack"
out=$("$RMAPSCOPE" order "$tap_dir/race.db")
tap_is "$?" 0 "order succeeds"
tap_like "$out" "^kcompactd0 \(thread 50\) +kcompactd0 +50 7fffffffe000 +1 stack_shift +\(thread 100\) +- +100$" "and shows it"
for how in found after skipped; do
	exec_run $how | stage $how
	tap_is "$("$RMAPSCOPE" report --format csv "$tap_dir/$how.db" stragglers | tail -n +2)" "" \
		"the same run is clean when the entry was $how"
	tap_like "$("$RMAPSCOPE" order "$tap_dir/$how.db")" '^\(nothing happened: [0-9.]+ s watched\)$' \
	"and it says that nothing happened"
done
{
	exec_run race | head -n 11
	echo "1500 0 loss end_ns=1600"
	exec_run race | tail -n +12
} | stage lost
tap_is "$("$RMAPSCOPE" report --format csv "$tap_dir/lost.db" stragglers | tail -n +2)" "" \
	"nothing is claimed across a gap"

# --- locks taken in the wrong order

# order_run FIRST: a thread that needs i_mmap_rwsem and a VMA lock takes one first
order_run() {
	local mm=0xffff888000abc000 mapping=0xffff888000003000
	local i_mmap="i_mmap_lock_acquire_returned mapping=$mapping write=1 success=1 ip=0xffffffff81006004"
	local vma="vma_start_write mm=$mm vm_start=0x1000 vm_end=0x2000 ip=0xffffffff81003004"
	echo "$symbols"
	echo "1000 100 mmap_lock_acquire_returned mm=$mm write=1 success=1"
	[ "$1" = i_mmap ] || echo "1010 100 $vma"
	echo "1020 100 i_mmap_lock_start_locking mapping=$mapping write=1"
	echo "1030 100 i_mmap_contention_begin mapping=$mapping write=1"
	echo "1031 100 stack down_write unlink_file_vma"
	echo "1040 100 i_mmap_contention_end mapping=$mapping write=1"
	echo "1050 100 $i_mmap"
	[ "$1" = vma ] || echo "1060 100 $vma"
	[ "$1" = vma ] || echo "1061 100 stack down_write dup_mmap"
	echo "1070 100 i_mmap_lock_released mapping=$mapping write=1"
	echo "1080 100 mmap_lock_released mm=$mm write=1"
}

order_run i_mmap | stage inversion
out=$("$RMAPSCOPE" order "$tap_dir/inversion.db")
tap_is "$?" 0 "order succeeds with an inversion"
tap_like "$out" "^1 inversions of the documented order$" "and counts it"
tap_is "$(sed -n '/^Inversion 1:/,/^$/p' <<<"$out" | sed 's/+0x.*//')" "Inversion 1:
  held: i_mmap
    down_write
    unlink_file_vma
  taken: vma
    down_write
    dup_mmap" "with the two stacks"
tap_is "$("$RMAPSCOPE" order --format json "$tap_dir/inversion.db" >"$tap_dir/json"
	sqlite3 :memory: "SELECT json_extract(r.value, '\$.held') || ' ' || json_extract(r.value, '\$.taken') ||
	' ' || json_extract(r.value, '\$.taken_symbol') FROM json_each(readfile('$tap_dir/json'), '\$.order') r
	WHERE json_extract(r.value, '\$.inversion')")" "i_mmap vma dup_mmap" "and in JSON"
order_run vma | stage documented
out=$("$RMAPSCOPE" order "$tap_dir/documented.db")
tap_like "$out" "^0 inversions of the documented order$" "the documented order has no inversion"
tap_is "$(sqlite3 "$tap_dir/documented.db" "SELECT held, taken FROM lock_order ORDER BY 1, 2")" \
	"mmap|i_mmap
mmap|vma
vma|i_mmap" "its three pairs are shown"

# --- a storm

# storm_run PAUSE_NS: retries of one walker, while two threads move the folio
storm_run() {
	local a=0xffff888000001000 b=0xffff888000002000 mm=0xffff888000abc000 i t
	echo "$symbols"
	echo "100 1 task_newtask pid=200 comm=mover clone_flags=0"
	echo "200 200 task_newtask pid=201 comm=mover/1 clone_flags=0x10100"
	echo "300 200 anon_vma_link anon_vma=$a root=$a mm=$mm vm_start=0x10000 vm_end=0x20000 tgid=200"
	echo "310 200 anon_vma_link anon_vma=$b root=$b mm=$mm vm_start=0x30000 vm_end=0x40000 tgid=200"
	echo "400 60 task_rename pid=60 newcomm=walker"
	echo "500 60 rmap_walk_begin pfn=7 rmap_one=0xffffffff81007004 kind=0"
	for ((i = 0; i < 12; i++)); do
		t=$((1000000000 + i * $1))
		echo "$t 60 rmap_walk_retry pfn=7 old_anon_vma=$a new_anon_vma=$b attempt=$((i + 1))"
		echo "$((t + 1)) $((200 + i % 2)) folio_move_anon_rmap pfn=7 nr_pages=1 old_anon_vma=$a old_root=$a new_anon_vma=$b new_root=$b mm=$mm vm_start=0x30000 vm_end=0x40000"
	done
	echo "$((t + 2)) 60 rmap_walk_end pfn=7 nr_vmas=0 outcome=0"
	echo "$((t + 1000000000)) 60 task_rename pid=60 newcomm=walker"
}

storm_run 100000000 | stage storm
tap_is "$("$RMAPSCOPE" storms --format csv "$tap_dir/storm.db" | cut -d , -f 1,2,3,4,6-18)" \
	"kind,lock,nr_events,peak_per_s,duration_ns,outcome,nr_walkers,walker_process,walker_comm,walker_tid,walker_role,nr_movers,nr_moves,mover_process,mover_comm,mover_tid,from_vma
retry,ffff888000001000,12,10,1100000000,acquired,1,walker (thread 60),walker,60,referenced,2,12,mover,mover,200,10000-20000" \
	"a storm is shown with who walked, who moved, and from where"
tap_like "$("$RMAPSCOPE" storms "$tap_dir/storm.db")" "10000-20000 +30000-40000$" "and to where"
storm_run 300000000 | stage calm
tap_is "$("$RMAPSCOPE" storms --format csv "$tap_dir/calm.db" | tail -n +2)" "" \
	"as many retries with longer pauses are none"
tap_like "$("$RMAPSCOPE" storms "$tap_dir/calm.db")" '^\(nothing happened: [0-9.]+ s watched\)$' \
	"and it says that nothing happened"
tap_like "$("$RMAPSCOPE" walks "$tap_dir/storm.db")" \
	'^anon +referenced +folio_referenced_one +1 +0 .* 12 +12 +0 +0$' "walks has the retries of the walk"

# --- what could not be seen is not "none"

# blind SECTION SUBCOMMAND EVENT
blind() {
	stage blind --without "$3" </dev/null
	tap_like "$("$RMAPSCOPE" report "$tap_dir/blind.db" "$1" | tail -n 1)" \
		"^\(not seen: this kernel has no [a-z]+:$3 \(see rmapscope check\)\)$" "without $3, $1 are not seen"
	tap_is "$("$RMAPSCOPE" "$2" --format csv "$tap_dir/blind.db" 2>&1 >"$tap_dir/out" |
		grep -c "^rmapscope: $1: not seen: ")" 1 "CSV says so on stderr"
	"$RMAPSCOPE" "$2" --format json "$tap_dir/blind.db" >"$tap_dir/json"
	tap_is "$(sqlite3 :memory: "SELECT json_extract(j, '\$.$1_unseen') IS NOT NULL, json_type(j, '\$.$1')
		FROM (SELECT readfile('$tap_dir/json') AS j)")" "1|null" "JSON has null and the reason"
}
blind storms storms rmap_walk_skip
blind stragglers order exec_stack_shift_begin
blind order order anon_vma_lock_start_locking
blind walks walks rmap_walk_begin
tap_is "$("$RMAPSCOPE" order "$tap_dir/blind.db" | grep -c inversions)" 1 \
	"what else was seen is counted"

for command in storms order walks; do
	"$RMAPSCOPE" $command >"$tap_dir/out" 2>&1
	tap_is $? 2 "$command without a file is wrong usage"
	"$RMAPSCOPE" $command "$tap_dir/no.db" >"$tap_dir/out" 2>&1
	tap_is $? 1 "$command of no file fails"
done
tap_done
