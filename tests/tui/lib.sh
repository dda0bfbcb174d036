# SPDX-License-Identifier: GPL-2.0-only
# A real terminal for the tests of the screens: tmux, with a server of our own.
# Source it from the top of the tree.
#
# Nothing here sleeps for a fixed time: what is expected is waited for, until a
# deadline that a busy machine will not miss.

. tests/tap.sh

: "${DEADLINE:=30}"
golden_dir=tests/tui/golden
tui_windows=0

command -v tmux >/dev/null || tap_skip_all "tmux is not installed"
command -v sqlite3 >/dev/null || tap_skip_all "sqlite3 is not installed"
[ -x "$RMAPSCOPE" ] || tap_skip_all "$RMAPSCOPE is not built"
RMAPSCOPE=$(realpath "$RMAPSCOPE")

tui_tmux() {
	tmux -u -S "$tap_dir/tmux-$tui_windows" -f "$tap_dir/tmux.conf" "$@"
}

tui_end() {
	tui_tmux kill-server 2>/dev/null
	# what is killed may still be writing its settings
	tui_until rm -rf "$tap_dir" 2>/dev/null
}
trap tui_end EXIT

cat >"$tap_dir/tmux.conf" <<-'END'
	set -g status off
	set -g default-terminal tmux-256color
	set -s escape-time 0
	set -g history-limit 0
END

# until DEADLINE: repeat COMMAND... until it succeeds
tui_until() {
	tui_deadline=$(($(date +%s) + DEADLINE))
	until "$@"; do
		[ "$(date +%s)" -lt "$tui_deadline" ] || return 1
		sleep 0.02
	done
}

# make-fixture, and the terminal that all windows of this file live in
tui_fixture() {
	sh tests/tui/make-fixture.sh "$tap_dir/fixture.db"
	db=$tap_dir/fixture.db
}

# tui_run WIDTH HEIGHT SCRIPT: a window in which sh runs SCRIPT. It finds the
# tool as "$R", its exit code goes to file exit, the terminal's settings before
# and after to files before and after.
tui_run() {
	tui_tmux kill-server 2>/dev/null
	# a server of its own for each: one that is killed takes a moment to go
	tui_windows=$((tui_windows + 1))
	rm -f "$tap_dir/pid" "$tap_dir/exit" "$tap_dir/before" "$tap_dir/after" "$tap_dir/left"
	cat >"$tap_dir/script" <<-END
		cd "$tap_dir" || exit
		R=$RMAPSCOPE
		LC_ALL=C.UTF-8
		XDG_CONFIG_HOME=$tap_dir/config
		export R LC_ALL XDG_CONFIG_HOME
		unset NO_COLOR
		trap : INT
		# tmux may still be changing the size
		settings() { stty -a | sed 's/rows [0-9]*; columns [0-9]*;//'; }
		echo the shell before
		settings >before
		$3
		echo \$? >exit.new
		settings >after
		echo the shell after
		mv exit.new exit
		exec cat
	END
	tui_tmux new-session -d -x "$1" -y "$2" "sh $tap_dir/script"
}

# tui_top WIDTH HEIGHT [ARGUMENT...]: top on the fixture; its pid goes to file pid
tui_top() {
	tui_width=$1 tui_height=$2
	shift 2
	tui_run "$tui_width" "$tui_height" "sh -c 'echo \$\$ >pid; exec \$R top $db $*'"
}

tui_keys() {
	tui_tmux send-keys "$@"
}

tui_type() {
	tui_tmux send-keys -l "$1"
}

# tui_mouse BUTTON COLUMN LINE: press and release as xterm sends them, places
# from 0; buttons 64 and 65 are the wheel
tui_mouse() {
	tui_mouse_place=$(printf '\\%03o\\%03o' $((33 + $2)) $((33 + $3)))
	tui_type "$(printf "$(printf '\\033[M\\%03o' $((32 + $1)))$tui_mouse_place")"
	[ "$1" -ge 64 ] || tui_type "$(printf "\\033[M#$tui_mouse_place")"
}

# what the escape sequences of the screen have: EXTENDED-REGEX
tui_sgr() {
	tui_tmux capture-pane -e -p | grep -Eq "$(printf '\033')\\[$1m"
}

tui_screen() {
	tui_tmux capture-pane -p
}

tui_shows() {
	tui_screen | grep -Eq -- "$1"
}

tui_hides() {
	! tui_shows "$1"
}

# tui_sees PATTERN NAME: the extended regular expression comes up
tui_sees() {
	tui_until tui_shows "$1"
	tui_status=$?
	tap_ok "$tui_status" "$2"
	[ "$tui_status" = 0 ] || tui_dump "$1"
}

# tui_loses PATTERN NAME: it goes away
tui_loses() {
	tui_until tui_hides "$1"
	tui_status=$?
	tap_ok "$tui_status" "$2"
	[ "$tui_status" = 0 ] || tui_dump "not $1"
}

tui_dump() {
	tap_note "wanted: $1"
	tui_screen | sed 's/^/# |/'
}

tui_is_golden() {
	tui_screen >"$tap_dir/screen"
	cmp -s "$tap_dir/screen" "$golden_dir/$1.txt"
}

# tui_golden NAME TEXT: the screen becomes golden/NAME.txt; UPDATE_GOLDEN=1
# writes the file instead, after SETTLE seconds
tui_golden() {
	if [ -n "${UPDATE_GOLDEN:-}" ]; then
		sleep "${SETTLE:-1}"
		tui_screen >"$golden_dir/$1.txt"
	fi
	tui_until tui_is_golden "$1"
	tui_status=$?
	tap_ok "$tui_status" "$2"
	[ "$tui_status" = 0 ] || diff "$golden_dir/$1.txt" "$tap_dir/screen" | sed 's/^/# /'
}

# tui_ended: wait for the exit code, "none" when there is none in time
tui_ended() {
	if tui_until [ -e "$tap_dir/exit" ]; then
		cat "$tap_dir/exit"
	else
		echo none
	fi
}

# tui_restored NAME: the terminal is as it was before
tui_restored() {
	tui_sees "the shell after" "$1: the shell goes on"
	cmp -s "$tap_dir/before" "$tap_dir/after"
	tap_ok $? "$1: stty -a as before"
	tap_is "$(tui_tmux display-message -p '#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_cursor_flag}')" \
		"0 1 0 0" "$1: own screen left, cursor shown, mouse and keypad as before"
}
