// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the workloads share: time, the start line, the stop, and the output.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/workload/workload.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A year; longer is a typing mistake. */
#define MAX_SECONDS 31536000.0

enum gate { GATE_CLOSED, GATE_OPEN, GATE_CANCELLED };

/* One run: the start line and the stop that all its threads share. */
struct run {
	const struct workload_crew *crew;
	pthread_t waiter;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned int nr_ready;
	enum gate gate;
	atomic_bool stop;
};

struct worker {
	struct run *run;
	pthread_t id;
	unsigned int index;
	int err;
};

uint64_t workload_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

void workload_signals_block(struct workload_signals *signals, int extra)
{
	sigemptyset(&signals->awaited);
	sigaddset(&signals->awaited, SIGINT);
	sigaddset(&signals->awaited, SIGTERM);
	if (extra)
		sigaddset(&signals->awaited, extra);
	pthread_sigmask(SIG_BLOCK, &signals->awaited, &signals->old);
}

void workload_signals_restore(const struct workload_signals *signals)
{
	const struct timespec none = { 0 };

	while (sigtimedwait(&signals->awaited, NULL, &none) > 0)
		;
	pthread_sigmask(SIG_SETMASK, &signals->old, NULL);
}

int workload_wait(const struct workload_signals *signals, uint64_t deadline_ns)
{
	for (;;) {
		uint64_t now_ns = workload_now_ns();
		uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
		struct timespec left = {
			.tv_sec = (time_t)(left_ns / NSEC_PER_SEC),
			.tv_nsec = (long)(left_ns % NSEC_PER_SEC),
		};
		int sig = sigtimedwait(&signals->awaited, NULL, &left);

		if (sig > 0)
			return sig;
		if (errno == EAGAIN)
			return 0;
		/* EINTR: stopped and continued, or a signal we do not await. */
	}
}

/* Say that this thread is ready, wait for the start: false if there is none. */
static bool wait_at_gate(struct run *run)
{
	bool go;

	pthread_mutex_lock(&run->lock);
	run->nr_ready++;
	pthread_cond_broadcast(&run->changed);
	while (run->gate == GATE_CLOSED)
		pthread_cond_wait(&run->changed, &run->lock);
	go = run->gate == GATE_OPEN;
	pthread_mutex_unlock(&run->lock);
	return go;
}

/* Open the gate once @nr_ready threads wait at it, or send them home. */
static void set_gate(struct run *run, unsigned int nr_ready, enum gate gate)
{
	pthread_mutex_lock(&run->lock);
	while (run->nr_ready < nr_ready)
		pthread_cond_wait(&run->changed, &run->lock);
	run->gate = gate;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

static void *worker_thread(void *arg)
{
	struct worker *worker = arg;
	struct run *run = worker->run;
	char name[16];

	snprintf(name, sizeof(name), "%.10s/%u", run->crew->name,
		 worker->index % WORKLOAD_MAX_THREADS);
	pthread_setname_np(pthread_self(), name);
	if (!wait_at_gate(run))
		return NULL;
	worker->err = run->crew->work(run->crew->ctx, worker->index, &run->stop);
	/* The waiter sleeps in sigtimedwait() with SIGTERM blocked: end its wait. */
	if (worker->err)
		pthread_kill(run->waiter, SIGTERM);
	return NULL;
}

/* Leave only the CPU for thread @index in the set of those that we may use. */
static int choose_cpu(cpu_set_t *cpus, unsigned int index)
{
	unsigned int nr_before;
	size_t cpu = 0;

	if (sched_getaffinity(0, sizeof(*cpus), cpus))
		return -errno;
	nr_before = index % (unsigned int)CPU_COUNT(cpus);
	while (!CPU_ISSET(cpu, cpus) || nr_before--)
		cpu++;
	CPU_ZERO(cpus);
	CPU_SET(cpu, cpus);
	return 0;
}

static int create_worker(struct worker *worker, bool pin)
{
	pthread_attr_t attr;
	cpu_set_t cpus;
	int err;

	pthread_attr_init(&attr);
	err = pin ? choose_cpu(&cpus, worker->index) : 0;
	if (pin && !err)
		err = -pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	if (!err)
		err = -pthread_create(&worker->id, &attr, worker_thread, worker);
	pthread_attr_destroy(&attr);
	return err;
}

/* Start, wait, stop; the gate is cancelled when not every thread could be made. */
static int run_workers(struct run *run, struct worker *workers,
		       const struct workload_signals *signals, struct workload_span *span)
{
	const struct workload_crew *crew = run->crew;
	unsigned int nr = 0;
	int err = 0;

	while (nr < crew->nr_threads) {
		workers[nr] = (struct worker){ .run = run, .index = nr };
		err = create_worker(&workers[nr], crew->pin);
		if (err)
			break;
		nr++;
	}
	set_gate(run, nr, err ? GATE_CANCELLED : GATE_OPEN);
	span->start_ns = workload_now_ns();
	if (!err)
		span->signal = workload_wait(signals, span->start_ns + crew->duration_ns);
	atomic_store(&run->stop, true);
	for (unsigned int i = 0; i < nr; i++) {
		pthread_join(workers[i].id, NULL);
		if (!err)
			err = workers[i].err;
	}
	span->duration_ns = workload_now_ns() - span->start_ns;
	return err;
}

int workload_run(const struct workload_crew *crew, const struct workload_signals *signals,
		 struct workload_span *span)
{
	struct run run = {
		.crew = crew,
		.waiter = pthread_self(),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.gate = GATE_CLOSED,
	};
	struct worker *workers = calloc(crew->nr_threads, sizeof(*workers));
	int err;

	if (!workers)
		return -ENOMEM;
	*span = (struct workload_span){ 0 };
	err = run_workers(&run, workers, signals, span);
	free(workers);
	return err;
}

unsigned long workload_parse_count(const struct argp_state *state, const char *arg,
				   unsigned long max)
{
	unsigned long count;
	char *end;

	errno = 0;
	count = strtoul(arg, &end, 10);
	/* strtoul() takes "-1"; a first digit rules out signs and spaces. */
	if (*arg < '0' || *arg > '9' || *end || errno || !count || count > max)
		argp_error(state, "'%s' is not a number from 1 to %lu", arg, max);
	return count;
}

uint64_t workload_parse_seconds(const struct argp_state *state, const char *arg)
{
	double seconds;
	char *end;

	seconds = strtod(arg, &end);
	if (end == arg || *end || !isfinite(seconds) || seconds <= 0 || seconds > MAX_SECONDS)
		argp_error(state, "'%s' is not a number of seconds above 0, at most a year", arg);
	return (uint64_t)(seconds * (double)NSEC_PER_SEC);
}

int workload_print(const char *name, const struct workload_span *span, const char *format, ...)
{
	va_list args;
	int printed;

	printf("workload=%s pid=%d start_ns=%" PRIu64 " duration_ns=%" PRIu64 " signal=%d ", name,
	       (int)getpid(), span->start_ns, span->duration_ns, span->signal);
	va_start(args, format);
	printed = vprintf(format, args);
	va_end(args);
	if (printed < 0 || putchar('\n') == EOF || fflush(stdout))
		return workload_fail(name, "write the result", errno ? -errno : -EIO, NULL);
	return 0;
}

int workload_fail(const char *name, const char *what, int err, const char *remedy)
{
	fprintf(stderr, "%s: cannot %s: %s%s%s\n", name, what, strerror(-err), remedy ? "; " : "",
		remedy ? remedy : "");
	return 1;
}
