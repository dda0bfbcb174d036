// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap-users: threads of one process take its mmap_lock, each at another place
 * in the kernel: one mmap_lock, many call sites.
 *
 * Thread N makes call N of the table below in a loop, round robin.
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
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME "mmap-users"

#define MAP_BYTES (64UL << 20)

struct options {
	unsigned int nr_threads;
	uint64_t duration_ns;
};

struct users {
	char *area; /* MAP_BYTES of a shared mapping, written */
	int shmid;
	uint64_t *nr_calls; /* by thread */
};

/* Each returns 0 or a negative errno. */

static int map_and_unmap(const struct users *u)
{
	void *map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	(void)u;
	if (map == MAP_FAILED)
		return -errno;
	return munmap(map, MAP_BYTES) ? -errno : 0;
}

static int sync_area(const struct users *u)
{
	return msync(u->area, MAP_BYTES, MS_ASYNC) ? -errno : 0;
}

static int which_are_resident(const struct users *u)
{
	static _Thread_local unsigned char pages[MAP_BYTES / 4096];

	return mincore(u->area, MAP_BYTES, pages) ? -errno : 0;
}

static int attach_and_detach(const struct users *u)
{
	void *at = shmat(u->shmid, NULL, 0);

	if (at == (void *)-1)
		return -errno;
	return shmdt(at) ? -errno : 0;
}

/* A kernel without CONFIG_NUMA has no such call: nothing is taken then. */
static int ask_policy(const struct users *u)
{
	int policy;

	/* MPOL_F_ADDR, include/uapi/linux/mempolicy.h */
	if (!syscall(SYS_get_mempolicy, &policy, NULL, 0UL, u->area, 2UL) || errno == ENOSYS)
		return 0;
	return -errno;
}

static int remap_pages(const struct users *u)
{
	return remap_file_pages(u->area, 4096, 0, 0, 0) ? -errno : 0;
}

static int (*const calls[])(const struct users *u) = {
	map_and_unmap, sync_area,	   map_and_unmap, sync_area,
	map_and_unmap, which_are_resident, map_and_unmap, attach_and_detach,
	map_and_unmap, ask_policy,	   map_and_unmap, remap_pages,
};

#define NR_CALLS (sizeof(calls) / sizeof(*calls))

static int call_until_stopped(void *ctx, unsigned int index, const atomic_bool *stop)
{
	struct users *u = ctx;

	while (!atomic_load_explicit(stop, memory_order_relaxed)) {
		int err = calls[index % NR_CALLS](u);

		if (err)
			return err;
		u->nr_calls[index]++;
	}
	return 0;
}

static int prepare(struct users *u, unsigned int nr_threads)
{
	u->nr_calls = calloc(nr_threads, sizeof(*u->nr_calls));
	if (!u->nr_calls)
		return -ENOMEM;
	u->area = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (u->area == MAP_FAILED)
		return -errno;
	*(volatile char *)u->area = 1;
	u->shmid = shmget(IPC_PRIVATE, MAP_BYTES, IPC_CREAT | 0600);
	return u->shmid < 0 ? -errno : 0;
}

static int print_result(const struct options *opts, const struct workload_span *span,
			const struct users *u)
{
	uint64_t nr_calls = 0;
	unsigned int i;

	for (i = 0; i < opts->nr_threads; i++)
		nr_calls += u->nr_calls[i];
	return workload_print(NAME, span, "threads=%u nr_calls=%" PRIu64, opts->nr_threads,
			      nr_calls);
}

static const struct argp_option option_table[] = {
	{ "threads", 't', "N", 0, "Calling threads (default: one for each call)", 0 },
	{ "duration", 'd', "SECONDS", 0, "How long to call (default 5)", 0 },
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
	case 'd':
		opts->duration_ns = workload_parse_seconds(state, arg);
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
	.doc = "Take the mmap_lock at many places of the kernel.",
};

int main(int argc, char **argv)
{
	struct options opts = { .nr_threads = NR_CALLS, .duration_ns = 5 * NSEC_PER_SEC };
	struct users users = { .area = MAP_FAILED, .shmid = -1 };
	struct workload_crew crew = { .name = NAME, .work = call_until_stopped, .ctx = &users };
	struct workload_signals signals;
	struct workload_span span;
	int err;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	crew.nr_threads = opts.nr_threads;
	crew.duration_ns = opts.duration_ns;
	workload_signals_block(&signals, 0);
	err = prepare(&users, opts.nr_threads);
	if (!err)
		err = workload_run(&crew, &signals, &span);
	if (err)
		err = workload_fail(NAME, "map memory in threads", err, "use fewer --threads");
	else
		err = print_result(&opts, &span, &users);
	if (users.shmid >= 0)
		shmctl(users.shmid, IPC_RMID, NULL);
	if (users.area != MAP_FAILED)
		munmap(users.area, MAP_BYTES);
	free(users.nr_calls);
	workload_signals_restore(&signals);
	return err;
}
