// SPDX-License-Identifier: GPL-2.0-only
/* To be preloaded: stops the process where its BPF program is in the kernel, before it runs. */
#include <signal.h>

int bpf_iter_create(int link_fd);

int bpf_iter_create(int link_fd)
{
	(void)link_fd;
	raise(SIGSTOP);
	return -1;
}
