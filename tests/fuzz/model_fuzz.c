// SPDX-License-Identifier: GPL-2.0-only
/* Random events, eight bytes each, through the model. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "collector/model/model.h"
#include "tests/unit/events.h"

#define NR_STACKS 8
#define NR_TIDS	  8

static struct kstack_table stacks;
static struct kstack *stack[NR_STACKS];
static struct tep_handle *tep;

/* What the model gave in this run, to be compared at the end. */
struct sums {
	int64_t latest_ns; /* of all events that were given: their times may go back */
	int64_t nr_waits, nr_uncertain;
	int64_t nr_holds, nr_walks; /* all are rows */
	int64_t last_wait_id, last_hold_id, last_lock_vma_id, last_vma_id, last_storm_id;
	struct wait_row wait; /* the last that ended */
	int64_t parts_ns, nr_parts;
	unsigned int nr_lookups;
};

/* What is not looked at. */
#define ROW(table)                                                                                 \
	static int pass_##table(void *ctx, const struct table##_row *row)                          \
	{                                                                                          \
		(void)ctx;                                                                         \
		(void)row;                                                                         \
		return 0;                                                                          \
	}
#define NUMBERED(table)                                                                            \
	static int pass_##table(void *ctx, struct table##_row *row)                                \
	{                                                                                          \
		(void)ctx;                                                                         \
		(void)row;                                                                         \
		return 0;                                                                          \
	}
#include "schema/rows.def"

static int take_process(void *ctx, const struct process_row *row)
{
	(void)ctx;
	if (row->id <= 0)
		abort();
	return 0;
}

static int take_task(void *ctx, const struct task_row *row)
{
	(void)ctx;
	if (row->id <= 0 || row->comm[sizeof(row->comm) - 1])
		abort();
	return 0;
}

static int take_lock(void *ctx, const struct lock_row *row)
{
	(void)ctx;
	if (row->id <= 0 || row->class < ENUM_NONE || row->class >= NR_LOCK_CLASSES)
		abort();
	return 0;
}

static int take_site(void *ctx, const struct site_row *row)
{
	(void)ctx;
	if (row->id <= 0 || !row->symbol[0])
		abort();
	return 0;
}

static int take_stack(void *ctx, const struct stack_row *row)
{
	(void)ctx;
	if (row->id <= 0 || !row->frames)
		abort();
	return 0;
}

/* The parts of a wait follow it, and add up to what it did not wait for a CPU. */
static void check_parts(const struct sums *s)
{
	const int64_t cpu_ns = s->wait.runnable_ns == NO_TIME ? 0 : s->wait.runnable_ns;

	if (s->nr_parts && s->parts_ns + cpu_ns != s->wait.duration_ns)
		abort();
}

/* All is known, or nothing; and it is a part of the wait until the release. */
static void check_holder(const struct wait_row *row)
{
	const int64_t did[] = { row->holder_ran_ns, row->holder_runnable_ns, row->holder_lock_ns,
				row->holder_slept_ns };
	const int64_t cpu_ns = row->runnable_ns == NO_TIME ? 0 : row->runnable_ns;
	int64_t rest_ns = row->duration_ns - cpu_ns;
	unsigned int i, nr_known = 0;

	for (i = 0; i < 4; i++) {
		nr_known += did[i] != NO_TIME;
		if (did[i] < NO_TIME || (did[i] != NO_TIME && did[i] > rest_ns))
			abort();
		rest_ns -= did[i] == NO_TIME ? 0 : did[i];
	}
	if (nr_known != 0 && (nr_known != 4 || !row->holder_task_id))
		abort();
}

static int take_wait(void *ctx, struct wait_row *row)
{
	struct sums *s = ctx;

	check_parts(s);
	if (row->duration_ns < NO_TIME || row->slept_ns < NO_TIME || row->spun_ns < NO_TIME ||
	    row->runnable_ns < NO_TIME || row->runnable_ns > row->duration_ns ||
	    row->lock_id <= 0 || row->task_id <= 0 || row->vma_id < 0 ||
	    row->vma_id > s->last_vma_id)
		abort();
	if ((row->holder_source == HOLDER_UNKNOWN) != !row->holder_task_id)
		abort();
	if (row->outcome == OUTCOME_UNCERTAIN && (row->spun_ns != NO_TIME || row->holder_task_id))
		abort();
	if (row->outcome == OUTCOME_INTERRUPTED && row->holder_task_id)
		abort();
	if ((row->outcome == OUTCOME_UNCERTAIN || row->outcome == OUTCOME_OPEN) &&
	    row->duration_ns != NO_TIME)
		abort();
	check_holder(row);
	if (row->ran_ns < NO_TIME || row->ran_ns > row->duration_ns)
		abort();
	s->nr_waits += row->duration_ns != NO_TIME;
	s->nr_uncertain += row->outcome == OUTCOME_UNCERTAIN;
	row->id = ++s->last_wait_id;
	s->wait = *row;
	s->parts_ns = s->nr_parts = 0;
	return 0;
}

static int take_wait_part(void *ctx, const struct wait_part_row *row)
{
	struct sums *s = ctx;

	if (row->wait_id != s->wait.id || row->nr != s->nr_parts || row->duration_ns <= 0 ||
	    s->wait.holder_source != HOLDER_EXACT)
		abort();
	if (!row->holder_task_id != (row->mode == ENUM_NONE))
		abort();
	s->nr_parts++;
	s->parts_ns += row->duration_ns;
	return 0;
}

static int take_stall(void *ctx, const struct stall_row *row)
{
	struct sums *s = ctx;

	if (row->task_id <= 0 || row->wait_id < 0 || row->wait_id > s->last_wait_id ||
	    row->duration_ns < NO_TIME || row->waker_task_id == row->task_id)
		abort();
	if ((row->outcome == OUTCOME_ACQUIRED) != (row->duration_ns != NO_TIME))
		abort();
	if (row->rwsem_mode < ENUM_NONE || row->rwsem_mode > MODE_WRITE ||
	    (row->rwsem_mode == ENUM_NONE && row->class != ENUM_NONE))
		abort();
	return 0;
}

static int take_vma(void *ctx, const struct vma_row *row)
{
	struct sums *s = ctx;

	/* each is given once, and again at its end or when it has got a name */
	if (row->id <= 0 || row->id > s->last_vma_id + 1 || row->process_id < 0)
		abort();
	if (row->id > s->last_vma_id)
		s->last_vma_id = row->id;
	return 0;
}

static int take_wait_vma(void *ctx, int64_t wait_id, int64_t vma_id)
{
	struct sums *s = ctx;

	if (wait_id <= 0 || wait_id > s->last_wait_id || vma_id <= 0 || vma_id > s->last_vma_id)
		abort();
	return 0;
}

/* What is mapped changes from one look to the next. */
static int look_up(void *ctx, int32_t tgid, uint64_t address, struct vma_row *row)
{
	static const char *const names[] = { "", "[heap]", "file" };
	struct sums *s = ctx;
	unsigned int nr = s->nr_lookups++;

	if ((nr + tgid) % 5 == 0)
		return -ENOENT;
	row->start = address & ~0xfffULL;
	row->end = row->start + 0x1000 * (1 + nr % 3);
	strcpy(row->perms, "rw-p");
	strcpy(row->name, names[nr % 3]);
	return 0;
}

static int take_lock_vma(void *ctx, struct lock_vma_row *row)
{
	struct sums *s = ctx;

	if (row->lock_id <= 0 || row->vma_id <= 0 || row->vma_id > s->last_vma_id ||
	    row->from_ns < NO_TIME || row->id < 0 || row->id > s->last_lock_vma_id)
		abort();
	if (row->id && row->to_ns == NO_TIME)
		/* given again for nothing */
		abort();
	if (!row->id)
		row->id = ++s->last_lock_vma_id;
	return 0;
}

static int take_hold(void *ctx, struct hold_row *row)
{
	struct sums *s = ctx;

	if (row->duration_ns < NO_TIME || row->lock_id <= 0 || row->task_id <= 0 ||
	    row->nr_waiters < 0)
		abort();
	if ((row->outcome == OUTCOME_ACQUIRED) != (row->duration_ns != NO_TIME))
		abort();
	/* one that was open comes again */
	s->nr_holds += !row->id;
	row->id = ++s->last_hold_id;
	return 0;
}

static int take_walk(void *ctx, const struct walk_row *row)
{
	struct sums *s = ctx;
	bool over = row->outcome != WALK_OUTCOME_OPEN && row->outcome != WALK_OUTCOME_UNCERTAIN;

	if (row->duration_ns < NO_TIME || row->task_id <= 0 || row->nr_retries < NO_TIME ||
	    row->nr_vmas < -1)
		abort();
	if (over != (row->duration_ns != NO_TIME) || (!over && row->nr_vmas >= 0))
		abort();
	s->nr_walks++;
	return 0;
}

static int take_retry(void *ctx, const struct retry_row *row)
{
	(void)ctx;
	if (row->task_id <= 0 || row->old_lock_id < 0 || row->new_lock_id < 0)
		abort();
	return 0;
}

static int take_skip(void *ctx, const struct skip_row *row)
{
	(void)ctx;
	if (row->task_id <= 0)
		abort();
	return 0;
}

static int take_move(void *ctx, const struct move_row *row)
{
	struct sums *s = ctx;

	if (row->task_id <= 0 || row->old_lock_id < 0 || row->new_lock_id < 0 || row->vma_id < 0 ||
	    row->vma_id > s->last_vma_id)
		abort();
	return 0;
}

static int take_walk_rollup(void *ctx, const struct walk_rollup_row *row)
{
	struct sums *s = ctx;

	if ((int64_t)hist_count(&row->hist) != row->nr_walks || row->nr_contended > row->nr_walks ||
	    row->nr_walks + row->nr_uncertain > s->nr_walks || row->walk_ns < 0)
		abort();
	return 0;
}

static int take_holder_rollup(void *ctx, const struct holder_rollup_row *row)
{
	(void)ctx;
	if (row->nr_waits < 0 || row->wait_ns < 0 || row->holder_task_id < 0 ||
	    row->runnable_ns < NO_TIME || row->runnable_ns > row->wait_ns)
		abort();
	return 0;
}

static int take_sample_rollup(void *ctx, const struct sample_rollup_row *row)
{
	(void)ctx;
	if (row->nr_samples < 1 || row->task_id < 1 || row->lock_id < 0)
		abort();
	return 0;
}

static int take_cpu_rollup(void *ctx, const struct cpu_rollup_row *row)
{
	(void)ctx;
	if (row->nr_samples < 0 || row->cpu_ns < 0 || row->task_id < 1)
		abort();
	return 0;
}

static int take_second_rollup(void *ctx, const struct second_rollup_row *row)
{
	(void)ctx;
	if ((int64_t)hist_count(&row->hist) != row->nr_waits || row->nr_uncertain < 0)
		abort();
	return 0;
}

static int take_storm(void *ctx, struct storm_row *row)
{
	struct sums *s = ctx;

	if (row->nr_events < 1 || row->peak_per_s > row->nr_events || row->duration_ns < 0 ||
	    row->nr_walkers < 1 || row->nr_walkers > row->nr_events ||
	    row->nr_movers > row->nr_moves || row->from_vma_id > s->last_vma_id ||
	    row->to_vma_id > s->last_vma_id)
		abort();
	if (!row->id)
		row->id = ++s->last_storm_id;
	return 0;
}

static int take_straggler(void *ctx, const struct straggler_row *row)
{
	const struct sums *s = ctx;

	/* an entry may be older than the shift that hides it */
	if (row->task_id <= 0 || row->other_task_id <= 0 || row->nr_pages < 1 || row->time_ns < 0 ||
	    row->time_ns > s->latest_ns || row->other_ns < 0 || row->other_ns > s->latest_ns)
		abort();
	return 0;
}

static int take_frame(void *ctx, const struct frame_row *row)
{
	(void)ctx;
	if ((row->outcome == OUTCOME_ACQUIRED) != (row->end_ns != NO_TIME))
		abort();
	if (row->end_ns != NO_TIME &&
	    (row->end_ns < row->start_ns || row->end_ns - row->start_ns >= FRAME_MAX_NS))
		abort();
	if ((row->process_id > 0) != (row->task_id > 0) || row->missed < -1 || row->missed > 1 ||
	    (row->layer && strcmp(row->layer, "layer")))
		abort();
	return 0;
}

static int take_order_edge(void *ctx, const struct order_edge_row *row)
{
	(void)ctx;
	if (row->id <= 0 || row->nr_taken < 0 || row->nr_tried < 0 ||
	    row->nr_taken + row->nr_tried < 1)
		abort();
	return 0;
}

static int take_rollup(void *ctx, const struct rollup_row *row)
{
	struct sums *s = ctx;

	if ((int64_t)hist_count(&row->hist) != row->nr_waits || row->nr_uncertain < 0 ||
	    row->nr_waits > s->nr_waits || row->nr_uncertain > s->nr_uncertain + 1)
		abort();
	if (row->nr_holds < NO_TIME || row->nr_holds > s->nr_holds || row->hold_ns < NO_TIME)
		abort();
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char kallsyms[] = "ffffffff81000000 T down_write\n"
				       "ffffffff81001000 T move_pages\n"
				       "ffffffff81002000 T dup_mmap\n"
				       "ffffffff81003000 T rmap_walk_anon\n"
				       "ffffffff81004000 T kernfs_iop_lookup\n"
				       "ffffffff81005000 T unmap_mapping_range\n"
				       "ffffffff81006000 T lock_mm_and_find_vma\n"
				       "ffffffff81007000 T asm_exc_page_fault\n"
				       "ffffffff81008000 T behind\n";
	unsigned int i;

	(void)argc;
	(void)argv;
	tep = tep_alloc();
	tep_parse_kallsyms(tep, kallsyms);
	for (i = 0; i < NR_STACKS; i++) {
		const uint64_t frame[] = { 0xffffffff81000010, 0xffffffff81000010 + 0x1000 * i,
					   0xffffffff81007010 };

		/* a page fault waits at the sixth */
		stack[i] = kstack_intern(&stacks, frame, i ? 2 + (i == 6) : 0);
	}
	return 0;
}

/* Time goes on, sometimes a little back as with clocks out of step. */
static uint64_t next_time(uint64_t now_ns, uint8_t step)
{
	if (step & 0x80)
		return now_ns > 64 ? now_ns - (step & 0x3f) : now_ns;
	return now_ns + (1ULL << (step & 0x1f));
}

/* The events of the kernel series; @d and the rest as in event_of(). */
static struct event series_event_of(enum event_id id, const uint8_t *d, uint64_t now_ns)
{
	const int32_t tid = d[2] & (NR_TIDS - 1);
	const uint16_t cpu = d[2] >> 6;
	/* few of each, near each other, as memory that is used again */
	const uint64_t lock = 0x1000 * (1 + (d[4] & 3)), other = 0x1000 * (1 + (d[5] & 3));
	const uint64_t ip = d[6] & 2 ? 0xffffffff81000010 + 0x1000 * (d[3] & 7) : 0;
	const uint64_t vm_start = 0x10000 * (uint64_t)(d[3] >> 6);
	struct event ev;

	switch (id) {
	case EVENT_RMAP_WALK_BEGIN:
		return ev_walk_begin(now_ns, tid, cpu, d[4] & 3, d[5] & 3, ip);
	case EVENT_RMAP_WALK_END:
		return ev_walk_end(now_ns, tid, cpu, d[4] & 3, d[5], d[5] % 3);
	case EVENT_RMAP_WALK_RETRY:
		return ev_walk_retry(now_ns, tid, cpu, d[3] & 3, lock, other);
	case EVENT_RMAP_WALK_SKIP:
		return ev_walk_skip(now_ns, tid, cpu, d[4] & 3, d[5] & 3, ip);
	case EVENT_FOLIO_MOVE_ANON_RMAP:
		return ev_folio_move(now_ns, tid, d[3], lock & -(d[6] & 2), other, vm_start,
				     vm_start + 0x1000 * (d[3] & 3));
	case EVENT_ANON_VMA_LINK:
	case EVENT_ANON_VMA_UNLINK:
		return ev_chain(id, now_ns, (d[3] & 7) - 1, lock, other, vm_start,
				vm_start + 0x1000);
	case EVENT_RMAP_WALK_VMA:
		return ev_walk_vma(now_ns, tid, lock, vm_start, vm_start + 0x4000,
				   vm_start + 0x1000 * (d[5] & 3));
	case EVENT_SET_MIGRATION_PTE:
	case EVENT_REMOVE_MIGRATION_PTE:
		return ev_migration_pte(id, now_ns, tid, vm_start + 0x1000 * (d[5] & 3));
	case EVENT_EXEC_STACK_SHIFT_BEGIN:
	case EVENT_EXEC_STACK_SHIFT_END:
		return ev_stack_shift(id, now_ns, tid, lock, vm_start, vm_start + 0x4000,
				      0x10000 * (uint64_t)(d[5] & 3));
	case EVENT_VMA_START_WRITE:
	case EVENT_VMA_LOCK_CONTENTION_BEGIN:
	case EVENT_VMA_LOCK_CONTENTION_END:
		return ev_at(ev_vma_lock(id, now_ns, tid, cpu, lock, vm_start), ip);
	default:
		ev = ev_at(ev_lock(id, now_ns, tid, cpu, lock, d[5] & 1), ip);
		ev.lock_op.owner = (d[5] >> 1 & 15) - 1;
		ev.lock_op.success = !(d[6] & 4);
		return ev;
	}
}

/* Of few cookies and tokens; the times may be far away, or go back. */
static struct event frame_event_of(unsigned int id, const uint8_t *d, uint64_t now_ns)
{
	struct event ev = ev_make(id, now_ns, 0, 0);
	const int64_t time_ns = d[6] & 1 ? (int64_t)now_ns : (int64_t)d[3] << (d[6] >> 3);

	if (id == EVENT_FRAME_END) {
		ev.frame_end.cookie = d[2] & 7;
		ev.frame_end.end_ns = time_ns;
		return ev;
	}
	ev.frame_start.cookie = d[2] & 7;
	ev.frame_start.start_ns = time_ns;
	ev.frame_start.token = (d[4] & 3) - 1;
	ev.frame_start.display_token = -1;
	ev.frame_start.layer = d[4] & 4 ? "layer" : NULL;
	ev.frame_start.tgid = (d[4] >> 3 & 3) - 1;
	ev.frame_start.jank = d[5];
	ev.frame_start.expected = d[4] & 32;
	ev.frame_start.kind = d[4] >> 7;
	ev.frame_start.present = (d[5] & 7) - 1;
	ev.frame_start.on_time = (d[5] & 1) - 1;
	return ev;
}

static struct event event_of(const uint8_t *d, uint64_t now_ns)
{
	const int32_t tid = d[2] & (NR_TIDS - 1), other = d[3] & (NR_TIDS - 1);
	const uint16_t cpu = d[2] >> 6;
	/* sometimes inside what the series gives the address of */
	const uint64_t lock = 0x1000 * (1 + (d[4] & 3)) + (d[4] & 4) * 2;
	struct event ev;

	switch (d[0] % NR_EVENTS) {
	case EVENT_CONTENTION_BEGIN:
		ev = ev_begin(now_ns, tid, cpu, lock, d[5] & 7);
		break;
	case EVENT_CONTENTION_END:
		ev = ev_end(now_ns, tid, cpu, lock, d[5] & 1 ? -4 : 0);
		break;
	case EVENT_SCHED_SWITCH:
		ev = ev_switch(now_ns, tid, cpu, d[5] & 3, other);
		break;
	case EVENT_SCHED_WAKING:
		ev = ev_waking(now_ns, tid, cpu, other);
		break;
	case EVENT_TASK_NEWTASK:
		ev = ev_newtask(now_ns, tid, other, "new", d[5] & 1 ? CLONE_THREAD_FLAG : 0);
		break;
	case EVENT_TASK_RENAME:
		ev = ev_rename(now_ns, tid, d[5] & 1 ? "renamed" : "");
		break;
	case EVENT_SCHED_PROCESS_EXIT:
		ev = ev_exit(now_ns, tid);
		break;
	case EVENT_SCHED_PROCESS_EXEC:
		ev = ev_exec(now_ns, tid);
		break;
	case EVENT_PAGE_FAULT_USER:
		ev = ev_page_fault(now_ns, tid, 0x400 * (uint64_t)d[3]);
		break;
	case EVENT_LOSS:
		ev = ev_loss(now_ns, now_ns + (1ULL << (d[4] & 0x1f)), cpu, d[5]);
		break;
	case EVENT_FRAME_START:
	case EVENT_FRAME_END:
		ev = frame_event_of(d[0] % NR_EVENTS, d, now_ns);
		break;
	case EVENT_SAMPLES_LOST:
		ev = ev_loss(now_ns, now_ns + d[4], cpu, d[5]);
		ev.id = EVENT_SAMPLES_LOST;
		break;
	case EVENT_SAMPLE:
		ev = ev_sample(now_ns, tid, cpu, d[5] & 1, d[5] & 2 ? lock : 0, lock);
		break;
	case EVENT_SAMPLED:
		ev = ev_sampled(now_ns, tid, (uint64_t)d[4] << (d[5] & 0x3f), d[3], d[5]);
		break;
	case EVENT_CPU_SAMPLE:
		ev = ev_cpu_sample(now_ns, tid, lock, (uint64_t)d[4] << (d[5] & 0x1f));
		break;
	case EVENT_SLICE_BEGIN:
	case EVENT_SLICE_END:
	case EVENT_TRACK_BEGIN:
	case EVENT_TRACK_END:
	case EVENT_TRACK_LOST:
		ev = ev_slice(d[0] % NR_EVENTS, now_ns, tid, d[4] & 1 ? "doFrame" : "draw");
		break;
	default:
		ev = series_event_of(d[0] % NR_EVENTS, d, now_ns);
		break;
	}
	ev.in_irq = d[6] & 1;
	if (d[6] & 2)
		ev.stack = stack[(d[6] >> 2) % NR_STACKS];
	return ev;
}

/* The rows that are looked at. */
static struct sink checking_sink(struct sums *sums)
{
	struct sink sink = {
		.ctx = sums,
		.wait_vma = take_wait_vma,
#define ROW(table) .table = pass_##table,
#include "schema/rows.def"
	};

	sink.process = take_process;
	sink.task = take_task;
	sink.lock = take_lock;
	sink.site = take_site;
	sink.stack = take_stack;
	sink.wait = take_wait;
	sink.wait_part = take_wait_part;
	sink.stall = take_stall;
	sink.vma = take_vma;
	sink.lock_vma = take_lock_vma;
	sink.hold = take_hold;
	sink.walk = take_walk;
	sink.retry = take_retry;
	sink.skip = take_skip;
	sink.move = take_move;
	sink.walk_rollup = take_walk_rollup;
	sink.second_rollup = take_second_rollup;
	sink.storm = take_storm;
	sink.straggler = take_straggler;
	sink.frame = take_frame;
	sink.order_edge = take_order_edge;
	sink.holder_rollup = take_holder_rollup;
	sink.sample_rollup = take_sample_rollup;
	sink.cpu_rollup = take_cpu_rollup;
	sink.rollup = take_rollup;
	return sink;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sums sums = { 0 };
	const struct sink sink = checking_sink(&sums);
	const struct symbols symbols = { .tep = tep };
	const struct task_lookup lookup = { .ctx = &sums, .vma = look_up };
	bool has[NR_EVENTS];
	uint64_t now_ns = 1000;
	struct model m;
	unsigned int i;

	memset(has, 1, sizeof(has));
	has[EVENT_SCHED_SWITCH] = size & 8;
	has[EVENT_CONTENTION_BEGIN] = size & 16;
	model_init(&m, &(struct model_options){
			       .sink = &sink,
			       .lookup = &lookup,
			       .symbols = &symbols,
			       .has = has,
			       .keep_all = true,
			       .keep_stalls = !(size & 32),
		       });
	for (; size >= 8; data += 8, size -= 8) {
		const struct event ev = event_of(data, now_ns);

		if ((int64_t)now_ns > sums.latest_ns)
			sums.latest_ns = now_ns;
		if (model_event(&m, &ev))
			abort();
		now_ns = next_time(now_ns, data[1]);
		if (data[7] < 16 && model_flush(&m, now_ns))
			abort();
	}
	if (model_finish(&m))
		abort();
	check_parts(&sums);
	model_free(&m);
	/* resolved stacks belonged to that model */
	for (i = 0; i < NR_STACKS; i++)
		stack[i]->resolved = NULL;
	return 0;
}
