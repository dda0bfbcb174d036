// SPDX-License-Identifier: GPL-2.0-only
/*
 * As waits.bpf.c, but a wait begins where the slow path of the rwsem begins, with its first
 * spinning: the programs here replace waits_begin. waits_end ends the waits that sleep.
 *
 * Those of functions are there twice: for a kernel with trampolines (fentry, fexit), and for
 * one without (kprobe, kretprobe).
 */
#include "collector/bpf/waits.bpf.c"

/* include/linux/err.h */
#define MAX_ERRNO 4095

/*
 * The frames of the program itself and of the trampoline. Linux 7.3 has one less: then the stack
 * begins at the caller. That of a kprobe begins at the function.
 */
#define SKIP_FRAMES_FENTRY 2
#define SKIP_FRAMES_KPROBE 0

/* arch/{x86,arm64}/include/asm/ptrace.h: the first argument of a function, and what it returns */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs___x86_call {
	unsigned long di, ax;
};
struct pt_regs___arm64 {
	unsigned long regs[31];
};
#pragma clang attribute pop

/* 0, or the errno in what a slow path returns. */
static __always_inline int errno_of(__u64 ret)
{
	return ret >= (__u64)-MAX_ERRNO ? (int)ret : 0;
}

/*
 * The slow path returns. The wait is not over yet: the thread never slept, but has spun until
 * now. A kernel calls kretprobes for a limited number of threads at once only: an end that is
 * missing makes the wait uncertain as the thread's next one begins.
 */
static __always_inline void end_call(__u64 ret)
{
	const __u64 now_ns = bpf_ktime_get_ns();
	struct thread *t = waiting_thread();

	if (!t)
		return;
	t->spun_until_ns = now_ns;
	end_wait(t, now_ns, errno_of(ret));
}

/* Inside the slow path: it has spun, and now sleeps. */
SEC("tp_btf/contention_begin")
int BPF_PROG(calls_sleep, void *lock, unsigned int flags)
{
	struct thread *t = waiting_thread();

	(void)ctx;
	if (is_rwsem(flags) && t && t->lock == (__u64)lock)
		t->spun_until_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("fentry/rwsem_down_read_slowpath")
int BPF_PROG(fentry_read, struct rw_semaphore *sem)
{
	begin_wait(ctx, sem, LCB_F_READ, SKIP_FRAMES_FENTRY);
	return 0;
}

SEC("fentry/rwsem_down_write_slowpath")
int BPF_PROG(fentry_write, struct rw_semaphore *sem)
{
	begin_wait(ctx, sem, LCB_F_WRITE, SKIP_FRAMES_FENTRY);
	return 0;
}

/* The number of arguments is not the same on every kernel. */
static __always_inline int fexit(void *ctx)
{
	__u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	end_call(ret);
	return 0;
}

SEC("fexit/rwsem_down_read_slowpath")
int fexit_read(void *ctx)
{
	return fexit(ctx);
}

SEC("fexit/rwsem_down_write_slowpath")
int fexit_write(void *ctx)
{
	return fexit(ctx);
}

static __always_inline int kprobe(void *ctx, __u32 flags)
{
	struct pt_regs___x86_call *x86 = ctx;
	struct pt_regs___arm64 *arm64 = ctx;
	__u64 sem = bpf_core_field_exists(x86->di) ? BPF_CORE_READ(x86, di)
						   : BPF_CORE_READ(arm64, regs[0]);

	begin_wait(ctx, (struct rw_semaphore *)sem, flags, SKIP_FRAMES_KPROBE);
	return 0;
}

SEC("kprobe/rwsem_down_read_slowpath")
int kprobe_read(void *ctx)
{
	return kprobe(ctx, LCB_F_READ);
}

SEC("kprobe/rwsem_down_write_slowpath")
int kprobe_write(void *ctx)
{
	return kprobe(ctx, LCB_F_WRITE);
}

static __always_inline int kretprobe(void *ctx)
{
	struct pt_regs___x86_call *x86 = ctx;
	struct pt_regs___arm64 *arm64 = ctx;

	end_call(bpf_core_field_exists(x86->ax) ? BPF_CORE_READ(x86, ax)
						: BPF_CORE_READ(arm64, regs[0]));
	return 0;
}

SEC("kretprobe/rwsem_down_read_slowpath")
int kretprobe_read(void *ctx)
{
	return kretprobe(ctx);
}

SEC("kretprobe/rwsem_down_write_slowpath")
int kretprobe_write(void *ctx)
{
	return kretprobe(ctx);
}
