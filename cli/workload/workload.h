/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workloads of known behaviour that make the reverse mapping's locks contend.
 *
 * Each workload is one function that works like a main(): it parses its own
 * options, runs until its duration is over or SIGTERM or SIGINT arrives (it
 * stops early then, which is no failure), and prints one line of key=value
 * pairs to stdout. Compiled with -DWORKLOAD_MAIN each file is a program of its
 * own; without it the same object goes into another binary.
 *
 * Call them in a process of their own: wrong usage and --help leave through
 * exit(). Exit codes: 0 done, 1 failed (one line on stderr), 2 wrong usage.
 *
 * Keys that every line has, in this order, before the workload's own:
 *   workload     name of the workload
 *   pid          process that printed the line (fork-chain: the root process)
 *   start_ns     CLOCK_MONOTONIC when the work began, after all preparation
 *   duration_ns  from start_ns until the last thread or process had ended
 *   signal       signal that ended the run early, 0 when the duration was over
 *
 * Addresses are hexadecimal without 0x, start-end with an exclusive end, as in
 * /proc/PID/maps. Keys may be added at the end of a line, never renamed.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define NSEC_PER_SEC 1000000000ULL

struct argp_state;

/**
 * uffd_move_main - move single pages back and forth with UFFDIO_MOVE
 *
 * All threads move pages between the same two VMAs, so that they meet on the
 * write side of those VMAs' anon_vma root locks (kernels before 95b34d66480b,
 * "mm: always call rmap_walk() on locked folios").
 *
 * Own keys:
 *   threads    moving threads, named uffd-move/0, uffd-move/1, ...
 *   pages      pages in all, split among the threads
 *   pin        1 when each thread was bound to one CPU (--pin), else 0
 *   separate   1 when each thread had VMAs of its own (--separate), else 0
 *   nr_moves   pages moved
 *   nr_eagain  moves that failed with EAGAIN and were tried again
 *   nr_ebusy   moves that failed with EBUSY and were tried again
 *   area_a     VMA that held the pages at first (--separate: of thread 0)
 *   area_b     VMA on the other side (--separate: of thread 0)
 */
int uffd_move_main(int argc, char **argv);

/**
 * fork_chain_main - fork chains of generations that share one anon_vma root
 *
 * Generation 0 writes its pages and forks `width` children. Each child writes
 * its inherited pages (copy on write); the first one forks the next generation,
 * the others exit. A round is over when `depth` generations below generation 0
 * have lived and were reaped. The processes of generation N are named
 * fork-chain/N.
 *
 * Own keys:
 *   depth           generations below generation 0
 *   width           children per generation
 *   pages           pages that every process writes
 *   nr_rounds       complete rounds, each of depth * width forks if none failed
 *   nr_forks        forks by generation 0 and below, incomplete round included
 *   nr_faults       page faults of all generations, counted by the kernel
 *   nr_fork_errors  forks that failed
 *   nr_killed       children that did not exit by themselves
 *   area            the written pages, at the same address in every process
 */
int fork_chain_main(int argc, char **argv);

/**
 * mmap_churn_main - map, fault in and unmap private memory in a loop
 *
 * Own keys:
 *   threads    looping threads, named mmap-churn/0, mmap-churn/1, ...
 *   pages      pages mapped, written and unmapped per loop
 *   pin        1 when each thread was bound to one CPU (--pin), else 0
 *   nr_loops   loops of all threads
 *   nr_faults  page faults of all threads, counted by the kernel
 */
int mmap_churn_main(int argc, char **argv);

/* ---- What the workloads share (workload.c) ---- */

/**
 * struct workload_signals - the signals that end a run
 * @awaited: blocked, and waited for by workload_wait()
 * @old: mask to put back
 */
struct workload_signals {
	sigset_t awaited;
	sigset_t old;
};

/**
 * struct workload_span - when a run took place
 * @start_ns: CLOCK_MONOTONIC, nanoseconds
 * @duration_ns: nanoseconds
 * @signal: signal that ended it early, or 0
 */
struct workload_span {
	uint64_t start_ns;
	uint64_t duration_ns;
	int signal;
};

/**
 * struct workload_crew - worker threads and what they do
 * @name: threads are named name/index; at most 10 bytes, not owned
 * @nr_threads: at most WORKLOAD_MAX_THREADS
 * @pin: bind thread N to the Nth CPU that the process may use, round robin.
 *	Beside other load the scheduler may put all threads on one CPU, where
 *	they hardly ever meet on a lock.
 * @duration_ns: how long to work, nanoseconds
 * @work: called once in every thread, when all are ready. Returns 0 soon after
 *	*stop became true, or a negative errno at any time, which ends the run.
 * @ctx: handed to @work, not owned
 */
struct workload_crew {
	const char *name;
	unsigned int nr_threads;
	bool pin;
	uint64_t duration_ns;
	int (*work)(void *ctx, unsigned int index, const atomic_bool *stop);
	void *ctx;
};

/* Four digits keep "mmap-churn/1023" within TASK_COMM_LEN (16, with the NUL). */
#define WORKLOAD_MAX_THREADS 1024
/* 64 GiB of 4 KiB pages: enough, and no product of it overflows 64 bits. */
#define WORKLOAD_MAX_PAGES   (1UL << 24)

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t workload_now_ns(void);

/* Block SIGINT, SIGTERM and @extra (0: none); before any thread is made. */
void workload_signals_block(struct workload_signals *signals, int extra);

/* Forget the awaited signals that are still pending and put the mask back. */
void workload_signals_restore(const struct workload_signals *signals);

/* Sleep until @deadline_ns (CLOCK_MONOTONIC): 0, or the signal that came first. */
int workload_wait(const struct workload_signals *signals, uint64_t deadline_ns);

/* Run @crew and fill @span: 0, or the negative errno of what failed first. */
int workload_run(const struct workload_crew *crew, const struct workload_signals *signals,
		 struct workload_span *span);

/* Option values; anything but a number within the limits ends in argp_error(). */
unsigned long workload_parse_count(const struct argp_state *state, const char *arg,
				   unsigned long max);
uint64_t workload_parse_seconds(const struct argp_state *state, const char *arg);

/* Print the line: the common keys, then @format. The exit code: 0, or 1 and workload_fail(). */
int workload_print(const char *name, const struct workload_span *span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * workload_fail - print the one line of a failed run to stderr
 * @name: workload
 * @what: what was tried
 * @err: negative errno
 * @remedy: what to do, or NULL
 *
 * Return: 1, the exit code.
 */
int workload_fail(const char *name, const char *what, int err, const char *remedy);

#endif
