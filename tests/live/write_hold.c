// SPDX-License-Identifier: GPL-2.0-only
/*
 * write-hold [NR_MAPS [killable]]: one thread holds the mmap_lock for writing nearly all of the time, and
 * another one waits for it for reading, on any kernel. Until it is killed.
 *
 *	hold/writer	protects a file that is mapped NR_MAPS times (512), and back:
 *			mprotect() holds the lock while it changes all page tables
 *	hold/reader	asks which pages are resident: mincore() wants the lock, and
 *			sleeps for it, as readers do not spin; or, killable, reads its own
 *			command line, for which SIGKILL ends the sleep
 *
 * Prints the ids of both once they are about to begin.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BYTES	 (64UL << 20)
#define MAX_MAPS 512

static char *area;
static pthread_barrier_t both_begin;
static pid_t reader;
static bool killable;
static int cmdline;

static void *read_lock(void *arg)
{
	unsigned char resident;

	(void)arg;
	prctl(PR_SET_NAME, "hold/reader");
	reader = gettid();
	pthread_barrier_wait(&both_begin);
	while (!killable)
		if (mincore(area, 4096, &resident))
			err(1, "mincore");
	for (;;)
		if (pread(cmdline, &resident, 1, 0) != 1)
			err(1, "cmdline");
	return NULL;
}

int main(int argc, char **argv)
{
	int fd = memfd_create("write-hold", MFD_CLOEXEC), i;
	int nr_maps = argc > 1 ? atoi(argv[1]) : MAX_MAPS;
	pthread_t thread;

	killable = argc > 2;
	cmdline = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (cmdline < 0)
		err(1, "cmdline");
	if (nr_maps < 1 || nr_maps > MAX_MAPS)
		errx(2, "NR_MAPS is 1 to %d", MAX_MAPS);
	if (fd < 0 || ftruncate(fd, BYTES))
		err(1, "memfd");
	area = mmap(NULL, nr_maps * BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < nr_maps; i++)
		if (mmap(area + i * BYTES, BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0) == MAP_FAILED)
			err(1, "mmap");
	pthread_barrier_init(&both_begin, NULL, 2);
	if (pthread_create(&thread, NULL, read_lock, NULL))
		errx(1, "no thread");
	pthread_barrier_wait(&both_begin);
	prctl(PR_SET_NAME, "hold/writer");
	printf("writer=%d reader=%d\n", gettid(), reader);
	fflush(stdout);
	for (i = 0;; i++)
		if (mprotect(area, nr_maps * BYTES, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ))
			err(1, "mprotect");
}
