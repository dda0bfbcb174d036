// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stack_pair.h"

#include <string.h>

unsigned int stack_pair_begin(struct stack_pair *sp, struct event *ev)
{
	unsigned int nr = sp->nr_held;

	memcpy(ev, sp->held, nr * sizeof(*ev));
	sp->nr_held = 0;
	return nr;
}

/* A record that may stand between an event and its stack. */
static bool is_bystander(const struct event *ev)
{
	return ev->in_irq && ev->id != EVENT_LOSS;
}

static void give_stack(struct event *to, const struct event *stack)
{
	if (to && to->id != EVENT_LOSS && !stack->in_irq && to->tid == stack->tid && !to->stack)
		to->stack = stack->stack;
}

/* Keep @nr events for the next batch while the stack of the first may still arrive. */
static bool hold(struct stack_pair *sp, const struct event *ev, unsigned int nr,
		 uint64_t complete_ns)
{
	if (ev->stack || ev->id == EVENT_LOSS || nr > STACK_PAIR_HELD || sp->last_ns < complete_ns)
		return false;
	memcpy(sp->held, ev, nr * sizeof(*ev));
	sp->nr_held = nr;
	return true;
}

unsigned int stack_pair_end(struct stack_pair *sp, struct event *ev, unsigned int nr,
			    uint64_t complete_ns)
{
	struct event *latest = NULL; /* the latest event outside of interrupts */
	unsigned int i, out = 0;

	if (nr && ev[nr - 1].time_ns > sp->last_ns)
		sp->last_ns = ev[nr - 1].time_ns;
	for (i = 0; i < nr; i++) {
		if (ev[i].id == EVENT_KERNEL_STACK) {
			give_stack(latest, &ev[i]);
			continue;
		}
		if (out != i)
			ev[out] = ev[i];
		if (!is_bystander(&ev[out]))
			latest = &ev[out];
		out++;
	}
	if (latest && hold(sp, latest, &ev[out] - latest, complete_ns))
		out = latest - ev;
	return out;
}

uint64_t stack_pair_complete_ns(const struct stack_pair *sp, uint64_t complete_ns)
{
	if (sp->nr_held && sp->held[0].time_ns < complete_ns)
		return sp->held[0].time_ns;
	return complete_ns;
}
