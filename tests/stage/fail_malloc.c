// SPDX-License-Identifier: GPL-2.0-only
/*
 * To be preloaded: memory allocations that fail. FAIL_MALLOC=N: the Nth of each
 * process; N+: that and all that follow. With FAIL_MALLOC_COUNT=FILE it fails none
 * and writes their number to FILE at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* glibc's own */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t nr, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_ulong nr_calls;
static unsigned long fail_at;
static bool and_after;

__attribute__((constructor)) static void start(void)
{
	const char *text = getenv("FAIL_MALLOC");
	char *end;

	if (!text)
		return;
	fail_at = strtoul(text, &end, 10);
	and_after = *end == '+';
	atomic_store(&nr_calls, 0);
}

__attribute__((destructor)) static void finish(void)
{
	const char *path = getenv("FAIL_MALLOC_COUNT");
	char text[32];
	int fd, len = snprintf(text, sizeof(text), "%lu\n", atomic_load(&nr_calls));

	fd = path ? open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600) : -1;
	if (fd >= 0 && write(fd, text, len) == len)
		close(fd);
}

static bool fails(void)
{
	unsigned long nr = atomic_fetch_add(&nr_calls, 1) + 1;

	if (!fail_at || nr < fail_at || (nr > fail_at && !and_after))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t bytes)
{
	return fails() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t nr, size_t bytes)
{
	return fails() ? NULL : __libc_calloc(nr, bytes);
}

void *realloc(void *old, size_t bytes)
{
	return fails() ? NULL : __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	return fails() ? NULL : __libc_memalign(alignment, bytes);
}

int posix_memalign(void **p, size_t alignment, size_t bytes)
{
	if (fails())
		return ENOMEM;
	*p = __libc_memalign(alignment, bytes);
	return *p ? 0 : ENOMEM;
}
