// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks of real kernels, innermost frame first: the call site, on whose
 * behalf, and what class of lock it was.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/model/lock.h"
#include "collector/model/site.h"
#include "tests/unit/unit.h"

#define ANON  CLASS_BIT(LOCK_ANON_VMA)
#define FILE_ CLASS_BIT(LOCK_I_MMAP)
#define MMAP  CLASS_BIT(LOCK_MMAP)
#define VMA   CLASS_BIT(LOCK_VMA)
#define OTHER CLASS_BIT(LOCK_OTHER_RWSEM)

#define R MODE_READ
#define W MODE_WRITE

#define DOWN_READ  "rwsem_down_read_slowpath down_read "
#define DOWN_WRITE "rwsem_down_write_slowpath down_write "
#define SYSCALL	   " do_syscall_64 entry_SYSCALL_64_after_hwframe"

static const struct {
	const char *what;
	int mode;
	const char *frames;
	const char *site;
	int role;
	unsigned int classes;
} stacks[] = {
	/* UFFDIO_MOVE */
	{ "6.12: UFFDIO_MOVE of a page", W,
	  DOWN_WRITE "move_pages userfaultfd_move userfaultfd_ioctl __x64_sys_ioctl" SYSCALL,
	  "move_pages", ROLE_UFFD_MOVE, ANON },
	{ "6.18: UFFDIO_MOVE of several pages", W,
	  DOWN_WRITE "move_pages_ptes move_pages userfaultfd_move userfaultfd_ioctl" SYSCALL,
	  "move_pages_ptes", ROLE_UFFD_MOVE, ANON },
	{ "6.12: UFFDIO_MOVE of a huge page", W,
	  DOWN_WRITE "move_pages_huge_pmd move_pages userfaultfd_ioctl" SYSCALL,
	  "move_pages_huge_pmd", ROLE_UFFD_MOVE, ANON },
	/* or for map_changing_lock of the userfaultfd */
	{ "6.12: UFFDIO_MOVE waits for the mmap_lock", R,
	  DOWN_READ "move_pages userfaultfd_ioctl" SYSCALL, "move_pages", ROLE_UFFD_MOVE,
	  MMAP | OTHER },
	{ "7.3: UFFDIO_MOVE behind a tracing helper", R,
	  "trace_event_raw_event_contention_begin __traceiter_contention_begin " DOWN_READ
	  "uffd_move_lock move_pages userfaultfd_ioctl" SYSCALL,
	  "uffd_move_lock", ROLE_UFFD_MOVE, MMAP },
	{ "6.12: UFFDIO_COPY", R, DOWN_READ "mfill_atomic_copy userfaultfd_ioctl" SYSCALL,
	  "mfill_atomic_copy", ROLE_USERFAULTFD, MMAP | OTHER },

	/* fork */
	{ "6.1: fork clones the anon_vmas", W,
	  DOWN_WRITE "anon_vma_clone anon_vma_fork dup_mmap dup_mm copy_process kernel_clone "
		     "__do_sys_clone __x64_sys_clone" SYSCALL,
	  "anon_vma_clone", ROLE_FORK, ANON },
	{ "6.12: fork adds its own anon_vma", W,
	  DOWN_WRITE "anon_vma_fork dup_mmap copy_process kernel_clone __do_sys_clone" SYSCALL,
	  "anon_vma_fork", ROLE_FORK, ANON },
	{ "6.18: fork clones the anon_vmas", W,
	  DOWN_WRITE "anon_vma_clone anon_vma_fork dup_mmap copy_process kernel_clone" SYSCALL,
	  "anon_vma_clone", ROLE_FORK, ANON },
	{ "6.18: dup_mmap takes the mmap_lock or i_mmap_rwsem", W,
	  DOWN_WRITE "dup_mmap copy_process kernel_clone" SYSCALL, "dup_mmap", ROLE_FORK,
	  MMAP | FILE_ },
	{ "6.12: the mmap_lock of the parent, killable", W,
	  "rwsem_down_write_slowpath down_write_killable dup_mm copy_process kernel_clone" SYSCALL,
	  "dup_mm", ROLE_FORK, MMAP | FILE_ },

	/* exit, munmap */
	{ "6.1: exit unlinks", W,
	  DOWN_WRITE "unlink_anon_vmas free_pgtables exit_mmap __mmput mmput do_exit "
		     "do_group_exit __x64_sys_exit_group" SYSCALL,
	  "unlink_anon_vmas", ROLE_EXIT_UNLINK, ANON },
	{ "7.3: exit unlinks", W,
	  DOWN_WRITE "unlink_anon_vmas free_pgtables exit_mmap __mmput exit_mm do_exit" SYSCALL,
	  "unlink_anon_vmas", ROLE_EXIT_UNLINK, ANON },
	{ "6.12: exit unlinks from files", W,
	  DOWN_WRITE "unlink_file_vma_batch_process unlink_file_vma_batch_final free_pgtables "
		     "exit_mmap __mmput" SYSCALL,
	  "unlink_file_vma_batch_process", ROLE_EXIT_UNLINK, FILE_ },
	{ "6.1: munmap unlinks", W,
	  DOWN_WRITE "unlink_anon_vmas free_pgtables unmap_region do_mas_align_munmap "
		     "do_mas_munmap __vm_munmap __x64_sys_munmap" SYSCALL,
	  "unlink_anon_vmas", ROLE_MUNMAP, ANON },
	{ "6.12: munmap unlinks", W,
	  DOWN_WRITE "unlink_anon_vmas free_pgtables vms_clear_ptes vms_complete_munmap_vmas "
		     "do_vmi_align_munmap do_vmi_munmap __vm_munmap __x64_sys_munmap" SYSCALL,
	  "unlink_anon_vmas", ROLE_MUNMAP, ANON },
	{ "6.18: munmap waits for the mmap_lock", W,
	  "rwsem_down_write_slowpath down_write_killable __vm_munmap __x64_sys_munmap" SYSCALL,
	  "__vm_munmap", ROLE_MUNMAP, MMAP },

	/* faults */
	{ "6.1: the first anonymous fault of a VMA", W,
	  DOWN_WRITE "__anon_vma_prepare do_anonymous_page __handle_mm_fault handle_mm_fault "
		     "do_user_addr_fault exc_page_fault asm_exc_page_fault",
	  "__anon_vma_prepare", ROLE_FAULT_PREPARE, ANON },
	{ "6.12: the first anonymous fault of a VMA", W,
	  DOWN_WRITE "__anon_vma_prepare __vmf_anon_prepare do_anonymous_page __handle_mm_fault "
		     "handle_mm_fault do_user_addr_fault exc_page_fault asm_exc_page_fault",
	  "__anon_vma_prepare", ROLE_FAULT_PREPARE, ANON },
	{ "6.12: a fault waits for the mmap_lock", R,
	  "rwsem_down_read_slowpath down_read_killable lock_mm_and_find_vma do_user_addr_fault "
	  "exc_page_fault asm_exc_page_fault",
	  "lock_mm_and_find_vma", ROLE_PAGE_FAULT, MMAP },
	{ "6.1: a fault waits for the mmap_lock", R,
	  DOWN_READ "do_user_addr_fault exc_page_fault asm_exc_page_fault", "do_user_addr_fault",
	  ROLE_PAGE_FAULT, MMAP },

	/* reclaim */
	{ "6.1: reclaim asks whether a page was referenced", R,
	  DOWN_READ "folio_lock_anon_vma_read rmap_walk_anon rmap_walk folio_referenced "
		    "shrink_folio_list shrink_inactive_list shrink_lruvec shrink_node "
		    "balance_pgdat kswapd kthread ret_from_fork",
	  "folio_lock_anon_vma_read", ROLE_REFERENCED, ANON },
	{ "6.18: reclaim asks whether a page was referenced", R,
	  DOWN_READ "rmap_walk_anon folio_referenced shrink_folio_list evict_folios "
		    "try_to_shrink_lruvec shrink_one shrink_node balance_pgdat kswapd kthread",
	  "rmap_walk_anon", ROLE_REFERENCED, ANON },
	{ "6.12: reclaim asks for a file page", R,
	  DOWN_READ "rmap_walk_file folio_referenced shrink_folio_list", "rmap_walk_file",
	  ROLE_REFERENCED, FILE_ },
	{ "6.12: reclaim unmaps", R,
	  DOWN_READ "rmap_walk_anon try_to_unmap shrink_folio_list shrink_inactive_list",
	  "rmap_walk_anon", ROLE_UNMAP, ANON },
	{ "6.12: reclaim waits with the lock held by the folio's walk", R,
	  DOWN_READ "folio_lock_anon_vma_read try_to_unmap shrink_folio_list",
	  "folio_lock_anon_vma_read", ROLE_UNMAP, ANON },
	{ "6.12: write-back write-protects", R,
	  DOWN_READ "rmap_walk_file folio_mkclean folio_clear_dirty_for_io", "rmap_walk_file",
	  ROLE_MKCLEAN, FILE_ },
	{ "6.12: idle page tracking", R,
	  DOWN_READ "rmap_walk_anon page_idle_clear_pte_refs page_idle_bitmap_write",
	  "rmap_walk_anon", ROLE_IDLE, ANON },

	/* migration */
	{ "6.1: migration unmaps", R,
	  DOWN_READ "rmap_walk_anon rmap_walk try_to_migrate migrate_pages compact_zone "
		    "proactive_compact_node kcompactd kthread",
	  "rmap_walk_anon", ROLE_MIGRATE, ANON },
	{ "6.12: migration unmaps", R,
	  DOWN_READ "rmap_walk_anon try_to_migrate migrate_folio_unmap migrate_pages_batch "
		    "migrate_pages compact_zone kcompactd",
	  "rmap_walk_anon", ROLE_MIGRATE, ANON },
	{ "6.18: migration maps again", R,
	  DOWN_READ "rmap_walk_anon remove_migration_ptes migrate_folio_move migrate_pages_batch "
		    "migrate_pages compact_zone kcompactd",
	  "rmap_walk_anon", ROLE_MIGRATE, ANON },
	{ "6.12: move_pages(2)", R, DOWN_READ "do_pages_move kernel_move_pages" SYSCALL,
	  "do_pages_move", ROLE_MIGRATE, MMAP },

	/* huge pages */
	{ "6.1: khugepaged locks out the rmap", W,
	  DOWN_WRITE "collapse_huge_page hpage_collapse_scan_pmd khugepaged kthread",
	  "collapse_huge_page", ROLE_KHUGEPAGED, MMAP | ANON },
	{ "7.3: khugepaged locks out the rmap", W,
	  DOWN_WRITE "collapse_huge_page collapse_scan_pmd khugepaged kthread",
	  "collapse_huge_page", ROLE_KHUGEPAGED, MMAP | ANON },
	{ "6.12: khugepaged waits for a process", R, DOWN_READ "collapse_huge_page khugepaged",
	  "collapse_huge_page", ROLE_KHUGEPAGED, MMAP },
	{ "6.12: a huge page is split", W,
	  DOWN_WRITE "split_huge_page_to_list_to_order deferred_split_scan do_shrink_slab",
	  "split_huge_page_to_list_to_order", ROLE_THP_SPLIT, ANON },

	/* mremap and exec */
	{ "6.1: mremap moves page tables", W,
	  DOWN_WRITE "move_page_tables move_vma __do_sys_mremap __x64_sys_mremap" SYSCALL,
	  "move_page_tables", ROLE_MREMAP, ANON | FILE_ },
	{ "6.12: mremap moves page tables", W,
	  DOWN_WRITE "move_ptes move_page_tables move_vma __do_sys_mremap" SYSCALL, "move_ptes",
	  ROLE_MREMAP, ANON | FILE_ },
	{ "6.18: mremap takes the rmap locks", W,
	  DOWN_WRITE "take_rmap_locks move_ptes move_page_tables move_vma do_mremap "
		     "__do_sys_mremap" SYSCALL,
	  "take_rmap_locks", ROLE_MREMAP, ANON | FILE_ },
	{ "6.18: mremap copies the VMA", W,
	  DOWN_WRITE "anon_vma_clone copy_vma move_vma do_mremap __do_sys_mremap" SYSCALL,
	  "anon_vma_clone", ROLE_MREMAP, ANON },
	{ "6.12: exec shifts the stack", W,
	  DOWN_WRITE "move_page_tables relocate_vma_down setup_arg_pages load_elf_binary "
		     "bprm_execve do_execveat_common" SYSCALL,
	  "move_page_tables", ROLE_EXEC, ANON | FILE_ },

	/* KSM, DAMON */
	{ "6.12: ksmd looks for its next page", R,
	  DOWN_READ "scan_get_next_rmap_item ksm_do_scan ksm_scan_thread kthread",
	  "scan_get_next_rmap_item", ROLE_KSM, MMAP },
	{ "6.12: a walk over a KSM page", R,
	  DOWN_READ "rmap_walk_ksm folio_referenced shrink_folio_list", "rmap_walk_ksm", ROLE_KSM,
	  ANON },
	{ "6.1: kdamond samples physical memory", R,
	  DOWN_READ "rmap_walk_anon rmap_walk damon_pa_young damon_pa_check_accesses kdamond_fn "
		    "kthread",
	  "rmap_walk_anon", ROLE_DAMON, ANON },
	{ "6.18: kdamond samples physical memory", R,
	  DOWN_READ "rmap_walk_anon damon_folio_young damon_pa_check_accesses kdamond_fn kthread",
	  "rmap_walk_anon", ROLE_DAMON, ANON },
	{ "6.12: kdamond samples a process", R,
	  DOWN_READ "damon_va_young damon_va_check_accesses kdamond_fn kthread", "damon_va_young",
	  ROLE_DAMON, MMAP },

	/* helpers that a compiler did not inline say the class */
	{ "6.18: mmap_read_lock() out of line", R,
	  DOWN_READ "mmap_read_lock m_start seq_read_iter vfs_read" SYSCALL, "m_start", ROLE_PROC,
	  MMAP },
	{ "6.12: anon_vma_lock_write() out of line", W,
	  DOWN_WRITE "anon_vma_lock_write collapse_huge_page khugepaged", "collapse_huge_page",
	  ROLE_KHUGEPAGED, ANON },
	{ "6.12: i_mmap_lock_write() out of line", W,
	  DOWN_WRITE "i_mmap_lock_write dup_mmap copy_process", "dup_mmap", ROLE_FORK, FILE_ },
	{ "6.12: __vma_start_write() out of line", W,
	  DOWN_WRITE "__vma_start_write mprotect_fixup do_mprotect_pkey" SYSCALL, "mprotect_fixup",
	  ROLE_MPROTECT, VMA },

	/* locks that are none of memory management */
	{ "kernfs", R, DOWN_READ "kernfs_iop_permission inode_permission link_path_walk" SYSCALL,
	  "kernfs_iop_permission", ROLE_FILESYSTEM, OTHER },
	{ "ext4 in a page fault", R,
	  DOWN_READ "ext4_map_blocks ext4_mpage_readpages filemap_fault __do_fault "
		    "__handle_mm_fault handle_mm_fault do_user_addr_fault",
	  "ext4_map_blocks", ROLE_PAGE_FAULT, OTHER },
	{ "an inode in exec", W, DOWN_WRITE "chown_common do_fchownat" SYSCALL, "chown_common",
	  ROLE_FILESYSTEM, OTHER },
	{ "msync", R, DOWN_READ "__x64_sys_msync" SYSCALL, "__x64_sys_msync", ROLE_MSYNC, MMAP },
	{ "mincore", R, DOWN_READ "__do_sys_mincore __x64_sys_mincore" SYSCALL, "__do_sys_mincore",
	  ROLE_MINCORE, MMAP },
	{ "shmat: the segment, or the mmap_lock", W,
	  "rwsem_down_write_slowpath down_write_killable do_shmat __x64_sys_shmat" SYSCALL,
	  "do_shmat", ROLE_IPC, MMAP | OTHER },
	{ "a function that no table has", R, DOWN_READ "frobnicate" SYSCALL, "frobnicate",
	  ENUM_NONE, CLASS_ANY },
};

static unsigned int split(char *text, const char *names[])
{
	unsigned int nr = 0;
	char *name, *rest = text;

	while ((name = strtok_r(rest, " ", &rest)))
		names[nr++] = name;
	return nr;
}

/* Whether a VMA's lock is possible too depends on the kernel: see below. */
static bool classes_are(unsigned int got, unsigned int want)
{
	return got == want || got == (want | VMA);
}

static void real_stacks_are_read(void **state)
{
	unsigned int i, nr_wrong = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(stacks); i++) {
		const char *names[KSTACK_MAX_FRAMES], *site;
		char *text = strdup(stacks[i].frames);
		unsigned int nr = split(text, names);
		struct stack_reading r;

		read_stack_names(names, nr, &r);
		site = r.site_frame < 0 ? "(none)" : names[r.site_frame];
		if (strcmp(site, stacks[i].site) || r.role != stacks[i].role ||
		    !classes_are(r.classes[stacks[i].mode], stacks[i].classes)) {
			print_message("# %s: site %s, role %d, classes 0x%x; want %s, %d, 0x%x\n",
				      stacks[i].what, site, r.role, r.classes[stacks[i].mode],
				      stacks[i].site, stacks[i].role, stacks[i].classes);
			nr_wrong++;
		}
		free(text);
	}
	assert_int_equal(nr_wrong, 0);
}

/*
 * Linux 6.4 to 6.14: a VMA's lock is an rwsem, and vma_start_write() is
 * inlined into whoever changes a VMA, include/linux/mm.h. A page fault that
 * holds it makes the writer wait here.
 */
static void the_lock_of_a_vma_is_not_taken_for_another_where_it_is_inlined(void **state)
{
	static const char *const sites[] = { "__split_vma",   "vma_expand", "vma_shrink",
					     "free_pgtables", "dup_mmap",   "vma_link",
					     "mprotect_fixup" };
	unsigned int i, nr_wrong = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sites); i++) {
		const char *const names[] = { "rwsem_down_write_slowpath", "down_write", sites[i],
					      "do_syscall_64" };
		struct stack_reading r;

		read_stack_names(names, ARRAY_SIZE(names), &r);
		if (!(r.classes[MODE_WRITE] & VMA)) {
			print_message("# %s: classes 0x%x\n", sites[i], r.classes[MODE_WRITE]);
			nr_wrong++;
		}
	}
	assert_int_equal(nr_wrong, 0);
}

/* A compiler may inline rmap_walk_anon(), it is static in mm/rmap.c. */
static void a_walk_that_was_inlined_is_not_another_rwsem(void **state)
{
	const char *const names[] = { "down_read", "rmap_walk", "folio_referenced" };
	struct stack_reading r;

	(void)state;
	read_stack_names(names, ARRAY_SIZE(names), &r);
	assert_int_equal(r.role, ROLE_REFERENCED);
	assert_true(r.classes[MODE_READ] & ANON);
}

static void no_frames_say_nothing(void **state)
{
	struct stack_reading r;

	(void)state;
	read_stack_names(NULL, 0, &r);
	assert_int_equal(r.site_frame, -1);
	assert_int_equal(r.role, ENUM_NONE);
	assert_int_equal(r.classes[MODE_READ], CLASS_ANY);
	assert_int_equal(r.classes[MODE_WRITE], CLASS_ANY);
}

static void locking_functions_alone_are_no_site(void **state)
{
	const char *const names[] = { "rwsem_down_read_slowpath", "down_read" };
	struct stack_reading r;

	(void)state;
	read_stack_names(names, ARRAY_SIZE(names), &r);
	assert_int_equal(r.site_frame, -1);
	assert_int_equal(r.classes[MODE_READ], CLASS_ANY);
}

static void frames_without_names_contradict_no_class(void **state)
{
	const char *const names[] = { "", "", "" };
	struct stack_reading r;

	(void)state;
	read_stack_names(names, ARRAY_SIZE(names), &r);
	assert_int_equal(r.classes[MODE_READ], CLASS_ANY);
	assert_int_equal(r.classes[MODE_WRITE], CLASS_ANY);
	assert_int_equal(r.role, ENUM_NONE);
}

static void the_innermost_role_decides(void **state)
{
	const char *const names[] = { "down_write", "unlink_anon_vmas", "free_pgtables",
				      "do_vmi_align_munmap", "exit_mmap" };
	struct stack_reading r;

	(void)state;
	read_stack_names(names, ARRAY_SIZE(names), &r);
	assert_int_equal(r.role, ROLE_MUNMAP);
}

/* What a source without libtraceevent knows: one function. */
static void find_one(void *ctx, uint64_t addr, struct symbol *sym)
{
	const uint64_t *start = ctx;

	if (addr < *start || addr >= *start + 0x100)
		return;
	snprintf(sym->name, sizeof(sym->name), "down_write");
	sym->offset = addr - *start;
}

static void a_source_may_look_its_symbols_up_itself(void **state)
{
	uint64_t start = 0xffffffff81000000;
	struct symbols symbols = { .find = find_one, .ctx = &start };
	struct symbol sym;

	(void)state;
	symbol_find(&symbols, start + 0x10, &sym);
	assert_string_equal(sym.name, "down_write");
	assert_int_equal(sym.offset, 0x10);
	symbol_find(&symbols, start + 0x100, &sym);
	assert_string_equal(sym.name, "");
	assert_int_equal(sym.offset, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_stacks_are_read),
		cmocka_unit_test(the_lock_of_a_vma_is_not_taken_for_another_where_it_is_inlined),
		cmocka_unit_test(a_walk_that_was_inlined_is_not_another_rwsem),
		cmocka_unit_test(no_frames_say_nothing),
		cmocka_unit_test(locking_functions_alone_are_no_site),
		cmocka_unit_test(frames_without_names_contradict_no_class),
		cmocka_unit_test(the_innermost_role_decides),
		cmocka_unit_test(a_source_may_look_its_symbols_up_itself),
	};

	return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
