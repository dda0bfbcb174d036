#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# html.sh [FOLDER]: the page of `rmapscope html` in a browser, Debian's chromium without a screen:
# no error, nothing loaded, it fits, sorting and folding work. Not part of `make test`: chromium
# and what it needs are 400 MB. Pictures of both widths and both colour schemes are left in
# FOLDER, to be looked at.
. tests/tap.sh

command -v chromium >/dev/null || tap_skip_all "needs chromium (apt-get install chromium)"
pictures=${1:-$tap_dir}
# without its sandbox, since root cannot have it
browse() {
	timeout 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$tap_dir/profile" \
		--enable-logging=stderr "$@" 2>"$tap_dir/log"
}
# what the page or the browser complained about
complaints() {
	grep -E ':CONSOLE|Refused to|Uncaught' "$tap_dir/log"
}

# with TEXT: the page with this at its end
with() {
	TEXT=$1 perl -pe 's/^<\/body>/$ENV{TEXT}$&/' "$page" >"$tap_dir/with.html"
}
# probe SCRIPT: what a script at the end of the page returns; a text without markup
probe() {
	with "<script>document.title = 'probe=' + (function () { $1 })() + '=probe';</script>"
	browse --dump-dom "file://$tap_dir/with.html" | sed -n 's/.*<title>probe=\(.*\)=probe<.*/\1/p'
}
probe_is() {
	tap_is "$(probe "$1")" "$2" "$3"
}
# too_wide WIDTH: how much the page is wider than a window of WIDTH pixels, and that width. It is
# in a frame: the browser's own window is at least 500 pixels wide.
too_wide() {
	cat >"$tap_dir/frame.html" <<-END
		<title></title><iframe style="border: 0" width="$1" height="2000" src="file://$page"></iframe>
		<script>onload = function () {
			var e = frames[0].document.documentElement;
			document.title = 'probe=' + (e.scrollWidth - e.clientWidth) + ' of ' + frames[0].innerWidth + '=probe';
		};</script>
	END
	browse --window-size=1600,2000 --allow-file-access-from-files --dump-dom "file://$tap_dir/frame.html" |
		sed -n 's/.*<title>probe=\(.*\)=probe<.*/\1/p'
}

sh tests/tui/make-fixture.sh "$tap_dir/fixture.db"
page=$tap_dir/page.html

for name in demo fixture; do
	db=$tap_dir/fixture.db
	[ $name = fixture ] || db=docs/demo.db
	"$RMAPSCOPE" html "$db" >"$page"
	browse --dump-dom "file://$page" >"$tap_dir/dom"
	tap_is "$?:$(complaints)" "0:" "$name: no error"
	tap_is "$(grep -c '<button' "$tap_dir/dom")" "$(grep -c '<thead><tr><th scope="col" data-kind' "$page")" \
		"$name: the headings have buttons, so the keyboard reaches them"
	probe_is "return performance.getEntriesByType('resource').length;" 0 "$name: nothing is loaded"
	for width in 390 1400; do
		tap_is "$(too_wide $width)" "0 of $width" "$name: at $width pixels it is not wider than the window"
		for scheme in light dark; do
			# 0: dark, as the browser counts them
			browse --window-size=$width,3200 --blink-settings=preferredColorScheme=$([ $scheme = dark ]; echo $?) \
				--screenshot="$pictures/$name-$width-$scheme.png" "file://$page"
			tap_is "$(head -c 4 "$pictures/$name-$width-$scheme.png" | tail -c 3):$(complaints)" "PNG:" \
				"$name: a picture, $width pixels, $scheme"
		done
	done
done

# an error would be seen
with '<script>none.such();</script>'
browse --dump-dom "file://$tap_dir/with.html" >"$tap_dir/dom"
tap_like "$(complaints)" "none is not defined" "an error in the page would be seen"
with '<img src="http://127.0.0.1:9/x.png"/>'
browse --dump-dom "file://$tap_dir/with.html" >"$tap_dir/dom"
tap_like "$(complaints)" "Content Security Policy" "and the browser would refuse to load anything"

# --- sorting: by each heading of each table, both directions, checked by the cells' own text

sorted='
	var wrong = [];
	function text(row, at) { return row.cells[at].textContent; }
	function before(a, b, kind, down) {
		if (a === "-" || b === "-") return b === "-";
		if (kind === "number") { a = parseFloat(a.replace(/,/g, "")); b = parseFloat(b.replace(/,/g, "")); }
		if (kind === "hex") { a = BigInt("0x" + a); b = BigInt("0x" + b); }
		return down ? a >= b : !(a > b);
	}
	document.querySelectorAll("th[data-kind]").forEach(function (th) {
		var rows = th.closest("table").tBodies[0].rows, nr = rows.length;
		["first", "second"].forEach(function () {
			th.firstChild.focus();
			if (document.activeElement !== th.firstChild) wrong.push("focus");
			document.activeElement.click();
			var down = th.getAttribute("aria-sort") === "descending", i;
			if (!th.hasAttribute("aria-sort")) wrong.push("aria-sort");
			if (th.parentNode.querySelectorAll("[aria-sort]").length !== 1) wrong.push("several");
			if (rows.length !== nr) wrong.push("rows");
			for (i = 1; i < rows.length; i++)
				if (!before(text(rows[i - 1], th.cellIndex), text(rows[i], th.cellIndex), th.dataset.kind, down))
					wrong.push(th.closest("details").id + "." + th.textContent);
		});
	});
	return document.querySelectorAll("th[data-kind]").length + " headings, wrong: " + wrong.length + wrong.slice(0, 3);'
"$RMAPSCOPE" html "$tap_dir/fixture.db" >"$page"
probe_is "$sorted" "$(grep -o '<th scope="col" data-kind' "$page" | wc -l) headings, wrong: 0" \
	"a click on any heading sorts by it, a second one the other way"
tap_is "$(complaints)" "" "without an error"
probe_is '
	var button = document.querySelector("#waits th:nth-child(2) button"), th = button.parentNode, out;
	button.click();
	out = th.getAttribute("aria-sort") + " " + document.querySelector("#waits tbody td:nth-child(2)").textContent;
	button.click();
	return out + " " + th.getAttribute("aria-sort");' "descending 1,250.000 ascending" \
	"numbers sort as numbers, the largest first"
probe_is '
	var table = document.querySelector("#waits table"), fold = document.querySelector("#waits summary");
	var seen = [table.checkVisibility()];
	fold.click();
	seen.push(table.checkVisibility());
	fold.click();
	return seen.concat(table.checkVisibility());' "true,false,true" "a section folds and unfolds"
tap_done
