#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# importers.sh: what other programs read in our exports: speedscope in a folded one, and pprof-format
# in one for pprof, both as npm has them, in Debian's chromium without a screen. Their sums are the
# database's. Not part of `make test`: it needs chromium and the network.
. tests/tap.sh

for program in chromium curl; do
	command -v $program >/dev/null || tap_skip_all "needs $program (apt-get install $program)"
done

# fetch NAME VERSION: a package of npm, into the folder NAME
fetch() {
	mkdir "$tap_dir/$1" && curl -sSfL "https://registry.npmjs.org/$1/-/$1-$2.tgz" |
		tar -xz -C "$tap_dir/$1" --strip-components=1
}
fetch speedscope 1.25.0 && fetch pprof-format 2.3.2 || tap_skip_all "registry.npmjs.org is not to be had"

# the elements of a page after its scripts, which may fetch files beside it
dom_of() {
	timeout 120 chromium --headless=new --no-sandbox --disable-gpu --allow-file-access-from-files --user-data-dir="$tap_dir/profile" \
		--window-size=1400,20000 --virtual-time-budget=30000 --dump-dom "$1" 2>"$tap_dir/log"
}

for db in docs/demo.db tests/data/stock.db; do
	name=$(basename "$db" .db)
	cp "$db" "$tap_dir/$name.db"
	"$RMAPSCOPE" upgrade "$tap_dir/$name.db" >"$tap_dir/out" 2>&1
	db=$tap_dir/$name.db
	waited_us=$(sqlite3 "$db" "SELECT sum(duration_ns) / 1000 FROM wait")

	"$RMAPSCOPE" export "$db" --to folded -o "$tap_dir/$name.folded"
	sum=$(awk '{ sum += $NF } END { printf "%.0f", sum }' "$tap_dir/$name.folded")
	nr_stacks=$(wc -l <"$tap_dir/$name.folded")
	# each line is rounded
	tap_is $((sum - waited_us <= nr_stacks && waited_us - sum <= nr_stacks)) 1 \
		"$name: folded: $sum us in $nr_stacks stacks, $waited_us us in the database"
	echo "speedscope.loadFileFromBase64('$name.folded', '$(base64 -w0 "$tap_dir/$name.folded")')" >"$tap_dir/$name.js"
	# the table of functions: total, self, name
	selves_of() {
		dom_of "file://$tap_dir/speedscope/dist/release/index.html#localProfilePath=$tap_dir/$name.js&view=sandwich" |
			sed 's/<[^>]*>/\n/g' | sed -n 's/^\([0-9,]*\) ([^ ]*%)$/\1/p' | tr -d , |
			awk 'NR % 2 == 0 { sum += $1 } END { printf "%.0f", sum }'
	}
	# on a busy machine the browser may print the page before it has read the file
	for _ in 1 2 3 4 5; do
		selves=$(selves_of)
		[ "$selves" = 0 ] || break
	done
	tap_is "$selves" "$sum" "$name: speedscope reads all of it"

	"$RMAPSCOPE" export "$db" --to pprof -o "$tap_dir/$name.pb.gz"
	waited_ns=$(sqlite3 "$db" "SELECT sum(duration_ns), count(duration_ns) FROM wait")
	cat >"$tap_dir/$name.html" <<-END
		<title></title><script type="module">
		import { Profile } from './pprof-format/dist/esm/index.js';
		const packed = Uint8Array.from(atob('$(base64 -w0 "$tap_dir/$name.pb.gz")'), c => c.charCodeAt(0));
		const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
		const profile = Profile.decode(new Uint8Array(await new Response(stream).arrayBuffer()));
		const types = profile.sampleType.map(t => profile.stringTable.strings[Number(t.type)]);
		const sums = types.map((t, i) => t + '=' + profile.sample.reduce((sum, s) => sum + BigInt(s.value[i]), 0n));
		document.title = sums.join(' ');
		</script>
	END
	read_as=$(dom_of "file://$tap_dir/$name.html" | sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' | head -n 1)
	tap_note "$name: pprof-format reads $read_as"
	tap_like " $read_as " "=${waited_ns%|*} " "$name: pprof-format reads all of the time"
	tap_like " $read_as " "=${waited_ns#*|} " "$name: and all waits"
done
tap_done
