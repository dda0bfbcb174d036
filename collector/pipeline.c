// SPDX-License-Identifier: GPL-2.0-only
#include "collector/pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/clock.h"

/*
 * Commit interval of the store; also the freshness of a live database. With what the
 * readers wait, a kill costs less than 250 ms on an idle machine (tests/bench/kill.sh).
 */
#define FLUSH_NS (150 * NSEC_PER_MSEC)
#define WAIT_NS	 (100 * NSEC_PER_MSEC)

/* Events that a reader decodes, and the consumer handles, per batch. */
#define READ_BATCH   256
#define READ_BUFFER  (STACK_PAIR_HELD + READ_BATCH)
#define MERGE_BATCH  2048
/*
 * Rounds over the lanes of a file after which the consumer is woken; more wake-ups would cost time
 * in the kernel.
 */
#define FILE_ROUNDS  16
/* Events between two writes when they arrive without a pause. */
#define FLUSH_EVENTS 500000

/* Size of all rings together, divided among the lanes: 16 MiB. */
#define RING_SLOTS_TOTAL (1U << 18)
#define RING_SLOTS_MAX	 (1U << 15)
#define RING_SLOTS_MIN	 (1U << 10)

static void fail(struct pipeline *p, int ret, const struct error *err)
{
	pthread_mutex_lock(&p->lock);
	if (!p->ret) {
		p->ret = ret;
		if (err)
			p->err = *err;
	}
	atomic_store(&p->abort, true);
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	eventcount_post(&p->data);
	eventcount_post(&p->room);
}

void pipeline_abort(struct pipeline *p, const char *why)
{
	struct error err = { 0 };

	fail(p, error_set(&err, -EINTR, "%s", why), &err);
}

/* Read one batch of one lane. Returns the number of records or a negative errno. */
static int read_lane(struct pipeline *p, unsigned int i, struct event *buf)
{
	struct lane *lane = &p->lanes[i];
	uint64_t complete_ns = atomic_load_explicit(&lane->complete_ns, memory_order_relaxed);
	struct error err = { 0 };
	unsigned int nr_held;
	int nr;

	nr_held = stack_pair_begin(&lane->pair, buf);
	nr = p->src->ops->next_batch(p->src, i, buf + nr_held, READ_BATCH, &complete_ns, &err);
	if (nr < 0) {
		fail(p, nr, &err);
		return nr;
	}
	lane_put(lane, buf, stack_pair_end(&lane->pair, buf, nr_held + nr, complete_ns));
	atomic_store_explicit(&lane->complete_ns, stack_pair_complete_ns(&lane->pair, complete_ns),
			      memory_order_release);
	lane->ended = complete_ns == LANE_ENDED;
	return nr;
}

/* Set-up of each thread. */
static void await_go(struct pipeline *p)
{
	if (p->consumer.thread_started)
		p->consumer.thread_started(p->consumer.ctx);
	pthread_mutex_lock(&p->lock);
	p->nr_ready++;
	pthread_cond_broadcast(&p->changed);
	while (!p->going && !atomic_load(&p->abort))
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

void pipeline_go(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->going = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	struct pipeline *p = r->p;
	struct source *src = p->src;
	struct event buf[READ_BUFFER];
	unsigned int nr_rounds = 0;

	await_go(p);
	while (!atomic_load(&p->abort)) {
		uint64_t seq = eventcount_seq(&p->room);
		bool progress = false, full = false, open = false;
		unsigned int i;

		for (i = r->first; i < src->nr_lanes; i += p->nr_readers) {
			int nr;

			if (p->lanes[i].ended)
				continue;
			open = true;
			if (lane_room(&p->lanes[i]) < READ_BUFFER) {
				/* never block on one lane: the merge may need another */
				src->behind[i] = full = true;
				continue;
			}
			nr = read_lane(p, i, buf);
			if (nr < 0)
				return NULL;
			progress |= nr > 0 || p->lanes[i].ended;
		}
		if (src->live || !progress || full || ++nr_rounds % FILE_ROUNDS == 0)
			eventcount_post(&p->data);
		if (!open)
			break;
		if (progress)
			continue;
		if (full)
			eventcount_wait(&p->room, seq, now_ns() + WAIT_NS);
		else if (src->ops->wait)
			src->ops->wait(src, r->first, p->nr_readers);
	}
	return NULL;
}

/* The time before which the merge has delivered all events. */
static uint64_t complete_ns(const struct pipeline *p)
{
	uint64_t min_ns = LANE_ENDED;
	unsigned int i;

	for (i = 0; i < p->src->nr_lanes; i++) {
		const struct merge_head *head = &p->merge.heads[i];
		uint64_t t = head->full ? head->ev.time_ns : head->complete_ns;

		if (t < min_ns)
			min_ns = t;
	}
	if (min_ns == LANE_ENDED || min_ns < p->merge.last_ns)
		return p->merge.last_ns;
	return min_ns;
}

static int flush(struct pipeline *p)
{
	struct error err = { 0 };
	int ret = p->consumer.flush(p->consumer.ctx, complete_ns(p), &err);

	if (ret)
		fail(p, ret, &err);
	return ret;
}

static void consume(struct pipeline *p)
{
	uint64_t flush_at_ns = now_ns() + FLUSH_NS;
	uint64_t since_flush = 0;
	bool ended = false;

	while (!atomic_load(&p->abort) && !ended) {
		uint64_t seq = eventcount_seq(&p->data);
		int nr = merge_run(&p->merge, MERGE_BATCH, p->consumer.event, p->consumer.ctx,
				   &ended);

		if (nr < 0) {
			fail(p, nr, NULL);
			return;
		}
		if (nr) {
			eventcount_post(&p->room);
			atomic_fetch_add_explicit(&p->nr_events, nr, memory_order_relaxed);
			since_flush += nr;
		}
		if (since_flush > FLUSH_EVENTS || now_ns() >= flush_at_ns) {
			if (flush(p))
				return;
			since_flush = 0;
			flush_at_ns = now_ns() + FLUSH_NS;
		}
		if (!nr && !ended)
			eventcount_wait(&p->data, seq, flush_at_ns);
	}
	if (!atomic_load(&p->abort))
		flush(p);
}

static void *consumer_main(void *arg)
{
	struct pipeline *p = arg;
	uint64_t one = 1;

	await_go(p);
	consume(p);
	if (write(p->done_fd, &one, sizeof(one)) < 0)
		fail(p, -errno, NULL);
	return NULL;
}

static unsigned int ring_slots(unsigned int nr_lanes)
{
	unsigned int slots = RING_SLOTS_MAX;

	while (slots > RING_SLOTS_MIN && slots * nr_lanes > RING_SLOTS_TOTAL)
		slots /= 2;
	return slots;
}

static int init_lanes(struct pipeline *p)
{
	unsigned int nr = p->src->nr_lanes, i;

	p->lanes = aligned_alloc(64, (nr * sizeof(*p->lanes) + 63) & ~63UL);
	if (!p->lanes)
		return -ENOMEM;
	memset(p->lanes, 0, nr * sizeof(*p->lanes));
	for (i = 0; i < nr; i++)
		if (lane_init(&p->lanes[i], ring_slots(nr)))
			return -ENOMEM;
	if (merge_init(&p->merge, p->lanes, nr))
		return -ENOMEM;
	p->merge.lane_buffer = p->src->lane_buffer;
	return 0;
}

static int start_threads(struct pipeline *p)
{
	unsigned int i;
	int ret;

	p->readers = calloc(p->nr_readers, sizeof(*p->readers));
	if (!p->readers)
		return -ENOMEM;
	for (i = 0; i < p->nr_readers; i++) {
		struct reader *r = &p->readers[i];

		r->p = p;
		r->first = i;
		ret = pthread_create(&r->thread, NULL, reader_main, r);
		if (ret)
			return -ret;
		p->nr_started++;
	}
	ret = pthread_create(&p->consumer_thread, NULL, consumer_main, p);
	if (ret)
		return -ret;
	p->consumer_started = true;
	pthread_mutex_lock(&p->lock);
	while (p->nr_ready <= p->nr_started)
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

int pipeline_start(struct pipeline *p, struct source *src, const struct consumer *consumer,
		   unsigned int max_readers, struct error *err)
{
	struct error ignored = { 0 };
	int ret;

	memset(p, 0, sizeof(*p));
	p->src = src;
	p->consumer = *consumer;
	p->nr_readers = src->nr_lanes < max_readers ? src->nr_lanes : max_readers;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	eventcount_init(&p->data);
	eventcount_init(&p->room);
	p->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = p->done_fd < 0 ? -errno : init_lanes(p);
	if (!ret)
		ret = start_threads(p);
	if (ret) {
		error_set(err, ret, "cannot start the collector's threads: %s",
			  ret == -EAGAIN ? "too little memory, or no more threads are allowed "
					   "(ulimit -v, -u)"
					 : strerror(-ret));
		fail(p, ret, err);
		pipeline_join(p, &ignored);
	}
	return ret;
}

int pipeline_join(struct pipeline *p, struct error *err)
{
	unsigned int i;
	int ret;

	for (i = 0; i < p->nr_started; i++)
		pthread_join(p->readers[i].thread, NULL);
	if (p->consumer_started)
		pthread_join(p->consumer_thread, NULL);
	ret = p->ret;
	if (ret)
		error_set(err, ret, "%s", p->err.msg[0] ? p->err.msg : strerror(-ret));

	for (i = 0; p->lanes && i < p->src->nr_lanes; i++)
		lane_free(&p->lanes[i]);
	free(p->lanes);
	merge_free(&p->merge);
	free(p->readers);
	eventcount_destroy(&p->data);
	eventcount_destroy(&p->room);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	if (p->done_fd >= 0)
		close(p->done_fd);
	return ret;
}
