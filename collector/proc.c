// SPDX-License-Identifier: GPL-2.0-only
#include "collector/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read a small file; returns its length, or -errno. NUL-terminated. */
static ssize_t read_small(int32_t id, const char *name, char *buf, size_t room)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", id, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, room - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

static int32_t to_id(const char *name)
{
	char *end;
	long id = strtol(name, &end, 10);

	return *end || id <= 0 ? -1 : id;
}

static void each_thread_of(int32_t tgid, void (*fn)(void *ctx, int32_t tid, int32_t tgid),
			   void *ctx)
{
	struct dirent *de;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", tgid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((de = readdir(dir)))
		if (to_id(de->d_name) > 0)
			fn(ctx, to_id(de->d_name), tgid);
	closedir(dir);
}

int proc_for_each_thread(void (*fn)(void *ctx, int32_t tid, int32_t tgid), void *ctx)
{
	struct dirent *de;
	DIR *dir = opendir("/proc");

	if (!dir)
		return -errno;
	while ((de = readdir(dir)))
		if (to_id(de->d_name) > 0)
			each_thread_of(to_id(de->d_name), fn, ctx);
	closedir(dir);
	return 0;
}

int32_t proc_tgid(int32_t tid)
{
	char status[1024], *line;
	int tgid = -1;

	if (read_small(tid, "status", status, sizeof(status)) <= 0)
		return -1;
	line = strstr(status, "\nTgid:");
	if (line)
		sscanf(line, "\nTgid: %d", &tgid);
	return tgid;
}

int proc_comm(int32_t tid, char comm[COMM_LEN])
{
	char text[64];
	ssize_t n = read_small(tid, "comm", text, sizeof(text));

	if (n <= 0)
		return n ? n : -ESRCH;
	text[strcspn(text, "\n")] = '\0';
	snprintf(comm, COMM_LEN, "%.*s", COMM_LEN - 1, text);
	return 0;
}

bool proc_sleeps(int32_t tid, uint64_t *nr_switches)
{
	char status[4096], *line;

	if (read_small(tid, "status", status, sizeof(status)) <= 0 ||
	    !strstr(status, "\nState:\tD"))
		return false;
	line = strstr(status, "\nvoluntary_ctxt_switches:");
	return line && sscanf(line, "\nvoluntary_ctxt_switches: %" SCNu64, nr_switches) == 1;
}

int proc_stack(int32_t tid, char *text, size_t room)
{
	ssize_t n = read_small(tid, "stack", text, room);

	return n < 0 ? n : 0;
}

/* "0::/system.slice/x.service" to its path; cgroup v2 comes as hierarchy 0. */
static void cgroup_path(char *text, char *path, size_t room)
{
	char *line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text;
	char *start;

	if (!line)
		line = text;
	line += *line == '\n';
	line[strcspn(line, "\n")] = '\0';
	start = strchr(line, '/');
	snprintf(path, room, "%s", start ? start : "");
}

int proc_process(int32_t tgid, struct proc_process *p)
{
	char path[64], text[4096];
	ssize_t n;
	int ret;

	memset(p, 0, sizeof(*p));
	ret = proc_comm(tgid, p->comm);
	if (ret)
		return ret;

	snprintf(path, sizeof(path), "/proc/%d/exe", tgid);
	n = readlink(path, p->exe, sizeof(p->exe) - 1);
	p->exe[n > 0 ? n : 0] = '\0';

	if (read_small(tgid, "cgroup", text, sizeof(text)) > 0)
		cgroup_path(text, p->cgroup, sizeof(p->cgroup));
	return 0;
}

void proc_cmdline(int32_t tgid, char cmdline[PROC_CMDLINE_LEN])
{
	const ssize_t n = read_small(tgid, "cmdline", cmdline, PROC_CMDLINE_LEN);
	ssize_t i;

	if (n < 0)
		cmdline[0] = '\0';
	for (i = 0; i + 1 < n; i++)
		if (!cmdline[i])
			cmdline[i] = ' ';
}
