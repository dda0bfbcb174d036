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
	const struct proc_answer a = {
		.question = PROC_CMDLINE,
		.id = tgid,
		.cookie = row->id,
	};
	int ret = live_lookup_process(ctx, tgid, row);

	if (!ret)
		proc_workers_post(ctx, &a);
	return ret;
}

static bool live_late(void *ctx, struct process_row *row)
{
	struct proc_answer a;

	if (!proc_workers_late(ctx, &a))
		return false;
	row->id = a.cookie;
	row->tgid = a.id;
	snprintf(row->cmdline, sizeof(row->cmdline), "%s", a.cmdline);
	return true;
}

static int live_vma(void *ctx, int32_t tgid, uint64_t address, struct vma_row *row)
{
	struct proc_answer a = { .question = PROC_VMA, .id = tgid, .address = address };
	int ret = proc_workers_ask(ctx, &a);

	if (ret)
		return ret;
	row->start = a.vma.start;
	row->end = a.vma.end;
	memcpy(row->perms, a.vma.perms, sizeof(row->perms));
	snprintf(row->name, sizeof(row->name), "%.*s", (int)sizeof(row->name) - 1, a.vma.name);
	return 0;
}

struct task_lookup live_lookup(struct proc_workers *w)
{
	return (struct task_lookup){
		.ctx = w,
		.comm = live_comm,
		.tgid = live_tgid,
		.process = w ? live_process : live_lookup_process,
		.late = w ? live_late : NULL,
		.vma = w ? live_vma : NULL,
	};
}
