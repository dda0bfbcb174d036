// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_rings.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/bpf/waits.h"
#include "collector/kstack.h"
#include "collector/source.h"
#include "lib/clock.h"

/*
 * A record has its time before it is in the ring. On a virtual machine the CPU may be taken
 * away in between.
 */
#define COMMIT_SLACK_NS (10 * NSEC_PER_MSEC)

/* One CPU's ring. */
struct ring_lane {
	struct bpf_rings *rings;
	unsigned int cpu;
	int map_fd; /* -1: none */
	struct ring_buffer *ring;
	struct kstack_table stacks;
	uint64_t nr_lost;     /* reported by an event */
	uint64_t last_ns;     /* of the last record delivered */
	uint64_t complete_ns; /* all events before this time were delivered */
	/* the batch that is being read */
	struct event *ev;
	unsigned int nr, max;
	bool behind;
};

struct bpf_rings {
	struct bpf_rings_options opt;
	struct bpf_object *obj;
	const struct waits_cpu *cpus; /* memory of the program; NULL: not mapped yet */
	size_t cpus_bytes;
	struct ring_lane *lane;
	unsigned int nr_lanes;
	_Atomic uint64_t stopped_ns; /* 0: it goes on */
};

int bpf_rings_prepare(struct bpf_object *obj)
{
	const int nr_cpus = libbpf_num_possible_cpus();
	int ret;

	if (nr_cpus < 0)
		return nr_cpus;
	ret = bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "cpus"), nr_cpus);
	return ret ?: bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "rings"), nr_cpus);
}

static const struct waits_lost *lost_of(const struct ring_lane *lane)
{
	return &lane->rings->cpus[lane->cpu].lost;
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

struct event *ring_lane_add(struct ring_lane *lane, enum event_id id, uint64_t time_ns)
{
	struct event *ev = &lane->ev[lane->nr++];

	memset(ev, 0, sizeof(*ev));
	ev->id = id;
	ev->cpu = lane->cpu;
	ev->time_ns = time_ns;
	return ev;
}

/* Report the part of @lost that was not reported yet, after the events that @lane has delivered. */
static void add_loss(struct ring_lane *lane, const struct waits_lost *lost)
{
	const struct bpf_rings_options *opt = &lane->rings->opt;
	uint64_t start_ns = lost->first_ns;
	struct event *ev;

	if (lost->nr <= lane->nr_lost)
		return;
	/* a part of them may have been reported already */
	if (start_ns < lane->last_ns)
		start_ns = lane->last_ns;
	if (start_ns < lane->complete_ns)
		start_ns = lane->complete_ns;
	ev = ring_lane_add(lane, opt->lost, start_ns);
	/* a gap ends before its end */
	ev->loss.end_ns = (lost->last_ns > start_ns ? lost->last_ns : start_ns) + 1;
	ev->loss.nr_lost = lost->nr - lane->nr_lost;
	ev->loss.reason = lane->behind ? LOSS_BACK_PRESSURE : opt->lost_reason;
	lane->nr_lost = lost->nr;
	lane->behind = false;
}

int ring_lane_stack(struct ring_lane *lane, const uint64_t *frame, uint32_t nr_frames,
		    struct kstack **stack)
{
	*stack = nr_frames ? kstack_intern(&lane->stacks, frame, nr_frames) : NULL;
	return nr_frames && !*stack ? -ENOMEM : 0;
}

/* Room for one record more, and for what was lost behind it. */
static bool has_room(const struct ring_lane *lane)
{
	return lane->nr + RING_EVENTS_OF_RECORD + 2 <= lane->max;
}

/* One record, for libbpf. Returns 0, -ENOBUFS: no more now, or another negative errno. */
static int take_record(void *ctx, void *data, size_t size)
{
	const struct waits_head *head = data;
	struct ring_lane *lane = ctx;
	int ret;

	(void)size;
	add_loss(lane, &head->lost);
	ret = lane->rings->opt.add(lane, head);
	if (head->time_ns > lane->last_ns)
		lane->last_ns = head->time_ns;
	return ret ?: has_room(lane) ? ret : -ENOBUFS;
}

int bpf_rings_next_batch(struct bpf_rings *rings, unsigned int i, bool behind, struct event *ev,
			 unsigned int max, uint64_t *complete_ns, struct error *err)
{
	struct ring_lane *lane = &rings->lane[i];
	const uint64_t stopped_ns = atomic_load(&rings->stopped_ns);
	const uint64_t asked_ns = now_ns();
	struct waits_lost lost;
	int ret = -ENOBUFS;

	lane->ev = ev;
	lane->nr = 0;
	lane->max = max;
	lane->behind |= behind;
	/*
	 * read this before the ring: losses that the ring does not report come after all of its
	 * records
	 */
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
		/* until then a program may still be writing */
		if (stopped_ns && lane->complete_ns >= stopped_ns)
			*complete_ns = LANE_ENDED;
	}
	if (lane->last_ns > *complete_ns)
		*complete_ns = lane->last_ns;
	return lane->nr;
}

unsigned int bpf_rings_nr_lanes(const struct bpf_rings *rings)
{
	return rings->nr_lanes;
}

void bpf_rings_stop(struct bpf_rings *rings)
{
	atomic_store(&rings->stopped_ns, now_ns());
}

void bpf_rings_close(struct bpf_rings *rings)
{
	unsigned int i;

	if (!rings)
		return;
	for (i = 0; rings->lane && i < rings->nr_lanes; i++) {
		ring_buffer__free(rings->lane[i].ring);
		if (rings->lane[i].map_fd >= 0)
			close(rings->lane[i].map_fd);
		kstack_table_free(&rings->lane[i].stacks);
	}
	if (rings->cpus)
		munmap((void *)rings->cpus, rings->cpus_bytes);
	free(rings->lane);
	free(rings);
}

/* A ring is as large as a power of two of pages. */
static uint32_t ring_bytes(unsigned int kb)
{
	const uint64_t asked = 1024ULL * (kb);
	uint64_t bytes = sysconf(_SC_PAGESIZE);

	while (bytes < asked && bytes < 1U << 30)
		bytes *= 2;
	return bytes;
}

static int open_lane(struct bpf_rings *rings, unsigned int cpu, uint32_t bytes)
{
	const int rings_fd = bpf_object__find_map_fd_by_name(rings->obj, "rings");
	struct ring_lane *lane = &rings->lane[cpu];

	lane->rings = rings;
	lane->cpu = cpu;
	lane->map_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "waits_ring", 0, 0, bytes, NULL);
	if (lane->map_fd < 0)
		return -errno;
	lane->ring = ring_buffer__new(lane->map_fd, take_record, lane, NULL);
	if (!lane->ring)
		return -errno ?: -ENOMEM;
	return bpf_map_update_elem(rings_fd, &cpu, &lane->map_fd, BPF_ANY) ? -errno : 0;
}

void *bpf_map_memory(struct bpf_object *obj, const char *name, size_t nr_bytes, int prot)
{
	const int fd = bpf_object__find_map_fd_by_name(obj, name);
	void *memory = mmap(NULL, nr_bytes, prot, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int open_lanes(struct bpf_rings *rings, uint32_t bytes)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < rings->nr_lanes; i++)
		rings->lane[i].map_fd = -1;
	rings->cpus_bytes = rings->nr_lanes * sizeof(*rings->cpus);
	rings->cpus = bpf_map_memory(rings->obj, "cpus", rings->cpus_bytes, PROT_READ);
	if (!rings->cpus)
		return -errno;
	for (i = 0; !ret && i < rings->nr_lanes; i++)
		ret = open_lane(rings, i, bytes);
	return ret;
}

int bpf_rings_open(struct bpf_rings **ringsp, struct bpf_object *obj,
		   const struct bpf_rings_options *opt, struct error *err)
{
	struct bpf_rings *rings = calloc(1, sizeof(*rings));
	const uint32_t bytes = ring_bytes(opt->kb);
	int ret;

	if (!rings)
		return error_set(err, -ENOMEM, "out of memory");
	rings->opt = *opt;
	rings->obj = obj;
	rings->nr_lanes = bpf_map__max_entries(bpf_object__find_map_by_name(obj, "rings"));
	rings->lane = calloc(rings->nr_lanes, sizeof(*rings->lane));
	if (!rings->lane) {
		free(rings);
		return error_set(err, -ENOMEM, "out of memory");
	}
	ret = open_lanes(rings, bytes);
	if (ret) {
		bpf_rings_close(rings);
		return error_set(
			err, ret,
			"the kernel refuses BPF rings of %u KiB per CPU (%s); give a smaller "
			"--buffer",
			bytes / 1024, strerror(-ret));
	}
	*ringsp = rings;
	return 0;
}
