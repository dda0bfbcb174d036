// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_walks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* in this order: the skeleton needs what it shares with the program */
#include "collector/bpf/waits.h"
#include "collector/bpf/walks.h"

#include "collector/bpf/walks.skel.h"
#include "collector/bpf_calls.h"
#include "collector/bpf_object.h"
#include "collector/symbols.h"

/* Two for each kind of walk, and one for each function that is called for a VMA. */
#define MAX_PROGRAMS (2 * 3 + WALKS_FUNCTIONS)

struct bpf_walks {
	struct bpf_object *obj;
	struct bpf_link *link[MAX_PROGRAMS];
	unsigned int nr_links;
};

#define NAME(function) #function,
static const char *const visitors[WALKS_FUNCTIONS] = { WALKS_VISITORS(NAME) };

static int leave_out(struct bpf_object *obj, const char *program)
{
	return bpf_program__set_autoload(bpf_object__find_program_by_name(obj, program), false);
}

static bool has_function(const struct btf *kernel, const char *name)
{
	return btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC) > 0;
}

/* Of the functions that walk, not every kernel has each. */
static int choose_walks(struct bpf_object *obj, const struct btf *kernel)
{
	const bool has_range = has_function(kernel, "__rmap_walk_file");
	int ret = leave_out(obj, has_range ? "walks_file" : "walks_range")
			  ?: leave_out(obj, has_range ? "walks_file_end" : "walks_range_end");

	/* it needs CONFIG_KSM */
	if (!ret && !has_function(kernel, "rmap_walk_ksm"))
		ret = leave_out(obj, "walks_ksm") ?: leave_out(obj, "walks_ksm_end");
	return ret;
}

/* Load those of functions that this kernel has, and tell the others where these are. */
static int choose_visitors(struct bpf_object *obj, const struct btf *kernel)
{
	struct walks_functions functions;
	char program[64];
	unsigned int i;
	int ret = symbols_live_addresses(visitors, WALKS_FUNCTIONS, (uint64_t *)functions.at);

	for (i = 0; !ret && i < WALKS_FUNCTIONS; i++) {
		if (functions.at[i] && has_function(kernel, visitors[i]))
			continue;
		functions.at[i] = 0;
		snprintf(program, sizeof(program), "visited_%s", visitors[i]);
		ret = leave_out(obj, program);
	}
	return ret
		       ?: bpf_map__set_initial_value(bpf_object__find_map_by_name(obj, ".rodata"),
						     &functions, sizeof(functions));
}

static int prepare(struct bpf_object *obj, void *calls)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int ret = kernel ? bpf_calls_share(obj, calls) : -errno;

	if (!ret)
		ret = choose_walks(obj, kernel) ?: choose_visitors(obj, kernel);
	btf__free(kernel);
	return ret;
}

int bpf_walks_open(struct bpf_walks **walksp, struct bpf_object *calls, struct error *err)
{
	const struct bpf_image image = {
		.name = "walks",
		.elf = walks_bpf__elf_bytes,
		.of_function = true,
		.prepare = prepare,
		.ctx = calls,
	};
	struct bpf_walks *walks;
	int ret = symbols_readable(err);

	if (ret)
		return ret;
	walks = calloc(1, sizeof(*walks));
	if (!walks)
		return error_set(err, -ENOMEM, "out of memory");
	ret = bpf_object_load(&walks->obj, &image, err)
		      ?: bpf_object_attach_all(walks->obj, &image, walks->link, MAX_PROGRAMS,
					       &walks->nr_links, err);
	if (ret)
		bpf_walks_close(walks);
	else
		*walksp = walks;
	return ret;
}

void bpf_walks_close(struct bpf_walks *walks)
{
	unsigned int i;

	if (!walks)
		return;
	for (i = 0; i < walks->nr_links; i++)
		bpf_link__destroy(walks->link[i]);
	bpf_object__close(walks->obj);
	free(walks);
}

uint64_t bpf_walks_nr_missed(const struct bpf_walks *walks)
{
	struct bpf_program *prog;
	uint64_t nr = 0;

	bpf_object__for_each_program(prog, walks->obj)
	{
		struct bpf_prog_info info = { 0 };
		uint32_t nr_bytes = sizeof(info);

		if (bpf_program__autoload(prog) &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &nr_bytes))
			nr += info.recursion_misses;
	}
	return nr;
}

static const uint8_t kinds[] = {
	[WAITS_WALK_ANON] = WALK_ANON,
	[WAITS_WALK_FILE] = WALK_FILE,
	[WAITS_WALK_KSM] = WALK_KSM,
};

void bpf_walks_begin_event(struct event *ev, const struct waits_walk_begin *r)
{
	ev->tid = r->head.tid;
	ev->walk_begin.pfn = r->pfn;
	ev->walk_begin.nr_pages = r->nr_pages;
	ev->walk_begin.rmap_one = r->rmap_one;
	ev->walk_begin.kind = kinds[r->kind];
	ev->walk_begin.locked = r->locked;
	ev->walk_begin.try_lock = r->try_lock;
}

/*
 * What is proven of how the walk ended. One that visited no VMA of an anonymous folio may have
 * found it without an anon_vma; one that calls done() may have been stopped by that.
 */
static uint32_t outcome_of(const struct waits_walk_end *r)
{
	if (r->contended)
		return WALK_END_CONTENDED;
	if (!r->counted)
		return WALK_END_UNKNOWN;
	if (r->stopped)
		return WALK_END_STOPPED;
	if (!r->has_done && (r->nr_vmas || r->kind != WAITS_WALK_ANON))
		return WALK_END_DONE;
	return WALK_END_UNKNOWN;
}

void bpf_walks_end_event(struct event *ev, const struct waits_walk_end *r)
{
	ev->tid = r->head.tid;
	ev->walk_end.pfn = r->pfn;
	ev->walk_end.nr_vmas = r->counted ? r->nr_vmas : WALK_VMAS_UNKNOWN;
	ev->walk_end.outcome = outcome_of(r);
}
