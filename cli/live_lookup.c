// SPDX-License-Identifier: GPL-2.0-only
#include "cli/live_lookup.h"

#include <stdio.h>
#include <string.h>

#include "collector/proc.h"

static int live_comm(void *ctx, int32_t tid, char comm[COMM_LEN])
{
	(void)ctx;
	return proc_comm(tid, comm);
}

static int32_t live_tgid(void *ctx, int32_t tid)
{
	(void)ctx;
	return proc_tgid(tid);
}

int live_lookup_process(void *ctx, int32_t tgid, struct process_row *row)
{
	struct proc_process p;
	int ret = proc_process(tgid, &p);

	(void)ctx;
	if (ret)
		return ret;
	snprintf(row->comm, sizeof(row->comm), "%s", p.comm);
	snprintf(row->exe, sizeof(row->exe), "%s", p.exe);
	snprintf(row->cgroup, sizeof(row->cgroup), "%s", p.cgroup);
	row->cmdline[0] = '\0';
	return 0;
}

static int live_process(void *ctx, int32_t tgid, struct process_row *row)
{
	char cmdline[PROC_CMDLINE_LEN];
	int ret = live_lookup_process(ctx, tgid, row);

	if (ret)
		return ret;
	proc_cmdline(tgid, cmdline);
	snprintf(row->cmdline, sizeof(row->cmdline), "%s", cmdline);
	return 0;
}

static int live_vma(void *ctx, int32_t tgid, uint64_t address, struct vma_row *row)
{
	struct procmap_entry e;
	int ret = procmap_find(ctx, tgid, address, &e);

	if (ret)
		return ret;
	row->start = e.start;
	row->end = e.end;
	memcpy(row->perms, e.perms, sizeof(row->perms));
	snprintf(row->name, sizeof(row->name), "%.*s", (int)sizeof(row->name) - 1, e.name);
	return 0;
}

struct task_lookup live_lookup(struct procmap *pm)
{
	return (struct task_lookup){
		.ctx = pm,
		.comm = live_comm,
		.tgid = live_tgid,
		.process = live_process,
		.vma = live_vma,
	};
}
