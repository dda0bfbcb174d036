// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/model.h"

#include <string.h>

#include "lib/clock.h"

/* include/uapi/linux/sched.h */
#define CLONE_THREAD 0x00010000

/* What is concluded from several spans and events. */
static void init_findings(struct model *m, const bool *has)
{
	m->storms = (struct storms){
		.tasks = &m->tasks,
		.locks = &m->locks,
		.sites = &m->sites,
		.vmas = &m->vmas,
		.linkage = &m->linkage,
		.walks = &m->walks,
		.sink = &m->sink,
		.watch_moves = has[EVENT_FOLIO_MOVE_ANON_RMAP],
	};
	m->stragglers = (struct stragglers){
		.tasks = &m->tasks,
		.sink = &m->sink,
	};
	m->orders = (struct orders){
		.tasks = &m->tasks,
		.locks = &m->locks,
		.sites = &m->sites,
		.sink = &m->sink,
		.watch = has[EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED] ||
			 has[EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED] ||
			 has[EVENT_MMAP_LOCK_ACQUIRE_RETURNED],
	};
}

void model_init(struct model *m, const struct model_options *opt)
{
	const bool *maybe = opt->traced ?: opt->has;

	memset(m, 0, sizeof(*m));
	m->sink = *opt->sink;
	if (opt->lookup)
		m->tasks.lookup = *opt->lookup;
	if (opt->symbols)
		m->sites.symbols = *opt->symbols;
	m->first_ns = m->last_ns = NO_TIME;
	m->vmas = (struct vmas){
		.tasks = &m->tasks,
		.sink = &m->sink,
		.inherit = opt->has[EVENT_SCHED_PROCESS_EXEC],
	};
	m->rollups = (struct rollups){
		.watch_moves = opt->traced && opt->traced[EVENT_FOLIO_MOVE_ANON_RMAP],
		.watch_retries = opt->traced && opt->traced[EVENT_RMAP_WALK_RETRY],
	};
	m->linkage = (struct linkage){
		.locks = &m->locks,
		.vmas = &m->vmas,
		.tasks = &m->tasks,
		.sink = &m->sink,
	};
	m->attribution = (struct attribution){
		.tasks = &m->tasks,
		.locks = &m->locks,
		.vmas = &m->vmas,
		.linkage = &m->linkage,
		.rollups = &m->rollups,
		.sink = &m->sink,
		.watch = maybe[EVENT_ANON_VMA_LINK] || maybe[EVENT_FOLIO_MOVE_ANON_RMAP],
	};
	m->stalls = (struct stalls){
		.tasks = &m->tasks,
		.sink = &m->sink,
		.sites = &m->sites,
		.watch_reason = opt->has[EVENT_SCHED_BLOCKED_REASON],
		.keep = opt->keep_stalls && opt->has[EVENT_SCHED_SWITCH],
		.self_tgid = opt->self_tgid,
	};
	m->waits = (struct waits){
		.tasks = &m->tasks,
		.locks = &m->locks,
		.sites = &m->sites,
		.attribution = &m->attribution,
		.stalls = &m->stalls,
		.sink = &m->sink,
		.watch_sleep = opt->has[EVENT_SCHED_SWITCH],
		.watch_wake = opt->has[EVENT_SCHED_SWITCH] && opt->has[EVENT_SCHED_WAKING],
		.watch_spin = opt->has[EVENT_CONTENTION_BEGIN] &&
			      opt->has[EVENT_ANON_VMA_CONTENTION_BEGIN],
	};
	m->waits.releases.seen = opt->traced && opt->traced[EVENT_CONTENDED_RELEASE];
	m->holds = (struct holds){
		.tasks = &m->tasks,
		.locks = &m->locks,
		.sites = &m->sites,
		.waits = &m->waits,
		.rollups = &m->rollups,
		.sink = &m->sink,
		.keep_all = opt->keep_all,
	};
	m->walks = (struct walks){
		.tasks = &m->tasks,
		.sites = &m->sites,
		.linkage = &m->linkage,
		.sums = &m->rollups,
		.sink = &m->sink,
		.keep_all = opt->keep_all,
	};
	m->moves = (struct moves){
		.tasks = &m->tasks,
		.locks = &m->locks,
		.vmas = &m->vmas,
		.linkage = &m->linkage,
		.rollups = &m->rollups,
		.sink = &m->sink,
		.keep_all = opt->keep_all,
	};
	init_findings(m, opt->has);
}

static void learn_names(struct model *m, const struct event *ev)
{
	switch (ev->id) {
	case EVENT_SCHED_SWITCH:
		task_name(&m->tasks, ev->tid, ev->sched_switch.prev_comm);
		task_name(&m->tasks, ev->sched_switch.next_tid, ev->sched_switch.next_comm);
		break;
	case EVENT_SCHED_WAKING:
		task_name(&m->tasks, ev->sched_waking.tid, ev->sched_waking.comm);
		break;
	case EVENT_TASK_RENAME:
		task_name(&m->tasks, ev->task_rename.tid, ev->task_rename.comm);
		break;
	default:
		break;
	}
}

/* Note the process of a thread, if the event tells it. */
static int learn_processes(struct model *m, const struct event *ev)
{
	switch (ev->id) {
	case EVENT_SCHED_PROCESS_EXEC:
		return task_execed(&m->tasks, ev);
	case EVENT_ANON_VMA_LINK:
	case EVENT_ANON_VMA_UNLINK:
		return tasks_seed(&m->tasks, ev->tid, ev->anon_vma_chain.tgid);
	default:
		return 0;
	}
}

static int give_loss(struct model *m, const struct event *ev)
{
	const bool to_end = ev->loss.end_ns == LOSS_TO_END_NS;
	int64_t start_ns = ev->loss.start_ns ?: ev->time_ns;

	/* a gap that goes on is reported repeatedly */
	if (ev->loss.start_ns && ev->loss.start_ns == m->lasting_gap_ns) {
		start_ns = m->lasting_start_ns;
	} else {
		m->loss_id++;
		if (ev->loss.all_off && m->last_ns > start_ns)
			start_ns = m->last_ns;
	}
	m->lasting_gap_ns = ev->loss.start_ns;
	m->lasting_start_ns = start_ns;

	return m->sink.loss(m->sink.ctx,
			    &(struct loss_row){
				    .id = m->loss_id,
				    .start_ns = start_ns ?: NO_TIME,
				    .end_ns = to_end ? NO_TIME : (int64_t)ev->loss.end_ns,
				    .cpu = ev->cpu == ALL_CPUS ? LOSS_EVERY_CPU : ev->cpu,
				    .nr_lost = ev->loss.nr_lost,
				    .reason = ev->loss.reason,
			    });
}

static void note_time(struct model *m, int64_t time_ns)
{
	if (m->first_ns == NO_TIME)
		m->first_ns = time_ns;
	if (time_ns > m->last_ns)
		m->last_ns = time_ns;
}

static int started(struct model *m, const struct event *ev)
{
	int ret = 0;

	/* a new process: a former one of that id is gone, whatever we saw of its end */
	if (!(ev->task_newtask.clone_flags & CLONE_THREAD))
		ret = vmas_over(&m->vmas, ev->task_newtask.tid, 0, ev->time_ns);
	return ret ? ret : task_started(&m->tasks, &m->sink, ev);
}

static int exited(struct model *m, const struct event *ev)
{
	int32_t tid = ev->sched_process_exit.tid, tgid = task_tgid(&m->tasks, tid);
	int ret = 0;

	/* kernels before 6.16 do not tell whether it is the last thread */
	if (vmas_of(&m->vmas, tgid) &&
	    (ev->sched_process_exit.group_dead || task_exit_is_last(&m->tasks, tid)))
		ret = vmas_over(&m->vmas, tgid, 0, ev->time_ns);
	task_exited(&m->tasks, tid, ev->time_ns);
	return ret;
}

/*
 * A second is over: what goes on is booked to the one before it. What ends, or
 * turns out uncertain, within a second or so is not booked before that.
 */
static int seconds_pass(struct model *m, uint64_t now_ns)
{
	const uint64_t second_ns = now_ns - now_ns % NSEC_PER_SEC;
	const int64_t until_ns = second_ns - NSEC_PER_SEC;
	int ret;

	if (now_ns < m->next_second_ns)
		return 0;
	m->next_second_ns = second_ns + NSEC_PER_SEC;
	ret = waits_book(&m->waits, until_ns);
	if (!ret)
		ret = holds_book(&m->holds, until_ns);
	return ret ?: walks_book(&m->walks, until_ns);
}

int model_event(struct model *m, const struct event *ev)
{
	int ret;

	/* an event's stack is a record of its own */
	m->nr_events += (ev->id != EVENT_LOSS) + !!ev->stack;
	if (ev->id != EVENT_LOSS)
		note_time(m, ev->time_ns);

	learn_names(m, ev);
	ret = learn_processes(m, ev);
	if (!ret)
		ret = seconds_pass(m, ev->time_ns);
	if (!ret)
		ret = stalls_event(&m->stalls, ev);
	if (!ret)
		ret = waits_event(&m->waits, ev);
	if (!ret)
		ret = holds_event(&m->holds, ev);
	if (!ret)
		ret = walks_event(&m->walks, ev);
	if (!ret)
		ret = moves_event(&m->moves, ev);
	if (!ret)
		ret = linkage_event(&m->linkage, ev);
	if (!ret)
		ret = attribution_event(&m->attribution, ev);
	if (!ret)
		ret = storms_event(&m->storms, ev);
	if (!ret)
		ret = stragglers_event(&m->stragglers, ev);
	if (!ret)
		ret = orders_event(&m->orders, ev);
	if (ret)
		return ret;
	switch (ev->id) {
	case EVENT_TASK_NEWTASK:
		return started(m, ev);
	case EVENT_SCHED_PROCESS_FORK:
		return task_forked(&m->tasks, &m->sink, ev);
	case EVENT_SCHED_PROCESS_EXIT:
		return exited(m, ev);
	case EVENT_PAGE_FAULT_USER:
		return task_faulted(&m->tasks, ev->tid, ev->page_fault.address, ev->time_ns);
	case EVENT_LOSS:
		return give_loss(m, ev);
	default:
		return 0;
	}
}

static int flush_rows(struct model *m, uint64_t complete_ns)
{
	int ret = rollups_flush(&m->rollups, &m->sink);

	if (!ret)
		ret = walks_flush(&m->walks);
	if (!ret)
		ret = storms_flush(&m->storms, complete_ns);
	if (!ret)
		ret = orders_flush(&m->orders);
	if (!ret)
		ret = linkage_flush(&m->linkage);
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

	if (!ret)
		ret = waits_flush(&m->waits, complete_ns);
	if (!ret)
		ret = attribution_flush(&m->attribution, complete_ns);
	if (!ret)
		ret = stalls_flush(&m->stalls, complete_ns);
	stragglers_flush(&m->stragglers, complete_ns);
	if (!ret)
		ret = holds_flush(&m->holds);
	return ret ? ret : flush_rows(m, complete_ns);
}

int model_finish(struct model *m)
{
	const int64_t end_ns = m->last_ns == NO_TIME ? 0 : m->last_ns;
	int ret = waits_finish(&m->waits, end_ns);

	if (!ret)
		ret = attribution_finish(&m->attribution);
	if (!ret)
		ret = stalls_finish(&m->stalls);
	if (!ret)
		ret = holds_finish(&m->holds, end_ns);
	if (!ret)
		ret = walks_finish(&m->walks, end_ns);
	return ret ? ret : flush_rows(m, end_ns);
}

void model_free(struct model *m)
{
	waits_free(&m->waits);
	attribution_free(&m->attribution);
	stalls_free(&m->stalls);
	holds_free(&m->holds);
	walks_free(&m->walks);
	storms_free(&m->storms);
	stragglers_free(&m->stragglers);
	orders_free(&m->orders);
	linkage_free(&m->linkage);
	vmas_free(&m->vmas);
	rollups_free(&m->rollups);
	sites_free(&m->sites);
	locks_free(&m->locks);
	tasks_free(&m->tasks);
}
