// SPDX-License-Identifier: GPL-2.0-only
/*
 * A retry storm: two threads move a few pages back and forth between two areas
 * with UFFDIO_MOVE, each area with an anon_vma of its own, while a thread walks
 * the reverse mapping of those pages through the idle page bitmap. Few pages
 * make it likely that a page moves while its walk waits for the lock.
 */
#include "workload.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#ifndef UFFDIO_MOVE
#define UFFD_FEATURE_MOVE (1 << 16)
struct uffdio_move {
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 mode;
	__s64 move;
};
#define UFFDIO_MOVE _IOWR(UFFDIO, 0x05, struct uffdio_move)
#endif

#define NR_MOVERS 2
#define NR_PAGES  16UL
#define BYTES	  (NR_PAGES * PAGE_BYTES)
#define BITMAP	  "/sys/kernel/mm/page_idle/bitmap"

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
			struct uffdio_move move = {
				.dst = (uintptr_t)side[!from] + i * PAGE_BYTES,
				.src = (uintptr_t)side[from] + i * PAGE_BYTES,
				.len = PAGE_BYTES,
			};

			while (ioctl(uffd, UFFDIO_MOVE, &move)) {
				if (errno != EAGAIN && errno != EBUSY)
					die("UFFDIO_MOVE");
				atomic_fetch_add(&busy, 1);
			}
			atomic_fetch_add(&moves, 1);
		}
		from = !from;
	}
	return NULL;
}

/*
 * The frame number of a page: its bit in the bitmap. A page that is on its way
 * to another frame has none for a moment.
 */
static uint64_t pfn_of(int pagemap, char *p)
{
	uint64_t entry;

	do {
		*(volatile char *)p = 1;
		if (pread(pagemap, &entry, 8, (uintptr_t)p / PAGE_BYTES * 8) != 8)
			die("pagemap");
	} while (!(entry >> 63));
	return entry & ((1ULL << 55) - 1);
}

/*
 * Maps and touches an area whose pages have a bit in the bitmap: the last frames
 * have none where memory ends within a word of it. An area that got such frames
 * keeps them, so that this comes to an end.
 */
static char *map_with_bits(int bitmap, uint64_t *pfn)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	unsigned long i;
	uint64_t word;
	char *p;

	do {
		p = map_alone(BYTES, PAGE_BYTES);
		touch(p, BYTES, 1);
		for (i = 0; i < NR_PAGES; i++) {
			pfn[i] = pfn_of(pagemap, p + i * PAGE_BYTES);
			if (pread(bitmap, &word, 8, pfn[i] / 64 * 8) != 8)
				break;
		}
	} while (i < NR_PAGES);
	close(pagemap);
	return p;
}

static void *walker(void *arg)
{
	const uint64_t *pfn = arg;
	int fd = open(BITMAP, O_RDWR);

	if (fd < 0)
		die(BITMAP);
	while (!atomic_load(&stop)) {
		for (unsigned long i = 0; i < NR_PAGES; i++) {
			uint64_t all = ~0ULL;
			off_t at = pfn[i] / 64 * 8;

			if (pwrite(fd, &all, 8, at) != 8 || pread(fd, &all, 8, at) != 8)
				die(BITMAP);
		}
		atomic_fetch_add(&passes, 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_MOVE };
	double seconds = seconds_arg(argc, argv, 8), end;
	pthread_t movers[NR_MOVERS], idle;
	uint64_t pfn[NR_PAGES], scratch[NR_PAGES];
	int bitmap = open(BITMAP, O_RDWR);

	if (bitmap < 0)
		die(BITMAP);
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		die("userfaultfd with UFFD_FEATURE_MOVE");
	for (int i = 0; i < 2; i++) {
		struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

		/* both sides get an anon_vma, and only the first keeps its pages */
		side[i] = map_with_bits(bitmap, i ? scratch : pfn);
		if (i && madvise(side[i], BYTES, MADV_DONTNEED))
			die("MADV_DONTNEED");
		reg.range.start = (uintptr_t)side[i];
		reg.range.len = BYTES;
		if (ioctl(uffd, UFFDIO_REGISTER, &reg))
			die("UFFDIO_REGISTER");
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
