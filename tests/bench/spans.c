// SPDX-License-Identifier: GPL-2.0-only
/*
 * spans FILE NR: a finished database of NR spans over NR / 10,000 seconds, as a
 * busy server would fill it, through the store that a recording uses.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/model/rollup.h"
#include "lib/clock.h"
#include "schema/enums.h"
#include "schema/store.h"
#include "tests/unit/random.h"

#define SPANS_PER_S	 10000
#define NR_PROCESSES	 300
#define TASKS_OF_PROCESS 14
#define NR_TASKS	 (NR_PROCESSES * TASKS_OF_PROCESS)
#define NR_BUSY		 40
#define NR_LOCKS	 500
#define NR_SITES	 60
#define NR_STACKS	 400
#define NR_VMAS		 2000
#define NR_CPUS		 16
#define COMMIT_NS	 (250 * (int64_t)NSEC_PER_MSEC)
#define SEC		 ((int64_t)NSEC_PER_SEC)

struct maker {
	struct store *store;
	struct sink sink;
	struct rollups rollups;
	struct random rnd;
	int64_t now_ns; /* spans end in this order */
	int64_t last_wait_id;
};

static void must(int ret)
{
	if (ret)
		errx(1, "cannot write: %d", ret);
}

/* Few are used much: every magnitude is equally likely. */
static int64_t skewed(struct random *r, int64_t nr)
{
	const double u = random_below(r, 1 << 24) / (double)(1 << 24);

	return exp(u * log(nr));
}

/* Mostly microseconds, some milliseconds, one in 100,000 a second. */
static int64_t a_duration(struct random *r)
{
	uint64_t kind = random_below(r, 100000);

	if (!kind)
		return SEC + random_below(r, 3 * SEC);
	return 500 + random_below(r, kind < 2000 ? 30000000 : kind < 30000 ? 600000 : 20000);
}

static int64_t process_of(int64_t task_id)
{
	return 1 + task_id / TASKS_OF_PROCESS;
}

/* In each second others of the processes are busy, some more than others. */
static int64_t a_task(struct maker *m)
{
	const int64_t busy = m->now_ns / SEC * 7 + skewed(&m->rnd, NR_BUSY);

	return 1 + busy % NR_PROCESSES * TASKS_OF_PROCESS + skewed(&m->rnd, TASKS_OF_PROCESS - 1);
}

/* Most of a process's waits are for locks of its own. */
static int64_t lock_of(struct random *r, int64_t process_id)
{
	if (random_below(r, 10))
		return 1 + (process_id + random_below(r, 2) * NR_PROCESSES) % NR_LOCKS;
	return skewed(r, NR_LOCKS);
}

/* A lock is taken at few places, at each of them in one mode. */
static int64_t site_of(struct random *r, int64_t lock_id)
{
	return 1 + (lock_id + (int64_t)random_below(r, 2)) % NR_SITES;
}

static void put_identity(struct maker *m)
{
	int64_t i;

	for (i = 1; i <= NR_PROCESSES; i++) {
		struct process_row p = { .id = i, .tgid = 1000 + i, .first_ns = 0, .last_ns = 0 };

		snprintf(p.comm, sizeof(p.comm), "server-%d", (int)i);
		must(store_process(m->store, &p));
	}
	for (i = 1; i <= NR_TASKS; i++) {
		struct task_row t = { .id = i,
				      .tid = 10000 + i,
				      .tgid = 1000 + process_of(i),
				      .process_id = process_of(i) };

		snprintf(t.comm, sizeof(t.comm), "worker-%d", (int)i);
		must(store_task(m->store, &t));
	}
	for (i = 1; i <= NR_LOCKS; i++)
		must(store_lock(m->store,
				&(struct lock_row){ .id = i,
						    .class = i % 4,
						    .address = 0xffff888000000000 + i * 0x140 }));
	for (i = 1; i <= NR_SITES; i++) {
		char symbol[32];

		snprintf(symbol, sizeof(symbol), "function_%d", (int)i);
		must(store_site(m->store, &(struct site_row){ i, symbol, 0x40,
							      i % (ROLE_MEMORY_FAILURE + 1) }));
	}
	for (i = 1; i <= NR_STACKS; i++)
		must(store_stack(m->store,
				 &(struct stack_row){ i, 1 + i % NR_SITES, "a+0x1\nb+0x2" }));
	for (i = 1; i <= NR_VMAS; i++)
		must(store_vma(m->store, &(struct vma_row){ .id = i,
							    .process_id = 1 + i % NR_PROCESSES,
							    .start = i << 21,
							    .end = (i << 21) + 0x200000,
							    .perms = "rw-p",
							    .name = "[anon:heap]",
							    .from_ns = 0,
							    .to_ns = NO_TIME }));
}

static void put_wait(struct maker *m)
{
	struct random *r = &m->rnd;
	const int64_t duration_ns = a_duration(r), task_id = a_task(m);
	struct wait_part_row part;
	struct wait_row w = {
		.start_ns = m->now_ns - duration_ns,
		.duration_ns = duration_ns,
		.slept_ns = duration_ns > 20000 ? duration_ns * 9 / 10 : 0,
		.runnable_ns = duration_ns > 20000 ? duration_ns / 20 : 0,
		.spun_ns = duration_ns > 20000 ? 10000 : duration_ns,
		.lock_id = lock_of(r, process_of(task_id)),
		.task_id = task_id,
		.holder_task_id = a_task(m),
		.holder_source = HOLDER_EXACT,
	};

	/* mostly by few threads */
	w.holder_task_id = 1 + (w.lock_id * 37 + skewed(r, 6)) % NR_TASKS;
	w.site_id = site_of(r, w.lock_id);
	w.mode = w.site_id % 2;
	w.holder_site_id = 1 + w.lock_id % NR_SITES;
	w.stack_id = 1 + (w.site_id * 7 + random_below(r, 3)) % NR_STACKS;
	w.vma_id = 1 + w.lock_id % NR_VMAS;
	if (!random_below(r, 1000)) {
		w.duration_ns = w.slept_ns = w.runnable_ns = w.spun_ns = NO_TIME;
		w.holder_ran_ns = w.holder_runnable_ns = w.holder_lock_ns = NO_TIME;
		w.holder_slept_ns = w.ran_ns = NO_TIME;
		w.outcome = OUTCOME_UNCERTAIN;
		w.holder_task_id = w.holder_site_id = 0;
		w.holder_source = HOLDER_UNKNOWN;
	}
	must(rollup_wait(&m->rollups, &w, process_of(task_id), m->now_ns, NULL));
	must(store_wait(m->store, &w));
	m->last_wait_id = w.id;
	/* one in eight had a second holder */
	if (w.duration_ns == NO_TIME || random_below(r, 8))
		return;
	part = (struct wait_part_row){
		.wait_id = w.id,
		.holder_task_id = w.holder_task_id,
		.holder_site_id = w.holder_site_id,
		.mode = MODE_WRITE,
		.duration_ns = duration_ns / 3,
		.holder_ran_ns = duration_ns / 3,
	};
	must(store_wait_part(m->store, &part));
	part.nr = 1;
	part.holder_task_id = w.task_id % 100 + 1;
	part.mode = MODE_READ;
	part.duration_ns = duration_ns - duration_ns / 3;
	part.holder_runnable_ns = part.duration_ns - part.holder_ran_ns;
	must(store_wait_part(m->store, &part));
}

static void put_hold(struct maker *m)
{
	struct random *r = &m->rnd;
	const int64_t duration_ns = a_duration(r), task_id = a_task(m);
	struct hold_row h = {
		.start_ns = m->now_ns - duration_ns,
		.duration_ns = duration_ns,
		.lock_id = lock_of(r, process_of(task_id)),
		.task_id = task_id,
		.nr_waiters = random_below(r, 4),
	};

	h.site_id = site_of(r, h.lock_id);
	h.mode = h.site_id % 2;
	must(rollup_hold(&m->rollups, &h, process_of(task_id), m->now_ns,
			 m->now_ns - h.duration_ns));
	must(store_hold(m->store, &h));
}

static void put_walk(struct maker *m)
{
	const int64_t duration_ns = a_duration(&m->rnd);

	must(store_walk(m->store, &(struct walk_row){
					  .start_ns = m->now_ns - duration_ns,
					  .duration_ns = duration_ns,
					  .task_id = a_task(m),
					  .site_id = 1 + random_below(&m->rnd, 5),
					  .pfn = random_below(&m->rnd, 1 << 22),
					  .nr_pages = 1,
					  .nr_vmas = random_below(&m->rnd, 30),
					  .nr_retries = random_below(&m->rnd, 3),
				  }));
}

static void put_stall(struct maker *m)
{
	const int64_t duration_ns = a_duration(&m->rnd);

	must(store_stall(m->store,
			 &(struct stall_row){
				 .start_ns = m->now_ns - duration_ns,
				 .duration_ns = duration_ns,
				 .task_id = a_task(m),
				 .wait_id = random_below(&m->rnd, 2) ? 0 : m->last_wait_id,
				 .waker_task_id = a_task(m),
			 }));
}

static void put_retry(struct maker *m)
{
	must(store_retry(m->store, &(struct retry_row){
					   .time_ns = m->now_ns,
					   .task_id = a_task(m),
					   .pfn = random_below(&m->rnd, 1 << 22),
					   .old_lock_id = skewed(&m->rnd, NR_LOCKS),
					   .new_lock_id = skewed(&m->rnd, NR_LOCKS),
					   .attempt = 1,
					   .slow = 1,
				   }));
}

static void put_move(struct maker *m)
{
	must(store_move(m->store, &(struct move_row){
					  .time_ns = m->now_ns,
					  .task_id = a_task(m),
					  .pfn = random_below(&m->rnd, 1 << 22),
					  .nr_pages = 1,
					  .old_lock_id = skewed(&m->rnd, NR_LOCKS),
					  .new_lock_id = skewed(&m->rnd, NR_LOCKS),
					  .vma_id = skewed(&m->rnd, NR_VMAS),
					  .root_changed = 1,
				  }));
}

/* Of a hundred spans. */
static void put_span(struct maker *m)
{
	static const struct {
		unsigned int below;
		void (*put)(struct maker *m);
	} mix[] = {
		{ 50, put_wait },  { 70, put_hold },  { 76, put_walk },
		{ 88, put_stall }, { 92, put_retry }, { 100, put_move },
	};
	unsigned int kind = random_below(&m->rnd, 100), i = 0;

	while (kind >= mix[i].below)
		i++;
	mix[i].put(m);
}

static void commit(struct maker *m)
{
	const int64_t second = m->now_ns / SEC;

	must(rollups_flush(&m->rollups, &m->sink));
	must(store_walk_rollup(m->store, &(struct walk_rollup_row){ .second = second,
								    .nr_walks = 600,
								    .walk_ns = 600000000 }));
	if (!random_below(&m->rnd, 400))
		must(store_loss(m->store, &(struct loss_row){
						  .start_ns = m->now_ns - SEC / 100,
						  .end_ns = m->now_ns,
						  .cpu = random_below(&m->rnd, NR_CPUS),
						  .nr_lost = 100,
						  .reason = LOSS_OVERRUN,
					  }));
	if (!random_below(&m->rnd, 100))
		must(store_storm(m->store, &(struct storm_row){
						   .start_ns = m->now_ns - SEC,
						   .duration_ns = SEC,
						   .lock_id = skewed(&m->rnd, NR_LOCKS),
						   .nr_events = 400,
						   .peak_per_s = 400,
						   .nr_walkers = 3,
						   .nr_movers = 2,
						   .nr_moves = 4000,
						   .walker_task_id = a_task(m),
						   .mover_task_id = a_task(m),
					   }));
	must(store_commit(m->store, m->now_ns, NULL));
}

static void put_meta(struct maker *m, int64_t first_ns)
{
	must(store_meta_text(m->store, "host", "bench"));
	must(store_meta_text(m->store, "state", "finished"));
	must(store_meta_int(m->store, "first_ns", first_ns));
	must(store_meta_int(m->store, "last_ns", m->now_ns));
	must(store_meta_int(m->store, "nr_waits", m->rollups.nr_waits));
	must(store_meta_int(m->store, "nr_uncertain", m->rollups.nr_uncertain));
}

int main(int argc, char **argv)
{
	const int64_t first_ns = 7000 * SEC;
	struct maker m = { .rnd = random_from(1), .now_ns = first_ns };
	struct error err = { 0 };
	int64_t nr, i, next_ns = first_ns + COMMIT_NS;

	if (argc != 3 || (nr = atoll(argv[2])) <= 0)
		errx(1, "usage: spans FILE NR");
	if (store_create(&m.store, argv[1], true, &err))
		errx(1, "%s", err.msg);
	m.sink = store_sink(m.store);
	put_identity(&m);
	for (i = 0; i < nr; i++) {
		m.now_ns += SEC / SPANS_PER_S;
		put_span(&m);
		if (m.now_ns < next_ns)
			continue;
		commit(&m);
		next_ns += COMMIT_NS;
	}
	commit(&m);
	put_meta(&m, first_ns);
	rollups_free(&m.rollups);
	if (store_finish(m.store, &err))
		errx(1, "%s", err.msg);
	return 0;
}
