// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/site.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/model/lock.h"
#include "collector/symbols.h"
#include "schema/enums.h"

struct role_def {
	const char *pattern;
	unsigned int classes[2]; /* [MODE_READ], [MODE_WRITE] */
	int role;
	bool locking; /* not a call site yet */
	bool rwlock;  /* takes no rwsem */
	bool io_wait; /* sleeps for a block device */
	bool leaf;    /* does the work of its caller */
};

#define ANON  CLASS_BIT(LOCK_ANON_VMA)
#define FILE  CLASS_BIT(LOCK_I_MMAP)
#define MMAP  CLASS_BIT(LOCK_MMAP)
#define VMA   CLASS_BIT(LOCK_VMA)
#define OTHER CLASS_BIT(LOCK_OTHER_RWSEM)
#define NONE  ENUM_NONE

static const struct role_def role_defs[] = {
#define OF(p, r, ...)		{ .pattern = p, .role = r, __VA_ARGS__ },
#define LOCKING(p)		OF(p, ENUM_NONE, .locking = true)
#define RWLOCK(p)		OF(p, ENUM_NONE, .locking = true, .rwlock = true)
#define SCHED_IO(p)		OF(p, ENUM_NONE, .locking = true, .io_wait = true)
#define LEAF(p)			OF(p, ENUM_NONE, .leaf = true)
#define HELPER(p, c)		OF(p, ENUM_NONE, .locking = true, .classes = { c, c })
#define FUNC(p, read, write, r) OF(p, r, .classes = { read, write })
#include "collector/roles.def"
#undef FUNC
#undef LOCKING
#undef RWLOCK
#undef SCHED_IO
#undef HELPER
#undef LEAF
#undef OF
};

/* What the kernels' source says about a function, sorted by name. */
static const struct site_def {
	const char *name;
	unsigned int classes[2];
	int role; /* role of the function's folder */
} site_defs[] = {
#define SITE(n, read, write, r) { n, { read, write }, r },
#include "collector/sites.def"
#undef SITE
};

#undef ANON
#undef FILE
#undef MMAP
#undef VMA
#undef OTHER
#undef NONE

static const struct role_def *find_role(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(role_defs) / sizeof(*role_defs); i++)
		if (!fnmatch(role_defs[i].pattern, name, 0))
			return &role_defs[i];
	return NULL;
}

static bool is_leaf(const char *name)
{
	const struct role_def *def = find_role(name);

	return def && def->leaf;
}

static int compare_name(const void *name, const void *def)
{
	return strcmp(name, ((const struct site_def *)def)->name);
}

static const struct site_def *find_site(const char *name)
{
	return bsearch(name, site_defs, sizeof(site_defs) / sizeof(*site_defs), sizeof(*site_defs),
		       compare_name);
}

/*
 * What a function on the way to the call site, or the site itself, is known for: @def or @site or
 * both.
 */
static void narrow(unsigned int classes[2], const struct role_def *def, const struct site_def *site)
{
	int mode;

	for (mode = 0; mode < 2; mode++) {
		unsigned int said =
			(def ? def->classes[mode] : 0) | (site ? site->classes[mode] : 0);

		if (said & classes[mode])
			classes[mode] &= said;
	}
}

/* The role of a function: its own, or that of its folder. */
static int role_of(const char *name)
{
	const struct role_def *def = find_role(name);
	const struct site_def *site = find_site(name);

	if (def && def->role != ENUM_NONE)
		return def->role;
	return site ? site->role : ENUM_NONE;
}

/*
 * The outermost frame: what entered the kernel. A fault in kernel mode has a
 * system call below it, and is the event page_fault_kernel. x86: the event
 * page_fault_user is of arch/x86/mm/fault.c.
 */
static bool is_fault_entry(const char *name)
{
	return !strcmp(name, "asm_exc_page_fault");
}

/* kernel/locking/rwsem.c; LOCKING() of roles.def has them, too */
int rwsem_mode_of(const char *name)
{
	if (!strcmp(name, "rwsem_down_read_slowpath"))
		return MODE_READ;
	return strcmp(name, "rwsem_down_write_slowpath") ? ENUM_NONE : MODE_WRITE;
}

void read_stack_names(const char *const *names, unsigned int nr, struct stack_reading *out)
{
	int folder_role = ENUM_NONE;
	unsigned int i;

	*out = (struct stack_reading){
		.site_frame = -1,
		.work_frame = -1,
		.role = ENUM_NONE,
		.classes = { CLASS_ANY, CLASS_ANY },
		.rwsem_mode = ENUM_NONE,
		.in_user_fault = nr && is_fault_entry(names[nr - 1]),
	};
	for (i = 0; i < nr; i++) {
		const struct role_def *def = find_role(names[i]);
		bool locking = def && def->locking;
		const struct site_def *site = locking ? NULL : find_site(names[i]);

		if (out->work_frame < 0 && names[i][0] && !(def && def->leaf))
			out->work_frame = i;
		if (out->site_frame < 0) {
			narrow(out->classes, def, site);
			out->io_wait |= def && def->io_wait;
			if (out->rwsem_mode == ENUM_NONE)
				out->rwsem_mode = rwsem_mode_of(names[i]);
			if (!locking)
				out->site_frame = i;
			out->of_rwlock |= def && def->rwlock;
		}
		if (def && out->role == ENUM_NONE)
			out->role = def->role;
		if (site && folder_role == ENUM_NONE)
			folder_role = site->role;
	}
	if (out->role == ENUM_NONE)
		out->role = folder_role;
}

static struct site *site_get(struct sites *ss, const struct symbol *sym, int role,
			     const struct sink *sink, int *ret)
{
	struct site *site;

	for (site = ss->sites; site; site = site->next)
		if (site->row.offset == sym->offset && site->row.role == role &&
		    !strcmp(site->symbol, sym->name))
			return site;
	site = calloc(1, sizeof(*site) + strlen(sym->name) + 1);
	if (!site) {
		*ret = -ENOMEM;
		return NULL;
	}
	strcpy(site->symbol, sym->name);
	site->row = (struct site_row){
		.id = ++ss->last_site_id,
		.symbol = site->symbol,
		.offset = sym->offset,
		.role = role,
	};
	site->next = ss->sites;
	ss->sites = site;
	*ret = sink->site(sink->ctx, &site->row);
	return site;
}

/* Looking up a symbol is too slow for every event: keep the result. */
struct site_of_addr {
	UT_hash_handle hh;
	uint64_t addr;
	struct site *site; /* NULL: no name */
};

struct site *site_at(struct sites *ss, uint64_t addr, const struct sink *sink, int *ret)
{
	struct site_of_addr *known;
	struct symbol sym;

	*ret = 0;
	HASH_FIND(hh, ss->by_addr, &addr, sizeof(addr), known);
	if (known)
		return known->site;
	known = calloc(1, sizeof(*known));
	if (!known) {
		*ret = -ENOMEM;
		return NULL;
	}
	known->addr = addr;
	HASH_ADD(hh, ss->by_addr, addr, sizeof(addr), known);
	symbol_find(&ss->symbols, addr, &sym);
	if (!sym.name[0])
		return NULL;
	known->site = site_get(ss, &sym, role_of(sym.name), sink, ret);
	return known->site;
}

/* One line per frame; a frame without a name is "?": no raw addresses. NULL: no memory. */
static char *frames_text(const struct symbol *sym, unsigned int nr)
{
	char text[KSTACK_MAX_FRAMES * (SYMBOL_LEN + 16) + 1] = "";
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < nr; i++) {
		const char *newline = i ? "\n" : "";

		if (sym[i].name[0])
			len += snprintf(text + len, sizeof(text) - len, "%s%s+0x%x", newline,
					sym[i].name, sym[i].offset);
		else
			len += snprintf(text + len, sizeof(text) - len, "%s?", newline);
	}
	/* there may be many thousands of them: allocate only what each needs */
	return strdup(text);
}

static int give_stack(struct sites *ss, struct stack *stack, const struct sink *sink)
{
	stack->id = ++ss->last_stack_id;
	return sink->stack(sink->ctx, &(struct stack_row){
					      .id = stack->id,
					      .site_id = stack->site ? stack->site->row.id : 0,
					      .frames = stack->frames,
				      });
}

/*
 * How many of the innermost functions are those of the tracer, which record the
 * event: no thread waits or sleeps there.
 */
static unsigned int tracer_frames(const char *const *names, unsigned int nr)
{
	static const char *const prefixes[] = {
		"trace_event_raw_event_",
		"__traceiter_",
		"bpf_trace_run",
		"__bpf_trace_",
		"perf_trace_",
		"trace_call_bpf",
		"bpf_prog_",
		"bpf_get_stack",
		"stack_trace_save",
		"get_perf_callchain",
	};
	unsigned int i, p;

	for (i = 0; i < nr; i++) {
		for (p = 0; p < sizeof(prefixes) / sizeof(*prefixes); p++)
			if (!strncmp(names[i], prefixes[p], strlen(prefixes[p])))
				break;
		if (p == sizeof(prefixes) / sizeof(*prefixes))
			return i;
	}
	return 0;
}

static struct stack *stack_new(struct sites *ss, const struct kstack *kstack,
			       const struct sink *sink, int *ret)
{
	struct symbol all[KSTACK_MAX_FRAMES], *sym;
	const char *names[KSTACK_MAX_FRAMES];
	struct stack_reading reading;
	struct stack *stack;
	unsigned int i, skip;
	char *frames;

	for (i = 0; i < kstack->nr_frames; i++) {
		symbol_find(&ss->symbols, kstack->frame[i], &all[i]);
		names[i] = all[i].name;
	}
	skip = tracer_frames(names, kstack->nr_frames);
	sym = all + skip;
	frames = frames_text(sym, kstack->nr_frames - skip);
	if (!frames)
		goto no_memory;
	HASH_FIND_STR(ss->stacks, frames, stack);
	if (stack) {
		free(frames);
		return stack;
	}
	stack = calloc(1, sizeof(*stack));
	if (!stack) {
		free(frames);
		goto no_memory;
	}
	stack->frames = frames;
	HASH_ADD_KEYPTR(hh, ss->stacks, stack->frames, strlen(stack->frames), stack);

	read_stack_names(names + skip, kstack->nr_frames - skip, &reading);
	memcpy(stack->classes, reading.classes, sizeof(stack->classes));
	stack->of_rwlock = reading.of_rwlock;
	stack->io_wait = reading.io_wait;
	stack->rwsem_mode = reading.rwsem_mode;
	stack->in_user_fault = reading.in_user_fault && (reading.role == ROLE_FAULT_PREPARE ||
							 reading.role == ROLE_PAGE_FAULT);
	stack->role = reading.role;
	stack->work_frame = reading.work_frame;
	if (reading.site_frame >= 0 && names[reading.site_frame][0])
		stack->site = site_get(ss, &sym[reading.site_frame], reading.role, sink, ret);
	return stack;
no_memory:
	*ret = -ENOMEM;
	return NULL;
}

struct stack *stack_read(struct sites *ss, struct kstack *kstack, const struct sink *sink, int *ret)
{
	*ret = 0;
	if (!kstack->resolved)
		kstack->resolved = stack_new(ss, kstack, sink, ret);
	return *ret ? NULL : kstack->resolved;
}

struct stack *stack_resolve(struct sites *ss, struct kstack *kstack, const struct sink *sink,
			    int *ret)
{
	struct stack *stack = stack_read(ss, kstack, sink, ret);

	if (stack && !stack->id)
		*ret = give_stack(ss, stack, sink);
	return *ret ? NULL : stack;
}

struct site *function_at(struct sites *ss, uint64_t addr, const struct kstack *callers,
			 const struct sink *sink, int *ret)
{
	const struct stack *stack = callers ? callers->resolved : NULL;
	const struct role_def *def;
	struct symbol sym;
	int role;

	*ret = 0;
	symbol_find(&ss->symbols, addr, &sym);
	if (sym.name[0] && is_leaf(sym.name) && stack && stack->work_frame >= 0)
		symbol_find(&ss->symbols, callers->frame[stack->work_frame], &sym);
	if (!sym.name[0])
		return NULL;
	sym.offset = 0;
	def = find_role(sym.name);
	role = def ? def->role : ENUM_NONE;
	if (role == ENUM_NONE)
		role = stack ? stack->role : role_of(sym.name);
	return site_get(ss, &sym, role, sink, ret);
}

void sites_free(struct sites *ss)
{
	struct site_of_addr *known, *ktmp;
	struct stack *stack, *tmp;
	struct site *site;

	HASH_ITER(hh, ss->by_addr, known, ktmp) {
		HASH_DEL(ss->by_addr, known);
		free(known);
	}
	HASH_ITER(hh, ss->stacks, stack, tmp) {
		HASH_DEL(ss->stacks, stack);
		free(stack->frames);
		free(stack);
	}
	while ((site = ss->sites)) {
		ss->sites = site->next;
		free(site);
	}
}
