// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of the CPUs, by a clock: of threads that spin for an rwsem before their wait begins,
 * of threads that hold one for writing while others wait, and of threads that wait for an answer
 * of other CPUs. Of these threads, and of those that waited, all samples are counted, too.
 *
 * It shares the threads, the settings and the contended locks of waits.bpf.c, and has rings of
 * its own: a sample may interrupt a program that writes to those.
 */
#include "collector/bpf/waits.bpf.c"

#include "collector/bpf/samples.h"

/* Frames in which the slow path is looked for: what it calls is short. */
#define SPIN_FRAMES 10

/* Words at the end of the stack in which the lock is looked for: the frames of the slow path. */
#define STACK_WORDS 32

/* Registers in which it is looked for. */
#define NR_REGISTERS 11

/* How long samples are counted before they are reported. */
#define COUNT_NS 1000000000ULL

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/linux/perf_event.h, include/linux/bpf_perf_event.h: what the context points to */
struct bpf_perf_event_data_kern {
	void *regs;
};

/* arch/{x86,arm64}/include/asm/ptrace.h */
struct pt_regs___x86_sample {
	unsigned long r15, r14, r13, r12, bp, bx, r8, cx, dx, si, di, ip, sp;
};
struct pt_regs___arm64_sample {
	unsigned long regs[31];
	unsigned long sp, pc;
};

/* include/linux/osq_lock.h; CONFIG_RWSEM_SPIN_ON_OWNER */
struct kernel_atomic {
	int counter;
};
struct optimistic_spin_queue {
	struct kernel_atomic tail;
};
struct rw_semaphore___spin {
	struct optimistic_spin_queue osq;
};

#pragma clang attribute pop

/* A bit of rw_semaphore.count: the queue is not empty. */
#define FLAG_WAITERS 0x2UL

/* What is known of a thread's samples. */
struct sampled {
	__u64 since_ns; /* of those that are counted; 0: it was not sampled yet */
	/* at the last sample: when that was, and the thread's times until then */
	__u64 last_ns, exec_ns, delay_ns;
	__u64 nr, cpu_ns, runnable_ns; /* since @since_ns */
	__u32 told;		       /* it has a record: the numbers are to be told */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sampled);
} samples_of SEC(".maps");

const volatile struct samples_ranges ranges;

/* The state of the CPU that was interrupted. */
struct registers {
	__u64 ip, sp;
	__u64 value[NR_REGISTERS]; /* where a lock may be; 0: none */
};

static __always_inline void read_x86(struct registers *r, struct pt_regs___x86_sample *regs)
{
	r->ip = BPF_CORE_READ(regs, ip);
	r->sp = BPF_CORE_READ(regs, sp);
	r->value[0] = BPF_CORE_READ(regs, di);
	r->value[1] = BPF_CORE_READ(regs, bx);
	r->value[2] = BPF_CORE_READ(regs, bp);
	r->value[3] = BPF_CORE_READ(regs, r12);
	r->value[4] = BPF_CORE_READ(regs, r13);
	r->value[5] = BPF_CORE_READ(regs, r14);
	r->value[6] = BPF_CORE_READ(regs, r15);
	r->value[7] = BPF_CORE_READ(regs, si);
	r->value[8] = BPF_CORE_READ(regs, r8);
	r->value[9] = BPF_CORE_READ(regs, cx);
	r->value[10] = BPF_CORE_READ(regs, dx);
}

static __always_inline void read_arm64(struct registers *r, struct pt_regs___arm64_sample *regs)
{
	int i;

	r->ip = BPF_CORE_READ(regs, pc);
	r->sp = BPF_CORE_READ(regs, sp);
	r->value[0] = BPF_CORE_READ(regs, regs[0]);
	/* those that a function keeps for its caller */
	for (i = 1; i < NR_REGISTERS; i++)
		bpf_core_read(&r->value[i], sizeof(r->value[i]), &regs->regs[18 + i]);
}

/* The registers, of the architectures that we know. Returns whether they were in the kernel. */
static __always_inline bool read_registers(struct registers *r, void *ctx)
{
	void *regs = BPF_CORE_READ((struct bpf_perf_event_data_kern *)ctx, regs);
	struct pt_regs___x86_sample *x86 = regs;
	struct pt_regs___arm64_sample *arm64 = regs;

	if (bpf_core_field_exists(x86->ip))
		read_x86(r, x86);
	else if (bpf_core_field_exists(arm64->pc))
		read_arm64(r, arm64);
	return (long)r->ip < 0;
}

static __always_inline bool in_range(__u64 address, const volatile struct samples_range *range)
{
	return address >= range->start && address < range->end;
}

static __always_inline bool in_slow_path(__u64 address)
{
	int i;

	for (i = 0; i < SAMPLES_SLOW_PATHS; i++)
		if (in_range(address, &ranges.slow_path[i]))
			return true;
	return false;
}

/* Somebody is in the queue of @lock, or spins for it. */
static __always_inline bool is_wanted(__u64 lock)
{
	struct rw_semaphore *sem = (void *)lock;
	struct rw_semaphore___spin *spin = (void *)lock;

	if (BPF_CORE_READ(sem, count.counter) & FLAG_WAITERS)
		return true;
	return bpf_core_field_exists(spin->osq) && BPF_CORE_READ(spin, osq.tail.counter);
}

/*
 * The class of the lock at @address, if memory proves that one is there that somebody spins
 * or waits for; else 0. Not static: the verifier looks at it once, not for each word.
 */
__attribute__((noinline)) __u32 samples_proven(__u64 address)
{
	enum waits_class class;

	if ((long)address >= 0 || address & 7)
		return 0;
	class = class_of(address, current_task()->mm);
	return class != WAITS_CLASS_OPEN && is_wanted(address) ? class : 0;
}

/* The lock that the current thread spins for: it is in a register, or on the stack; or 0. */
static __always_inline __u64 find_lock(const struct registers *r, __u32 *class)
{
	__u64 word;
	int i;

	for (i = 0; i < NR_REGISTERS; i++) {
		*class = samples_proven(r->value[i]);
		if (*class)
			return r->value[i];
	}
	for (i = 0; i < STACK_WORDS; i++) {
		if (bpf_probe_read_kernel(&word, sizeof(word), (void *)(r->sp + i * sizeof(word))))
			break;
		*class = samples_proven(word);
		if (*class)
			return word;
	}
	return 0;
}

/* One of the contended locks that the current thread holds for writing, and others wait for. */
__attribute__((noinline)) __u64 samples_held(void)
{
	const __u64 me = (__u64)current_task();
	struct waits_contended *c;
	__u32 zero = 0;
	__u64 lock;
	int i;

	c = bpf_map_lookup_elem(&contended, &zero);
	if (!c)
		return 0;
	for (i = 0; i < WAITS_CONTENDED; i++) {
		lock = c->lock[i];
		if (lock && (__u64)rwsem_owner((void *)lock) == me && is_wanted(lock))
			return lock;
	}
	return 0;
}

/* CONFIG_SCHED_INFO */
static __always_inline bool knows_delay(void)
{
	return bpf_core_field_exists(((struct task_struct *)0)->sched_info);
}

/* How long the current thread has waited for a CPU so far, as the scheduler counts it. */
static __always_inline __u64 delay_of_current(void)
{
	return knows_delay() ? current_task()->sched_info.run_delay : 0;
}

/* Report how often thread @tid was sampled. What finds no room is reported later. */
static __always_inline void tell_count(struct sampled *s, const struct thread *t, __s32 tid,
				       __u64 now_ns)
{
	struct samples_count *r = reserve(sizeof(*r), t, now_ns, 0);

	if (!r)
		return;
	r->head.kind = SAMPLES_COUNT;
	r->head.tid = tid;
	r->since_ns = s->since_ns;
	r->until_ns = s->last_ns;
	r->nr = s->nr;
	r->cpu_ns = s->cpu_ns;
	r->runnable_ns = knows_delay() ? s->runnable_ns : SAMPLES_UNKNOWN;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	s->since_ns = s->last_ns;
	s->nr = s->cpu_ns = s->runnable_ns = 0;
}

/* The address of @lock that is told. */
static __always_inline __u64 told_address(__u64 lock, __u32 class)
{
	if (ranges.as_rmap_events && class == WAITS_CLASS_ANON_VMA)
		return (__u64)anon_vma_of(lock);
	if (ranges.as_rmap_events && class == WAITS_CLASS_I_MMAP)
		return (__u64)CONTAINER_OF(struct address_space, i_mmap_rwsem, lock);
	return lock;
}

static __always_inline void tell_sample(void *ctx, const struct thread *t, __u64 now_ns, __u64 ip,
					__u32 kind, __u64 lock, __u32 class)
{
	struct samples_taken *r = reserve(sizeof(*r), t, now_ns, told_address(lock, class));
	long nr_bytes;

	if (!r)
		return;
	r->head.kind = kind;
	r->ip = ip;
	r->class = class;
	nr_bytes = bpf_get_stack(ctx, r->frame, sizeof(r->frame), 1);
	r->nr_frames = nr_bytes > 0 ? nr_bytes / sizeof(*r->frame) : 0;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

/*
 * Count a sample of the current thread, and its times since the one before. Of the first one
 * these are not known: it does not count.
 */
static __always_inline bool count_sample(struct sampled *s, __u64 now_ns)
{
	const __u64 exec_ns = current_task()->se.sum_exec_runtime;
	const __u64 delay_ns = delay_of_current();
	const bool first = !s->since_ns;

	if (first) {
		s->since_ns = now_ns;
	} else {
		s->nr++;
		s->cpu_ns += exec_ns - s->exec_ns;
		s->runnable_ns += delay_ns - s->delay_ns;
	}
	s->last_ns = now_ns;
	s->exec_ns = exec_ns;
	s->delay_ns = delay_ns;
	return !first;
}

/* What the innermost functions of the current thread do. */
struct doing {
	bool slow_path, ipi;
};

static __always_inline void look_at(struct doing *what, __u64 address)
{
	what->slow_path |= in_slow_path(address);
	what->ipi |= in_range(address, &ranges.ipi);
}

static __always_inline struct doing what_it_does(void *ctx, __u64 ip)
{
	struct doing what = { 0 };
	__u64 frame[SPIN_FRAMES];
	long nr_bytes;
	int i;

	look_at(&what, ip);
	if (what.slow_path || what.ipi)
		return what;
	nr_bytes = bpf_get_stack(ctx, frame, sizeof(frame), 0);
	for (i = 1; i < SPIN_FRAMES; i++)
		if (i * (long)sizeof(*frame) < nr_bytes)
			look_at(&what, frame[i]);
	return what;
}

static __always_inline void sample_kernel(void *ctx, struct sampled *s, const struct thread *t,
					  const struct registers *r, __u64 now_ns)
{
	const struct doing what = what_it_does(ctx, r->ip);
	__u32 class = 0;
	__u64 lock;

	lock = samples_held();
	if (lock) {
		s->told = 1;
		class = class_of(lock, current_task()->mm);
		tell_sample(ctx, t, now_ns, r->ip, SAMPLES_HOLDER, lock, class);
	}
	/* a wait that has begun is measured */
	if (what.slow_path && !t->lock) {
		s->told = 1;
		lock = find_lock(r, &class);
		if (lock)
			note_contended(lock);
		tell_sample(ctx, t, now_ns, r->ip, SAMPLES_SPIN, lock, lock ? class : 0);
	} else if (what.ipi) {
		s->told = 1;
		tell_sample(ctx, t, now_ns, r->ip, SAMPLES_IPI, 0, 0);
	}
}

SEC("perf_event")
int samples_take(void *ctx)
{
	const __u64 now_ns = bpf_ktime_get_ns();
	struct task_struct *me = current_task();
	struct registers r = { 0 };
	struct sampled *s;
	struct thread *t;

	if (!me->pid || !is_traced(me))
		return 0;
	t = thread_of(me, true);
	s = bpf_task_storage_get(&samples_of, (void *)me, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	/* without memory, or within a program that uses the same: as if it was not sampled */
	if (!t || !s || !count_sample(s, now_ns))
		return 0;
	if (read_registers(&r, ctx))
		sample_kernel(ctx, s, t, &r, now_ns);
	s->told |= t->waited;
	if (s->told && now_ns - s->since_ns >= COUNT_NS)
		tell_count(s, t, me->pid, now_ns);
	return 0;
}

/* What a thread was not asked for any more. */
static __always_inline void tell_rest(void *task, __s32 tid)
{
	const struct thread *t = thread_of(task, false);
	struct sampled *s = bpf_task_storage_get(&samples_of, task, NULL, 0);

	if (s && t && s->told && s->nr)
		tell_count(s, t, tid, bpf_ktime_get_ns());
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(samples_exit)
{
	struct task_struct *me = current_task();

	(void)ctx;
	if (is_traced(me))
		tell_rest(me, me->pid);
	return 0;
}

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_iter__task {
	struct task_struct *task;
};
#pragma clang attribute pop

/* At the end: of all threads. */
SEC("iter/task")
int samples_end(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		tell_rest(task, task->pid);
	return 0;
}
