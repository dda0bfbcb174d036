/* SPDX-License-Identifier: GPL-2.0-only */
/* Events by hand. Times are nanoseconds. */
#ifndef RMAPSCOPE_TEST_EVENTS_H
#define RMAPSCOPE_TEST_EVENTS_H

#include <stdio.h>
#include <string.h>

#include "collector/event.h"
#include "schema/rows.h"

/* include/trace/events/lock.h */
#define F_SPIN	 (1U << 0)
#define F_READ	 (1U << 1)
#define F_WRITE	 (1U << 2)
#define F_RT	 (1U << 3)
#define F_PERCPU (1U << 4)
#define F_MUTEX	 (1U << 5)

/* include/linux/sched.h: prev_state of sched_switch */
#define S_RUNNING	  0
#define S_INTERRUPTIBLE	  1
#define S_UNINTERRUPTIBLE 2
#define S_PREEMPTED	  0x100

/* include/uapi/linux/sched.h */
#define CLONE_VM_FLAG	  0x00000100
#define CLONE_THREAD_FLAG 0x00010000

static inline struct event ev_make(enum event_id id, uint64_t time_ns, int32_t tid, uint16_t cpu)
{
	struct event ev;

	memset(&ev, 0, sizeof(ev));
	ev.id = id;
	ev.time_ns = time_ns;
	ev.tid = tid;
	ev.cpu = cpu;
	return ev;
}

static inline struct event ev_begin(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t lock,
				    uint32_t flags)
{
	struct event ev = ev_make(EVENT_CONTENTION_BEGIN, time_ns, tid, cpu);

	ev.contention_begin.lock = lock;
	ev.contention_begin.flags = flags;
	return ev;
}

static inline struct event ev_end(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t lock,
				  int32_t ret)
{
	struct event ev = ev_make(EVENT_CONTENTION_END, time_ns, tid, cpu);

	ev.contention_end.lock = lock;
	ev.contention_end.ret = ret;
	return ev;
}

static inline struct event ev_switch(uint64_t time_ns, int32_t prev, uint16_t cpu,
				     int64_t prev_state, int32_t next)
{
	struct event ev = ev_make(EVENT_SCHED_SWITCH, time_ns, prev, cpu);

	ev.sched_switch.prev_state = prev_state;
	ev.sched_switch.next_tid = next;
	return ev;
}

static inline struct event ev_waking(uint64_t time_ns, int32_t waker, uint16_t cpu, int32_t tid)
{
	struct event ev = ev_make(EVENT_SCHED_WAKING, time_ns, waker, cpu);

	ev.sched_waking.tid = tid;
	return ev;
}

static inline struct event ev_newtask(uint64_t time_ns, int32_t parent, int32_t tid,
				      const char *comm, uint64_t clone_flags)
{
	struct event ev = ev_make(EVENT_TASK_NEWTASK, time_ns, parent, 0);

	ev.task_newtask.tid = tid;
	ev.task_newtask.clone_flags = clone_flags;
	snprintf(ev.task_newtask.comm, COMM_LEN, "%s", comm);
	return ev;
}

static inline struct event ev_rename(uint64_t time_ns, int32_t tid, const char *comm)
{
	struct event ev = ev_make(EVENT_TASK_RENAME, time_ns, tid, 0);

	ev.task_rename.tid = tid;
	snprintf(ev.task_rename.comm, COMM_LEN, "%s", comm);
	return ev;
}

static inline struct event ev_exit(uint64_t time_ns, int32_t tid)
{
	struct event ev = ev_make(EVENT_SCHED_PROCESS_EXIT, time_ns, tid, 0);

	ev.sched_process_exit.tid = tid;
	return ev;
}

static inline struct event ev_release(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t lock)
{
	struct event ev = ev_make(EVENT_CONTENDED_RELEASE, time_ns, tid, cpu);

	ev.contended_release.lock = lock;
	return ev;
}

/* @kind: SAMPLE_*; @ip: of the innermost function; @lock: 0: not known */
static inline struct event ev_sample(uint64_t time_ns, int32_t tid, uint16_t cpu, int kind,
				     uint64_t lock, uint64_t ip)
{
	struct event ev = ev_make(EVENT_SAMPLE, time_ns, tid, cpu);

	ev.sample.kind = kind;
	ev.sample.lock = lock;
	ev.sample.ip = ip;
	return ev;
}

static inline struct event ev_sampled(uint64_t time_ns, int32_t tid, uint64_t since_ns, uint64_t nr,
				      uint64_t cpu_ns)
{
	struct event ev = ev_make(EVENT_SAMPLED, time_ns, tid, 0);

	ev.sampled.since_ns = since_ns;
	ev.sampled.until_ns = time_ns;
	ev.sampled.runnable_ns = NO_TIME;
	ev.sampled.nr = nr;
	ev.sampled.cpu_ns = cpu_ns;
	return ev;
}

/* @id: EVENT_SLICE_BEGIN or EVENT_TRACK_BEGIN; of others, which have no name, @name is unused */
static inline struct event ev_slice(unsigned int id, uint64_t time_ns, int32_t tid,
				    const char *name)
{
	struct event ev = ev_make(id, time_ns, tid, 0);

	if (id == EVENT_SLICE_BEGIN || id == EVENT_TRACK_BEGIN)
		snprintf(ev.slice_begin.name, sizeof(ev.slice_begin.name), "%s", name);
	return ev;
}

/* @ip: of the innermost function, if a stack is added */
static inline struct event ev_cpu_sample(uint64_t time_ns, int32_t tid, uint64_t ip,
					 uint64_t cpu_ns)
{
	struct event ev = ev_make(EVENT_CPU_SAMPLE, time_ns, tid, 0);

	ev.cpu_sample.ip = ip;
	ev.cpu_sample.cpu_ns = cpu_ns;
	return ev;
}

static inline struct event ev_signal(uint64_t time_ns, int32_t sender, int32_t tid)
{
	struct event ev = ev_make(EVENT_SIGNAL_GENERATE, time_ns, sender, 0);

	ev.signal_generate.tid = tid;
	return ev;
}

static inline struct event ev_exec(uint64_t time_ns, int32_t tid)
{
	struct event ev = ev_make(EVENT_SCHED_PROCESS_EXEC, time_ns, tid, 0);

	ev.sched_process_exec.tid = tid;
	return ev;
}

static inline struct event ev_page_fault(uint64_t time_ns, int32_t tid, uint64_t address)
{
	struct event ev = ev_make(EVENT_PAGE_FAULT_USER, time_ns, tid, 0);

	ev.page_fault.address = address;
	return ev;
}

static inline struct event ev_stack(uint64_t time_ns, int32_t tid, uint16_t cpu,
				    struct kstack *stack)
{
	struct event ev = ev_make(EVENT_KERNEL_STACK, time_ns, tid, cpu);

	ev.stack = stack;
	return ev;
}

/* @ev with the stack that was recorded with it. */
static inline struct event ev_at_stack(struct event ev, struct kstack *stack)
{
	ev.stack = stack;
	return ev;
}

static inline struct event ev_loss(uint64_t time_ns, uint64_t end_ns, uint16_t cpu, int64_t nr_lost)
{
	struct event ev = ev_make(EVENT_LOSS, time_ns, 0, cpu);

	ev.loss.end_ns = end_ns;
	ev.loss.nr_lost = nr_lost;
	ev.loss.reason = LOSS_OVERRUN;
	return ev;
}

static inline struct event ev_in_irq(struct event ev)
{
	ev.in_irq = true;
	return ev;
}

/* The events of the kernel series: what is done to a lock. */
static inline struct event ev_lock(enum event_id id, uint64_t time_ns, int32_t tid, uint16_t cpu,
				   uint64_t lock, bool write)
{
	struct event ev = ev_make(id, time_ns, tid, cpu);

	ev.lock_op.lock = lock;
	ev.lock_op.write = write;
	ev.lock_op.success = true;
	return ev;
}

/* The anon_vma root @lock is waited for, got, held, let go. */
static inline struct event ev_anon_begin(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t lock,
					 bool write)
{
	return ev_lock(EVENT_ANON_VMA_CONTENTION_BEGIN, time_ns, tid, cpu, lock, write);
}

static inline struct event ev_anon_end(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t lock,
				       bool write)
{
	return ev_lock(EVENT_ANON_VMA_CONTENTION_END, time_ns, tid, cpu, lock, write);
}

static inline struct event ev_acquired(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t lock,
				       bool write)
{
	return ev_lock(EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED, time_ns, tid, cpu, lock, write);
}

static inline struct event ev_released(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t lock,
				       bool write)
{
	return ev_lock(EVENT_ANON_VMA_LOCK_RELEASED, time_ns, tid, cpu, lock, write);
}

/* A try-lock that got nothing. */
static inline struct event ev_failed(struct event ev)
{
	ev.lock_op.success = false;
	return ev;
}

static inline struct event ev_at(struct event ev, uint64_t ip)
{
	ev.lock_op.ip = ip;
	return ev;
}

static inline struct event ev_owned_by(struct event ev, int32_t owner)
{
	ev.lock_op.owner = owner;
	return ev;
}

static inline struct event ev_vma_lock(enum event_id id, uint64_t time_ns, int32_t tid,
				       uint16_t cpu, uint64_t mm, uint64_t vm_start)
{
	struct event ev = ev_lock(id, time_ns, tid, cpu, mm, false);

	ev.lock_op.vm_start = vm_start;
	ev.lock_op.vm_end = vm_start + 0x1000;
	return ev;
}

static inline struct event ev_walk_begin(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t pfn,
					 uint32_t kind, uint64_t rmap_one)
{
	struct event ev = ev_make(EVENT_RMAP_WALK_BEGIN, time_ns, tid, cpu);

	ev.walk_begin.pfn = pfn;
	ev.walk_begin.nr_pages = 1;
	ev.walk_begin.kind = kind;
	ev.walk_begin.rmap_one = rmap_one;
	return ev;
}

static inline struct event ev_walk_end(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t pfn,
				       uint32_t nr_vmas, uint32_t outcome)
{
	struct event ev = ev_make(EVENT_RMAP_WALK_END, time_ns, tid, cpu);

	ev.walk_end.pfn = pfn;
	ev.walk_end.nr_vmas = nr_vmas;
	ev.walk_end.outcome = outcome;
	return ev;
}

static inline struct event ev_walk_retry(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t pfn,
					 uint64_t old_anon_vma, uint64_t new_anon_vma)
{
	struct event ev = ev_make(EVENT_RMAP_WALK_RETRY, time_ns, tid, cpu);

	ev.walk_retry.pfn = pfn;
	ev.walk_retry.old_anon_vma = old_anon_vma;
	ev.walk_retry.new_anon_vma = new_anon_vma;
	ev.walk_retry.attempt = 1;
	return ev;
}

static inline struct event ev_walk_skip(uint64_t time_ns, int32_t tid, uint16_t cpu, uint64_t pfn,
					uint32_t reason, uint64_t ip)
{
	struct event ev = ev_make(EVENT_RMAP_WALK_SKIP, time_ns, tid, cpu);

	ev.walk_skip.pfn = pfn;
	ev.walk_skip.reason = reason;
	ev.walk_skip.ip = ip;
	return ev;
}

/* A folio goes from one root to another; into the VMA at @vm_start. */
static inline struct event ev_folio_move(uint64_t time_ns, int32_t tid, uint64_t pfn,
					 uint64_t old_root, uint64_t new_root, uint64_t vm_start,
					 uint64_t vm_end)
{
	struct event ev = ev_make(EVENT_FOLIO_MOVE_ANON_RMAP, time_ns, tid, 0);

	ev.folio_move.pfn = pfn;
	ev.folio_move.nr_pages = 1;
	ev.folio_move.old_root = ev.folio_move.old_anon_vma = old_root;
	ev.folio_move.new_root = ev.folio_move.new_anon_vma = new_root;
	ev.folio_move.mm = 0xffff888000abc000ULL;
	ev.folio_move.vm_start = vm_start;
	ev.folio_move.vm_end = vm_end;
	return ev;
}

/* A VMA of process @tgid, whose mm is told by that, on @anon_vma below @root. */
static inline struct event ev_chain(enum event_id id, uint64_t time_ns, int32_t tgid,
				    uint64_t anon_vma, uint64_t root, uint64_t vm_start,
				    uint64_t vm_end)
{
	struct event ev = ev_make(id, time_ns, tgid, 0);

	ev.anon_vma_chain.anon_vma = anon_vma;
	ev.anon_vma_chain.root = root;
	ev.anon_vma_chain.mm = 0xffff888100000000ULL + 0x1000 * (uint64_t)tgid;
	ev.anon_vma_chain.tgid = tgid;
	ev.anon_vma_chain.vm_start = vm_start;
	ev.anon_vma_chain.vm_end = vm_end;
	return ev;
}

static inline struct event ev_link(uint64_t time_ns, int32_t tgid, uint64_t anon_vma, uint64_t root,
				   uint64_t vm_start, uint64_t vm_end)
{
	return ev_chain(EVENT_ANON_VMA_LINK, time_ns, tgid, anon_vma, root, vm_start, vm_end);
}

static inline struct event ev_unlink(uint64_t time_ns, int32_t tgid, uint64_t anon_vma,
				     uint64_t root, uint64_t vm_start, uint64_t vm_end)
{
	return ev_chain(EVENT_ANON_VMA_UNLINK, time_ns, tgid, anon_vma, root, vm_start, vm_end);
}

/* The mmap_lock of @mm. */
static inline struct event ev_mmap(enum event_id id, uint64_t time_ns, int32_t tid, uint64_t mm,
				   bool write)
{
	return ev_lock(id, time_ns, tid, 0, mm, write);
}

/* A walk visits the VMA of @mm at @vm_start, where the folio is at @address. */
static inline struct event ev_walk_vma(uint64_t time_ns, int32_t tid, uint64_t mm,
				       uint64_t vm_start, uint64_t vm_end, uint64_t address)
{
	struct event ev = ev_make(EVENT_RMAP_WALK_VMA, time_ns, tid, 0);

	ev.walk_vma.mm = mm;
	ev.walk_vma.vm_start = vm_start;
	ev.walk_vma.vm_end = vm_end;
	ev.walk_vma.address = address;
	return ev;
}

static inline struct event ev_migration_pte(enum event_id id, uint64_t time_ns, int32_t tid,
					    uint64_t address)
{
	struct event ev = ev_make(id, time_ns, tid, 0);

	ev.migration_pte.address = address;
	return ev;
}

static inline struct event ev_stack_shift(enum event_id id, uint64_t time_ns, int32_t tid,
					  uint64_t mm, uint64_t old_start, uint64_t old_end,
					  uint64_t shift)
{
	struct event ev = ev_make(id, time_ns, tid, 0);

	ev.stack_shift.mm = mm;
	ev.stack_shift.old_start = old_start;
	ev.stack_shift.old_end = old_end;
	ev.stack_shift.shift = shift;
	return ev;
}

#endif
