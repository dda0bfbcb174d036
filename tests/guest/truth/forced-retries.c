// SPDX-License-Identifier: GPL-2.0-only
/*
 * forced-retries [ROUNDS [COPIES]]: rmap walks that must start over, and how many.
 *
 *	force/hold	holds an anon_vma lock for reading: sets the idle bit of a
 *			page that COPIES (20,000) VMAs of that anon_vma map
 *	force/move	moves another page of the anon_vma to a VMA with an
 *			anon_vma of its own: waits for the lock, for writing
 *	force/walk	threads that set the idle bit of that other page: they
 *			wait for the lock behind force/move, and once they have
 *			it, the page is on another anon_vma: each starts over once
 *
 * A round counts when all were seen asleep, one behind the other, before
 * force/move was through. For kernels that walk anonymous folios unlocked.
 */
#include "../workloads/move.h"
#include "truth.h"
#include <sys/prctl.h>

#define NR_COPIES  20000
#define NR_WALKERS 12

/* A thread that makes one call each time it is told to. */
struct worker {
	const char *name;
	void (*call)(void);
	atomic_ulong told, ended; /* calls */
	atomic_int tid;
};

static char *home, *away; /* where the page is, and where it moves to */
static uint64_t held_pfn, moved_pfn;
static int uffd;
static atomic_bool holding;

/* By a descriptor of the thread's own: kernfs lets one write at a time through each. */
static void walk(uint64_t pfn)
{
	static __thread int bitmap = -1;

	if (bitmap < 0)
		bitmap = open_bitmap();
	set_idle(bitmap, pfn);
}

static void hold(void)
{
	walk(held_pfn);
	atomic_store(&holding, false);
}

static void walk_moved(void)
{
	walk(moved_pfn);
}

static void move_away(void)
{
	move_page(uffd, away, home);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	prctl(PR_SET_NAME, w->name);
	atomic_store(&w->tid, syscall(SYS_gettid));
	for (unsigned long nr = 1;; nr++) {
		while (atomic_load(&w->told) < nr)
			usleep(100);
		w->call();
		atomic_store(&w->ended, nr);
	}
	return NULL;
}

static void tell(struct worker *w)
{
	atomic_fetch_add(&w->told, 1);
}

static bool busy(struct worker *w)
{
	return atomic_load(&w->ended) < atomic_load(&w->told);
}

static void await(struct worker *w)
{
	while (busy(w))
		usleep(100);
}

/* Waits until it sleeps; false when it had no need to. */
static bool await_sleep(struct worker *w)
{
	while (busy(w))
		if (sleeps(atomic_load(&w->tid)))
			return true;
	return false;
}

static void prepare(unsigned long nr_copies)
{
	char *two_pages = map_alone(2 * PAGE_BYTES, PAGE_BYTES), *first;

	touch(two_pages, 2 * PAGE_BYTES, 1);
	first = make_copies(two_pages, nr_copies);
	home = two_pages + PAGE_BYTES;
	away = map_alone(PAGE_BYTES, PAGE_BYTES);
	touch(away, PAGE_BYTES, 1);
	forget_pages(away, PAGE_BYTES);
	fill_reclaim_lists();
	held_pfn = pfn_of(first);
	moved_pfn = pfn_of(home);
	uffd = open_uffd();
	register_area(uffd, home, PAGE_BYTES);
	register_area(uffd, away, PAGE_BYTES);
}

static struct worker holder = { .name = "force/hold", .call = hold };
static struct worker mover = { .name = "force/move", .call = move_away };
static struct worker walker[NR_WALKERS];

/* Returns whether all waited behind each other. The page is away then, either way. */
static bool force_retries(unsigned long *nr_moves)
{
	bool forced = false;

	atomic_store(&holding, true);
	tell(&holder);
	for (;;) {
		tell(&mover);
		if (await_sleep(&mover) || !atomic_load(&holding))
			break;
		move_page(uffd, home, away);
		*nr_moves += 2;
	}
	if (busy(&mover)) {
		for (int i = 0; i < NR_WALKERS; i++)
			tell(&walker[i]);
		forced = true;
		for (int i = 0; i < NR_WALKERS; i++)
			forced &= await_sleep(&walker[i]);
		forced &= busy(&mover);
	}
	await(&mover);
	for (int i = 0; i < NR_WALKERS; i++)
		await(&walker[i]);
	await(&holder);
	return forced;
}

int main(int argc, char **argv)
{
	unsigned long nr_rounds = argc > 1 ? atol(argv[1]) : 8, nr_moves = 0;
	pthread_t thread;

	setvbuf(stdout, NULL, _IOLBF, 0);
	prepare(argc > 2 ? atol(argv[2]) : NR_COPIES);
	start_thread(&thread, work, &holder);
	start_thread(&thread, work, &mover);
	for (int i = 0; i < NR_WALKERS; i++) {
		walker[i].name = "force/walk";
		walker[i].call = walk_moved;
		start_thread(&thread, work, &walker[i]);
	}
	while (!atomic_load(&holder.tid) || !atomic_load(&mover.tid))
		usleep(100);
	for (int i = 0; i < NR_WALKERS; i++)
		while (!atomic_load(&walker[i].tid))
			usleep(100);
	for (unsigned long round = 1; round <= nr_rounds; round++) {
		uint64_t start_ns = now_ns();
		bool forced = force_retries(&nr_moves);
		uint64_t end_ns = now_ns();

		move_page(uffd, home, away);
		nr_moves += 2;
		printf("round=%lu forced=%d start_ns=%lu end_ns=%lu\n", round, forced, start_ns,
		       end_ns);
	}
	printf("workload=forced-retries mover=%d walkers=%d moves=%lu pfn=%lu home=%lx away=%lx\n",
	       atomic_load(&mover.tid), NR_WALKERS, nr_moves, (unsigned long)moved_pfn,
	       (unsigned long)home, (unsigned long)away);
	return 0;
}
