/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A history of events with some of one CPU's cut out and replaced by an
 * EVENT_LOSS, as the sources do it.
 */
#ifndef RMAPSCOPE_TEST_CUT_H
#define RMAPSCOPE_TEST_CUT_H

#include <inttypes.h>

#include "collector/model/second.h"
#include "tests/unit/fixture.h"

#define MAX_EVENTS 200

/* The events @first..@last of @cpu (numbers among those of this CPU) are lost. */
struct cut {
	unsigned int cpu, first, last;
	uint64_t start_ns, end_ns;
	bool lost[MAX_EVENTS];
	unsigned int before; /* the loss is told after this event; -1: first */
};

/* False when @cpu has not that many events. @now_ns: the history's end */
static inline bool cut_make(struct cut *c, const struct event *ev, unsigned int nr, uint64_t now_ns,
			    unsigned int cpu, unsigned int first, unsigned int last)
{
	unsigned int i, n = 0;

	memset(c, 0, sizeof(*c));
	c->cpu = cpu;
	c->first = first;
	c->last = last;
	c->before = -1;
	/* a loss at the end is told with the time of the end */
	c->end_ns = now_ns + 1;
	for (i = 0; i < nr; i++) {
		if (ev[i].cpu != cpu)
			continue;
		c->lost[i] = n >= first && n <= last;
		if (n < first) {
			c->start_ns = ev[i].time_ns;
			c->before = i;
		}
		if (n == last + 1)
			c->end_ns = ev[i].time_ns;
		n++;
	}
	return last < n;
}

/* What the roll-ups hold of spans without a duration. */
struct lasted {
	int64_t open_ns; /* all of those that are open at the end, and have lasted */
	int64_t most_ns; /* and at most, of those that the loss has cut: until then */
};

static inline void add_lasted(struct lasted *l, const struct fixture *f, const struct cut *c,
			      int64_t start_ns, bool open)
{
	if (open && f->m.last_ns - start_ns > LASTS_NS)
		l->open_ns += f->m.last_ns - start_ns;
	else if (open)
		return;
	else if (c && (int64_t)c->start_ns > start_ns)
		l->most_ns += (int64_t)c->start_ns - start_ns;
}

/* @ns: the sum of the roll-ups without what has a duration */
static inline bool is_lasted(const struct lasted *l, int64_t ns)
{
	return ns >= l->open_ns && ns <= l->open_ns + l->most_ns;
}

static inline void feed_loss(struct fixture *f, const struct cut *c)
{
	feed(f, ev_loss(c->start_ns, c->end_ns, c->cpu, c->last - c->first + 1));
}

/* All events but the lost ones, then the end. @c NULL: nothing is lost. */
static inline void cut_play(struct fixture *f, const struct event *ev, unsigned int nr,
			    const struct cut *c)
{
	unsigned int i;

	if (c && c->before == (unsigned int)-1)
		feed_loss(f, c);
	for (i = 0; i < nr; i++) {
		if (!c || !c->lost[i])
			feed(f, ev[i]);
		if (c && c->before == i)
			feed_loss(f, c);
		if (i % 7 == 0)
			flush(f, ev[i].time_ns);
	}
	finish(f);
}

/* Whether something that was from @start_ns to @end_ns (0: open) overlaps the gap. */
static inline bool cut_overlaps(const struct cut *c, uint64_t start_ns, uint64_t end_ns)
{
	return c && start_ns < c->end_ns && (!end_ns || end_ns > c->start_ns);
}

/* Whether event number @event is lost. */
static inline bool is_lost(const struct cut *c, unsigned int event)
{
	return c && c->lost[event];
}

static inline const char *where(uint64_t seed, const struct cut *c)
{
	static char text[96];

	if (!c)
		snprintf(text, sizeof(text), "seed %" PRIu64, seed);
	else
		snprintf(text, sizeof(text), "seed %" PRIu64 ", cpu %u without its events %u..%u",
			 seed, c->cpu, c->first, c->last);
	return text;
}

#define check(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s: %s", where(seed, c), #condition);                            \
	} while (0)

#endif
