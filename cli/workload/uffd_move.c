// SPDX-License-Identifier: GPL-2.0-only
/*
 * uffd-move: threads move single pages back and forth between two VMAs with
 * UFFDIO_MOVE.
 *
 * Up to commit 95b34d66480b ("mm: always call rmap_walk() on locked folios")
 * every move takes the anon_vma root lock of the source folio for writing
 * (mm/userfaultfd.c, move_pages_pte()), and holds it while the page's TLB
 * entries are flushed. Threads that move out of the same VMA all meet there.
 *
 * The flush itself costs more with a second CPU, lock or no lock: it has to
 * interrupt every CPU that runs a thread of the process. --separate is the
 * control that tells the two apart: the same moves and flushes, no lock shared.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/workload/uffdio_move.h"
#include "cli/workload/workload.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME "uffd-move"

struct options {
	unsigned int nr_threads;
	unsigned long nr_pages;
	uint64_t duration_ns;
	bool pin;
	bool separate;
};

/* Two areas of @bytes each, in VMAs that neither merge nor share an anon_vma. */
struct area_pair {
	char *map;
	size_t map_bytes;
	char *a;
	char *b;
	size_t bytes;
};

/* What one thread moves, and what came of it. Written by that thread only. */
struct mover {
	int uffd;
	char *a;
	char *b;
	size_t bytes;
	size_t page_bytes;
	uint64_t nr_moves;
	uint64_t nr_eagain;
	uint64_t nr_ebusy;
};

/* All that has to be undone at the end. */
struct arena {
	int uffd;
	unsigned int nr_pairs;
	struct area_pair *pairs;
	struct mover *movers;
};

enum step { STEP_OPEN, STEP_API, STEP_MAP, STEP_REGISTER, STEP_MOVE };

static const char *const step_names[] = {
	[STEP_OPEN] = "open a userfaultfd",
	[STEP_API] = "get UFFDIO_MOVE from the kernel",
	[STEP_MAP] = "map the pages",
	[STEP_REGISTER] = "register the pages with userfaultfd",
	[STEP_MOVE] = "move pages in threads",
};

/*
 * fs/userfaultfd.c: userfaultfd(2) with UFFD_USER_MODE_ONLY asks for no
 * privilege (userfaultfd_syscall_allowed()), so EPERM comes from outside it;
 * UFFDIO_API gives EINVAL for a feature that it does not know
 * (userfaultfd_api()).
 */
static const struct {
	enum step step;
	int err;
	const char *remedy;
} remedies[] = {
	{ STEP_OPEN, -EPERM,
	  "a seccomp filter or a security module forbids userfaultfd(2): "
	  "run it outside the container, or allow that system call" },
	{ STEP_OPEN, -ENOSYS,
	  "the kernel is built without CONFIG_USERFAULTFD: boot one that has it, 6.8 or newer" },
	{ STEP_OPEN, -EINVAL, "the kernel is older than 5.11: boot 6.8 or newer" },
	{ STEP_API, -EINVAL, "the kernel has no UFFDIO_MOVE: boot 6.8 or newer" },
	{ STEP_MAP, -ENOMEM, "use fewer --pages, or --threads with --separate" },
	{ STEP_REGISTER, -ENOMEM, "use fewer --threads with --separate" },
	{ STEP_MOVE, -EAGAIN, "use fewer --threads, or raise the process limit (ulimit -u)" },
};

static const char *find_remedy(enum step step, int err)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if (remedies[i].step == step && remedies[i].err == err)
			return remedies[i].remedy;
	}
	return NULL;
}

static int open_uffd(struct arena *arena, enum step *step)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_MOVE };

	*step = STEP_OPEN;
	arena->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (arena->uffd < 0)
		return -errno;
	*step = STEP_API;
	if (ioctl(arena->uffd, UFFDIO_API, &api))
		return -errno;
	return 0;
}

/* Give @area read and write access, small pages, and (if the kernel can) a name. */
static int open_area(char *area, size_t bytes, const char *name)
{
	if (mprotect(area, bytes, PROT_READ | PROT_WRITE))
		return -errno;
	/* A huge page would have to be split; EINVAL is a kernel without them. */
	if (madvise(area, bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		return -errno;
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, area, bytes, name);
	return 0;
}

/*
 * gap | a | gap | b | gap. Neighbours would become one VMA, or at least share
 * an anon_vma (mm/vma.c, find_mergeable_anon_vma()), and a move would not give
 * the folio another root. The outer gaps keep foreign mappings away.
 */
static int map_pair(struct area_pair *pair, size_t bytes, size_t page_bytes)
{
	char *map;
	int err;

	pair->bytes = bytes;
	pair->map_bytes = 2 * bytes + 3 * page_bytes;
	map = mmap(NULL, pair->map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -errno;
	pair->map = map;
	pair->a = map + page_bytes;
	pair->b = pair->a + bytes + page_bytes;
	err = open_area(pair->a, bytes, "uffd-move a");
	if (!err)
		err = open_area(pair->b, bytes, "uffd-move b");
	if (err)
		return err;
	/*
	 * Pages of different content: KSM must not share them, a shared page
	 * cannot be moved (move_pages_pte(): EBUSY unless PageAnonExclusive).
	 */
	for (size_t offset = 0; offset < bytes; offset += page_bytes)
		*(uintptr_t *)(pair->a + offset) = (uintptr_t)(pair->a + offset);
	return 0;
}

/* Both sides are a destination in turn; mm/userfaultfd.c, validate_move_areas(). */
static int register_pair(int uffd, const struct area_pair *pair)
{
	char *const areas[] = { pair->a, pair->b };

	for (size_t i = 0; i < 2; i++) {
		struct uffdio_register reg = {
			.range = { .start = (uintptr_t)areas[i], .len = pair->bytes },
			.mode = UFFDIO_REGISTER_MODE_MISSING,
		};

		if (ioctl(uffd, UFFDIO_REGISTER, &reg))
			return -errno;
	}
	return 0;
}

/* Map one pair for all threads, or one for each, and give every thread its share. */
static int make_arena(struct arena *arena, const struct options *opts, enum step *step)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	unsigned int nr = opts->nr_threads;
	int err;

	*step = STEP_MAP;
	arena->pairs = calloc(nr, sizeof(*arena->pairs));
	arena->movers = calloc(nr, sizeof(*arena->movers));
	if (!arena->pairs || !arena->movers)
		return -ENOMEM;
	for (unsigned int i = 0; i < nr; i++) {
		size_t first = opts->nr_pages * i / nr * page_bytes;
		size_t end = opts->nr_pages * (i + 1) / nr * page_bytes;
		size_t base = opts->separate ? first : 0;
		size_t bytes = opts->separate ? end - first : opts->nr_pages * page_bytes;
		struct area_pair *pair = &arena->pairs[opts->separate ? i : 0];

		if (!pair->map) {
			*step = STEP_MAP;
			arena->nr_pairs++;
			err = map_pair(pair, bytes, page_bytes);
			if (err)
				return err;
			*step = STEP_REGISTER;
			err = register_pair(arena->uffd, pair);
			if (err)
				return err;
		}
		arena->movers[i] = (struct mover){
			.uffd = arena->uffd,
			.a = pair->a + first - base,
			.b = pair->b + first - base,
			.bytes = end - first,
			.page_bytes = page_bytes,
		};
	}
	return 0;
}

static void free_arena(struct arena *arena)
{
	for (unsigned int i = 0; i < arena->nr_pairs; i++) {
		if (arena->pairs[i].map)
			munmap(arena->pairs[i].map, arena->pairs[i].map_bytes);
	}
	free(arena->pairs);
	free(arena->movers);
	if (arena->uffd >= 0)
		close(arena->uffd);
}

/*
 * Move every page of @from to @to, one system call each; stop in between.
 *
 * EEXIST is a page that was moved. move_pages() of Linux 6.18 tries again after
 * -EAGAIN, but does not forget that error where the second try succeeds; its
 * third try meets the page that the second one moved. Later kernels set err to 0
 * first (7.3). Nothing else fills the destination of these moves.
 */
static int sweep(struct mover *mover, char *to, char *from, const atomic_bool *stop)
{
	size_t offset = 0;

	while (offset < mover->bytes && !atomic_load_explicit(stop, memory_order_relaxed)) {
		struct uffdio_move move = {
			.dst = (uintptr_t)(to + offset),
			.src = (uintptr_t)(from + offset),
			.len = mover->page_bytes,
			/* Nobody faults here, there is nobody to wake. */
			.mode = UFFDIO_MOVE_MODE_DONTWAKE,
		};

		if (!ioctl(mover->uffd, UFFDIO_MOVE, &move) || errno == EEXIST) {
			mover->nr_moves++;
			offset += mover->page_bytes;
		} else if (errno == EAGAIN) {
			mover->nr_eagain++;
		} else if (errno == EBUSY) {
			mover->nr_ebusy++;
		} else {
			return -errno;
		}
	}
	return 0;
}

static int move_back_and_forth(void *ctx, unsigned int index, const atomic_bool *stop)
{
	struct arena *arena = ctx;
	/* On this thread's stack, so that no two threads write to one cache line. */
	struct mover mover = arena->movers[index];
	int err = 0;

	while (!err && !atomic_load_explicit(stop, memory_order_relaxed)) {
		err = sweep(&mover, mover.b, mover.a, stop);
		if (!err)
			err = sweep(&mover, mover.a, mover.b, stop);
	}
	arena->movers[index] = mover;
	return err;
}

static int print_result(const struct options *opts, const struct workload_span *span,
			const struct arena *arena)
{
	const struct area_pair *pair = &arena->pairs[0];
	struct mover sum = { 0 };

	for (unsigned int i = 0; i < opts->nr_threads; i++) {
		sum.nr_moves += arena->movers[i].nr_moves;
		sum.nr_eagain += arena->movers[i].nr_eagain;
		sum.nr_ebusy += arena->movers[i].nr_ebusy;
	}
	return workload_print(NAME, span,
			      "threads=%u pages=%lu pin=%d separate=%d nr_moves=%" PRIu64
			      " nr_eagain=%" PRIu64 " nr_ebusy=%" PRIu64 " area_a=%" PRIxPTR
			      "-%" PRIxPTR " area_b=%" PRIxPTR "-%" PRIxPTR,
			      opts->nr_threads, opts->nr_pages, opts->pin, opts->separate,
			      sum.nr_moves, sum.nr_eagain, sum.nr_ebusy, (uintptr_t)pair->a,
			      (uintptr_t)(pair->a + pair->bytes), (uintptr_t)pair->b,
			      (uintptr_t)(pair->b + pair->bytes));
}

static const struct argp_option option_table[] = {
	{ "threads", 't', "N", 0, "Moving threads (default 4)", 0 },
	{ "pages", 'p', "N", 0, "Pages in all, split among the threads (default 4096)", 0 },
	{ "duration", 'd', "SECONDS", 0, "How long to move (default 5)", 0 },
	{ "separate", 's', NULL, 0,
	  "Give each thread two VMAs of its own: the same moves and TLB flushes, no lock shared",
	  0 },
	{ "pin", 'P', NULL, 0, "Bind each thread to one CPU, so that they run side by side", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case 't':
		opts->nr_threads =
			(unsigned int)workload_parse_count(state, arg, WORKLOAD_MAX_THREADS);
		return 0;
	case 'p':
		opts->nr_pages = workload_parse_count(state, arg, WORKLOAD_MAX_PAGES);
		return 0;
	case 'd':
		opts->duration_ns = workload_parse_seconds(state, arg);
		return 0;
	case 's':
		opts->separate = true;
		return 0;
	case 'P':
		opts->pin = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	case ARGP_KEY_END:
		if (opts->nr_pages < opts->nr_threads)
			argp_error(state, "--pages must be at least --threads (%u)",
				   opts->nr_threads);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Move single pages back and forth with UFFDIO_MOVE, "
	       "so that the threads contend on the anon_vma root lock.",
};

int uffd_move_main(int argc, char **argv)
{
	struct options opts = {
		.nr_threads = 4,
		.nr_pages = 4096,
		.duration_ns = 5 * NSEC_PER_SEC,
	};
	struct arena arena = { .uffd = -1 };
	struct workload_crew crew = { .name = NAME, .work = move_back_and_forth, .ctx = &arena };
	struct workload_signals signals;
	struct workload_span span;
	enum step step;
	int err;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	crew.nr_threads = opts.nr_threads;
	crew.duration_ns = opts.duration_ns;
	crew.pin = opts.pin;

	workload_signals_block(&signals, 0);
	err = open_uffd(&arena, &step);
	if (!err)
		err = make_arena(&arena, &opts, &step);
	if (!err) {
		step = STEP_MOVE;
		err = workload_run(&crew, &signals, &span);
	}
	if (err)
		err = workload_fail(NAME, step_names[step], err, find_remedy(step, err));
	else
		err = print_result(&opts, &span, &arena);
	free_arena(&arena);
	workload_signals_restore(&signals);
	return err;
}

#ifdef WORKLOAD_MAIN
int main(int argc, char **argv)
{
	return uffd_move_main(argc, argv);
}
#endif
