// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/wait_cycle.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "analysis/wait_graph.h"

/* One step of a search: @task waits for a lock, and the search follows @hold of that lock. */
struct step {
	struct graph_task *task;
	struct graph_hold *hold; /* the hold of that lock that is being followed */
};

struct path {
	struct step *step;
	size_t nr;
};

enum {
	NOT_VISITED,
	ON_PATH,
	DONE,
};

static void push(struct path *p, struct graph_task *task)
{
	task->mark = ON_PATH;
	p->step[p->nr++] = (struct step){ task, task->wait ? task->wait->lock->holds : NULL };
}

/*
 * Search depth first from @from, without recursion, since a chain may be long. Returns
 * true if there is a cycle: the steps of the path from @start on.
 */
static bool search(struct path *p, struct graph_task *from, size_t *start)
{
	p->nr = 0;
	push(p, from);
	while (p->nr) {
		struct step *s = &p->step[p->nr - 1];
		struct graph_task *next;

		if (!s->hold) {
			s->task->mark = DONE;
			p->nr--;
			continue;
		}
		next = s->hold->task;
		if (next->mark == ON_PATH) {
			for (*start = p->nr - 1; p->step[*start].task != next; --*start)
				;
			return true;
		}
		if (next->mark == NOT_VISITED)
			push(p, next);
		else
			s->hold = s->hold->next;
	}
	return false;
}

static void clear_marks(struct wait_graph *g)
{
	struct graph_task *task, *tmp;

	HASH_ITER(hh, g->tasks, task, tmp) {
		task->mark = NOT_VISITED;
	}
}

static void remove_hold(struct graph_hold *hold)
{
	LL_DELETE(hold->lock->holds, hold);
	LL_DELETE2(hold->task->holds, hold, next_of_task);
	free(hold);
}

/*
 * Whether the cycle is false, since one of its waits got its lock. Removes its least certain
 * holds then.
 */
static bool refute(struct path *p, size_t start)
{
	bool acquired = false;
	int weakest = INT32_MAX;
	size_t i;

	for (i = start; i < p->nr; i++) {
		acquired |= p->step[i].task->wait->acquired;
		if (p->step[i].hold->source < weakest)
			weakest = p->step[i].hold->source;
	}
	if (!acquired)
		return false;
	for (i = start; i < p->nr; i++)
		if (p->step[i].hold->source == weakest)
			remove_hold(p->step[i].hold);
	return true;
}

/* Mark every thread on a cycle: a search from it comes back to it. */
static void mark_all(struct wait_graph *g, struct path *p)
{
	size_t i, start;

	for (i = 0; i < g->nr_waits; i++) {
		struct graph_task *from = g->waits[i]->task;

		if (g->waits[i]->cycle || g->waits[i]->acquired)
			continue;
		clear_marks(g);
		p->nr = 0;
		push(p, from);
		/* the first step back to it ends the search */
		while (p->nr && !from->wait->cycle) {
			struct step *s = &p->step[p->nr - 1];
			struct graph_hold *hold = s->hold;

			if (!hold) {
				p->nr--;
				continue;
			}
			s->hold = hold->next;
			if (hold->task == from)
				for (start = 0; start < p->nr; start++)
					p->step[start].task->wait->cycle = true;
			else if (hold->task->mark == NOT_VISITED)
				push(p, hold->task);
		}
	}
}

int wait_cycles_mark(struct wait_graph *g)
{
	struct path p = { malloc((HASH_COUNT(g->tasks) + 1) * sizeof(*p.step)), 0 };
	size_t i, start;

	if (!p.step)
		return -ENOMEM;
	for (i = 0; i < g->nr_waits;) {
		if (g->waits[i]->task->mark != NOT_VISITED ||
		    !search(&p, g->waits[i]->task, &start)) {
			i++;
			continue;
		}
		if (!refute(&p, start)) {
			g->has_cycle = true;
			/* go on behind this cycle: another one may be false */
			for (start = 0; start < p.nr; start++)
				p.step[start].task->mark = DONE;
			continue;
		}
		clear_marks(g);
		i = 0;
	}
	if (g->has_cycle)
		mark_all(g, &p);
	free(p.step);
	return 0;
}
