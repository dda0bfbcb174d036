// SPDX-License-Identifier: GPL-2.0-only
/*
 * forced-retries ROUNDS: rmap walks that must start over, and how many.
 *
 *	force/hold	holds an anon_vma lock for reading: sets the idle bit of a
 *			page that thousands of VMAs of that anon_vma map
 *	force/move	moves another page of the anon_vma to a VMA with an
 *			anon_vma of its own: waits for the lock, for writing
 *	force/walk	threads that set the idle bit of that other page: they
 *			wait for the lock behind force/move, and once they have
 *			it, the page is on another anon_vma: each starts over once
 *
 * A round counts when all were seen asleep, one behind the other, before
 * force/move was through. For kernels that walk anonymous folios unlocked.
 */
#include "../workloads/workload.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
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

#define NR_COPIES  20000
#define NR_WALKERS 12
#define BITMAP	   "/sys/kernel/mm/page_idle/bitmap"

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

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static uint64_t pfn_of(char *p)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry;

	if (pagemap < 0 || pread(pagemap, &entry, 8, (uintptr_t)p / PAGE_BYTES * 8) != 8)
		die("pagemap");
	close(pagemap);
	if (!(entry >> 63)) {
		fprintf(stderr, "a page is not where it should be\n");
		exit(1);
	}
	return entry & ((1ULL << 55) - 1);
}

/* One walk of the reverse mapping of one page. */
static void walk(uint64_t pfn)
{
	static __thread int bitmap = -1;
	uint64_t bit = 1ULL << (pfn % 64);

	if (bitmap < 0)
		bitmap = open(BITMAP, O_WRONLY);
	if (pwrite(bitmap, &bit, 8, pfn / 64 * 8) != 8)
		die(BITMAP);
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

static void move(char *from, char *to)
{
	struct uffdio_move move = {
		.src = (uintptr_t)from,
		.dst = (uintptr_t)to,
		.len = PAGE_BYTES,
	};

	while (ioctl(uffd, UFFDIO_MOVE, &move))
		if (errno != EAGAIN && errno != EBUSY)
			die("UFFDIO_MOVE");
}

static void move_away(void)
{
	move(home, away);
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

/* Waits until it sleeps in the kernel, not to be woken by a signal; false when it had no need to. */
static bool await_sleep(struct worker *w)
{
	char path[64], text[512];
	const char *state;
	int fd, len;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", atomic_load(&w->tid));
	while (busy(w)) {
		fd = open(path, O_RDONLY);
		len = read(fd, text, sizeof(text) - 1);
		if (fd < 0 || len < 0)
			die(path);
		close(fd);
		text[len] = '\0';
		state = strrchr(text, ')');
		if (state && !strncmp(state, ") D", 3))
			return true;
	}
	return false;
}

static void prepare(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_MOVE };
	char *two_pages = map_alone(2 * PAGE_BYTES, PAGE_BYTES), *first = NULL;

	if (write_file("/proc/sys/vm/max_map_count", "%d", NR_COPIES + 1000))
		die("/proc/sys/vm/max_map_count");
	touch(two_pages, 2 * PAGE_BYTES, 1);
	for (int i = 0; i < NR_COPIES; i++) {
		/* mremap(3) of some libraries hands over its last argument only with MREMAP_FIXED */
		char *p = (char *)syscall(SYS_mremap, two_pages, PAGE_BYTES, PAGE_BYTES,
					  MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);

		if (p == MAP_FAILED)
			die("mremap");
		if (!i)
			first = p;
	}
	home = two_pages + PAGE_BYTES;
	away = map_alone(PAGE_BYTES, PAGE_BYTES);
	touch(away, PAGE_BYTES, 1);
	if (madvise(away, PAGE_BYTES, MADV_DONTNEED))
		die("MADV_DONTNEED");
	/* only pages on the lists of reclaim are walked: put them there */
	if (write_file("/proc/sys/vm/drop_caches", "1"))
		die("/proc/sys/vm/drop_caches");
	held_pfn = pfn_of(first);
	moved_pfn = pfn_of(home);
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		die("userfaultfd with UFFD_FEATURE_MOVE");
	for (int i = 0; i < 2; i++) {
		struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

		reg.range.start = (uintptr_t)(i ? away : home);
		reg.range.len = PAGE_BYTES;
		if (ioctl(uffd, UFFDIO_REGISTER, &reg))
			die("UFFDIO_REGISTER");
	}
}

static struct worker holder = { .name = "force/hold", .call = hold };
static struct worker mover = { .name = "force/move", .call = move_away };
static struct worker walker[NR_WALKERS];

/* Returns whether all waited behind each other. */
static bool force_retries(unsigned long *nr_moves)
{
	bool forced = false;

	atomic_store(&holding, true);
	tell(&holder);
	while (atomic_load(&holding)) {
		tell(&mover);
		if (await_sleep(&mover))
			break;
		move(away, home);
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
	prepare();
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

		/* where the last call left it */
		move(away, home);
		nr_moves += 2;
		printf("round=%lu forced=%d start_ns=%lu end_ns=%lu\n", round, forced, start_ns,
		       end_ns);
	}
	printf("workload=forced-retries mover=%d walkers=%d moves=%lu pfn=%lu home=%lx away=%lx\n",
	       atomic_load(&mover.tid), NR_WALKERS, nr_moves, (unsigned long)moved_pfn,
	       (unsigned long)home, (unsigned long)away);
	return 0;
}
