/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORKLOAD_H
#define WORKLOAD_H
/*
 * What every guest workload needs. A workload prints one line of key=value
 * pairs that says what it truly did, and exits with 0 only when it did it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096UL
#define THP_BYTES  (2UL << 20)

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* Seconds to run for: the first argument, or the default. */
static inline double seconds_arg(int argc, char **argv, double seconds)
{
	return argc > 1 ? atof(argv[1]) : seconds;
}

/* CLOCK_MONOTONIC */
static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The same in seconds */
static inline double now(void)
{
	return now_ns() * 1e-9;
}

static inline char *map_anon(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* An aligned area with inaccessible neighbours, so that it merges with none. */
static inline char *map_alone(size_t bytes, size_t align)
{
	char *base = mmap(NULL, bytes + 2 * align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *p;

	if (base == MAP_FAILED)
		die("mmap");
	p = (char *)(((uintptr_t)base + align) & ~(align - 1));
	if (mprotect(p, bytes, PROT_READ | PROT_WRITE))
		die("mprotect");
	return p;
}

static inline void touch(char *p, size_t bytes, char value)
{
	for (size_t i = 0; i < bytes; i += PAGE_BYTES)
		p[i] = value;
}

/* Writes text to a file in sysfs, procfs or cgroupfs. */
static inline int write_file(const char *path, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int fd, len, ret;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	ret = write(fd, text, len) == len ? 0 : -errno;
	close(fd);
	return ret;
}

/* Reads the first number of a file. */
static inline long read_number(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die(path);
	close(fd);
	return atol(text);
}

static inline void start_thread(pthread_t *thread, void *(*fn)(void *), void *arg)
{
	if (pthread_create(thread, NULL, fn, arg))
		die("pthread_create");
}

/* Moves this process into a new memory cgroup; returns its directory. */
static inline const char *enter_memcg(const char *name)
{
	static char dir[128];
	char path[192];

	snprintf(dir, sizeof(dir), "/sys/fs/cgroup/%s", name);
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (access(dir, F_OK) && mkdir(dir, 0755))
		die(dir);
	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	if (write_file(path, "%d", getpid()))
		die(path);
	return dir;
}

/* Asks for bytes of the cgroup to be reclaimed; false when it got less. */
static inline bool reclaim_memcg(const char *dir, size_t bytes)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/memory.reclaim", dir);
	return write_file(path, "%zu", bytes) == 0;
}

/* A counter of /proc/vmstat. */
static inline unsigned long vmstat(const char *name)
{
	FILE *f = fopen("/proc/vmstat", "r");
	unsigned long value;
	char key[64];

	if (!f)
		die("/proc/vmstat");
	while (fscanf(f, "%63s %lu", key, &value) == 2) {
		if (!strcmp(key, name)) {
			fclose(f);
			return value;
		}
	}
	fclose(f);
	return 0;
}

#endif
