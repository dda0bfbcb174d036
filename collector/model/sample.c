// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/sample.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/model/second.h"
#include "collector/model/wait.h"
#include "lib/hash.h"

struct sample_key {
	int64_t second, kind, task_id, lock_id, site_id, function_id;
};

struct sample_sum {
	UT_hash_handle hh;
	struct sample_key key;
	struct sample_rollup_row row;
};

struct cpu_key {
	int64_t second, task_id;
};

struct cpu_sum {
	UT_hash_handle hh;
	struct cpu_key key;
	struct cpu_rollup_row row;
};

/* Of a thread that is sampled, by EVENT_CPU_SAMPLE. */
struct thread_samples {
	UT_hash_handle hh;
	int32_t tid;
	bool written; /* it has a row, where its samples are counted from now on */
	/* before that */
	int64_t since_ns, nr, cpu_ns;
};

static int add_sample(struct samples *ss, const struct sample_key *key)
{
	struct sample_sum *s;

	HASH_FIND(hh, ss->sums, key, sizeof(*key), s);
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return -ENOMEM;
		s->key = *key;
		s->row = (struct sample_rollup_row){
			.second = key->second,
			.kind = key->kind,
			.task_id = key->task_id,
			.lock_id = key->lock_id,
			.site_id = key->site_id,
			.function_id = key->function_id,
		};
		HASH_ADD(hh, ss->sums, key, sizeof(s->key), s);
	}
	s->row.nr_samples++;
	return 0;
}

static struct cpu_sum *cpu_sum_of(struct samples *ss, int64_t time_ns, int64_t task_id)
{
	const struct cpu_key key = { time_ns / (int64_t)NSEC_PER_SEC, task_id };
	struct cpu_sum *s;

	HASH_FIND(hh, ss->cpu_sums, &key, sizeof(key), s);
	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->key = key;
	s->row = (struct cpu_rollup_row){ .second = key.second, .task_id = task_id };
	HASH_ADD(hh, ss->cpu_sums, key, sizeof(s->key), s);
	return s;
}

/* Samples of a thread, and its times from the one before these to the last. */
struct counted {
	int64_t start_ns, end_ns;
	int64_t nr, cpu_ns;
	int64_t runnable_ns; /* NO_TIME: not known */
	bool is_seen;	     /* the other times are of all that time */
};

/* The part of @of that comes between @at and @next of @c. */
static int64_t part_of(const struct counted *c, int64_t of, int64_t at, int64_t next)
{
	const int64_t whole_ns = c->end_ns - c->start_ns;

	return in_proportion(of, next - c->start_ns, whole_ns) -
	       in_proportion(of, at - c->start_ns, whole_ns);
}

static void add_known(int64_t *sum, int64_t ns)
{
	*sum = *sum == NO_TIME || ns == NO_TIME ? NO_TIME : *sum + ns;
}

/* The times of the samples in between are unknown, so they are divided evenly. */
static int add_cpu(struct samples *ss, int64_t task_id, struct counted c)
{
	int64_t at, next;

	if (c.start_ns < 0 || c.start_ns >= c.end_ns) {
		c.start_ns = c.end_ns - 1;
		c.is_seen = false;
		c.runnable_ns = NO_TIME;
	}
	for (at = c.start_ns; at < c.end_ns; at = next) {
		struct cpu_sum *s = cpu_sum_of(ss, at, task_id);

		next = second_cut(at, c.end_ns, &ss->nr_spread);
		if (!s)
			return -ENOMEM;
		s->row.nr_samples += part_of(&c, c.nr, at, next);
		s->row.cpu_ns += part_of(&c, c.cpu_ns, at, next);
		add_known(&s->row.seen_ns, c.is_seen ? next - at : NO_TIME);
		add_known(&s->row.runnable_ns, c.runnable_ns == NO_TIME
						       ? NO_TIME
						       : part_of(&c, c.runnable_ns, at, next));
	}
	return 0;
}

/* The lock of a sample; NULL: it is not known. */
static struct lock *lock_of(struct samples *ss, const struct event *ev, int *ret)
{
	const struct lock_key key = { .address = ev->sample.lock };

	*ret = 0;
	return key.address
		       ? lock_used(ss->locks, &key, ev->sample.classes, ev->time_ns, ss->sink, ret)
		       : NULL;
}

/* Where it takes the lock that it spins for, and the function that it is in. */
static int find_sites(struct samples *ss, const struct event *ev, uint64_t ip,
		      struct sample_key *key)
{
	const struct stack *callers = NULL;
	const struct site *function;
	int ret = 0;

	if (ev->stack) {
		callers = stack_read(ss->sites, ev->stack, ss->sink, &ret);
		if (!callers)
			return ret;
		if (key->kind == SAMPLE_SPIN && callers->site)
			key->site_id = callers->site->row.id;
	}
	function = function_at(ss->sites, ip, ev->stack, ss->sink, &ret);
	key->function_id = function ? function->row.id : 0;
	return ret;
}

static int hear_sample(void *machine, const struct event *ev)
{
	struct samples *ss = machine;
	struct sample_key key = {
		.second = ev->time_ns / NSEC_PER_SEC,
		.kind = ev->sample.kind,
	};
	struct task *task = task_get(ss->tasks, ev->tid, ev->time_ns);
	struct lock *lock;
	int ret;

	if (!task)
		return -ENOMEM;
	key.task_id = task->row.id;
	task_last_seen(ss->tasks, ev->tid, key.task_id, ev->time_ns);
	lock = lock_of(ss, ev, &ret);
	if (lock)
		key.lock_id = lock->row.id;
	if (!ret)
		ret = find_sites(ss, ev, ev->sample.ip, &key);
	/* the rmap events begin a wait before the spin, which is a part of it then */
	if (key.kind == SAMPLE_SPIN && waits_find(ss->waits, ev->tid))
		key.kind = SAMPLE_WAIT_SPIN;
	return ret ?: add_sample(ss, &key);
}

static int hear_sampled(void *machine, const struct event *ev)
{
	struct samples *ss = machine;
	struct task *task = task_get(ss->tasks, ev->tid, ev->time_ns);

	if (!task)
		return -ENOMEM;
	task_last_seen(ss->tasks, ev->tid, task->row.id, ev->time_ns);
	return add_cpu(ss, task->row.id,
		       (struct counted){
			       .start_ns = ev->sampled.since_ns,
			       .end_ns = ev->sampled.until_ns,
			       .nr = ev->sampled.nr,
			       .cpu_ns = ev->sampled.cpu_ns,
			       .runnable_ns = ev->sampled.runnable_ns,
			       .is_seen = true,
		       });
}

/* NULL: no memory. */
static struct thread_samples *thread_of(struct samples *ss, const struct event *ev)
{
	struct thread_samples *t;

	HASH_FIND_INT(ss->threads, &ev->tid, t);
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->tid = ev->tid;
	t->since_ns = ev->time_ns;
	HASH_ADD_INT(ss->threads, tid, t);
	return t;
}

/* Write the first row of @t, with all samples before. */
static int write_first(struct samples *ss, struct thread_samples *t, int64_t task_id,
		       int64_t now_ns)
{
	t->written = true;
	if (!t->nr)
		return 0;
	return add_cpu(ss, task_id,
		       (struct counted){
			       .start_ns = t->since_ns,
			       .end_ns = now_ns,
			       .nr = t->nr,
			       .cpu_ns = t->cpu_ns,
			       .runnable_ns = NO_TIME,
		       });
}

/* One more sample of a thread, whatever it did. */
static int count(struct samples *ss, struct thread_samples *t, const struct event *ev)
{
	struct task *task;

	if (!t->written) {
		t->nr++;
		t->cpu_ns += ev->cpu_sample.cpu_ns;
		return 0;
	}
	task = task_get(ss->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	task_last_seen(ss->tasks, ev->tid, task->row.id, ev->time_ns);
	return add_cpu(ss, task->row.id,
		       (struct counted){
			       .start_ns = ev->time_ns - 1,
			       .end_ns = ev->time_ns,
			       .nr = 1,
			       .cpu_ns = ev->cpu_sample.cpu_ns,
			       .runnable_ns = NO_TIME,
		       });
}

/* In the slow path of an rwsem a thread spins, or its wait has begun: then that is measured. */
static int hear_cpu_sample(void *machine, const struct event *ev)
{
	struct samples *ss = machine;
	struct thread_samples *t = thread_of(ss, ev);
	struct sample_key key = {
		.second = ev->time_ns / NSEC_PER_SEC,
		.kind = SAMPLE_SPIN,
	};
	struct task *task;
	int ret;

	if (!t)
		return -ENOMEM;
	ret = count(ss, t, ev);
	if (ret || !ev->stack || waits_find(ss->waits, ev->tid))
		return ret;
	task = task_get(ss->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	key.task_id = task->row.id;
	task_last_seen(ss->tasks, ev->tid, key.task_id, ev->time_ns);
	if (!t->written)
		ret = write_first(ss, t, key.task_id, ev->time_ns);
	if (!ret)
		ret = find_sites(ss, ev, ev->cpu_sample.ip, &key);
	return ret ?: add_sample(ss, &key);
}

static void forget(struct samples *ss, struct thread_samples *t)
{
	HASH_DEL(ss->threads, t);
	free(t);
}

/* Another thread may get its id. */
static int hear_exit(void *machine, const struct event *ev)
{
	struct samples *ss = machine;
	struct thread_samples *t;

	HASH_FIND_INT(ss->threads, &ev->sched_process_exit.tid, t);
	if (t)
		forget(ss, t);
	return 0;
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct samples *ss = machine;
	struct sample_sum *s, *stmp;
	struct cpu_sum *c, *ctmp;
	int ret;

	(void)complete_ns;
	HASH_ITER(hh, ss->sums, s, stmp) {
		ret = ss->sink->sample_rollup(ss->sink->ctx, &s->row);
		if (ret)
			return ret;
		HASH_DEL(ss->sums, s);
		free(s);
	}
	HASH_ITER(hh, ss->cpu_sums, c, ctmp) {
		ret = ss->sink->cpu_rollup(ss->sink->ctx, &c->row);
		if (ret)
			return ret;
		HASH_DEL(ss->cpu_sums, c);
		free(c);
	}
	return 0;
}

static void free_all(void *machine)
{
	struct samples *ss = machine;
	struct sample_sum *s, *stmp;
	struct cpu_sum *c, *ctmp;
	struct thread_samples *t, *ttmp;

	HASH_ITER(hh, ss->threads, t, ttmp)
		forget(ss, t);
	HASH_ITER(hh, ss->sums, s, stmp) {
		HASH_DEL(ss->sums, s);
		free(s);
	}
	HASH_ITER(hh, ss->cpu_sums, c, ctmp) {
		HASH_DEL(ss->cpu_sums, c);
		free(c);
	}
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct samples *)machine = (struct samples){
		.tasks = all->tasks,
		.locks = all->locks,
		.sites = all->sites,
		.waits = all->waits,
		.sink = all->sink,
	};
	(void)opt;
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_SAMPLE, hear_sample },
	{ EVENT_SAMPLED, hear_sampled },
	{ EVENT_CPU_SAMPLE, hear_cpu_sample },
	{ EVENT_SCHED_PROCESS_EXIT, hear_exit },
	{ NR_EVENTS, NULL },
};

const struct machine samples_machine = {
	.init = init,
	.hears = hears,
	.flush = flush,
	.free = free_all,
};
