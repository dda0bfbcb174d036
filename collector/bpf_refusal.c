// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* include/linux/errno.h: not for user space, but BPF links return it */
#ifndef ENOTSUPP
#define ENOTSUPP 524
#endif

/* The verifier's log ends with statistics; the reason is before them. */
static bool is_statistics(const char *line, int len)
{
	return !strncmp(line, "processed ", 10) || !strncmp(line, "verification time", 17) ||
	       !strncmp(line, "stack depth", 11) || !len;
}

/* The last line of @log that is not only statistics. Returns its length. */
static int last_line(const char *log, const char **line)
{
	const char *end = log + strlen(log), *begin;

	*line = log;
	while (end > log) {
		for (begin = end; begin > log && begin[-1] != '\n';)
			begin--;
		*line = begin;
		if (!is_statistics(begin, end - begin))
			return end - begin;
		end = begin > log ? begin - 1 : log;
	}
	return 0;
}

static const char *known_text(const struct bpf_refusal *r)
{
	const bool asked = r->log && r->log[0];

	if (r->code == -ENOSYS)
		return "this kernel has no BPF; needs CONFIG_BPF_SYSCALL";
	if (r->no_btf)
		return "this kernel does not describe its types (/sys/kernel/btf/vmlinux); needs "
		       "CONFIG_DEBUG_INFO_BTF";
	if (r->code == -EPERM && r->confidential)
		return "the kernel's lockdown denies it; boot with lockdown=integrity or without";
	if (r->code == -EPERM && !r->privileged)
		return "not permitted; run as root, or once: sudo setcap "
		       "cap_bpf,cap_perfmon+ep rmapscope";
	if (r->code == -EPERM && r->of_function && !asked)
		return "this kernel does not allow tracing its functions";
	if (r->code == -ESRCH && r->of_function)
		return "this kernel has no such function to trace";
	if (r->code == -ENOTSUPP)
		return "this kernel cannot attach to its functions (ENOTSUPP); needs "
		       "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS";
	return NULL;
}

const char *bpf_refusal_text(char *text, size_t room, const struct bpf_refusal *r)
{
	const char *known = known_text(r), *line;
	int len = r->log ? last_line(r->log, &line) : 0;

	if (known)
		snprintf(text, room, "%s", known);
	else if (len)
		snprintf(text, room, "the kernel's verifier refuses it: %.*s", len, line);
	else
		snprintf(text, room, "the kernel or libbpf refuses it: %s", strerror(-r->code));
	return text;
}
