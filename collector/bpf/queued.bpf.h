/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rwsem that a thread waits for, on a kernel that does not note it: who waits keeps
 * its place in the lock's queue, a struct rwsem_waiter, on its own stack.
 *
 * It proves itself: it names the thread, its neighbours in the queue point back to it, and
 * the one node of the queue that is on no waiter's stack is the lock's.
 */
#ifndef RMAPSCOPE_BPF_QUEUED_BPF_H
#define RMAPSCOPE_BPF_QUEUED_BPF_H

/*
 * The frames of the scheduler and of the slow path are the last on the stack, within so
 * many pieces of it, which never lie in two pages: behind a stack there may be nothing.
 */
#define QUEUED_PIECES	   8
#define QUEUED_PIECE_WORDS 32
#define QUEUED_PIECE_BYTES (QUEUED_PIECE_WORDS * sizeof(__u64))

/* Waiters before this one in the queue. */
#define QUEUED_MAX 512

/* No architecture's kernel stack is larger (arm64 with KASAN, 64 KiB). */
#define QUEUED_STACK_BYTES (64 << 10)

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};

/* kernel/locking/rwsem.c */
enum rwsem_waiter_type {
	RWSEM_WAITING_FOR_WRITE,
	RWSEM_WAITING_FOR_READ,
};

struct rwsem_waiter {
	struct list_head list;
	struct task_struct *task;
	enum rwsem_waiter_type type;
};

struct rw_semaphore___queue {
	struct list_head wait_list;
};

struct thread_struct___x86 {
	unsigned long sp;
};

struct cpu_context {
	unsigned long sp;
};

struct thread_struct___arm64 {
	struct cpu_context cpu_context;
};

struct task_struct___x86 {
	struct thread_struct___x86 thread;
};

struct task_struct___arm64 {
	struct thread_struct___arm64 thread;
};

struct task_struct___stack {
	void *stack;
};

#pragma clang attribute pop

/* A bit of rw_semaphore.count: the queue is not empty. */
#define FLAG_WAITERS 0x2UL

struct queued_piece {
	__u64 word[QUEUED_PIECE_WORDS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct queued_piece);
} queued_scratch SEC(".maps");

/* Whether this kernel's structures are those that are read here. */
static __always_inline bool queued_can_see(void)
{
	return bpf_core_type_exists(struct rwsem_waiter) &&
	       bpf_core_field_exists(((struct rw_semaphore___queue *)0)->wait_list) &&
	       (bpf_core_field_exists(((struct task_struct___x86 *)0)->thread.sp) ||
		bpf_core_field_exists(((struct task_struct___arm64 *)0)->thread.cpu_context.sp));
}

/* Where the stack of a thread ended when it ran last. */
static __always_inline __u64 stack_end_of(struct task_struct *task)
{
	struct task_struct___x86 *x86 = (void *)task;
	struct task_struct___arm64 *arm64 = (void *)task;

	if (bpf_core_field_exists(x86->thread.sp))
		return BPF_CORE_READ(x86, thread.sp);
	if (bpf_core_field_exists(arm64->thread.cpu_context.sp))
		return BPF_CORE_READ(arm64, thread.cpu_context.sp);
	return 0;
}

/* Whether @node is the place in a queue of the thread that it names. */
static __always_inline bool is_waiter(__u64 node)
{
	struct rwsem_waiter *waiter = (void *)node;
	struct task_struct___stack *task = (void *)BPF_CORE_READ(waiter, task);
	__u64 stack = (__u64)BPF_CORE_READ(task, stack);

	return stack && node >= stack && node < stack + QUEUED_STACK_BYTES;
}

/*
 * The lock at the head of the queue that @node is in, or 0. Not static: the verifier
 * looks at it once, not for each word of a stack.
 */
__attribute__((noinline)) __u64 queued_lock_of(__u64 node)
{
	struct list_head *at = (void *)node;
	unsigned long count;
	__u64 lock;
	int i;

	/* what follows does not load where the structures are others */
	if (!queued_can_see())
		return 0;
	if ((__u64)BPF_CORE_READ(at, next, prev) != node ||
	    (__u64)BPF_CORE_READ(at, prev, next) != node)
		return 0;
	for (i = 0; i < QUEUED_MAX; i++) {
		at = BPF_CORE_READ(at, prev);
		if (!at || (__u64)at == node)
			return 0;
		if (is_waiter((__u64)at))
			continue;
		lock = (__u64)at - bpf_core_field_offset(struct rw_semaphore___queue, wait_list);
		count = BPF_CORE_READ((struct rw_semaphore *)lock, count.counter);
		return count & FLAG_WAITERS ? lock : 0;
	}
	return 0;
}

/*
 * The lock that @task is queued for, if its place in the queue is in the piece of its stack
 * at @start; and whether to write.
 */
static __always_inline __u64 queued_in(struct task_struct *task, __u64 start, __u32 *write)
{
	struct queued_piece *piece;
	struct rwsem_waiter *waiter;
	__u32 zero = 0;
	__u64 lock;
	int i;

	piece = bpf_map_lookup_elem(&queued_scratch, &zero);
	if (!piece || bpf_probe_read_kernel(piece, sizeof(*piece), (void *)start))
		return 0;
	for (i = 0; i < QUEUED_PIECE_WORDS; i++) {
		if (piece->word[i] != (__u64)task)
			continue;
		waiter = (void *)(start + i * sizeof(__u64) -
				  bpf_core_field_offset(struct rwsem_waiter, task));
		lock = queued_lock_of((__u64)waiter);
		if (!lock)
			continue;
		*write = BPF_CORE_READ(waiter, type) == RWSEM_WAITING_FOR_WRITE;
		return lock;
	}
	return 0;
}

/* The lock that @task is queued for, and whether to write; 0: it is not. */
static __always_inline __u64 queued_for(struct task_struct *task, __u32 *write)
{
	const __u64 end = stack_end_of(task) & ~(QUEUED_PIECE_BYTES - 1);
	__u64 lock;
	int i;

	for (i = 0; i < QUEUED_PIECES && end; i++) {
		lock = queued_in(task, end + i * QUEUED_PIECE_BYTES, write);
		if (lock)
			return lock;
	}
	return 0;
}

#endif
