// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for rwsems: as one begins, the lock's class, the writer that holds it and the
 * waiter's stack; as it ends, the VMA that it was for.
 *
 * The VMA: where a wait for an anon_vma lock ends, the waiter holds the lock, and the tree
 * of the VMAs on it does not change.
 */
/* in this order: each needs the one before */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <stdbool.h>

#include "collector/bpf/kernel.bpf.h"
#include "collector/bpf/waits.h"

/* include/trace/events/lock.h: as RWSEM in collector/profile.c */
#define LCB_F_READ  (1U << 1)
#define LCB_F_WRITE (1U << 2)
#define LCB_F_RT    (1U << 3)

/* Steps from node to node of a tree: the lock is held meanwhile. */
#define MAX_STEPS 256

/* The frame of the program itself */
#define SKIP_FRAMES 1

#define CONTAINER_OF(type, member, at) ((type *)((__u64)(at)-bpf_core_field_offset(type, member)))

/* x86-64: arch/x86/include/asm/ptrace.h, asm/unistd_64.h; others record less */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs___x86 {
	unsigned long orig_ax, si, dx;
};
#pragma clang attribute pop
#define X86_NR_IOCTL 16

/* include/uapi/linux/userfaultfd.h */
#define UFFDIO_MOVE 0xc028aa05U
struct uffdio_move {
	__u64 dst, src, len, mode;
	__s64 move;
};

struct thread {
	__u64 fault;	     /* address of its last page fault in user mode */
	__u64 lock;	     /* that it waits for; 0: none */
	__u64 spun_until_ns; /* while it waits: 0: it still spins, or that is not known */
	__u32 class;	     /* of that: enum waits_class */
	__u32 write;	     /* it waits for that as a writer */
	__u32 followed;	     /* descends from settings.only_tgid */
	__u32 waited;	     /* at all */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

/* max_entries of both: set to the number of CPUs before they are made */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct waits_cpu);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct waits_contended);
} contended SEC(".maps");

struct waits_settings settings;

static __always_inline struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task_btf();
}

/* The thread's storage, made on first need if @make. */
static __always_inline struct thread *thread_of(void *task, bool make)
{
	return bpf_task_storage_get(&threads, task, NULL,
				    make ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
}

static __always_inline bool is_traced(struct task_struct *task)
{
	const __s32 only = *(volatile __s32 *)&settings.only_tgid;
	const struct thread *t;

	if (!*(volatile __u32 *)&settings.on || task->tgid == settings.own_tgid)
		return false;
	if (!only || task->tgid == only)
		return true;
	t = thread_of(task, false);
	return t && t->followed;
}

/* Multiplied by this, the high bits of an address are a hash: 2^64 / golden ratio. */
#define HASH_FACTOR 0x9e3779b97f4a7c15ULL

static __always_inline void note_contended(__u64 lock)
{
	const __u32 slot = lock * HASH_FACTOR >> (64 - WAITS_CONTENDED_BITS);
	struct waits_contended *c;
	__u32 zero = 0;

	c = bpf_map_lookup_elem(&contended, &zero);
	if (!c || slot >= WAITS_CONTENDED)
		return;
	/* mostly it is there: its cache line stays shared */
	if (c->lock[slot] != lock)
		c->lock[slot] = lock;
}

static __always_inline void lose(struct waits_cpu *cpu, __u64 now_ns)
{
	volatile struct waits_lost *lost = &cpu->lost;

	if (lost->nr == cpu->nr_told)
		lost->first_ns = now_ns;
	lost->last_ns = now_ns;
	lost->nr++; /* last: who sees it sees the times */
}

/*
 * Room for a record of @nr_bytes with its head filled, to be submitted. NULL: it is lost; so
 * it is without @t, the storage of the thread, which the end of the wait needs.
 */
static __always_inline void *reserve(const __u64 nr_bytes, const void *t, __u64 now_ns, __u64 lock)
{
	__u32 nr = bpf_get_smp_processor_id();
	struct waits_cpu *cpu = bpf_map_lookup_elem(&cpus, &nr);
	void *ring = bpf_map_lookup_elem(&rings, &nr);
	struct waits_head *head;

	if (!cpu)
		return NULL;
	head = ring && t ? bpf_ringbuf_reserve(ring, nr_bytes, 0) : NULL;
	if (!head) {
		lose(cpu, now_ns);
		return NULL;
	}
	head->time_ns = now_ns;
	head->lock = lock;
	head->lost = cpu->lost;
	head->tid = current_task()->pid;
	cpu->nr_told = cpu->lost.nr;
	return head;
}

static __always_inline bool is_i_mmap_rwsem(__u64 lock)
{
	struct address_space *mapping = CONTAINER_OF(struct address_space, i_mmap_rwsem, lock);
	struct address_space *of_host = NULL;
	struct inode *host = NULL;

	return !bpf_core_read(&host, sizeof(host), &mapping->host) && host &&
	       !bpf_core_read(&of_host, sizeof(of_host), &host->i_mapping) && of_host == mapping;
}

static __always_inline enum waits_class class_of(__u64 lock, const struct mm_struct *mm)
{
	if (is_mmap_lock(lock, mm))
		return WAITS_CLASS_MMAP;
	if (is_anon_vma_lock(lock))
		return WAITS_CLASS_ANON_VMA;
	if (is_i_mmap_rwsem(lock))
		return WAITS_CLASS_I_MMAP;
	return WAITS_CLASS_OPEN;
}

static __always_inline __s32 owner_tid(struct rw_semaphore *sem)
{
	struct task_struct *owner = rwsem_owner(sem);
	__s32 tid = owner ? BPF_CORE_READ(owner, pid) : 0;

	return tid > 0 && is_owner(sem, owner) ? tid : 0;
}

static __always_inline struct pt_regs___x86 *user_regs(void)
{
	return (struct pt_regs___x86 *)bpf_task_pt_regs((void *)bpf_get_current_task_btf());
}

/* Where the page fault is that the current thread is in; 0: it is in none, or not known. */
static __always_inline __u64 current_fault(const struct thread *t)
{
	struct pt_regs___x86 *regs = user_regs();

	if (!bpf_core_field_exists(regs->orig_ax) || !current_task()->mm)
		return 0;
	/* an exception has no number of a system call */
	return (long)BPF_CORE_READ(regs, orig_ax) < 0 ? t->fault : 0;
}

/* From where UFFDIO_MOVE moves pages, if that is what the current thread does; else 0. */
static __always_inline __u64 current_move_src(void)
{
	struct pt_regs___x86 *regs = user_regs();
	struct uffdio_move move;

	if (!bpf_core_field_exists(regs->orig_ax) || BPF_CORE_READ(regs, orig_ax) != X86_NR_IOCTL ||
	    (__u32)BPF_CORE_READ(regs, si) != UFFDIO_MOVE ||
	    bpf_probe_read_user(&move, sizeof(move), (void *)BPF_CORE_READ(regs, dx)))
		return 0;
	return move.src;
}

/* What was found of the VMAs of a lock. */
struct walk {
	struct rb_node *node;
	bool up;		    /* all below @node was visited */
	bool whole;		    /* all VMAs were visited */
	const struct mm_struct *mm; /* of the waiter */
	__u64 address;		    /* the VMA of the waiter that contains it; 0: any */
	__u32 nr, nr_own;	    /* VMAs; those of the waiter */
	struct vm_area_struct *first, *own;
	bool found; /* @own contains @address */
};

static __always_inline void visit(struct walk *w, struct rb_node *node)
{
	struct anon_vma_chain *chain = CONTAINER_OF(struct anon_vma_chain, rb, node);
	struct vm_area_struct *vma = BPF_CORE_READ(chain, vma);

	if (!w->nr++)
		w->first = vma;
	if (BPF_CORE_READ(vma, vm_mm) != w->mm)
		return;
	w->nr_own++;
	w->own = vma;
	w->found = w->address && w->address >= BPF_CORE_READ(vma, vm_start) &&
		   w->address < BPF_CORE_READ(vma, vm_end);
}

static long step(__u32 i, struct walk *w)
{
	struct rb_node *node = w->node, *next;

	(void)i;
	if (!w->up) {
		next = BPF_CORE_READ(node, rb_left);
		if (next) {
			w->node = next;
			return 0;
		}
	} else {
		next = (struct rb_node *)(BPF_CORE_READ(node, __rb_parent_color) & ~3UL);
		if (!next) {
			w->whole = true;
			return 1;
		}
		w->node = next;
		if (BPF_CORE_READ(next, rb_left) != node)
			return 0;
		node = next;
	}
	visit(w, node);
	next = BPF_CORE_READ(node, rb_right);
	w->up = !next;
	if (next)
		w->node = next;
	return w->found;
}

/*
 * The VMA that the current thread has waited for, whose lock @lock it holds: that of its page
 * fault, or that it moves pages from; else the only one of its own that a writer can mean; else
 * the only one there is.
 */
static __always_inline void find_vma(struct waits_end *r, __u64 lock, const struct thread *t)
{
	struct task_struct *me = current_task();
	struct walk w = {
		.node = BPF_CORE_READ(anon_vma_of(lock), rb_root.rb_root.rb_node),
		.mm = me->mm,
		.address = current_fault(t) ?: current_move_src(),
	};
	struct vm_area_struct *vma = NULL;

	if (!w.node)
		return;
	bpf_loop(MAX_STEPS, step, &w, 0);
	if (w.address)
		vma = w.found ? w.own : NULL;
	else if (w.whole && t->write && w.mm && w.nr_own == 1)
		vma = w.own;
	else if (w.whole && w.nr == 1)
		vma = w.first;
	if (!vma)
		return;
	r->mm = (__u64)BPF_CORE_READ(vma, vm_mm);
	r->vm_start = BPF_CORE_READ(vma, vm_start);
	r->vm_end = BPF_CORE_READ(vma, vm_end);
	if (r->mm == (__u64)w.mm)
		r->tgid = me->tgid;
	else if (bpf_core_field_exists(w.mm->owner))
		r->tgid = BPF_CORE_READ(vma, vm_mm, owner, tgid) ?: -1;
}

/*
 * The current thread waits for @lock from now on: @flags as in contention_begin. The stack is
 * told without its first @skip_frames.
 */
static __always_inline void begin_wait(void *ctx, struct rw_semaphore *lock, __u32 flags,
				       __u32 skip_frames)
{
	struct task_struct *me = current_task();
	const __u64 now_ns = bpf_ktime_get_ns();
	struct waits_begin *r;
	struct thread *t;
	long nr_bytes;

	if (!is_traced(me))
		return;
	note_contended((__u64)lock);
	t = thread_of(me, true);
	r = reserve(sizeof(*r), t, now_ns, (__u64)lock);
	if (!r || !t)
		return;
	r->head.kind = WAITS_BEGIN;
	r->flags = flags;
	r->owner = owner_tid(lock);
	r->class = class_of((__u64)lock, me->mm);
	r->fault = current_fault(t);
	t->lock = (__u64)lock;
	t->waited = 1;
	t->spun_until_ns = 0;
	t->class = r->class;
	t->write = (flags & ~LCB_F_RT) == LCB_F_WRITE;
	nr_bytes = bpf_get_stack(ctx, r->frame, sizeof(r->frame), skip_frames);
	r->nr_frames = nr_bytes > 0 ? nr_bytes / sizeof(*r->frame) : 0;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

/* What is known of the current thread, if it waits and that is recorded; else NULL. */
static __always_inline struct thread *waiting_thread(void)
{
	struct thread *t = thread_of((void *)bpf_get_current_task_btf(), false);

	return t && t->lock && *(volatile __u32 *)&settings.on ? t : NULL;
}

/* The wait of the current thread @t ends now, with the lock or with the errno @ret. */
static __always_inline void end_wait(struct thread *t, __u64 now_ns, int ret)
{
	const __u64 lock = t->lock;
	struct waits_end *r = reserve(sizeof(*r), t, now_ns, lock);

	if (r) {
		r->head.kind = WAITS_END;
		r->ret = ret;
		r->tgid = -1;
		r->spun_until_ns = t->spun_until_ns;
		r->mm = r->vm_start = r->vm_end = 0;
		if (!ret && t->class == WAITS_CLASS_ANON_VMA)
			find_vma(r, lock, t);
		bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	}
	/* now: until here, a sample of this thread is one of a wait */
	t->lock = 0;
}

static __always_inline bool is_rwsem(__u32 flags)
{
	const __u32 mode = flags & ~LCB_F_RT;

	return mode == LCB_F_READ || mode == LCB_F_WRITE;
}

SEC("tp_btf/contention_begin")
int BPF_PROG(waits_begin, struct rw_semaphore *lock, unsigned int flags)
{
	if (is_rwsem(flags))
		begin_wait(ctx, lock, flags, SKIP_FRAMES);
	return 0;
}

SEC("tp_btf/contention_end")
int BPF_PROG(waits_end, void *lock, int ret)
{
	const __u64 now_ns = bpf_ktime_get_ns();
	struct thread *t = waiting_thread();

	(void)ctx;
	if (t && t->lock == (__u64)lock)
		end_wait(t, now_ns, ret);
	return 0;
}

/* Only noted: the wait that follows, if any, reports it. */
SEC("tp_btf/page_fault_user")
int BPF_PROG(waits_fault, unsigned long address)
{
	struct task_struct *me = current_task();
	struct thread *t;

	(void)ctx;
	if (!is_traced(me))
		return 0;
	t = thread_of(me, true);
	if (t)
		t->fault = address;
	return 0;
}

/* A child of a process that is followed is followed. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(waits_fork, struct task_struct *parent, struct task_struct *child)
{
	struct thread *t;

	(void)ctx;
	if (!settings.only_tgid || !is_traced(parent))
		return 0;
	t = thread_of(child, true);
	if (t)
		t->followed = 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
