// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops whose cost is counted in instructions: in a guest with -icount shift=0
 * a nanosecond of guest time is one instruction. Prints one line per loop.
 */
#include "../workloads/move.h"

#define NR_PAGES 256UL
#define BYTES	 (NR_PAGES * PAGE_BYTES)

/*
 * The mean of the cheaper half of many rounds that are each short beside a tick:
 * where ticks and RCU callbacks fall is chance.
 */
#define NR_ROUNDS  200
#define NR_WARM_UP 20

static char *area, *side[2];
static int uffd;
static const char *memcg;

static unsigned long loop_fork(void)
{
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	return 4;
}

static unsigned long loop_fault(void)
{
	touch(area, BYTES, 1);
	madvise(area, BYTES, MADV_DONTNEED);
	return NR_PAGES;
}

static unsigned long loop_munmap(void)
{
	for (int i = 0; i < 50; i++) {
		char *p = map_anon(4 * PAGE_BYTES);

		p[0] = 1;
		munmap(p, 4 * PAGE_BYTES);
	}
	return 50;
}

static unsigned long loop_move(void)
{
	for (int round = 0; round < 2; round++) {
		for (unsigned long i = 0; i < NR_PAGES; i++) {
			size_t at = i * PAGE_BYTES;

			/* nobody else is there to wait for */
			if (move_page(uffd, side[!(round & 1)] + at, side[round & 1] + at)) {
				errno = EAGAIN;
				die("UFFDIO_MOVE");
			}
		}
	}
	return 2 * NR_PAGES;
}

static unsigned long loop_reclaim(void)
{
	/* few, so that all rounds of a boot fit into the swap without reuse */
	touch(area, BYTES / 8, 1);
	madvise(area, BYTES / 8, MADV_PAGEOUT);
	return NR_PAGES / 8;
}

static void setup_move(void)
{
	uffd = open_uffd();
	for (int i = 0; i < 2; i++) {
		side[i] = map_alone(BYTES, PAGE_BYTES);
		touch(side[i], BYTES, 1);
		if (i)
			forget_pages(side[i], BYTES);
		register_area(uffd, side[i], BYTES);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		unsigned long (*fn)(void);
	} loops[] = {
		{ "fork", loop_fork }, { "fault", loop_fault },	    { "munmap", loop_munmap },
		{ "move", loop_move }, { "reclaim", loop_reclaim },
	};
	const char *label = argc > 1 ? argv[1] : "off";

	memcg = enter_memcg("cost");
	area = map_alone(BYTES, PAGE_BYTES);
	setup_move();
	for (unsigned long i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		unsigned long operations = 0, swapped = vmstat("pswpout");
		double each[NR_ROUNDS], sum = 0;

		if (argc > 2 && strcmp(argv[2], loops[i].name))
			continue;
		/* exclusive again after a fork: other pages cannot be moved */
		touch(side[0], BYTES, 1);
		for (int round = -NR_WARM_UP; round < NR_ROUNDS; round++) {
			uint64_t start_ns = now_ns();
			unsigned long nr = loops[i].fn();

			if (round >= 0)
				each[round] = (double)(now_ns() - start_ns) / nr;
			operations += nr;
		}
		if (loops[i].fn == loop_reclaim && vmstat("pswpout") - swapped < operations / 2)
			die("pages stay where they are");
		qsort(each, NR_ROUNDS, sizeof(each[0]), by_size);
		for (int round = 0; round < NR_ROUNDS / 2; round++)
			sum += each[round];
		printf("cost events=%s loop=%s instructions=%.1f operations=%lu\n", label,
		       loops[i].name, sum / (NR_ROUNDS / 2), operations);
		fflush(stdout);
	}
	return 0;
}
