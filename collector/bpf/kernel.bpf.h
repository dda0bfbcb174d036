/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel structures with the fields that our programs read; libbpf finds them in the
 * kernel's BTF. Include it after bpf/bpf_core_read.h.
 */
#ifndef RMAPSCOPE_BPF_KERNEL_H
#define RMAPSCOPE_BPF_KERNEL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	long counter;
} kernel_atomic_long;

/* kernel/locking/rwsem.c */
struct rw_semaphore {
	kernel_atomic_long count, owner;
};

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right, *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

struct anon_vma {
	struct anon_vma *root;
	struct rw_semaphore rwsem;
	struct rb_root_cached rb_root; /* of anon_vma_chain.rb */
};

struct mm_struct {
	struct rw_semaphore mmap_lock;
	struct task_struct *owner; /* CONFIG_MEMCG */
};

struct vm_area_struct {
	unsigned long vm_start, vm_end;
	struct mm_struct *vm_mm;
};

struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct rb_node rb;
};

struct address_space {
	struct inode *host;
	struct rw_semaphore i_mmap_rwsem;
};

struct inode {
	struct address_space *i_mapping;
};

struct sched_entity {
	unsigned long long sum_exec_runtime, prev_sum_exec_runtime;
};

struct sched_info {
	unsigned long long run_delay; /* ns that it waited for a CPU */
	unsigned long long last_arrival;
};

struct task_struct {
	int prio;
	struct sched_entity se;
	struct sched_info sched_info;
	struct mm_struct *mm;
	int pid, tgid;
	unsigned long nvcsw, nivcsw;
	char comm[16];
	unsigned long blocker; /* CONFIG_DETECT_HUNG_TASK_BLOCKER */
};

#pragma clang attribute pop

/* kernel/locking/rwsem.c: bits of rw_semaphore.owner and .count */
#define READER_OWNED  0x1UL
#define NONSPINNABLE  0x2UL
#define WRITER_LOCKED 0x1UL

/*
 * The writer that holds @sem, which notes itself in the lock and takes that back before
 * it lets go; or NULL: none, or readers hold it. What is read of it is the owner's only if
 * is_owner() holds afterwards.
 */
static __always_inline struct task_struct *rwsem_owner(struct rw_semaphore *sem)
{
	unsigned long count = BPF_CORE_READ(sem, count.counter);
	unsigned long word = BPF_CORE_READ(sem, owner.counter);

	if (word & READER_OWNED || !(count & WRITER_LOCKED))
		return NULL;
	return (struct task_struct *)(word & ~NONSPINNABLE);
}

static __always_inline bool is_owner(struct rw_semaphore *sem, const struct task_struct *owner)
{
	unsigned long word = BPF_CORE_READ(sem, owner.counter);

	return (word & ~NONSPINNABLE) == (unsigned long)owner;
}

/* Of @mm, which may be NULL. */
static __always_inline bool is_mmap_lock(__u64 lock, const struct mm_struct *mm)
{
	return mm && lock == (__u64)mm + bpf_core_field_offset(struct mm_struct, mmap_lock);
}

static __always_inline struct anon_vma *anon_vma_of(__u64 lock)
{
	return (struct anon_vma *)(lock - bpf_core_field_offset(struct anon_vma, rwsem));
}

/* Only the lock of a root is taken, and a root is its own root. */
static __always_inline bool is_anon_vma_lock(__u64 lock)
{
	struct anon_vma *anon_vma = anon_vma_of(lock), *root = NULL;

	return !bpf_core_read(&root, sizeof(root), &anon_vma->root) && root == anon_vma;
}

#endif
