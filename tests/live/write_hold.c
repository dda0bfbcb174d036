// SPDX-License-Identifier: GPL-2.0-only
/*
 * write-hold: one thread holds the mmap_lock for writing nearly all of the time, and
 * another one waits for it for reading, on any kernel. Until it is killed.
 *
 *	hold/writer	protects a file that is mapped many times, and back:
 *			mprotect() holds the lock while it changes all page tables
 *	hold/reader	asks which pages are resident: mincore() wants the lock, and
 *			sleeps for it, as readers do not spin
 *
 * Prints the ids of both once they are about to begin.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BYTES	(64UL << 20)
#define NR_MAPS 512

static char *area;
static pthread_barrier_t both_begin;
static pid_t reader;

static void *read_lock(void *arg)
{
	unsigned char resident;

	(void)arg;
	prctl(PR_SET_NAME, "hold/reader");
	reader = gettid();
	pthread_barrier_wait(&both_begin);
	for (;;)
		if (mincore(area, 4096, &resident))
			err(1, "mincore");
	return NULL;
}

int main(void)
{
	int fd = memfd_create("write-hold", MFD_CLOEXEC), i;
	pthread_t thread;

	if (fd < 0 || ftruncate(fd, BYTES))
		err(1, "memfd");
	area = mmap(NULL, NR_MAPS * BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < NR_MAPS; i++)
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
		if (mprotect(area, NR_MAPS * BYTES, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ))
			err(1, "mprotect");
}
