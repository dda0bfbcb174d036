// SPDX-License-Identifier: GPL-2.0-only
/* Whether this kernel lets a program run where one of its functions begins. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("fentry/rwsem_down_write_slowpath")
int try_function(void *ctx)
{
	(void)ctx;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
