#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every event that the series defines is there, and fires in some workload.

. "$(dirname "$0")/tap.sh"

# The events, by the patches and not by the guest.
events_of() {
	cat "$root_dir/tracepoints-patch/$1"/*.patch |
		sed -n -e 's/^+TRACE_EVENT\(_CONDITION\)\?(\([a-z_]*\),.*/\2/p' \
		       -e 's/^+DEFINE_EVENT([a-z_]*, \([a-z_]*\),.*/\1/p' | sort -u
}

for v in $kernels; do
	have_result "$v" || continue
	events=$(events_of "$v")
	check "$v: the series defines at least 25 events" [ "$(wc -l <<<"$events")" -ge "$([ "$v" = 6.12 ] && echo 25 || echo 24)" ]
	for e in $events; do
		n=$(count "$e")
		most=$(awk -F'\t' -v e="$e" '$2 == e && $3 > m { m = $3; w = $1 } END { print w ": " m + 0 }' "$result/counts.tsv")
		check "$v: $e fires ($n times, most in $most)" [ "$n" -gt 0 ]
	done
	check "$v: no histogram dropped a hit" [ "$(grep -c dropped "$result/events.log")" = 0 ]
done
done_testing
