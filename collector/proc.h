/* SPDX-License-Identifier: GPL-2.0-only */
/* Read threads and processes from /proc, for live captures. */
#ifndef RMAPSCOPE_PROC_H
#define RMAPSCOPE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/event.h"

#define PROC_PATH_LEN	 256
#define PROC_CMDLINE_LEN 512

struct proc_process {
	char comm[COMM_LEN];
	char exe[PROC_PATH_LEN];    /* "" when not readable */
	char cgroup[PROC_PATH_LEN]; /* cgroup v2 path, or the first */
};

/* Call @fn for every thread that there is now. Returns 0 or -errno. */
int proc_for_each_thread(void (*fn)(void *ctx, int32_t tid, int32_t tgid), void *ctx);

/* The thread's process, or -1 when it is gone. */
int32_t proc_tgid(int32_t tid);

/* The thread's name. Returns 0 or -errno when it is gone. */
int proc_comm(int32_t tid, char comm[COMM_LEN]);

/*
 * proc_sleeps - whether the thread sleeps uninterruptibly
 * @nr_switches: set to how often it has been switched out of its own will
 */
bool proc_sleeps(int32_t tid, uint64_t *nr_switches);

/* The text of /proc/PID/stack, which root may read. Returns 0 or -errno. */
int proc_stack(int32_t tid, char *text, size_t room);

/* Fill @p; what cannot be read is left empty. Returns 0 or -errno when gone. */
int proc_process(int32_t tgid, struct proc_process *p);

/*
 * Read the command line, with blanks between its words, cut; "" when not readable. It is in the
 * memory of the process: this waits for the mmap_lock (mm/memory.c, access_remote_vm()).
 */
void proc_cmdline(int32_t tgid, char cmdline[PROC_CMDLINE_LEN]);

#endif
