/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMA at an address of a process: by the ioctl PROCMAP_QUERY where the
 * kernel has it (Linux 6.11), else by the text of /proc/PID/maps.
 */
#ifndef RMAPSCOPE_PROCMAP_H
#define RMAPSCOPE_PROCMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/proc.h"

struct procmap_entry {
	uint64_t start, end;
	char perms[5];		  /* "rw-p" */
	char name[PROC_PATH_LEN]; /* as in /proc/PID/maps, cut; "" for none */
};

struct procmap {
	bool no_query; /* the kernel has no PROCMAP_QUERY, as the first look-up has found */
};

/*
 * procmap_find - the VMA that contains @address
 *
 * Returns 0, -ENOENT when nothing is mapped there, -ESRCH when the process is
 * gone, or another negative errno.
 */
int procmap_find(struct procmap *pm, int32_t tgid, uint64_t address, struct procmap_entry *e);

/* One line of /proc/PID/maps. Returns 0 or -EINVAL. */
int procmap_parse(const char *line, struct procmap_entry *e);

#endif
