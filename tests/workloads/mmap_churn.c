// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap-churn: threads map, fault in and unmap private memory in a loop.
 *
 * The first fault of a mapping gives its VMA an anon_vma (mm/rmap.c,
 * __anon_vma_prepare()), the unmap unlinks it again (unlink_anon_vmas()).
 * Mappings of two threads that happen to be neighbours merge and share one;
 * unmapping one of them then splits the VMA (mm/vma.c, __split_vma()), which
 * takes the anon_vma root lock for writing. All of it under the mmap_lock.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/workload/workload.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAME "mmap-churn"

struct options {
	unsigned int nr_threads;
	unsigned long nr_pages;
	uint64_t duration_ns;
	bool pin;
	bool file;
};

/* What one thread did; written by that thread only, at its end. */
struct tally {
	uint64_t nr_loops;
	uint64_t nr_faults;
};

struct churn {
	size_t bytes;
	size_t page_bytes;
	int fd;	     /* of the file to map, -1: none */
	char *place; /* with a file: where each thread maps it, two mappings apart */
	struct tally *tallies;
};

/* Page faults of the calling thread so far. */
static uint64_t thread_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

/* Map, write every page, unmap: 0 or a negative errno. */
static int churn_once(const struct churn *churn)
{
	volatile char *map = mmap(NULL, churn->bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return -errno;
	for (size_t offset = 0; offset < churn->bytes; offset += churn->page_bytes)
		map[offset] = 1;
	if (munmap((void *)map, churn->bytes))
		return -errno;
	return 0;
}

static char *place_of(const struct churn *churn, unsigned int index)
{
	return churn->place + 2 * index * churn->bytes;
}

/*
 * Map the file over itself and write every page: there is always a mapping of
 * the same range, and always a new VMA without an anon_vma.
 */
static int churn_file_once(const struct churn *churn, unsigned int index)
{
	volatile char *map = mmap(place_of(churn, index), churn->bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_FIXED, churn->fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	for (size_t offset = 0; offset < churn->bytes; offset += churn->page_bytes)
		map[offset] = 1;
	return 0;
}

/* A file in memory, and a range of addresses for each thread with a gap behind. */
static int prepare_file(struct churn *churn, unsigned int nr_threads)
{
	churn->fd = memfd_create(NAME " file", MFD_CLOEXEC);
	if (churn->fd < 0 || ftruncate(churn->fd, (off_t)churn->bytes))
		return -errno;
	churn->place = mmap(NULL, 2 * nr_threads * churn->bytes, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return churn->place == MAP_FAILED ? -errno : 0;
}

static int churn_until_stopped(void *ctx, unsigned int index, const atomic_bool *stop)
{
	struct churn *churn = ctx;
	uint64_t nr_loops = 0;
	uint64_t nr_faults_before = thread_faults();

	while (!atomic_load_explicit(stop, memory_order_relaxed)) {
		int err = churn->fd < 0 ? churn_once(churn) : churn_file_once(churn, index);

		if (err)
			return err;
		nr_loops++;
	}
	churn->tallies[index] = (struct tally){
		.nr_loops = nr_loops,
		.nr_faults = thread_faults() - nr_faults_before,
	};
	return 0;
}

static int print_result(const struct options *opts, const struct workload_span *span,
			const struct churn *churn)
{
	struct tally sum = { 0 };

	for (unsigned int i = 0; i < opts->nr_threads; i++) {
		sum.nr_loops += churn->tallies[i].nr_loops;
		sum.nr_faults += churn->tallies[i].nr_faults;
	}
	return workload_print(NAME, span,
			      "threads=%u pages=%lu pin=%d nr_loops=%" PRIu64 " nr_faults=%" PRIu64
			      " place=%zu bytes=%zu",
			      opts->nr_threads, opts->nr_pages, opts->pin, sum.nr_loops,
			      sum.nr_faults, (size_t)churn->place, churn->bytes);
}

static const struct argp_option option_table[] = {
	{ "threads", 't', "N", 0, "Looping threads (default 4)", 0 },
	{ "pages", 'p', "N", 0, "Pages per mapping (default 16)", 0 },
	{ "duration", 'd', "SECONDS", 0, "How long to loop (default 5)", 0 },
	{ "pin", 'P', NULL, 0, "Bind each thread to one CPU, so that they run side by side", 0 },
	{ "file", 'f', NULL, 0,
	  "Each maps a private copy of a file, at a place of its own: place + 2 * bytes * thread",
	  0 },
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
	case 'P':
		opts->pin = true;
		return 0;
	case 'f':
		opts->file = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Map, fault in and unmap private memory in a loop.",
};

int mmap_churn_main(int argc, char **argv)
{
	struct options opts = {
		.nr_threads = 4,
		.nr_pages = 16,
		.duration_ns = 5 * NSEC_PER_SEC,
	};
	struct churn churn = { .page_bytes = (size_t)sysconf(_SC_PAGESIZE), .fd = -1 };
	struct workload_crew crew = { .name = NAME, .work = churn_until_stopped, .ctx = &churn };
	struct workload_signals signals;
	struct workload_span span;
	int thp_disabled;
	int err = -ENOMEM;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	crew.nr_threads = opts.nr_threads;
	crew.duration_ns = opts.duration_ns;
	crew.pin = opts.pin;
	churn.bytes = opts.nr_pages * churn.page_bytes;

	workload_signals_block(&signals, 0);
	/* One fault per page; not by madvise(), that would be one more lock per loop. */
	thp_disabled = prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	churn.tallies = calloc(opts.nr_threads, sizeof(*churn.tallies));
	if (churn.tallies && opts.file)
		err = prepare_file(&churn, opts.nr_threads);
	else if (churn.tallies)
		err = 0;
	if (!err)
		err = workload_run(&crew, &signals, &span);
	if (err)
		err = workload_fail(NAME, "map memory in threads", err,
				    "use fewer --threads or --pages");
	else
		err = print_result(&opts, &span, &churn);
	if (churn.place && churn.place != MAP_FAILED)
		munmap(churn.place, 2 * opts.nr_threads * churn.bytes);
	if (churn.fd >= 0)
		close(churn.fd);
	free(churn.tallies);
	if (!thp_disabled)
		prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	workload_signals_restore(&signals);
	return err;
}

#ifdef WORKLOAD_MAIN
int main(int argc, char **argv)
{
	return mmap_churn_main(argc, argv);
}
#endif
