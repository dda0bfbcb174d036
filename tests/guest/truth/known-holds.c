// SPDX-License-Identifier: GPL-2.0-only
/*
 * known-holds ROUNDS [COPIES [LONG]]: locks that are held as long as a call takes that
 * does next to nothing else, so that user space knows for how long; and a chain
 * of three threads.
 *
 *	truth/walk	sets the idle bit of one page: one walk of the reverse
 *			mapping, which holds the anon_vma lock for reading while
 *			it visits thousands of VMAs
 *	truth/merge	merges two VMAs of the same anon_vma and splits them again,
 *			as long as the walk lasts: to merge it holds the
 *			i_mmap_rwsem of their file and waits for that anon_vma lock
 *	truth/map	maps the same file once truth/merge is asleep: waits for
 *			that i_mmap_rwsem, if truth/merge had come as far
 *	truth/hog	in the last LONG rounds: leaves little of its CPU to truth/walk,
 *			so that the chain lasts long enough to be looked at; then the
 *			others pause between their calls
 *
 * A line per round says what the longest call of each took. How many VMAs the
 * walk visits is known: all copies, and one of each process that has the original.
 */
#include "truth.h"
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define NR_COPIES 20000
#define PAUSE_US  20000

/* One call, in nanoseconds of CLOCK_MONOTONIC. */
struct call {
	uint64_t start_ns, duration_ns;
};

/* Shared by the three processes. */
struct turns {
	atomic_ulong round_begun, nr_over, nr_ready;
	atomic_bool walking, at_leisure;
	struct call merge, map;
	pid_t merge_pid, map_pid;
};

static struct turns *turns;
static unsigned long nr_rounds, nr_copies = NR_COPIES, nr_long;
static char *two_pages;
static int fd;
static atomic_bool over;

static void keep_longest(struct call *longest, uint64_t start_ns)
{
	uint64_t duration_ns = now_ns() - start_ns;

	if (duration_ns > longest->duration_ns)
		*longest = (struct call){ start_ns, duration_ns };
}

static void split(void)
{
	if (madvise(two_pages, PAGE_BYTES, MADV_DONTFORK))
		die("madvise");
}

/* The VMA is split when a round begins: the first call is the one that waits longest. */
static void merge_and_split(void)
{
	uint64_t start_ns = now_ns();

	if (madvise(two_pages, PAGE_BYTES, MADV_DOFORK))
		die("madvise");
	keep_longest(&turns->merge, start_ns);
	split();
}

static void map_when_asleep(void)
{
	uint64_t start_ns;
	char *p;

	if (!sleeps(turns->merge_pid))
		return;
	start_ns = now_ns();
	p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		die("mmap");
	keep_longest(&turns->map, start_ns);
	munmap(p, PAGE_BYTES);
}

/* A process that makes calls while the walk of each round lasts. */
static pid_t start_caller(const char *name, struct call *longest, void (*prepare)(void),
			  void (*calls)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	prctl(PR_SET_NAME, name);
	if (prepare)
		prepare();
	atomic_fetch_add(&turns->nr_ready, 1);
	for (unsigned long round = 1; round <= nr_rounds; round++) {
		while (atomic_load(&turns->round_begun) < round)
			usleep(100);
		memset(longest, 0, sizeof(*longest));
		while (atomic_load(&turns->walking)) {
			calls();
			if (atomic_load(&turns->at_leisure))
				usleep(PAUSE_US);
		}
		atomic_fetch_add(&turns->nr_over, 1);
	}
	_exit(0);
}

/* One CPU for the walk, and for who takes it away. */
static void stay_on_first_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
}

static void *hog(void *arg)
{
	(void)arg;
	prctl(PR_SET_NAME, "truth/hog");
	stay_on_first_cpu();
	while (!atomic_load(&over))
		;
	return NULL;
}

static void walk_once(int bitmap, uint64_t pfn, struct call *walk)
{
	memset(walk, 0, sizeof(*walk));
	walk->start_ns = now_ns();
	set_idle(bitmap, pfn);
	keep_longest(walk, walk->start_ns);
}

int main(int argc, char **argv)
{
	int bitmap = open_bitmap();
	pthread_t hogs;
	uint64_t pfn;

	nr_rounds = argc > 1 ? atol(argv[1]) : 8;
	if (argc > 2)
		nr_copies = atol(argv[2]);
	if (argc > 3)
		nr_long = atol(argv[3]);
	fd = memfd_create("known-holds", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 2 * PAGE_BYTES))
		die("memfd_create");
	turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	two_pages = mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (turns == MAP_FAILED || two_pages == MAP_FAILED)
		die("mmap");
	touch(two_pages, 2 * PAGE_BYTES, 1);
	turns->merge_pid = start_caller("truth/merge", &turns->merge, split, merge_and_split);
	turns->map_pid = start_caller("truth/map", &turns->map, NULL, map_when_asleep);
	prctl(PR_SET_NAME, "truth/walk");
	pfn = pfn_of(make_copies(two_pages, nr_copies));
	fill_reclaim_lists();
	while (atomic_load(&turns->nr_ready) < 2)
		usleep(100);
	printf("workload=known-holds walk=%d merge=%d map=%d copies=%lu vmas=%lu pfn=%lu file_bytes=%lu\n",
	       getpid(), turns->merge_pid, turns->map_pid, nr_copies, nr_copies + 3,
	       (unsigned long)pfn, 2 * PAGE_BYTES);
	for (unsigned long round = 1; round <= nr_rounds; round++) {
		struct call walk;

		if (round == nr_rounds - nr_long + 1) {
			start_thread(&hogs, hog, NULL);
			stay_on_first_cpu();
			if (setpriority(PRIO_PROCESS, 0, 19))
				die("setpriority");
			atomic_store(&turns->at_leisure, true);
		}
		atomic_store(&turns->walking, true);
		atomic_store(&turns->round_begun, round);
		walk_once(bitmap, pfn, &walk);
		atomic_store(&turns->walking, false);
		while (atomic_load(&turns->nr_over) < round * 2)
			usleep(100);
		printf("round=%lu walk_start_ns=%lu walk_ns=%lu merge_start_ns=%lu merge_ns=%lu map_start_ns=%lu map_ns=%lu\n",
		       round, walk.start_ns, walk.duration_ns, turns->merge.start_ns,
		       turns->merge.duration_ns, turns->map.start_ns, turns->map.duration_ns);
	}
	atomic_store(&over, true);
	while (wait(NULL) > 0)
		;
	return 0;
}
