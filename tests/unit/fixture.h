/* SPDX-License-Identifier: GPL-2.0-only */
/* A model with a sink that remembers and a kernel of a few functions. */
#ifndef RMAPSCOPE_TEST_FIXTURE_H
#define RMAPSCOPE_TEST_FIXTURE_H

#include <stdlib.h>
#include <traceevent/event-parse.h>

#include "collector/model/model.h"
#include "collector/symbols.h"
#include "tests/unit/events.h"
#include "tests/unit/seen.h"

#define FIXTURE_TEXT 0xffffffff81000000ULL
#define FIXTURE_STEP 0x1000

static const char *const fixture_symbols[] = {
	"rwsem_down_read_slowpath",
	"rwsem_down_write_slowpath",
	"down_read",
	"down_write",
	"move_pages",
	"userfaultfd_ioctl",
	"anon_vma_clone",
	"anon_vma_fork",
	"dup_mmap",
	"copy_process",
	"collapse_huge_page",
	"khugepaged",
	"unlink_anon_vmas",
	"exit_mmap",
	"rmap_walk_anon",
	"folio_referenced",
	"kernfs_iop_lookup",
	"unmap_mapping_range",
	"lock_mm_and_find_vma",
	"__anon_vma_prepare",
	"asm_exc_page_fault",
	"rwbase_write_lock",
	"rt_write_lock",
	"__schedule",
	"schedule",
	"io_schedule",
	"wait_for_completion_state",
	"kernel_clone",
	"folio_wait_bit_common",
	"filemap_read",
	"up_write",
	"rwsem_spin_on_owner",
	"rwsem_optimistic_spin",
	"osq_lock",
	"native_write_msr",
	"smp_call_function_many_cond",
	"vm_mmap_pgoff",
	"m_start",
	"__x64_sys_execve",
	"a_function_behind_all_others",
};

struct fixture {
	struct seen seen;
	struct sink sink;
	struct model m;
	struct tep_handle *tep;
	struct kstack_table stacks;
	struct task_lookup lookup; /* set before fixture_start() */
};

static inline void fixture_start(struct fixture *f, bool watch_sleep)
{
	bool has[NR_EVENTS];
	char text[4096];
	unsigned int i;
	int len = 0;

	for (i = 0; i < ARRAY_SIZE(fixture_symbols); i++)
		len += snprintf(text + len, sizeof(text) - len, "%llx T %s\n",
				FIXTURE_TEXT + i * FIXTURE_STEP, fixture_symbols[i]);
	f->tep = tep_alloc();
	assert_non_null(f->tep);
	assert_int_equal(tep_parse_kallsyms(f->tep, text), 0);
	f->sink = seen_sink(&f->seen);
	/* an input of a patched kernel has all events */
	for (i = 0; i < NR_EVENTS; i++)
		has[i] = i != EVENT_SCHED_SWITCH || watch_sleep;
	/* and it is not Android's */
	has[EVENT_SCHED_BLOCKED_REASON] = false;
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .lookup = &f->lookup,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
			  });
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	fixture_start(f, true);
	return 0;
}

/* As if the input had no sched_switch. */
static inline int fixture_setup_no_switch(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	fixture_start(f, false);
	return 0;
}

static inline void fixture_stop(struct fixture *f)
{
	model_free(&f->m);
	kstack_table_free(&f->stacks);
	tep_free(f->tep);
	seen_free(&f->seen);
}

static inline int fixture_teardown(void **state)
{
	fixture_stop(*state);
	free(*state);
	return 0;
}

static inline uint64_t fixture_address(const char *symbol)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fixture_symbols); i++)
		if (!strcmp(fixture_symbols[i], symbol))
			return FIXTURE_TEXT + i * FIXTURE_STEP + 0x10;
	fail_msg("no symbol %s in the fixture", symbol);
	return 0;
}

/* The stack of functions named in @path: "down_write move_pages ...". */
static inline struct kstack *fixture_stack(struct fixture *f, const char *path)
{
	uint64_t frame[KSTACK_MAX_FRAMES];
	char *copy = strdup(path), *name, *rest = copy;
	uint32_t nr = 0;
	struct kstack *stack;

	while ((name = strtok_r(rest, " ", &rest)))
		frame[nr++] = fixture_address(name);
	free(copy);
	stack = kstack_intern(&f->stacks, frame, nr);
	assert_non_null(stack);
	return stack;
}

#define feed(f, ...)                                                                               \
	do {                                                                                       \
		const struct event feed_ev = __VA_ARGS__;                                          \
                                                                                                   \
		assert_int_equal(model_event(&(f)->m, &feed_ev), 0);                               \
	} while (0)

static inline void flush(struct fixture *f, uint64_t complete_ns)
{
	assert_int_equal(model_flush(&f->m, complete_ns), 0);
}

static inline void finish(struct fixture *f)
{
	assert_int_equal(model_finish(&f->m), 0);
}

/* The one wait that the model has given. */
static inline const struct wait_row *only_wait(struct fixture *f)
{
	assert_int_equal(f->seen.nr_waits, 1);
	return &f->seen.wait[0];
}

#endif
