// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_waits.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/bpf/waits.h"
#include "collector/bpf/waits.skel.h"
#include "collector/bpf_calls.h"
#include "collector/bpf_object.h"
#include "collector/instance.h"
#include "collector/kstack.h"
#include "collector/source.h"
#include "lib/clock.h"

_Static_assert(WAITS_FRAMES == KSTACK_MAX_FRAMES, "a stack of theirs is one of ours");

#define DEFAULT_BUFFER_KB 4096

/*
 * A record has its time before it is in the ring. On a virtual machine the CPU may be taken
 * away in between.
 */
#define COMMIT_SLACK_NS (10 * NSEC_PER_MSEC)

/* Events that a record can become: a loss before it, a page fault, and the wait. */
#define EVENTS_OF_RECORD 3

#define MAX_PROGRAMS 12

/* One CPU's ring. */
struct ring_lane {
	struct bpf_waits *bw;
	unsigned int cpu;
	int map_fd; /* -1: none */
	struct ring_buffer *ring;
	struct kstack_table stacks;
	uint64_t nr_lost;     /* reported by EVENT_LOSS */
	uint64_t last_ns;     /* of the last record delivered */
	uint64_t complete_ns; /* all events before this time were delivered */
	bool ended;
	/* the batch that is being read */
	struct event *ev;
	unsigned int nr, max;
	bool behind;
};

struct bpf_waits {
	struct bpf_object *obj;
	struct bpf_object *moves; /* of folios, in the maps of @obj; NULL: not recorded */
	struct bpf_link *moves_link;
	struct error no_moves; /* why not; "": they are, or nobody asked */
	struct bpf_link *link[MAX_PROGRAMS];
	unsigned int nr_links;
	struct waits_settings *settings; /* memory of the program; NULL: not mapped yet */
	const struct waits_cpu *cpus;	 /* likewise */
	size_t cpus_bytes;
	bool whole;
	struct ring_lane *lane;
	unsigned int nr_lanes;
	_Atomic uint64_t stopped_ns; /* 0: it goes on */
};

/* Not every architecture has this tracepoint. Where tracefs cannot be asked, the kernel tells. */
static bool has_page_fault_user(void)
{
	return tracefs_has_event("exceptions", "page_fault_user") != 0;
}

static int prepare(struct bpf_object *obj, void *ctx)
{
	const int nr_cpus = libbpf_num_possible_cpus();
	int ret;

	(void)ctx;
	if (nr_cpus < 0)
		return nr_cpus;
	ret = bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "cpus"), nr_cpus);
	if (!ret)
		ret = bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "rings"), nr_cpus);
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

static const struct waits_lost *lost_of(const struct ring_lane *lane)
{
	return &lane->bw->cpus[lane->cpu].lost;
}

/* What the program has counted so far; its count comes after the times. */
static struct waits_lost read_lost(const struct ring_lane *lane)
{
	const struct waits_lost *shared = lost_of(lane);
	const uint64_t nr = __atomic_load_n(&shared->nr, __ATOMIC_ACQUIRE);

	return (struct waits_lost){
		.nr = nr,
		.first_ns = __atomic_load_n(&shared->first_ns, __ATOMIC_RELAXED),
		.last_ns = __atomic_load_n(&shared->last_ns, __ATOMIC_RELAXED),
	};
}

static struct event *add_event(struct ring_lane *lane, enum event_id id, uint64_t time_ns)
{
	struct event *ev = &lane->ev[lane->nr++];

	memset(ev, 0, sizeof(*ev));
	ev->id = id;
	ev->cpu = lane->cpu;
	ev->time_ns = time_ns;
	return ev;
}

/* Report what of @lost was not yet reported, after the events that @lane has delivered. */
static void add_loss(struct ring_lane *lane, const struct waits_lost *lost)
{
	uint64_t start_ns = lost->first_ns;
	struct event *ev;

	if (lost->nr <= lane->nr_lost)
		return;
	/* a part of them may have been reported already */
	if (start_ns < lane->last_ns)
		start_ns = lane->last_ns;
	if (start_ns < lane->complete_ns)
		start_ns = lane->complete_ns;
	ev = add_event(lane, EVENT_LOSS, start_ns);
	/* a gap ends before its end */
	ev->loss.end_ns = (lost->last_ns > start_ns ? lost->last_ns : start_ns) + 1;
	ev->loss.nr_lost = lost->nr - lane->nr_lost;
	ev->loss.reason = lane->behind ? LOSS_BACK_PRESSURE : LOSS_OVERRUN;
	lane->nr_lost = lost->nr;
	lane->behind = false;
}

static uint32_t classes_of(uint32_t class)
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

	if (r->fault) {
		ev = add_event(lane, EVENT_PAGE_FAULT_USER, r->head.time_ns);
		ev->tid = r->head.tid;
		ev->page_fault.address = r->fault;
	}
	stack = r->nr_frames ? kstack_intern(&lane->stacks, r->frame, r->nr_frames) : NULL;
	if (r->nr_frames && !stack)
		return -ENOMEM;
	ev = add_event(lane, EVENT_CONTENTION_BEGIN, r->head.time_ns);
	ev->tid = r->head.tid;
	ev->stack = stack;
	ev->contention_begin.lock = r->head.lock;
	ev->contention_begin.flags = r->flags;
	ev->contention_begin.owner = r->owner;
	ev->contention_begin.classes = classes_of(r->class);
	return 0;
}

static int add_end(struct ring_lane *lane, const struct waits_end *r)
{
	struct event *ev = add_event(lane, EVENT_CONTENTION_END, r->head.time_ns);

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
	struct event *ev = add_event(lane, EVENT_FOLIO_MOVE_ANON_RMAP, r->head.time_ns);

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

static int add_record(struct ring_lane *lane, const struct waits_head *head)
{
	const void *record = head;

	switch (head->kind) {
	case WAITS_BEGIN:
		return add_begin(lane, record);
	case WAITS_END:
		return add_end(lane, record);
	default:
		return add_move(lane, record);
	}
}

/* Room for one record more, and for what was lost behind it. */
static bool has_room(const struct ring_lane *lane)
{
	return lane->nr + EVENTS_OF_RECORD + 1 <= lane->max;
}

/* One record, for libbpf. Returns 0, -ENOBUFS: no more now, or another negative errno. */
static int take_record(void *ctx, void *data, size_t size)
{
	const struct waits_head *head = data;
	struct ring_lane *lane = ctx;
	int ret;

	(void)size;
	add_loss(lane, &head->lost);
	ret = add_record(lane, head);
	if (head->time_ns > lane->last_ns)
		lane->last_ns = head->time_ns;
	return ret ?: has_room(lane) ? ret : -ENOBUFS;
}

int bpf_waits_next_batch(struct bpf_waits *bw, unsigned int i, bool behind, struct event *ev,
			 unsigned int max, uint64_t *complete_ns, struct error *err)
{
	struct ring_lane *lane = &bw->lane[i];
	const uint64_t stopped_ns = atomic_load(&bw->stopped_ns);
	const uint64_t asked_ns = now_ns();
	struct waits_lost lost;
	int ret = -ENOBUFS;

	lane->ev = ev;
	lane->nr = 0;
	lane->max = max;
	lane->behind |= behind;
	/* before the ring: what the ring does not tell of these is behind all that it has */
	lost = read_lost(lane);
	if (has_room(lane))
		ret = ring_buffer__consume(lane->ring);
	if (ret < 0 && ret != -ENOBUFS)
		return error_set(err, ret, "cannot read the BPF ring of cpu %u: %s", lane->cpu,
				 strerror(-ret));
	if (ret >= 0) {
		add_loss(lane, &lost);
		lane->complete_ns = asked_ns - COMMIT_SLACK_NS;
		if (lane->complete_ns > *complete_ns)
			*complete_ns = lane->complete_ns;
		/* until then a program may still be at work */
		if (stopped_ns && lane->complete_ns >= stopped_ns)
			*complete_ns = LANE_ENDED;
	}
	if (lane->last_ns > *complete_ns)
		*complete_ns = lane->last_ns;
	return lane->nr;
}

const char *bpf_waits_no_moves(const struct bpf_waits *bw)
{
	return bw->no_moves.msg;
}

bool bpf_waits_are_whole(const struct bpf_waits *bw)
{
	return bw->whole;
}

unsigned int bpf_waits_nr_lanes(const struct bpf_waits *bw)
{
	return bw->nr_lanes;
}

bool bpf_waits_give(const struct bpf_waits *bw, enum event_id id)
{
	return id == EVENT_CONTENTION_BEGIN || id == EVENT_CONTENTION_END ||
	       (id == EVENT_FOLIO_MOVE_ANON_RMAP && bw->moves) ||
	       (id == EVENT_PAGE_FAULT_USER && has_page_fault_user());
}

void bpf_waits_go(struct bpf_waits *bw)
{
	__atomic_store_n(&bw->settings->on, 1, __ATOMIC_RELEASE);
}

void bpf_waits_stop(struct bpf_waits *bw)
{
	__atomic_store_n(&bw->settings->on, 0, __ATOMIC_RELEASE);
	atomic_store(&bw->stopped_ns, now_ns());
}

void bpf_waits_close(struct bpf_waits *bw)
{
	unsigned int i;

	for (i = 0; i < bw->nr_links; i++)
		bpf_link__destroy(bw->link[i]);
	for (i = 0; bw->lane && i < bw->nr_lanes; i++) {
		ring_buffer__free(bw->lane[i].ring);
		if (bw->lane[i].map_fd >= 0)
			close(bw->lane[i].map_fd);
		kstack_table_free(&bw->lane[i].stacks);
	}
	if (bw->cpus)
		munmap((void *)bw->cpus, bw->cpus_bytes);
	if (bw->settings)
		munmap(bw->settings, sizeof(*bw->settings));
	bpf_link__destroy(bw->moves_link);
	bpf_object__close(bw->moves);
	bpf_object__close(bw->obj);
	free(bw->lane);
	free(bw);
}

/* A ring is as large as a power of two of pages. */
static uint32_t ring_bytes(unsigned int buffer_kb)
{
	const uint64_t asked = 1024ULL * (buffer_kb ?: DEFAULT_BUFFER_KB);
	uint64_t bytes = sysconf(_SC_PAGESIZE);

	while (bytes < asked && bytes < 1U << 30)
		bytes *= 2;
	return bytes;
}

static int open_lane(struct bpf_waits *bw, unsigned int cpu, uint32_t bytes)
{
	const int rings_fd = bpf_object__find_map_fd_by_name(bw->obj, "rings");
	struct ring_lane *lane = &bw->lane[cpu];

	lane->bw = bw;
	lane->cpu = cpu;
	lane->map_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "waits_ring", 0, 0, bytes, NULL);
	if (lane->map_fd < 0)
		return -errno;
	lane->ring = ring_buffer__new(lane->map_fd, take_record, lane, NULL);
	if (!lane->ring)
		return -errno ?: -ENOMEM;
	return bpf_map_update_elem(rings_fd, &cpu, &lane->map_fd, BPF_ANY) ? -errno : 0;
}

/* The memory of the map @name, @nr_bytes of it; NULL with errno. */
static void *map_memory(struct bpf_waits *bw, const char *name, size_t nr_bytes, int prot)
{
	const int fd = bpf_object__find_map_fd_by_name(bw->obj, name);
	void *memory = mmap(NULL, nr_bytes, prot, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int map_memories(struct bpf_waits *bw)
{
	bw->cpus_bytes = bw->nr_lanes * sizeof(*bw->cpus);
	bw->cpus = map_memory(bw, "cpus", bw->cpus_bytes, PROT_READ);
	if (bw->cpus)
		bw->settings =
			map_memory(bw, ".bss", sizeof(*bw->settings), PROT_READ | PROT_WRITE);
	return bw->settings ? 0 : -errno;
}

static int open_lanes(struct bpf_waits *bw, unsigned int buffer_kb, struct error *err)
{
	const uint32_t bytes = ring_bytes(buffer_kb);
	unsigned int i;
	int ret;

	bw->nr_lanes = bpf_map__max_entries(bpf_object__find_map_by_name(bw->obj, "rings"));
	bw->lane = calloc(bw->nr_lanes, sizeof(*bw->lane));
	if (!bw->lane)
		return error_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < bw->nr_lanes; i++)
		bw->lane[i].map_fd = -1;
	ret = map_memories(bw);
	for (i = 0; !ret && i < bw->nr_lanes; i++)
		ret = open_lane(bw, i, bytes);
	return !ret ? 0
		    : error_set(
			      err, ret,
			      "the kernel refuses BPF rings of %u KiB per CPU (%s); give a smaller "
			      "--buffer",
			      bytes / 1024, strerror(-ret));
}

static int attach(struct bpf_waits *bw, const struct bpf_image *image, struct error *err)
{
	struct bpf_program *prog = NULL;
	int ret;

	do {
		ret = bpf_object_attach(bw->obj, image, &prog, &bw->link[bw->nr_links], err);
		bw->nr_links += !ret && prog;
	} while (!ret && prog && bw->nr_links < MAX_PROGRAMS);
	return ret;
}

/* Waits are recorded also without them. */
static void open_moves(struct bpf_waits *bw)
{
	bpf_calls_add_moves(&bw->moves, &bw->moves_link, bw->obj, &bw->no_moves);
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
	ret = open_lanes(bw, opt->buffer_kb, err);
	if (!ret) {
		bw->settings->own_tgid = opt->own_tgid;
		bw->settings->only_tgid = opt->only_tgid;
		ret = attach(bw, image, err);
	}
	if (!ret && opt->whole && opt->moves)
		open_moves(bw);
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
	/* why the first is refused tells most */
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
