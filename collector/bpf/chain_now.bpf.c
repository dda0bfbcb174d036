// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each thread that is in the slow path of an rwsem now, by an iterator over all
 * threads: the lock that it waits for, the writer that holds it, and its stack.
 * With CONFIG_DETECT_HUNG_TASK_BLOCKER (from Linux 6.17) the lock of an uninterruptible wait is
 * noted in task_struct.blocker; any other is found by the queue, see queued.bpf.h.
 */
/* in this order: each needs the one before */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <stdbool.h>

#include "collector/bpf/chain_now.h"
#include "collector/bpf/kernel.bpf.h"

/* What an iterator is given. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_iter_meta {
	struct seq_file *seq;
	unsigned long long seq_num;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct kmem_cache {
	const char *name;
};

#pragma clang attribute pop

#include "collector/bpf/queued.bpf.h"

/* include/linux/hung_task.h: the two lowest bits of task_struct.blocker */
#define BLOCKER_RWSEM	     0x2UL
#define BLOCKER_RWSEM_WRITER 0x3UL
#define BLOCKER_TYPE	     0x3UL

/* include/linux/sched/prio.h: lower ones are real-time */
#define MAX_RT_PRIO 100

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct chain_record);
} scratch SEC(".maps");

/* From the scheduler's clock to CLOCK_MONOTONIC. */
static volatile __s64 clock_offset_ns;

/*
 * Who reads has slept just before, so that the time it came to run is now. The
 * scheduler's clock itself cannot be read here.
 */
static __always_inline void learn_clock_offset(void)
{
	struct task_struct *me = (struct task_struct *)bpf_get_current_task_btf();

	if (bpf_core_field_exists(me->sched_info.last_arrival))
		clock_offset_ns = bpf_ktime_get_ns() - me->sched_info.last_arrival;
}

/* When it last came to run, and for how long it did then: its present sleep began after that. */
static __always_inline __s64 off_cpu_since(struct task_struct *task)
{
	__s64 ns;

	if (!bpf_core_field_exists(task->sched_info.last_arrival) || !clock_offset_ns)
		return 0;
	ns = task->sched_info.last_arrival + clock_offset_ns;
	/* kernel/sched/fair.c alone notes what it had run before */
	if (task->prio >= MAX_RT_PRIO)
		ns += task->se.sum_exec_runtime - task->se.prev_sum_exec_runtime;
	return ns;
}

#ifdef CHAIN_BY_SLAB
extern struct kmem_cache *bpf_get_kmem_cache(__u64 addr) __ksym;

/* What the memory is of that the lock is in. */
static __always_inline enum chain_class class_by_slab(__u64 lock)
{
	struct kmem_cache *cache = bpf_get_kmem_cache(lock);
	char name[16] = "";

	if (!cache)
		return CHAIN_CLASS_OPEN;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(cache, name));
	if (!bpf_strncmp(name, sizeof(name), "anon_vma"))
		return CHAIN_CLASS_ANON_VMA;
	if (!bpf_strncmp(name, sizeof(name), "mm_struct"))
		return CHAIN_CLASS_MMAP;
	return CHAIN_CLASS_OPEN;
}
#else
static __always_inline enum chain_class class_by_slab(__u64 lock)
{
	(void)lock;
	return CHAIN_CLASS_OPEN;
}
#endif

/* What the lock is a part of, by what is around it. */
static __always_inline enum chain_class class_by_place(struct task_struct *task, __u64 lock)
{
	if (is_mmap_lock(lock, task->mm))
		return CHAIN_CLASS_MMAP;
	if (is_anon_vma_lock(lock))
		return CHAIN_CLASS_ANON_VMA;
	return CHAIN_CLASS_OPEN;
}

static __always_inline void read_owner(struct chain_record *r)
{
	struct rw_semaphore *sem = (struct rw_semaphore *)r->lock;
	struct task_struct *owner = rwsem_owner(sem);

	r->owner_tid = r->owner_tgid = 0;
	if (!owner)
		return;
	r->owner_tgid = BPF_CORE_READ(owner, tgid);
	bpf_core_read_str(r->owner_comm, sizeof(r->owner_comm), &owner->comm);
	if (is_owner(sem, owner))
		r->owner_tid = BPF_CORE_READ(owner, pid);
}

static __always_inline void read_wait(struct chain_record *r, struct task_struct *task)
{
	long nr_bytes;

	r->nr_switches = task->nvcsw + task->nivcsw;
	r->off_cpu_ns = off_cpu_since(task);
	r->tid = task->pid;
	r->tgid = task->tgid;
	bpf_core_read_str(r->comm, sizeof(r->comm), &task->comm);
	r->class = class_by_slab(r->lock);
	if (r->class == CHAIN_CLASS_OPEN)
		r->class = class_by_place(task, r->lock);
	read_owner(r);
	nr_bytes = bpf_get_task_stack(task, r->frame, sizeof(r->frame), 0);
	r->nr_frames = nr_bytes > 0 ? nr_bytes / sizeof(*r->frame) : 0;
}

/* The lock that @task waits for, and whether to write; 0: for none. */
static __always_inline __u64 blocker_of(struct task_struct *task, __u32 *write)
{
	unsigned long blocker;

	blocker = bpf_core_field_exists(task->blocker) ? task->blocker : 0;
	/* only uninterruptible waits note it (kernel/locking/rwsem.c): not those that SIGKILL ends */
	if (!(blocker & BLOCKER_RWSEM))
		return queued_can_see() ? queued_for(task, write) : 0;
	*write = (blocker & BLOCKER_TYPE) == BLOCKER_RWSEM_WRITER;
	return blocker & ~BLOCKER_TYPE;
}

SEC("iter/task")
int chain_now(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct chain_record *r;
	__u32 zero = 0, write;

	r = bpf_map_lookup_elem(&scratch, &zero);
	if (!r || !task)
		return 0;
	if (!ctx->meta->seq_num)
		learn_clock_offset();
	r->can_see = bpf_core_field_exists(task->blocker) || queued_can_see();
	if (!r->can_see) {
		if (!ctx->meta->seq_num)
			bpf_seq_write(ctx->meta->seq, r, sizeof(*r));
		return 0;
	}
	r->lock = blocker_of(task, &r->write);
	if (!r->lock)
		return 0;
	read_wait(r, task);
	/* it may have gone on meanwhile */
	if (blocker_of(task, &write) == r->lock)
		bpf_seq_write(ctx->meta->seq, r, sizeof(*r));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
