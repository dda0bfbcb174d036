// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads fault pages of one VMA while another thread changes its flags: page
 * faults hold the VMA lock that the writer wants, and find it write-locked.
 */
#include "workload.h"

#define NR_FAULTERS 3
#define BYTES	    (1UL << 20)

static atomic_bool stop;
static atomic_ulong faults;

static void *faulter(void *arg)
{
	char *p = arg;

	while (!atomic_load(&stop)) {
		touch(p, BYTES, 1);
		if (madvise(p, BYTES, MADV_DONTNEED))
			die("MADV_DONTNEED");
		atomic_fetch_add(&faults, BYTES / PAGE_BYTES);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	double seconds = seconds_arg(argc, argv, 3), end;
	unsigned long changes = 0;
	pthread_t threads[NR_FAULTERS];
	char *p = map_alone(NR_FAULTERS * BYTES, PAGE_BYTES);

	for (int i = 0; i < NR_FAULTERS; i++)
		start_thread(&threads[i], faulter, p + i * BYTES);
	/* the whole VMA changes back and forth, so that it is never split */
	for (end = now() + seconds; now() < end; changes++)
		if (madvise(p, NR_FAULTERS * BYTES, changes & 1 ? MADV_DOFORK : MADV_DONTFORK))
			die("madvise");
	atomic_store(&stop, true);
	for (int i = 0; i < NR_FAULTERS; i++)
		pthread_join(threads[i], NULL);
	printf("workload=vma-contend seconds=%g changes=%lu faults=%lu\n", seconds, changes,
	       atomic_load(&faults));
	return !(changes && atomic_load(&faults));
}
