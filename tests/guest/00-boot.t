#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The patched kernels build and boot, and every workload does what it says.
# The other tests read what this one leaves behind.

. "$(dirname "$0")/tap.sh"
for v in $kernels; do
	result=$(result_dir "$v" patched events)
	rm -f "$result/inputs"
	# the addresses of lock:contention_* are compared with those of the series
	if why=$(GUEST_CMDLINE=no_hash_pointers "$guest_dir/run-guest" "$v" patched events storm locks 2>&1 >/dev/null); then
		[ -z "$why" ] || note "$why"
		ok "$v: builds, boots and powers off ($(cat "$result/boot-seconds") s, kernel $(cat "$result/release"))"
	else
		not_ok "$v: ${why##*$'\n'}"
		note "$why"
		continue
	fi
	note "$(cat "$result/workloads" "$result/events.log")"
	note "seconds after the boot that each ended: $(cd "$result" && find . \( -name '*.rc' -o -name .truth \) -printf '%T@ %P\n' |
		sort -n | awk -v from="$(stat -c %.Y "$result/release")" '{ sub(/hist\//, ""); sub(/\/?\.(truth|rc)$/, "")
			printf "%s%s %.0f", (NR > 1 ? ", " : ""), $2, $1 - from }')"
	for job in events storm locks; do
		check "$v: all workloads of job $job did their work" [ "$(cat "$result/$job.rc")" = 0 ]
	done
done
done_testing
