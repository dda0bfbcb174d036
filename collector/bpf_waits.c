// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_waits.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "collector/bpf/waits.h"
#include "collector/bpf/waits.skel.h"
#include "collector/bpf_calls.h"
#include "collector/bpf_object.h"
#include "collector/bpf_rings.h"
#include "collector/bpf_walks.h"
#include "collector/instance.h"
#include "collector/kstack.h"

_Static_assert(WAITS_FRAMES == KSTACK_MAX_FRAMES, "a stack of theirs is one of ours");

#define DEFAULT_BUFFER_KB 4096

#define MAX_PROGRAMS 12

struct bpf_waits {
	struct bpf_object *obj;
	struct bpf_object *moves; /* of folios, in the maps of @obj; NULL: not recorded */
	struct bpf_link *moves_link;
	struct error no_moves;	 /* why not; "": they are, or nobody asked */
	struct bpf_walks *walks; /* likewise */
	struct error no_walks;
	struct bpf_link *link[MAX_PROGRAMS];
	unsigned int nr_links;
	struct waits_settings *settings; /* memory of the program; NULL: not mapped yet */
	struct bpf_rings *rings;	 /* NULL: not made yet */
	bool whole;
};

/*
 * Not every architecture has this tracepoint. If tracefs cannot be read, loading the program shows
 * whether it exists.
 */
static bool has_page_fault_user(void)
{
	return tracefs_has_event("exceptions", "page_fault_user") != 0;
}

static int prepare(struct bpf_object *obj, void *ctx)
{
	int ret = bpf_rings_prepare(obj);

	(void)ctx;
	if (!ret && !has_page_fault_user())
		ret = bpf_program__set_autoload(bpf_object__find_program_by_name(obj,
										 "waits_fault"),
						false);
	return ret;
}

static int prepare_fentry(struct bpf_object *obj, void *ctx)
{
	return bpf_calls_choose(obj, BPF_CALLS_FENTRY) ?: prepare(obj, ctx);
}

static int prepare_kprobe(struct bpf_object *obj, void *ctx)
{
	return bpf_calls_choose(obj, BPF_CALLS_KPROBE) ?: prepare(obj, ctx);
}

static const struct bpf_image image = {
	.name = "waits",
	.elf = waits_bpf__elf_bytes,
	.prepare = prepare,
};

/* Of whole waits: the first that the kernel takes */
static const struct bpf_image whole_images[] = {
	{ "calls", bpf_calls_elf, .of_function = true, .prepare = prepare_fentry },
	{ "calls", bpf_calls_elf, .of_function = true, .prepare = prepare_kprobe },
};

uint32_t bpf_waits_classes_of(uint32_t class)
{
	switch (class) {
	case WAITS_CLASS_ANON_VMA:
		return 1U << LOCK_ANON_VMA;
	case WAITS_CLASS_MMAP:
		return 1U << LOCK_MMAP;
	case WAITS_CLASS_I_MMAP:
		return 1U << LOCK_I_MMAP;
	default:
		return 0;
	}
}

static int add_begin(struct ring_lane *lane, const struct waits_begin *r)
{
	struct kstack *stack;
	struct event *ev;
	int ret;

	if (r->fault) {
		ev = ring_lane_add(lane, EVENT_PAGE_FAULT_USER, r->head.time_ns);
		ev->tid = r->head.tid;
		ev->page_fault.address = r->fault;
	}
	ret = ring_lane_stack(lane, (const uint64_t *)r->frame, r->nr_frames, &stack);
	if (ret)
		return ret;
	ev = ring_lane_add(lane, EVENT_CONTENTION_BEGIN, r->head.time_ns);
	ev->tid = r->head.tid;
	ev->stack = stack;
	ev->contention_begin.lock = r->head.lock;
	ev->contention_begin.flags = r->flags;
	ev->contention_begin.owner = r->owner;
	ev->contention_begin.classes = bpf_waits_classes_of(r->class);
	return 0;
}

static int add_end(struct ring_lane *lane, const struct waits_end *r)
{
	struct event *ev = ring_lane_add(lane, EVENT_CONTENTION_END, r->head.time_ns);

	ev->tid = r->head.tid;
	ev->contention_end.lock = r->head.lock;
	ev->contention_end.ret = r->ret;
	ev->contention_end.tgid = r->tgid;
	ev->contention_end.spun_until_ns = r->spun_until_ns;
	ev->contention_end.mm = r->mm;
	ev->contention_end.vm_start = r->vm_start;
	ev->contention_end.vm_end = r->vm_end;
	return 0;
}

static int add_move(struct ring_lane *lane, const struct waits_move *r)
{
	struct event *ev = ring_lane_add(lane, EVENT_FOLIO_MOVE_ANON_RMAP, r->head.time_ns);

	ev->tid = r->head.tid;
	ev->folio_move.pfn = r->pfn;
	ev->folio_move.nr_pages = r->nr_pages;
	ev->folio_move.old_anon_vma = r->old_anon_vma;
	ev->folio_move.old_root = r->old_lock;
	ev->folio_move.new_anon_vma = r->new_anon_vma;
	ev->folio_move.new_root = r->head.lock;
	ev->folio_move.mm = r->mm;
	ev->folio_move.vm_start = r->vm_start;
	ev->folio_move.vm_end = r->vm_end;
	return 0;
}

static int add_walk_begin(struct ring_lane *lane, const struct waits_walk_begin *r)
{
	bpf_walks_begin_event(ring_lane_add(lane, EVENT_RMAP_WALK_BEGIN, r->head.time_ns), r);
	return 0;
}

static int add_walk_end(struct ring_lane *lane, const struct waits_walk_end *r)
{
	bpf_walks_end_event(ring_lane_add(lane, EVENT_RMAP_WALK_END, r->head.time_ns), r);
	return 0;
}

static int add_record(struct ring_lane *lane, const struct waits_head *head)
{
	const void *record = head;

	switch (head->kind) {
	case WAITS_BEGIN:
		return add_begin(lane, record);
	case WAITS_END:
		return add_end(lane, record);
	case WAITS_WALK_BEGIN:
		return add_walk_begin(lane, record);
	case WAITS_WALK_END:
		return add_walk_end(lane, record);
	default:
		return add_move(lane, record);
	}
}

const struct bpf_object *bpf_waits_object(const struct bpf_waits *bw)
{
	return bw->obj;
}

const char *bpf_waits_no_moves(const struct bpf_waits *bw)
{
	return bw->no_moves.msg;
}

const char *bpf_waits_no_walks(const struct bpf_waits *bw)
{
	return bw->no_walks.msg;
}

uint64_t bpf_waits_nr_missed_of_walks(const struct bpf_waits *bw)
{
	return bw->walks ? bpf_walks_nr_missed(bw->walks) : 0;
}

bool bpf_waits_are_whole(const struct bpf_waits *bw)
{
	return bw->whole;
}

unsigned int bpf_waits_nr_lanes(const struct bpf_waits *bw)
{
	return bpf_rings_nr_lanes(bw->rings);
}

int bpf_waits_next_batch(struct bpf_waits *bw, unsigned int lane, bool behind, struct event *ev,
			 unsigned int max, uint64_t *complete_ns, struct error *err)
{
	return bpf_rings_next_batch(bw->rings, lane, behind, ev, max, complete_ns, err);
}

bool bpf_waits_give(const struct bpf_waits *bw, enum event_id id)
{
	return id == EVENT_CONTENTION_BEGIN || id == EVENT_CONTENTION_END ||
	       (id == EVENT_FOLIO_MOVE_ANON_RMAP && bw->moves) ||
	       ((id == EVENT_RMAP_WALK_BEGIN || id == EVENT_RMAP_WALK_END) && bw->walks) ||
	       (id == EVENT_PAGE_FAULT_USER && has_page_fault_user());
}

void bpf_waits_go(struct bpf_waits *bw)
{
	__atomic_store_n(&bw->settings->on, 1, __ATOMIC_RELEASE);
}

void bpf_waits_stop(struct bpf_waits *bw)
{
	__atomic_store_n(&bw->settings->on, 0, __ATOMIC_RELEASE);
	bpf_rings_stop(bw->rings);
}

void bpf_waits_close(struct bpf_waits *bw)
{
	unsigned int i;

	for (i = 0; i < bw->nr_links; i++)
		bpf_link__destroy(bw->link[i]);
	bpf_rings_close(bw->rings);
	if (bw->settings)
		munmap(bw->settings, sizeof(*bw->settings));
	bpf_link__destroy(bw->moves_link);
	bpf_object__close(bw->moves);
	bpf_walks_close(bw->walks);
	bpf_object__close(bw->obj);
	free(bw);
}

static int open_rings(struct bpf_waits *bw, unsigned int buffer_kb, struct error *err)
{
	const struct bpf_rings_options opt = {
		.kb = buffer_kb ?: DEFAULT_BUFFER_KB,
		.add = add_record,
		.lost = EVENT_LOSS,
		.lost_reason = LOSS_OVERRUN,
	};

	bw->settings =
		bpf_map_memory(bw->obj, ".bss", sizeof(*bw->settings), PROT_READ | PROT_WRITE);
	if (!bw->settings)
		return error_set(err, -errno, "cannot map the memory of a BPF program: %s",
				 strerror(errno));
	return bpf_rings_open(&bw->rings, bw->obj, &opt, err);
}

/* Waits are recorded also without them. */
static void open_walks(struct bpf_waits *bw)
{
	bpf_calls_add_moves(&bw->moves, &bw->moves_link, bw->obj, &bw->no_moves);
	bpf_walks_open(&bw->walks, bw->obj, &bw->no_walks);
}

static int open_image(struct bpf_waits **bwp, const struct bpf_waits_options *opt,
		      const struct bpf_image *image, struct error *err)
{
	struct bpf_waits *bw = calloc(1, sizeof(*bw));
	int ret;

	if (!bw)
		return error_set(err, -ENOMEM, "out of memory");
	bw->whole = opt->whole;
	ret = bpf_object_load(&bw->obj, image, err);
	if (ret) {
		free(bw);
		return ret;
	}
	ret = open_rings(bw, opt->buffer_kb, err);
	if (!ret) {
		bw->settings->own_tgid = opt->own_tgid;
		bw->settings->only_tgid = opt->only_tgid;
		ret = bpf_object_attach_all(bw->obj, image, bw->link, MAX_PROGRAMS, &bw->nr_links,
					    err);
	}
	if (!ret && opt->whole && opt->walks)
		open_walks(bw);
	if (ret)
		bpf_waits_close(bw);
	else
		*bwp = bw;
	return ret;
}

int bpf_waits_open(struct bpf_waits **bw, const struct bpf_waits_options *opt, struct error *err)
{
	struct error ignored = { 0 };
	int ret;

	if (!opt->whole)
		return open_image(bw, opt, &image, err);
	/* the reason for the first refusal is the most useful one */
	ret = open_image(bw, opt, &whole_images[0], err);
	return ret && open_image(bw, opt, &whole_images[1], &ignored) ? ret : 0;
}

int bpf_waits_try(bool whole, struct error *err)
{
	const struct bpf_waits_options opt = { .buffer_kb = 4, .whole = whole };
	struct bpf_waits *bw;
	int ret = bpf_waits_open(&bw, &opt, err);

	if (!ret)
		bpf_waits_close(bw);
	return ret;
}
