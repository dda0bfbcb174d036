// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/sample.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/model/second.h"
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

/* It is not known when between the samples were: they are divided evenly. */
static int add_cpu(struct samples *ss, int64_t task_id, const struct event *ev)
{
	const int64_t end_ns = ev->time_ns, nr = ev->sampled.nr, cpu_ns = ev->sampled.cpu_ns;
	int64_t start_ns = ev->sampled.since_ns, at, next;

	if (start_ns < 0 || start_ns >= end_ns)
		start_ns = end_ns - 1;
	for (at = start_ns; at < end_ns; at = next) {
		const int64_t whole_ns = end_ns - start_ns;
		struct cpu_sum *s = cpu_sum_of(ss, at, task_id);

		next = second_cut(at, end_ns, &ss->nr_spread);
		if (!s)
			return -ENOMEM;
		s->row.nr_samples += in_proportion(nr, next - start_ns, whole_ns) -
				     in_proportion(nr, at - start_ns, whole_ns);
		s->row.cpu_ns += in_proportion(cpu_ns, next - start_ns, whole_ns) -
				 in_proportion(cpu_ns, at - start_ns, whole_ns);
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
static int find_sites(struct samples *ss, const struct event *ev, struct sample_key *key)
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
	function = function_at(ss->sites, ev->sample.ip, ev->stack, ss->sink, &ret);
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
		ret = find_sites(ss, ev, &key);
	return ret ?: add_sample(ss, &key);
}

static int hear_sampled(void *machine, const struct event *ev)
{
	struct samples *ss = machine;
	struct task *task = task_get(ss->tasks, ev->tid, ev->time_ns);

	if (!task)
		return -ENOMEM;
	task_last_seen(ss->tasks, ev->tid, task->row.id, ev->time_ns);
	return add_cpu(ss, task->row.id, ev);
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
		.sink = all->sink,
	};
	(void)opt;
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_SAMPLE, hear_sample },
	{ EVENT_SAMPLED, hear_sampled },
	{ NR_EVENTS, NULL },
};

const struct machine samples_machine = {
	.init = init,
	.hears = hears,
	.flush = flush,
	.free = free_all,
};
