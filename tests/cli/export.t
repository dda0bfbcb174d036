#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# export --to folded: a line per stack, whose times add up to those of the database.
. tests/tap.sh
. tests/live/trace.sh

db=$tap_dir/capture.db
cp tests/data/stock.db "$db"
export_to() {
	"$RMAPSCOPE" export "$db" --to folded "$@" >"$tap_dir/folded" 2>"$tap_dir/err"
}
sum_us() {
	awk '{ us += $NF } END { printf "%d", us }' "$tap_dir/folded"
}

export_to
tap_is "$?:$(cat "$tap_dir/err")" "0:" "export --to folded"
tap_is "$(sum_us)" "$(sql "$db" "SELECT sum(duration_ns) / 1000 FROM wait")" "the lines add up to all waits"
tap_is "$(wc -l <"$tap_dir/folded")" "$(sql "$db" "SELECT count(*) FROM (SELECT DISTINCT p.comm, t.comm, w.stack_id
	FROM wait w JOIN task t ON t.id = w.task_id LEFT JOIN process p ON p.id = t.process_id WHERE duration_ns IS NOT NULL)")" \
	"a line for each thread name and stack"
tap_is "$(grep -cvE '^[^;]+;[^;]+(;[A-Za-z_][A-Za-z0-9_.]*)+ [0-9]+$' "$tap_dir/folded")" 0 \
	"each is names, functions without offsets, and a number"
tap_is "$(grep -cE '^[^;]+;[^;]+;entry_SYSCALL_64_after_hwframe;do_syscall_64;|^[^;]+;[^;]+;(asm_exc_page_fault|ret_from_fork_asm);' "$tap_dir/folded")" \
	"$(wc -l <"$tap_dir/folded")" "the outermost function is first"
export_to --root holder
tap_is "$?:$(sum_us)" "0:$(sql "$db" "SELECT sum(duration_ns) / 1000 FROM wait")" "by holder they add up, too"
tap_is "$(grep -cv '^held by ' "$tap_dir/folded")" 0 "each begins with who held the lock"
tap_is "$(awk '/^held by an unknown thread;/ { us += $NF } END { print (us > 0) }' "$tap_dir/folded")" \
	"$(sql "$db" "SELECT coalesce(sum(duration_ns), 0) >= 2000 FROM wait WHERE holder_task_id IS NULL")" \
	"or that this is unknown"
class=$(sql "$db" "SELECT class FROM waits WHERE duration_ns IS NOT NULL GROUP BY 1 ORDER BY count(*) LIMIT 1")
export_to --class "$class"
tap_is "$(sum_us)" "$(sql "$db" "SELECT sum(duration_ns) / 1000 FROM waits WHERE class = '$class'")" "a filter applies"

# --- to a file

mkdir "$tap_dir/out.d"
out=$tap_dir/out.d/stacks
export_to && cp "$tap_dir/folded" "$tap_dir/want"
export_to -o "$out"
tap_is "$?:$(cat "$tap_dir/folded" "$tap_dir/err"):$(stat -c %a "$out")" "0::600" "-o writes a file for its owner alone"
tap_is "$(cmp "$out" "$tap_dir/want" 2>&1)" "" "with what standard output gets without -o"
echo mine >"$out"
export_to -o "$out"
tap_is "$?:$(cat "$out")" 1:mine "an existing file is not replaced"
tap_like "$(cat "$tap_dir/err")" "^rmapscope: .*/stacks exists; .*--force to replace it$" "and the message says how to"
(ulimit -f 0; export_to -o "$out" --force)
tap_is "$?:$(cat "$out")" 1:mine "nor with --force by a file that could not be written"
export_to -o "$out" --force
tap_is "$?:$(cmp "$out" "$tap_dir/want" 2>&1)" "0:" "--force replaces it"
sum=$(md5sum <"$db")
ln "$db" "$tap_dir/out.d/link"
export_to -o "$tap_dir/out.d/link" --force
tap_is "$?:$(md5sum <"$db")" "2:$sum" "but never the database itself"
export_to -o "$tap_dir/out.d/none/stacks"
tap_is "$?:$(wc -l <"$tap_dir/err")" 1:1 "a missing directory is one line"
tap_is "$(ls -A "$tap_dir/out.d" | xargs)" "link stacks" "no failure leaves a file"

# --- names are hostile, and stacks may be missing

sqlite3 "$db" "UPDATE task SET comm = 'a;b' || char(10, 27) || '[31m' || char(0x202e); UPDATE wait SET stack_id = NULL"
export_to
tap_is "$(grep -c '^[^;]*;a:b??\[31m?;(no stack) [0-9]*$' "$tap_dir/folded"):$(grep -cv 'no stack' "$tap_dir/folded")" \
	"$(sql "$db" "SELECT count(DISTINCT coalesce(p.comm, '')) FROM wait w JOIN task t ON t.id = w.task_id
		LEFT JOIN process p ON p.id = t.process_id WHERE duration_ns IS NOT NULL"):0" "a name cannot add lines, names or escapes"

# --- wrong usage

for wrong in "$db" "$db --to html" "$db --to folded --root cpu" "--to folded"; do
	# shellcheck disable=SC2086 # words
	"$RMAPSCOPE" export $wrong >"$tap_dir/out" 2>"$tap_dir/err"
	tap_is "$?:$(wc -c <"$tap_dir/out")" 2:0 "wrong usage: export ${wrong/"$db"/FILE}"
done
"$RMAPSCOPE" export "$db" --to folded >/dev/full 2>"$tap_dir/err"
tap_is "$?:$(wc -l <"$tap_dir/err")" 1:1 "a full disk is said"
tap_done
