// SPDX-License-Identifier: GPL-2.0-only
#include "collector/continuity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

/* TASK_UNINTERRUPTIBLE, include/linux/sched.h */
#define TASK_UNINTERRUPTIBLE 2

/*
 * If more links do not fit, the file was filtered by process: then about one link in
 * two of each recorded thread does not fit.
 */
#define LINKS_PER_MISFIT 4
/* The same for links that prove a gap: one in 16. */
#define LINKS_PER_BREAK	 16

/* With interrupts off. */
#define LAST_WORDS_NS NSEC_PER_MSEC

#define WATCHDOG_SILENCE_NS  (25 * NSEC_PER_SEC)
#define KCOMPACTD_SILENCE_NS (2 * NSEC_PER_SEC)

static bool tids_has(const struct tids *t, int32_t tid)
{
	return tid >= 0 && (uint32_t)tid < t->nr && t->bits[tid / 64] >> tid % 64 & 1;
}

static int tids_add(struct tids *t, int32_t tid)
{
	/* PID_MAX_LIMIT, include/linux/threads.h; of a damaged event, anything */
	if (tid < 0 || tid > 1 << 22)
		return 0;
	if ((uint32_t)tid >= t->nr) {
		uint32_t nr = 2 * (tid / 64 + 1) * 64;
		uint64_t *grown = realloc(t->bits, nr / 8);

		if (!grown)
			return -ENOMEM;
		memset(grown + t->nr / 64, 0, (nr - t->nr) / 8);
		t->bits = grown;
		t->nr = nr;
	}
	t->bits[tid / 64] |= 1ULL << tid % 64;
	return 0;
}

void tids_free(struct tids *t)
{
	free(t->bits);
}

int chain_event(struct chain *c, struct tids *seen, const struct event *ev, uint64_t *gap_ns)
{
	const bool is_switch = ev->id == EVENT_SCHED_SWITCH;
	bool misfit, last_words;
	int ret = 0;

	if (ev->id == EVENT_LOSS) {
		c->known = false;
		return 0;
	}
	/* an event in an interrupt says nothing about the thread */
	if (!ev->in_irq)
		ret = tids_add(seen, ev->tid);
	if (!c->known && !is_switch)
		return ret;
	/* a thread may still record events while it is being switched out, but not for long */
	last_words = c->known && !is_switch && ev->tid == c->before &&
		     ev->time_ns - c->since_ns < LAST_WORDS_NS;
	/* some kernels do not record the switch from the idle task to the next thread */
	misfit = c->known && !last_words && ev->tid != c->tid && c->tid;
	c->nr_misfits += misfit;
	if (!ret)
		ret = misfit && tids_has(seen, c->tid);
	*gap_ns = c->since_ns;
	if (!last_words)
		c->tid = c->before = ev->tid;
	if (is_switch)
		c->tid = ev->sched_switch.next_tid;
	c->known = true;
	c->since_ns = ev->time_ns;
	return ret;
}

int survey_event(struct survey *sv, struct chain *c, struct tids *seen, const struct event *ev)
{
	const unsigned int nr_misfits = c->nr_misfits;
	const bool known = c->known;
	uint64_t gap_ns;
	int ret = chain_event(c, seen, ev, &gap_ns);

	if (ret < 0)
		return ret;
	sv->nr_misfits += c->nr_misfits - nr_misfits;
	sv->nr_breaks += ret;
	if (ev->id != EVENT_SCHED_SWITCH)
		return 0;
	sv->nr_links += known && c->nr_misfits == nr_misfits;
	sv->all_states |= !(ev->sched_switch.prev_state & TASK_UNINTERRUPTIBLE);
	sv->nr_kcompactd += !strncmp(ev->sched_switch.next_comm, "kcompactd", 9);
	return 0;
}

bool survey_is_whole(const struct survey *sv)
{
	return sv->all_states && sv->nr_links &&
	       sv->nr_misfits * LINKS_PER_MISFIT <= sv->nr_links &&
	       sv->nr_breaks * LINKS_PER_BREAK <= sv->nr_links;
}

uint64_t survey_silence_ns(const struct survey *sv)
{
	if (!survey_is_whole(sv))
		return 0;
	return sv->nr_kcompactd > 1 ? KCOMPACTD_SILENCE_NS : WATCHDOG_SILENCE_NS;
}

bool silence_event(struct silence *s, uint64_t max_ns, const struct event *ev, struct event *loss)
{
	const uint64_t last_ns = s->last_ns;
	uint64_t end_ns = ev->time_ns;

	/* a marked gap already covers it */
	if (ev->id == EVENT_LOSS && ev->loss.end_ns != LOSS_TO_END_NS && ev->loss.end_ns > end_ns)
		end_ns = ev->loss.end_ns;
	if (end_ns > last_ns)
		s->last_ns = end_ns;
	if (ev->id == EVENT_LOSS || !max_ns || !last_ns || ev->time_ns < last_ns + max_ns)
		return false;
	memset(loss, 0, sizeof(*loss));
	loss->id = EVENT_LOSS;
	loss->cpu = ALL_CPUS;
	loss->time_ns = last_ns;
	loss->loss.end_ns = ev->time_ns;
	loss->loss.nr_lost = LOST_UNKNOWN;
	loss->loss.reason = LOSS_UNMARKED;
	return true;
}
