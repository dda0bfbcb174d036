#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# collector/survey-roles finds who waits for rwsems, in a small kernel of our own.
# With KSRC_6_1=, KSRC_6_12= and KSRC_7_3= also in those that sites.def is made of.
. tests/tap.sh

tree=$tap_dir/linux
mkdir -p "$tree/mm" "$tree/fs" "$tree/drivers/android" "$tree/drivers/gpu" "$tree/include/linux"
printf 'VERSION = 9\nPATCHLEVEL = 8\n' >"$tree/Makefile"

cat >"$tree/include/linux/mmap_lock.h" <<'END'
static inline void mmap_read_lock(struct mm_struct *mm)
{
	down_read(&mm->mmap_lock);
}
static inline void vm_flags_lock(struct vm_area_struct *vma)
{
	down_write(&vma->vm_lock->lock);
}
END

cat >"$tree/mm/made_up.c" <<'END'
/* down_read(&mm->mmap_lock) in a comment is none */
#define TAKE(mm) \
	down_write(&mm->mmap_lock)
void takes_nothing(void)
{
	pr_info("down_read(&mm->mmap_lock)");
}

static int tries(struct mm_struct *mm)
{
	return mmap_read_trylock(mm) || down_write_trylock(&mm->mmap_lock);
}

SYSCALL_DEFINE3(made_up, unsigned long, start, size_t, len,
		int, flags)
{
	mmap_read_lock(current->mm);
	return 0;
}

static void short_helper(struct address_space *mapping)
{
	down_read_nested(&mapping->i_mmap_rwsem, 1);
}

void calls_the_helper(struct address_space *mapping)
{
	short_helper(mapping);
}

struct anon_vma *
takes_two(struct vm_area_struct *vma,
	  struct anon_vma *anon_vma)
{
	if (down_write_killable(&vma->vm_mm->mmap_lock))
		return NULL;
	down_write_nest_lock(&anon_vma->root->rwsem, &vma->vm_mm->mmap_lock);
	return anon_vma;
}

void uses_a_header(struct vm_area_struct *vma)
{
	vm_flags_lock(vma);
}

void unlink_anon_vmas(struct vm_area_struct *vma)
{
	down_write(&vma->file->f_mapping->i_mmap_rwsem);
}

void msync_like(void)
{
	down_write(&shrinker_rwsem);
}
END

cat >"$tree/fs/made_up.c" <<'END'
ssize_t made_up_write(struct inode *inode)
{
	inode_lock(inode);
	down_read(&MADE_UP_I(inode)->sem);
	return 0;
}
END
cat >"$tree/drivers/android/binder.c" <<'END'
void binder_made_up(void)
{
	down_read(&alloc->rwsem);
}
END
cat >"$tree/drivers/gpu/gpu.c" <<'END'
void gpu_of_its_own(struct gpu *gpu)
{
	down_write(&gpu->rwsem);
}

void gpu_and_mm(struct gpu *gpu)
{
	down_read(&gpu->rwsem);
	mmap_read_lock(gpu->mm);
}
END

collector/survey-roles "$tree" >"$tap_dir/out"
tap_is "$?" 0 "the survey of a small kernel"
tap_is "$(cat "$tap_dir/out")" "binder_made_up drivers/android/binder.c OTHER - (binder) ok
gpu_and_mm drivers/gpu/gpu.c MMAP|OTHER - (driver) ok
made_up_write fs/made_up.c OTHER OTHER (filesystem) ok
__do_sys_made_up mm/made_up.c MMAP - none missing
__x64_sys_made_up mm/made_up.c MMAP - none missing
calls_the_helper mm/made_up.c FILE - none missing
msync_like mm/made_up.c - OTHER none missing
short_helper mm/made_up.c FILE - none missing
takes_two mm/made_up.c - ANON|MMAP none missing
unlink_anon_vmas mm/made_up.c - FILE - wrong
uses_a_header mm/made_up.c - VMA none missing" "who takes what, and has a role"
collector/survey-roles --missing "$tree" >"$tap_dir/out"
tap_is "$?:$(wc -l <"$tap_dir/out")" "1:7" "--missing lists those without a role, and fails"
collector/survey-roles --wrong "$tree" >"$tap_dir/out"
tap_is "$?:$(cut -d ' ' -f 1 "$tap_dir/out")" "1:unlink_anon_vmas" \
	"--wrong lists those whose line excludes what they take, and fails"
collector/survey-roles --def "$tree" >"$tap_dir/out"
tap_like "$(cat "$tap_dir/out")" 'Linux 9\.8\.' "--def names the kernels"
tap_like "$(cat "$tap_dir/out")" '^SITE\("takes_two", 0, ANON \| MMAP, NONE\) /\* mm/made_up.c \*/$' \
	"and has what the compiler reads"
collector/survey-roles "$tap_dir" >"$tap_dir/out" 2>"$tap_dir/err"
tap_is "$?:$(cat "$tap_dir/err")" "1:survey-roles: $tap_dir is not a kernel source tree" \
	"what is no kernel is refused"

# --- the table itself

grep -o '^SITE("[^"]*' collector/sites.def >"$tap_dir/names"
LC_ALL=C sort -uc "$tap_dir/names"
tap_ok $? "sites.def is sorted, each name once"
tap_like "$(head -5 collector/sites.def)" "in Linux 6\.1, 6\.12, 7\.3\." "it is of three kernels"
for call in msync mincore remap_file_pages; do
	grep -q "^SITE(\"__x64_sys_$call\", MMAP," collector/sites.def
	tap_ok $? "$call takes the mmap_lock"
done
for call in do_shmat kernel_get_mempolicy do_get_mempolicy; do
	grep -q "^SITE(\"$call\", .*MMAP" collector/sites.def
	tap_ok $? "$call takes the mmap_lock"
done

if [ -n "${KSRC_6_1:-}" ] && [ -n "${KSRC_6_12:-}" ] && [ -n "${KSRC_7_3:-}" ]; then
	collector/survey-roles --def "$KSRC_6_1" "$KSRC_6_12" "$KSRC_7_3" >"$tap_dir/def"
	tap_is "$(diff collector/sites.def "$tap_dir/def")" "" "sites.def is what the sources say"
	tap_is "$(collector/survey-roles --wrong --missing "$KSRC_6_1" "$KSRC_6_12" "$KSRC_7_3")" "" \
		"roles.def excludes nothing, and every function of mm/ has a line"
else
	tap_note "sources of kernels are not given: KSRC_6_1, KSRC_6_12, KSRC_7_3"
fi
tap_done
