#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# DAMON samples physical memory, which walks the reverse mapping of each sample.
admin=/sys/kernel/mm/damon/admin/kdamonds
[ -d "$admin" ] || { echo "no DAMON (CONFIG_DAMON_SYSFS)" >&2; exit 1; }
echo 1 >$admin/nr_kdamonds
k=$admin/0
echo 1 >$k/contexts/nr_contexts
c=$k/contexts/0
echo paddr >$c/operations
echo 1000 >$c/monitoring_attrs/intervals/sample_us
echo 20000 >$c/monitoring_attrs/intervals/aggr_us
echo 1000000 >$c/monitoring_attrs/intervals/update_us
echo 500 >$c/monitoring_attrs/nr_regions/min
echo 1000 >$c/monitoring_attrs/nr_regions/max
echo 1 >$c/targets/nr_targets
echo 1 >$c/targets/0/regions/nr_regions
# the first bank of memory above 1 MiB
range=$(sed -n 's/^\(001[0-9a-f]*\)-\([0-9a-f]*\) : System RAM/\1 \2/p' /proc/iomem | head -1)
# shellcheck disable=SC2086 # two words
set -- $range
echo $((0x$1)) >$c/targets/0/regions/0/start
echo $((0x$2)) >$c/targets/0/regions/0/end
echo on >$k/state || exit 1
# memory in use while it samples
/workloads/file-truncate 2 >/dev/null || exit 1
state=$(cat $k/state)
echo off >$k/state
echo "workload=damon range=0x$1-0x$2 state_while_running=$state"
[ "$state" = on ]
