// SPDX-License-Identifier: GPL-2.0-only
/* Random events, eight bytes each, through the model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "collector/model/model.h"
#include "tests/unit/events.h"

#define NR_STACKS 8

static struct kstack_table stacks;
static struct kstack *stack[NR_STACKS];
static struct tep_handle *tep;

/* What the model gave in this run, to be compared at the end. */
struct sums {
	int64_t nr_waits, nr_uncertain;
	int64_t last_wait_id;
};

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

static int take_wait(void *ctx, struct wait_row *row)
{
	struct sums *s = ctx;

	if (row->duration_ns < NO_TIME || row->slept_ns < NO_TIME || row->lock_id <= 0 ||
	    row->task_id <= 0)
		abort();
	if ((row->outcome == OUTCOME_UNCERTAIN || row->outcome == OUTCOME_OPEN) &&
	    row->duration_ns != NO_TIME)
		abort();
	s->nr_waits += row->duration_ns != NO_TIME;
	s->nr_uncertain += row->outcome == OUTCOME_UNCERTAIN;
	row->id = ++s->last_wait_id;
	return 0;
}

static int take_loss(void *ctx, const struct loss_row *row)
{
	(void)ctx;
	(void)row;
	return 0;
}

static int take_rollup(void *ctx, const struct rollup_row *row)
{
	struct sums *s = ctx;

	if ((int64_t)hist_count(&row->hist) != row->nr_waits || row->nr_uncertain < 0 ||
	    row->nr_waits > s->nr_waits || row->nr_uncertain > s->nr_uncertain + 1)
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
				       "ffffffff81006000 T behind\n";
	unsigned int i;

	(void)argc;
	(void)argv;
	tep = tep_alloc();
	tep_parse_kallsyms(tep, kallsyms);
	for (i = 0; i < NR_STACKS; i++) {
		const uint64_t frame[] = { 0xffffffff81000010, 0xffffffff81000010 + 0x1000 * i };

		stack[i] = kstack_intern(&stacks, frame, i ? 2 : 0);
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

static struct event event_of(const uint8_t *d, uint64_t now_ns)
{
	const int32_t tid = d[2] & 7, other = d[3] & 7;
	const uint16_t cpu = d[2] >> 6;
	const uint64_t lock = 0x1000 * (1 + (d[4] & 3));
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
	case EVENT_KERNEL_STACK:
		ev = ev_stack(now_ns, tid, cpu, stack[d[5] % NR_STACKS]);
		break;
	default:
		ev = ev_loss(now_ns, now_ns + (1ULL << (d[4] & 0x1f)), cpu, d[5]);
		break;
	}
	ev.in_irq = d[6] & 1;
	return ev;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sums sums = { 0 };
	const struct sink sink = {
		.ctx = &sums,
		.process = take_process,
		.task = take_task,
		.lock = take_lock,
		.site = take_site,
		.stack = take_stack,
		.wait = take_wait,
		.loss = take_loss,
		.rollup = take_rollup,
	};
	const struct symbols symbols = { .tep = tep };
	bool has[NR_EVENTS];
	uint64_t now_ns = 1000;
	struct model m;
	unsigned int i;

	memset(has, 1, sizeof(has));
	has[EVENT_SCHED_SWITCH] = size & 8;
	model_init(&m, &(struct model_options){
			       .sink = &sink,
			       .symbols = &symbols,
			       .has = has,
		       });
	for (; size >= 8; data += 8, size -= 8) {
		const struct event ev = event_of(data, now_ns);

		if (model_event(&m, &ev))
			abort();
		now_ns = next_time(now_ns, data[1]);
		if (data[7] < 16 && model_flush(&m, now_ns))
			abort();
	}
	if (model_finish(&m))
		abort();
	model_free(&m);
	/* resolved stacks belonged to that model */
	for (i = 0; i < NR_STACKS; i++)
		stack[i]->resolved = NULL;
	return 0;
}
