// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_tasks.h"

#include <stdbool.h>

/* Enough of a command's path; the name of a longer one is not known. */
#define PATH_BYTES 512

struct task_fn {
	int (*fn)(void *ctx, int32_t tid, int32_t tgid, const char comm[COMM_LEN]);
	void *ctx;
};

static int give(const struct task_fn *to, uint64_t tid, uint64_t tgid, const char *comm)
{
	if (!tid || tid > INT32_MAX || !tgid || tgid > INT32_MAX)
		return 0;
	return to->fn(to->ctx, tid, tgid, comm);
}

/* The kernel names a process after the last part of what it executes. */
static void comm_of_path(const struct proto_field *f, char comm[COMM_LEN])
{
	char path[PATH_BYTES];
	const char *slash;

	memset(comm, 0, COMM_LEN);
	if (cursor_left(&f->bytes) >= sizeof(path))
		return;
	proto_text(f, path, sizeof(path));
	slash = strrchr(path, '/');
	memcpy(comm, slash ? slash + 1 : path, strnlen(slash ? slash + 1 : path, COMM_LEN - 1));
}

/* ProcessTree.Process: pid 1, cmdline 3, cmdline_is_comm 9 */
static int tree_process(const struct task_fn *to, struct cursor c)
{
	char of_path[COMM_LEN] = "", comm[COMM_LEN] = "";
	struct proto_field f;
	bool is_comm = false;
	uint64_t pid = 0;

	while (proto_next(&c, &f)) {
		if (f.number == 1)
			pid = f.value;
		else if (f.number == 9)
			is_comm = f.value;
		if (f.number != 3 || comm[0])
			continue;
		proto_text(&f, comm, sizeof(comm));
		comm_of_path(&f, of_path);
	}
	return give(to, pid, pid, is_comm ? comm : of_path);
}

/* ProcessTree.Thread: tid 1, name 2, tgid 3 */
static int tree_thread(const struct task_fn *to, struct cursor c)
{
	char comm[COMM_LEN] = "";
	uint64_t tid = 0, tgid = 0;
	struct proto_field f;

	while (proto_next(&c, &f)) {
		if (f.number == 1)
			tid = f.value;
		else if (f.number == 2)
			proto_text(&f, comm, sizeof(comm));
		else if (f.number == 3)
			tgid = f.value;
	}
	return give(to, tid, tgid, comm);
}

/* ProcessStats.Process: pid 1, threads 11, whose tid is 1 */
static int stats_process(const struct task_fn *to, struct cursor c)
{
	struct cursor again = c, thread;
	struct proto_field f, tid;
	uint64_t pid = 0;
	int ret = 0;

	while (proto_next(&c, &f))
		if (f.number == 1)
			pid = f.value;
	while (!ret && proto_next(&again, &f)) {
		if (f.number != 11)
			continue;
		thread = f.bytes;
		while (!ret && proto_next(&thread, &tid))
			if (tid.number == 1)
				ret = give(to, tid.value, pid, "");
	}
	return ret;
}

int perfetto_tasks(const struct perfetto_packet *p,
		   int (*fn)(void *ctx, int32_t tid, int32_t tgid, const char comm[COMM_LEN]),
		   void *ctx)
{
	const struct task_fn to = { fn, ctx };
	struct cursor c = p->body;
	struct proto_field f;
	int ret = 0;

	while (!ret && proto_next(&c, &f)) {
		if (p->what == PERFETTO_PROCESS_STATS && f.number == 1)
			ret = stats_process(&to, f.bytes);
		else if (p->what == PERFETTO_PROCESS_TREE && f.number == 1)
			ret = tree_process(&to, f.bytes);
		else if (p->what == PERFETTO_PROCESS_TREE && f.number == 2)
			ret = tree_thread(&to, f.bytes);
	}
	return ret;
}
