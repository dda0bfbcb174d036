// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that sleeps uninterruptibly for no lock: a parent is in that state
 * from vfork() until its child ends (kernel/fork.c, wait_for_vfork_done()).
 *
 * The child sleeps once it has seen its parent asleep: from asleep_ns to
 * awake_ns the parent is, for certain.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/workload/workload.h"

#define SLEEP_NS  (50 * 1000 * 1000)
#define SWITCH_US 10000

/* Written by the child, which runs in its parent's memory. */
struct nap {
	char stat[32], wchan_path[32];
	char wchan[64]; /* the kernel function that the parent sleeps in; "" not known */
	char text[512];
	uint64_t asleep_ns, awake_ns;
};

static bool parent_sleeps(volatile struct nap *nap)
{
	int fd = open((const char *)nap->stat, O_RDONLY | O_CLOEXEC);
	const char *state;
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, (char *)nap->text, sizeof(nap->text) - 1);
	close(fd);
	if (len < 0)
		return false;
	nap->text[len] = '\0';
	state = strrchr((const char *)nap->text, ')');
	return state && !strncmp(state, ") D", 3);
}

/* "0" without CONFIG_KALLSYMS, or for who may not know */
static void read_wchan(volatile struct nap *nap)
{
	int fd = open((const char *)nap->wchan_path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return;
	len = read(fd, (char *)nap->wchan, sizeof(nap->wchan) - 1);
	close(fd);
	if (len > 0)
		nap->wchan[len] = '\0';
}

static void child(volatile struct nap *nap)
{
	const struct timespec ts = { .tv_nsec = SLEEP_NS };

	while (!parent_sleeps(nap))
		usleep(1000);
	/* it is in that state before it leaves its CPU: in an emulator by 0.5 ms */
	usleep(SWITCH_US);
	nap->asleep_ns = workload_now_ns();
	read_wchan(nap);
	nanosleep(&ts, NULL);
	nap->awake_ns = workload_now_ns();
	_exit(0);
}

int main(void)
{
	struct workload_span span = { .start_ns = workload_now_ns() };
	volatile struct nap nap = { .asleep_ns = 0 };
	pid_t pid;

	snprintf((char *)nap.stat, sizeof(nap.stat), "/proc/%d/stat", getpid());
	snprintf((char *)nap.wchan_path, sizeof(nap.wchan_path), "/proc/%d/wchan", getpid());
	pid = vfork();
	if (!pid)
		child(&nap);
	if (pid < 0)
		return workload_fail("vfork-sleep", "vfork", errno, "try again");
	span.duration_ns = workload_now_ns() - span.start_ns;
	waitpid(pid, NULL, 0);
	return workload_print("vfork-sleep", &span,
			      "child=%d asleep_ns=%llu awake_ns=%llu wchan=%s", pid,
			      (unsigned long long)nap.asleep_ns, (unsigned long long)nap.awake_ns,
			      (const char *)nap.wchan);
}
