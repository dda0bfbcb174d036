// SPDX-License-Identifier: GPL-2.0-only
/* Whether this kernel lets a program read what one of its tracepoints is given. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tp_btf/contention_begin")
int try_tracepoint(void *ctx)
{
	(void)ctx;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
