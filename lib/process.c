// SPDX-License-Identifier: GPL-2.0-only
#include "lib/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT_ID_LEN 37

uint64_t process_start_time(int pid)
{
	char path[64], line[1024];
	uint64_t start = 0;
	size_t len;
	char *p;
	FILE *f;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	len = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[len] = '\0';

	/* the name may hold blanks and brackets: count from the last one */
	p = strrchr(line, ')');
	if (p && (!strncmp(p, ") Z", 3) || !strncmp(p, ") X", 3)))
		return 0;
	/* field 22 of proc(5) */
	for (i = 2; p && i < 22; i++)
		p = strchr(p + 1, ' ');
	if (p)
		sscanf(p, "%" SCNu64, &start);
	return start;
}

static void boot_id(char id[BOOT_ID_LEN])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	id[0] = '\0';
	if (!f)
		return;
	if (!fgets(id, BOOT_ID_LEN, f))
		id[0] = '\0';
	fclose(f);
}

uint64_t process_pid_ns(void)
{
	struct stat st;

	if (!stat("/proc/self/ns/pid", &st))
		return st.st_ino;
	/* a kernel without CONFIG_PID_NS has this folder, but not the file: one namespace for all */
	return stat("/proc/self/ns", &st) ? 0 : PROCESS_INITIAL_PID_NS;
}

void process_identity(char *buf, size_t room)
{
	char boot[BOOT_ID_LEN];

	boot_id(boot);
	snprintf(buf, room, "%d %" PRIu64 " %s %" PRIu64, getpid(), process_start_time(getpid()),
		 boot, process_pid_ns());
}

bool process_runs(const char *identity, int *pid)
{
	char boot[BOOT_ID_LEN], theirs[BOOT_ID_LEN] = "";
	uint64_t start, pid_ns = 0;

	if (sscanf(identity, "%d %" SCNu64 " %36s %" SCNu64, pid, &start, theirs, &pid_ns) < 2)
		return false;
	boot_id(boot);
	if (strcmp(boot, theirs) || !start)
		return false;
	return (pid_ns && pid_ns != process_pid_ns()) || process_start_time(*pid) == start;
}
