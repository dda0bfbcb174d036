// SPDX-License-Identifier: GPL-2.0-only
/*
 * A retry storm: two threads move a few pages back and forth between two areas
 * with UFFDIO_MOVE, each area with an anon_vma of its own, while a thread walks
 * the reverse mapping of those pages through the idle page bitmap. Few pages
 * make it likely that a page moves while its walk waits for the lock.
 */
#include "move.h"
#include "page_idle.h"

#define NR_MOVERS 2
#define NR_PAGES  16UL
#define BYTES	  (NR_PAGES * PAGE_BYTES)

static atomic_ulong moves, busy, passes;
static atomic_bool stop;
static int uffd;
static char *side[2];

static void *mover(void *arg)
{
	unsigned long first = (uintptr_t)arg;
	int from = 0;

	while (!atomic_load(&stop)) {
		for (unsigned long i = first; i < NR_PAGES; i += NR_MOVERS) {
			size_t at = i * PAGE_BYTES;

			atomic_fetch_add(&busy, move_page(uffd, side[!from] + at, side[from] + at));
			atomic_fetch_add(&moves, 1);
		}
		from = !from;
	}
	return NULL;
}

/*
 * Maps and touches an area whose pages have a bit in the bitmap: the last frames
 * have none where memory ends within a word of it. An area that got such frames
 * keeps them, so that this comes to an end.
 */
static char *map_with_bits(int bitmap, uint64_t *pfn)
{
	unsigned long i;
	uint64_t word;
	char *p;

	do {
		p = map_alone(BYTES, PAGE_BYTES);
		touch(p, BYTES, 1);
		for (i = 0; i < NR_PAGES; i++) {
			pfn[i] = pfn_of(p + i * PAGE_BYTES);
			if (pread(bitmap, &word, 8, word_of(pfn[i])) != 8)
				break;
		}
	} while (i < NR_PAGES);
	return p;
}

static void *walker(void *arg)
{
	const uint64_t *pfn = arg;
	int bitmap = open_bitmap();

	while (!atomic_load(&stop)) {
		for (unsigned long i = 0; i < NR_PAGES; i++) {
			uint64_t all = ~0ULL;
			off_t at = word_of(pfn[i]);

			if (pwrite(bitmap, &all, 8, at) < 0 || pread(bitmap, &all, 8, at) < 0)
				die(PAGE_IDLE_BITMAP);
		}
		atomic_fetch_add(&passes, 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	double seconds = seconds_arg(argc, argv, 8), end;
	pthread_t movers[NR_MOVERS], idle;
	uint64_t pfn[NR_PAGES], scratch[NR_PAGES];
	int bitmap = open_bitmap();

	uffd = open_uffd();
	for (int i = 0; i < 2; i++) {
		/* both sides get an anon_vma, and only the first keeps its pages */
		side[i] = map_with_bits(bitmap, i ? scratch : pfn);
		if (i)
			forget_pages(side[i], BYTES);
		register_area(uffd, side[i], BYTES);
	}
	close(bitmap);

	start_thread(&idle, walker, pfn);
	for (int m = 0; m < NR_MOVERS; m++)
		start_thread(&movers[m], mover, (void *)(uintptr_t)m);
	for (end = now() + seconds; now() < end;)
		usleep(10000);
	atomic_store(&stop, true);
	for (int m = 0; m < NR_MOVERS; m++)
		pthread_join(movers[m], NULL);
	pthread_join(idle, NULL);

	printf("workload=move-storm seconds=%g movers=%d pages=%lu moves=%lu busy=%lu idle_passes=%lu\n",
	       seconds, NR_MOVERS, NR_PAGES, atomic_load(&moves), atomic_load(&busy),
	       atomic_load(&passes));
	return !(atomic_load(&moves) && atomic_load(&passes));
}
