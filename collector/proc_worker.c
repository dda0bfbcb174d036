// SPDX-License-Identifier: GPL-2.0-only
#include "collector/proc_worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#include "lib/clock.h"

#define PATIENCE_NS (250 * NSEC_PER_MSEC)

/* Posted questions that may wait for a thread. */
#define MAX_QUEUED 1024

/* PATH_MAX for the name of a VMA, and what libc needs to read lines. */
#define STACK_BYTES (256 << 10)

struct job {
	struct proc_answer answer;
	uint64_t asked_ns; /* when a thread took it; 0: none has */
	bool posted;
	bool done;
	bool left; /* nobody waits for it any more */
	struct job *prev, *next;
};

struct proc_workers {
	struct proc_worker_options opt;
	pthread_mutex_t lock;	/* protects all fields below */
	pthread_cond_t changed; /* any of them */
	struct job *todo, *running, *done;
	unsigned int nr_threads, nr_started, nr_todo;
	unsigned int nr_refs; /* the threads, and proc_workers_stop() to come */
	unsigned int nr_unanswered;
	bool stopping;
};

static void answer_from_proc(struct procmap *pm, struct proc_answer *a)
{
	switch (a->question) {
	case PROC_CMDLINE:
		proc_cmdline(a->id, a->cmdline);
		a->ret = 0;
		return;
	case PROC_VMA:
		a->ret = procmap_find(pm, a->id, a->address, &a->vma);
		return;
	case PROC_STACK:
		a->ret = proc_stack(a->id, a->stack, sizeof(a->stack));
		return;
	}
}

/* Release the lock, and free all with the last reference. */
static void put(struct proc_workers *w)
{
	bool last = !--w->nr_refs;
	struct job *job, *tmp;

	pthread_mutex_unlock(&w->lock);
	if (!last)
		return;
	DL_FOREACH_SAFE(w->todo, job, tmp)
	free(job);
	DL_FOREACH_SAFE(w->done, job, tmp)
	free(job);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Do one job. The lock is held, but not while waiting for the answer. */
static void work(struct proc_workers *w, struct procmap *pm)
{
	struct job *job = w->todo;

	DL_DELETE(w->todo, job);
	w->nr_todo--;
	DL_APPEND(w->running, job);
	job->asked_ns = now_ns();
	pthread_mutex_unlock(&w->lock);
	w->opt.answer(pm, &job->answer);
	pthread_mutex_lock(&w->lock);
	DL_DELETE(w->running, job);
	job->done = true;
	if (job->left)
		free(job);
	else if (job->posted)
		DL_APPEND(w->done, job);
	pthread_cond_broadcast(&w->changed);
}

static void *worker_main(void *arg)
{
	struct proc_workers *w = arg;
	struct procmap pm = { 0 };

	if (w->opt.started)
		w->opt.started(w->opt.ctx);
	pthread_mutex_lock(&w->lock);
	w->nr_started++;
	pthread_cond_broadcast(&w->changed);
	while (!w->stopping) {
		if (w->todo)
			work(w, &pm);
		else
			pthread_cond_wait(&w->changed, &w->lock);
	}
	w->nr_threads--;
	pthread_cond_broadcast(&w->changed);
	put(w);
	return NULL;
}

/* Start the threads, detached: one may never end. Returns 0 or a negative errno. */
static int start_threads(struct proc_workers *w)
{
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;
	int ret = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_mutex_lock(&w->lock);
	for (i = 0; i < NR_PROC_WORKERS; i++) {
		ret = pthread_create(&thread, &attr, worker_main, w);
		if (ret)
			break;
		w->nr_threads++;
		w->nr_refs++;
	}
	while (w->nr_started < w->nr_threads)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
	pthread_attr_destroy(&attr);
	return -ret;
}

int proc_workers_start(struct proc_workers **wp, const struct proc_worker_options *opt,
		       struct error *err)
{
	struct proc_workers *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return error_set(err, -ENOMEM, "out of memory");
	w->opt = *opt;
	w->nr_refs = 1;
	if (!w->opt.patience_ns)
		w->opt.patience_ns = PATIENCE_NS;
	if (!w->opt.answer)
		w->opt.answer = answer_from_proc;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	ret = start_threads(w);
	if (ret) {
		proc_workers_stop(w);
		return error_set(err, ret, "cannot start the threads that read /proc: %s",
				 strerror(-ret));
	}
	*wp = w;
	return 0;
}

/* Wait for a change until @until_ns. Returns whether there is time left. The lock is held. */
static bool await_change(struct proc_workers *w, uint64_t until_ns)
{
	const struct timespec until = { until_ns / NSEC_PER_SEC, until_ns % NSEC_PER_SEC };

	return pthread_cond_clockwait(&w->changed, &w->lock, CLOCK_MONOTONIC, &until) != ETIMEDOUT;
}

/*
 * Whether a question about @id would wait without end: one about it does, or all threads do. The
 * lock is held.
 */
static bool is_stuck(const struct proc_workers *w, int32_t id)
{
	const uint64_t now = now_ns();
	unsigned int nr_stuck = 0;
	const struct job *job;

	DL_FOREACH(w->running, job)
	{
		if (now - job->asked_ns < w->opt.patience_ns)
			continue;
		if (job->answer.id == id)
			return true;
		nr_stuck++;
	}
	return nr_stuck == w->nr_threads;
}

/* Whoever asked for @job goes. The lock is held. */
static void leave(struct proc_workers *w, struct job *job)
{
	w->nr_unanswered++;
	if (job->asked_ns) {
		job->left = true;
		return;
	}
	DL_DELETE(w->todo, job);
	w->nr_todo--;
	free(job);
}

int proc_workers_ask(struct proc_workers *w, struct proc_answer *a)
{
	struct job *job = calloc(1, sizeof(*job));
	const uint64_t until_ns = now_ns() + w->opt.patience_ns;
	int ret;

	if (!job)
		return -ENOMEM;
	job->answer = *a;
	pthread_mutex_lock(&w->lock);
	if (is_stuck(w, a->id)) {
		w->nr_unanswered++;
		pthread_mutex_unlock(&w->lock);
		free(job);
		return -EBUSY;
	}
	/* before those that nobody waits for */
	DL_PREPEND(w->todo, job);
	w->nr_todo++;
	pthread_cond_broadcast(&w->changed);
	while (!job->done && await_change(w, until_ns))
		;
	ret = job->done ? job->answer.ret : -ETIMEDOUT;
	if (job->done) {
		*a = job->answer;
		free(job);
	} else {
		leave(w, job);
	}
	pthread_mutex_unlock(&w->lock);
	return ret;
}

void proc_workers_post(struct proc_workers *w, const struct proc_answer *a)
{
	struct job *job = calloc(1, sizeof(*job));

	pthread_mutex_lock(&w->lock);
	if (!job || w->nr_todo >= MAX_QUEUED || is_stuck(w, a->id)) {
		w->nr_unanswered++;
		free(job);
	} else {
		job->answer = *a;
		job->posted = true;
		DL_APPEND(w->todo, job);
		w->nr_todo++;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
}

bool proc_workers_late(struct proc_workers *w, struct proc_answer *a)
{
	struct job *job;

	pthread_mutex_lock(&w->lock);
	job = w->done;
	if (job) {
		DL_DELETE(w->done, job);
		*a = job->answer;
		free(job);
	}
	pthread_mutex_unlock(&w->lock);
	return job;
}

/* Number of posted questions without an answer. The lock is held. */
static unsigned int nr_awaited(const struct proc_workers *w)
{
	unsigned int nr = w->nr_todo;
	const struct job *job;

	DL_FOREACH(w->running, job)
	nr += job->posted;
	return nr;
}

unsigned int proc_workers_settle(struct proc_workers *w)
{
	const uint64_t until_ns = now_ns() + w->opt.patience_ns;
	unsigned int nr;

	pthread_mutex_lock(&w->lock);
	while (nr_awaited(w) && await_change(w, until_ns))
		;
	nr = w->nr_unanswered + nr_awaited(w);
	pthread_mutex_unlock(&w->lock);
	return nr;
}

/* Number of threads that wait for an answer. The lock is held. */
static unsigned int nr_running(const struct proc_workers *w)
{
	const struct job *job;
	unsigned int nr;

	DL_COUNT(w->running, job, nr);
	return nr;
}

void proc_workers_stop(struct proc_workers *w)
{
	struct job *job;

	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	DL_FOREACH(w->running, job)
	job->left = true;
	pthread_cond_broadcast(&w->changed);
	while (w->nr_threads > nr_running(w))
		pthread_cond_wait(&w->changed, &w->lock);
	put(w);
}
