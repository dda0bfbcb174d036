// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/model.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "lib/clock.h"

struct place {
	const struct machine *machine;
	size_t offset; /* of its struct in struct model */
};

#define PLACE(member) offsetof(struct model, member)

/* The order in which the machines hear an event. */
static const struct place by_event[] = {
	/* first: the others need to know the thread and process of an event */
	{ &names_machine, PLACE(names) },
	/* before stalls and waits: what a thread does as it falls asleep */
	{ &slices_machine, PLACE(slices) },
	/* before waits: who owns the mm of a lock */
	{ &mms_machine, PLACE(mms) },
	/* before waits: what the holder did by the end of a wait */
	{ &activities_machine, PLACE(activities) },
	/* likewise: how long a waiter has slept */
	{ &stalls_machine, PLACE(stalls) },
	/* before holds: a thread that has waited is no waiter of its own hold */
	{ &waits_machine, PLACE(waits) },
	{ &holds_machine, PLACE(holds) },
	{ &walks_machine, PLACE(walks) },
	{ &moves_machine, PLACE(moves) },
	{ &linkage_machine, PLACE(linkage) },
	/* after waits and linkage: an event may name the VMA of a wait */
	{ &attribution_machine, PLACE(attribution) },
	/* after walks, moves and linkage, which they are made of */
	{ &storms_machine, PLACE(storms) },
	{ &stragglers_machine, PLACE(stragglers) },
	{ &orders_machine, PLACE(orders) },
	{ &frames_machine, PLACE(frames) },
	{ &samples_machine, PLACE(samples) },
	/* last: a thread that exits must still exist for all others */
	{ &lives_machine, PLACE(lives) },
};

/* The order in which they pass their changed rows to the sink, and end. */
static const struct place by_flush[] = {
	/* before stalls and holds, which refer to the rows of waits */
	{ &waits_machine, PLACE(waits) },     { &attribution_machine, PLACE(attribution) },
	{ &stalls_machine, PLACE(stalls) },   { &stragglers_machine, PLACE(stragglers) },
	{ &holds_machine, PLACE(holds) },     { &walks_machine, PLACE(walks) },
	{ &storms_machine, PLACE(storms) },   { &orders_machine, PLACE(orders) },
	{ &linkage_machine, PLACE(linkage) }, { &frames_machine, PLACE(frames) },
	{ &samples_machine, PLACE(samples) }, { &activities_machine, PLACE(activities) },
	{ &slices_machine, PLACE(slices) },   { &mms_machine, PLACE(mms) },
};

#define NR(array) (sizeof(array) / sizeof(*(array)))

static_assert(NR(by_event) <= MAX_HEARERS, "MAX_HEARERS is too small");

static void *at(struct model *m, const struct place *place)
{
	return (char *)m + place->offset;
}

static void add_hearer(struct model *m, unsigned int id, const struct hearer *hearer)
{
	struct hearer *h = m->hearers[id];

	while (h->hear)
		h++;
	*h = *hearer;
}

/* The machine at @place hears events from now on. */
static void start_hearing(struct model *m, const struct place *place)
{
	const struct hearing *hearing;
	bool listed[NR_EVENTS] = { 0 };
	struct hearer hearer = {
		.machine = at(m, place),
		.deaf_in_gaps = place->machine->deaf_in_gaps,
	};
	unsigned int id;

	for (hearing = place->machine->hears; hearing->id < NR_EVENTS; hearing++) {
		listed[hearing->id] = true;
		hearer.hear = hearing->hear;
		if (hearer.hear)
			add_hearer(m, hearing->id, &hearer);
	}
	hearer.hear = place->machine->hear_others;
	for (id = 0; hearer.hear && id < NR_EVENTS; id++)
		if (!listed[id])
			add_hearer(m, id, &hearer);
}

/* What the machines share. */
static void init_tables(struct model *m, const struct model_options *opt)
{
	m->tasks.gap = &m->gap;
	m->tasks.all_known = opt->threads_known;
	if (opt->lookup)
		m->tasks.lookup = *opt->lookup;
	if (opt->symbols)
		m->sites.symbols = *opt->symbols;
	m->vmas = (struct vmas){
		.tasks = &m->tasks,
		.sink = &m->sink,
		.inherit = opt->has[EVENT_SCHED_PROCESS_EXEC],
	};
	m->rollups = (struct rollups){
		.watch_moves = opt->traced && opt->traced[EVENT_FOLIO_MOVE_ANON_RMAP],
		.watch_retries = opt->traced && opt->traced[EVENT_RMAP_WALK_RETRY],
	};
}

void model_init(struct model *m, const struct model_options *opt)
{
	const struct machines all = {
		.sink = &m->sink,
		.gap = &m->gap,
		.tasks = &m->tasks,
		.locks = &m->locks,
		.sites = &m->sites,
		.rollups = &m->rollups,
		.vmas = &m->vmas,
		.linkage = &m->linkage,
		.attribution = &m->attribution,
		.slices = &m->slices,
		.stalls = &m->stalls,
		.activities = &m->activities,
		.mms = &m->mms,
		.waits = &m->waits,
		.walks = &m->walks,
	};
	unsigned int i;

	memset(m, 0, sizeof(*m));
	m->sink = *opt->sink;
	m->stacks_inside = opt->stacks_inside;
	m->first_ns = m->last_ns = NO_TIME;
	init_tables(m, opt);
	for (i = 0; i < NR(by_event); i++)
		if (by_event[i].machine->init(at(m, &by_event[i]), &all, opt))
			start_hearing(m, &by_event[i]);
}

static int64_t gap_end_of(const struct event *ev)
{
	return ev->loss.end_ns == LOSS_TO_END_NS ? NO_TIME : (int64_t)ev->loss.end_ns;
}

/* A row for @ev, with a new id. */
static struct loss_row loss_row_of(struct model *m, const struct event *ev, int64_t start_ns)
{
	return (struct loss_row){
		.id = ++m->loss_id,
		.start_ns = start_ns ?: NO_TIME,
		.end_ns = gap_end_of(ev),
		.cpu = ev->cpu == ALL_CPUS ? LOSS_EVERY_CPU : ev->cpu,
		.nr_lost = ev->loss.nr_lost,
		.reason = ev->loss.reason,
	};
}

/* Whether the gap may be reported again: a gap of all CPUs. */
static bool may_last(const struct event *ev)
{
	return ev->loss.start_ns && ev->loss.reason == LOSS_NOT_RECORDED && ev->cpu == ALL_CPUS;
}

/*
 * A gap that goes on is reported repeatedly, with the same start; others may be reported in
 * between.
 */
static int give_lasting_loss(struct model *m, const struct event *ev)
{
	struct loss_row *row = &m->lasting;
	int64_t start_ns = ev->loss.start_ns;

	if (ev->loss.start_ns == m->lasting_gap_ns) {
		row->end_ns = gap_end_of(ev);
		return m->sink.loss(m->sink.ctx, row);
	}
	if (ev->loss.all_off && m->last_ns > start_ns)
		start_ns = m->last_ns;
	m->lasting_gap_ns = ev->loss.start_ns;
	*row = loss_row_of(m, ev, start_ns);
	return m->sink.loss(m->sink.ctx, row);
}

static int give_loss(struct model *m, const struct event *ev)
{
	struct loss_row row;

	if (may_last(ev))
		return give_lasting_loss(m, ev);
	row = loss_row_of(m, ev, ev->loss.start_ns ?: ev->time_ns);
	return m->sink.loss(m->sink.ctx, &row);
}

void model_covers(struct model *m, int64_t time_ns)
{
	if (m->first_ns == NO_TIME || time_ns < m->first_ns)
		m->first_ns = time_ns;
	if (time_ns > m->last_ns)
		m->last_ns = time_ns;
}

/*
 * A second is over: book the time of spans that go on to the second before it. A span
 * that ends, or turns out to be uncertain, within about a second is not booked before
 * its end.
 */
static int seconds_pass(struct model *m, uint64_t now_ns)
{
	const uint64_t second_ns = now_ns - now_ns % NSEC_PER_SEC;
	unsigned int i;
	int ret = 0;

	if (now_ns < m->next_second_ns)
		return 0;
	m->next_second_ns = second_ns + NSEC_PER_SEC;
	for (i = 0; i < NR(by_flush) && !ret; i++)
		if (by_flush[i].machine->book)
			ret = by_flush[i].machine->book(at(m, &by_flush[i]),
							second_ns - NSEC_PER_SEC);
	return ret;
}

static int hear(struct model *m, const struct event *ev)
{
	const bool in_gap = gap_covers(&m->gap, ev->time_ns) && ev->id != EVENT_LOSS;
	const struct hearer *h;
	int ret;

	for (h = m->hearers[ev->id]; h->hear; h++) {
		if (h->deaf_in_gaps && in_gap)
			continue;
		ret = h->hear(h->machine, ev);
		if (ret)
			return ret;
	}
	return 0;
}

int model_event(struct model *m, const struct event *ev)
{
	const bool is_made = event_is_made(ev->id);
	int ret;

	/* an event's stack may be a record of its own */
	m->nr_events += !is_made + (ev->stack && !m->stacks_inside);
	if (!is_made)
		model_covers(m, ev->time_ns);

	ret = seconds_pass(m, ev->time_ns);
	if (!ret)
		ret = attribution_pass(&m->attribution, ev->time_ns);
	if (!ret)
		ret = hear(m, ev);
	/* lost samples make no thread's state uncertain: no machine hears of them */
	if (!ret && ev->id == EVENT_SAMPLES_LOST)
		return give_loss(m, ev);
	if (ret || ev->id != EVENT_LOSS)
		return ret;
	gap_extend(&m->gap, ev->loss.end_ns);
	return give_loss(m, ev);
}

/* The rows of the shared tables come last: spans create them. */
static int flush_all(struct model *m, uint64_t complete_ns)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < NR(by_flush) && !ret; i++)
		if (by_flush[i].machine->flush)
			ret = by_flush[i].machine->flush(at(m, &by_flush[i]), complete_ns);
	if (!ret)
		ret = rollups_flush(&m->rollups, &m->sink);
	if (!ret)
		ret = locks_flush(&m->locks, &m->sink);
	if (!ret)
		ret = tasks_flush(&m->tasks, &m->sink);
	vmas_flush(&m->vmas);
	return ret;
}

int model_flush(struct model *m, uint64_t complete_ns)
{
	int ret = seconds_pass(m, complete_ns);

	return ret ?: flush_all(m, complete_ns);
}

int model_finish(struct model *m)
{
	const int64_t end_ns = m->last_ns == NO_TIME ? 0 : m->last_ns;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < NR(by_flush) && !ret; i++)
		if (by_flush[i].machine->finish)
			ret = by_flush[i].machine->finish(at(m, &by_flush[i]), end_ns);
	return ret ?: flush_all(m, end_ns);
}

void model_free(struct model *m)
{
	unsigned int i;

	for (i = 0; i < NR(by_flush); i++)
		if (by_flush[i].machine->free)
			by_flush[i].machine->free(at(m, &by_flush[i]));
	vmas_free(&m->vmas);
	rollups_free(&m->rollups);
	sites_free(&m->sites);
	locks_free(&m->locks);
	tasks_free(&m->tasks);
}
