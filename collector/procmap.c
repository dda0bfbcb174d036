// SPDX-License-Identifier: GPL-2.0-only
#include "collector/procmap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The ABI of Linux 6.11, include/uapi/linux/fs.h, where the headers are older. */
#ifndef PROCMAP_QUERY
#define PROCMAP_QUERY		     _IOWR('f', 17, struct procmap_query)
#define PROCMAP_QUERY_VMA_READABLE   0x01
#define PROCMAP_QUERY_VMA_WRITABLE   0x02
#define PROCMAP_QUERY_VMA_EXECUTABLE 0x04
#define PROCMAP_QUERY_VMA_SHARED     0x08

struct procmap_query {
	uint64_t size;	      /* of this struct */
	uint64_t query_flags; /* 0: the VMA that covers query_addr */
	uint64_t query_addr;
	uint64_t vma_start, vma_end;
	uint64_t vma_flags; /* PROCMAP_QUERY_VMA_* */
	uint64_t vma_page_size, vma_offset, inode;
	uint32_t dev_major, dev_minor;
	uint32_t vma_name_size; /* in: size of the buffer; out: bytes with the NUL, 0: no name */
	uint32_t build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};
#endif

/* The text form escapes newlines only: mm's show_map_vma(), seq_path(m, path, "\n"). */
static void copy_name(struct procmap_entry *e, const char *name)
{
	size_t len = 0;

	for (; *name && len + 4 < sizeof(e->name); name++) {
		if (*name != '\n') {
			e->name[len++] = *name;
			continue;
		}
		memcpy(e->name + len, "\\012", 4);
		len += 4;
	}
	e->name[len] = '\0';
}

int procmap_parse(const char *line, struct procmap_entry *e)
{
	int name_at = 0;
	char *end;

	memset(e, 0, sizeof(*e));
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4[-rwxsp] %*x %*x:%*x %*u%n", &e->start, &e->end,
		   e->perms, &name_at) != 3 ||
	    !name_at || strlen(e->perms) != 4 || e->start >= e->end)
		return -EINVAL;
	snprintf(e->name, sizeof(e->name), "%s", line + name_at + strspn(line + name_at, " "));
	end = strchr(e->name, '\n');
	if (end)
		*end = '\0';
	return 0;
}

static int find_in_text(int32_t tgid, uint64_t address, struct procmap_entry *e)
{
	char path[64], *line = NULL;
	int ret = -ENOENT;
	size_t room = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", tgid);
	f = fopen(path, "re");
	if (!f)
		return errno == ENOENT ? -ESRCH : -errno;
	/* sorted by address */
	while (getline(&line, &room, f) > 0) {
		if (procmap_parse(line, e) || e->end <= address)
			continue;
		if (e->start <= address)
			ret = 0;
		break;
	}
	free(line);
	fclose(f);
	return ret;
}

static int query(int fd, uint64_t address, struct procmap_entry *e)
{
	char name[PATH_MAX + 16]; /* " (deleted)" */
	struct procmap_query q = {
		.size = sizeof(q),
		.query_addr = address,
		.vma_name_size = sizeof(name),
		.vma_name_addr = (uintptr_t)name,
	};

	if (ioctl(fd, PROCMAP_QUERY, &q))
		return -errno;
	*e = (struct procmap_entry){
		.start = q.vma_start,
		.end = q.vma_end,
		.perms = {
			q.vma_flags & PROCMAP_QUERY_VMA_READABLE ? 'r' : '-',
			q.vma_flags & PROCMAP_QUERY_VMA_WRITABLE ? 'w' : '-',
			q.vma_flags & PROCMAP_QUERY_VMA_EXECUTABLE ? 'x' : '-',
			q.vma_flags & PROCMAP_QUERY_VMA_SHARED ? 's' : 'p',
		},
	};
	if (q.vma_name_size)
		copy_name(e, name);
	return 0;
}

/*
 * The file is opened each time: it is of the memory that the process had then,
 * before an exec or, after vfork(2), of its parent.
 */
int procmap_find(struct procmap *pm, int32_t tgid, uint64_t address, struct procmap_entry *e)
{
	char path[64];
	int fd, ret;

	if (pm->no_query)
		return find_in_text(tgid, address, e);
	snprintf(path, sizeof(path), "/proc/%d/maps", tgid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	ret = query(fd, address, e);
	close(fd);
	if (ret != -ENOTTY)
		return ret;
	pm->no_query = true;
	return find_in_text(tgid, address, e);
}
