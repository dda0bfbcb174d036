// SPDX-License-Identifier: GPL-2.0-only
#include "collector/continuity.h"

#include <string.h>

#include "lib/clock.h"

/* TASK_UNINTERRUPTIBLE, include/linux/sched.h */
#define TASK_UNINTERRUPTIBLE 2

/* More than one break in so many links is not a gap, but a filter. */
#define LINKS_PER_BREAK 16

#define WATCHDOG_SILENCE_NS  (25 * NSEC_PER_SEC)
#define KCOMPACTD_SILENCE_NS (2 * NSEC_PER_SEC)

bool chain_event(struct chain *c, const struct event *ev, uint64_t *gap_ns)
{
	bool broken;

	if (ev->id == EVENT_LOSS) {
		c->known = false;
		return false;
	}
	if (!c->known && ev->id != EVENT_SCHED_SWITCH)
		return false;
	broken = c->known && ev->tid != c->tid && ev->tid != c->before;
	*gap_ns = c->since_ns;
	/* the one before may still say something on its way out */
	if (broken || ev->tid == c->tid || !c->known)
		c->tid = c->before = ev->tid;
	if (ev->id == EVENT_SCHED_SWITCH)
		c->tid = ev->sched_switch.next_tid;
	c->known = true;
	c->since_ns = ev->time_ns;
	return broken;
}

void survey_event(struct survey *sv, struct chain *c, const struct event *ev)
{
	const bool known = c->known;
	uint64_t gap_ns;
	bool broken = chain_event(c, ev, &gap_ns);

	sv->nr_breaks += broken;
	if (ev->id != EVENT_SCHED_SWITCH)
		return;
	sv->nr_links += known && !broken;
	sv->all_states |= !(ev->sched_switch.prev_state & TASK_UNINTERRUPTIBLE);
	sv->nr_kcompactd += !strncmp(ev->sched_switch.next_comm, "kcompactd", 9);
}

bool survey_is_whole(const struct survey *sv)
{
	return sv->all_states && sv->nr_links && sv->nr_breaks * LINKS_PER_BREAK <= sv->nr_links;
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

	/* what a marked gap covers is marked */
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
