// SPDX-License-Identifier: GPL-2.0-only
/*
 * fork-chain: generations of processes that share one anon_vma root.
 *
 * A child's VMA is linked to the anon_vma of every ancestor and gets one of its
 * own, all under the lock of the oldest one, the root (mm/rmap.c,
 * anon_vma_fork() and anon_vma_clone()); exit unlinks them under the same lock
 * (unlink_anon_vmas()). The parents stay alive until their children are reaped,
 * so that no anon_vma is reused and the chain really grows by one per
 * generation.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/workload/workload.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "fork-chain"

/* Four digits keep "fork-chain/1024" within TASK_COMM_LEN (16, with the NUL). */
#define MAX_DEPTH 1024
#define MAX_WIDTH 1024

struct options {
	unsigned int depth;
	unsigned int width;
	unsigned long nr_pages;
	uint64_t duration_ns;
};

/* In shared memory: what the processes tell each other. */
struct shared {
	atomic_bool stop;
	atomic_int fork_err;
	_Atomic uint64_t nr_rounds;
	_Atomic uint64_t nr_forks;
	_Atomic uint64_t nr_fork_errors;
	_Atomic uint64_t nr_killed;
};

/* The same at the same address in every process, except for the pages' content. */
struct chain {
	const struct options *opts;
	struct shared *shared;
	char *area;
	size_t bytes;
	size_t page_bytes;
};

static void live(const struct chain *chain, unsigned int generation, bool forks);

/*
 * Page faults of the reaped descendants. A process's own count joins its
 * parent's sum when it is reaped (kernel/exit.c, wait_task_zombie()).
 */
static uint64_t descendants_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

/* fork(), where the child has the generation's name and dies with its parent. */
static pid_t fork_generation(unsigned int generation)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	char name[32];

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	snprintf(name, sizeof(name), NAME "/%u", generation);
	prctl(PR_SET_NAME, name);
	return 0;
}

/* Fork the children of @generation, wait for them: how many there were. */
static unsigned int raise_children(const struct chain *chain, unsigned int generation)
{
	struct shared *shared = chain->shared;
	unsigned int nr_children = 0;
	int status;

	for (unsigned int i = 0; i < chain->opts->width && !atomic_load(&shared->stop); i++) {
		pid_t pid = fork_generation(generation + 1);

		if (!pid) {
			live(chain, generation + 1, i == 0);
			_exit(0);
		}
		if (pid < 0) {
			atomic_store(&shared->fork_err, -errno);
			atomic_fetch_add(&shared->nr_fork_errors, 1);
			continue;
		}
		atomic_fetch_add(&shared->nr_forks, 1);
		nr_children++;
	}
	for (unsigned int i = 0; i < nr_children; i++) {
		if (wait(&status) > 0 && !WIFEXITED(status))
			atomic_fetch_add(&shared->nr_killed, 1);
	}
	return nr_children;
}

/* The life of a process: write every page, then fork if it has the next generation. */
static void live(const struct chain *chain, unsigned int generation, bool forks)
{
	volatile char *area = chain->area;

	for (size_t offset = 0; offset < chain->bytes; offset += chain->page_bytes)
		area[offset] = (char)generation;
	if (forks && generation < chain->opts->depth)
		raise_children(chain, generation);
}

/* Generation 0, a process of its own: rounds until the stop. Does not return. */
static void run_rounds(const struct chain *chain)
{
	struct shared *shared = chain->shared;

	while (!atomic_load(&shared->stop)) {
		live(chain, 0, false);
		if (!raise_children(chain, 0) && !atomic_load(&shared->stop))
			_exit(1);
		if (!atomic_load(&shared->stop))
			atomic_fetch_add(&shared->nr_rounds, 1);
	}
	_exit(0);
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == pid;
}

/*
 * Start generation 0, stop it when the time is over or it ends by itself.
 * Return: 0, or a negative errno when it could not fork.
 */
static int run_chain(const struct chain *chain, const struct workload_signals *signals,
		     struct workload_span *span)
{
	int status;
	int sig;
	pid_t pid;

	span->start_ns = workload_now_ns();
	pid = fork_generation(0);
	if (pid < 0)
		return -errno;
	if (!pid)
		run_rounds(chain);
	do {
		sig = workload_wait(signals, span->start_ns + chain->opts->duration_ns);
	} while (sig == SIGCHLD && !has_ended(pid));
	atomic_store(&chain->shared->stop, true);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	span->duration_ns = workload_now_ns() - span->start_ns;
	span->signal = sig == SIGCHLD ? 0 : sig;
	if (!WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status) ? atomic_load(&chain->shared->fork_err) : 0;
}

/* Map the pages, walled off so that no neighbour lends its anon_vma, and the shared page. */
static int map_chain(struct chain *chain)
{
	size_t wall = chain->page_bytes;
	char *map =
		mmap(NULL, chain->bytes + 2 * wall, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return -errno;
	chain->area = map + wall;
	if (mprotect(chain->area, chain->bytes, PROT_READ | PROT_WRITE))
		return -errno;
	/* One fault per page; EINVAL is a kernel without huge pages. */
	if (madvise(chain->area, chain->bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		return -errno;
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, chain->area, chain->bytes, NAME);
	chain->shared = mmap(NULL, sizeof(*chain->shared), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (chain->shared == MAP_FAILED) {
		chain->shared = NULL;
		return -errno;
	}
	return 0;
}

static void unmap_chain(const struct chain *chain)
{
	if (chain->area)
		munmap(chain->area - chain->page_bytes, chain->bytes + 2 * chain->page_bytes);
	if (chain->shared)
		munmap(chain->shared, sizeof(*chain->shared));
}

static int print_result(const struct chain *chain, const struct workload_span *span,
			uint64_t nr_faults)
{
	const struct options *opts = chain->opts;
	struct shared *shared = chain->shared;

	return workload_print(NAME, span,
			      "depth=%u width=%u pages=%lu nr_rounds=%" PRIu64 " nr_forks=%" PRIu64
			      " nr_faults=%" PRIu64 " nr_fork_errors=%" PRIu64 " nr_killed=%" PRIu64
			      " area=%" PRIxPTR "-%" PRIxPTR,
			      opts->depth, opts->width, opts->nr_pages,
			      atomic_load(&shared->nr_rounds), atomic_load(&shared->nr_forks),
			      nr_faults, atomic_load(&shared->nr_fork_errors),
			      atomic_load(&shared->nr_killed), (uintptr_t)chain->area,
			      (uintptr_t)(chain->area + chain->bytes));
}

static const struct argp_option option_table[] = {
	{ "depth", 'd', "N", 0, "Generations below the first (default 8)", 0 },
	{ "width", 'w', "N", 0, "Children per generation (default 2)", 0 },
	{ "pages", 'p', "N", 0, "Pages that every process writes (default 64)", 0 },
	{ "duration", 'D', "SECONDS", 0, "How long to repeat (default 5)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case 'd':
		opts->depth = (unsigned int)workload_parse_count(state, arg, MAX_DEPTH);
		return 0;
	case 'w':
		opts->width = (unsigned int)workload_parse_count(state, arg, MAX_WIDTH);
		return 0;
	case 'p':
		opts->nr_pages = workload_parse_count(state, arg, WORKLOAD_MAX_PAGES);
		return 0;
	case 'D':
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
	.doc = "Fork chains of generations that share one anon_vma root and write their pages.",
};

int fork_chain_main(int argc, char **argv)
{
	struct options opts = {
		.depth = 8,
		.width = 2,
		.nr_pages = 64,
		.duration_ns = 5 * NSEC_PER_SEC,
	};
	struct chain chain = { .opts = &opts, .page_bytes = (size_t)sysconf(_SC_PAGESIZE) };
	struct sigaction child_default = { .sa_handler = SIG_DFL };
	struct sigaction child_old;
	struct workload_signals signals;
	struct workload_span span = { 0 };
	uint64_t nr_faults;
	int err;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	chain.bytes = opts.nr_pages * chain.page_bytes;

	workload_signals_block(&signals, SIGCHLD);
	/* Ignored SIGCHLD may be inherited; it would take the children from wait(). */
	sigaction(SIGCHLD, &child_default, &child_old);
	nr_faults = descendants_faults();
	err = map_chain(&chain);
	if (err) {
		err = workload_fail(NAME, "map the pages", err, "use fewer --pages");
	} else {
		err = run_chain(&chain, &signals, &span);
		nr_faults = descendants_faults() - nr_faults;
		if (err)
			err = workload_fail(NAME, "keep the chain alive", err,
					    "check the process limit (ulimit -u) and free memory");
		else
			err = print_result(&chain, &span, nr_faults);
	}
	unmap_chain(&chain);
	sigaction(SIGCHLD, &child_old, NULL);
	workload_signals_restore(&signals);
	return err;
}

#ifdef WORKLOAD_MAIN
int main(int argc, char **argv)
{
	return fork_chain_main(argc, argv);
}
#endif
