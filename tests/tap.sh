# SPDX-License-Identifier: GPL-2.0-only
# Test Anything Protocol for shell tests; source it, end with tap_done.
#
# A test that cannot run says so by tap_skip_all; with CI=true that is a
# failure, because CI must be able to run all of them.

# names and screens are compared in UTF-8, whatever the machine's own locale is
export LC_ALL=C.UTF-8

: "${RMAPSCOPE:=$(pwd)/rmapscope}"
: "${WORKLOADS:=$(pwd)/build/tests/workloads}"
tap_nr=0
tap_failed=0
tap_dir=$(mktemp -d "${TMPDIR:-/tmp}/rmapscope-test.XXXXXX")
trap 'rm -rf "$tap_dir"' EXIT

# tap_skip_all REASON: nothing of this file can run here
tap_skip_all() {
	if [ "${CI:-}" = true ]; then
		echo "1..1"
		echo "not ok 1 - skipped: $1 (CI must not skip)"
		exit 1
	fi
	echo "1..0 # SKIP skipped: $1"
	exit 0
}

# tap_ok STATUS NAME: one result, STATUS as $? of what was tested
tap_ok() {
	tap_nr=$((tap_nr + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_nr - $2"
	else
		echo "not ok $tap_nr - $2"
		tap_failed=$((tap_failed + 1))
	fi
}

# tap_is GOT WANT NAME
tap_is() {
	[ "$1" = "$2" ]
	tap_ok $? "$3"
	[ "$1" = "$2" ] || printf '# got:  %s\n# want: %s\n' "$1" "$2"
}

# tap_like TEXT PATTERN NAME: TEXT matches the extended regular expression
tap_like() {
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		tap_ok 0 "$3"
	else
		tap_ok 1 "$3"
		printf '%s\n' "$1" | sed 's/^/# got: /'
	fi
}

tap_note() {
	printf '# %s\n' "$*"
}

# tap_skip REASON NAME: one test of several that cannot run here
tap_skip() {
	tap_nr=$((tap_nr + 1))
	if [ "${CI:-}" = true ]; then
		echo "not ok $tap_nr - $2 # skipped: $1 (CI must not skip)"
		tap_failed=$((tap_failed + 1))
	else
		echo "ok $tap_nr - $2 # SKIP skipped: $1"
	fi
}

# tap_skip_sanitized REASON NAME: a test that no build with sanitizers can run; the
# plain build does, also in CI
tap_skip_sanitized() {
	tap_nr=$((tap_nr + 1))
	echo "ok $tap_nr - $2 # SKIP skipped: $1"
}

tap_done() {
	echo "1..$tap_nr"
	[ "$tap_failed" = 0 ]
	exit
}

# tap_need_live: the rest needs live capture
tap_need_live() {
	"$RMAPSCOPE" check >"$tap_dir/check" 2>&1 ||
		tap_skip_all "no live capture: $(grep '^live capture' "$tap_dir/check")"
}

# value KEY LINE: of a workload's key=value line
value() {
	printf '%s\n' "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"
}
