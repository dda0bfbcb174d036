// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_samples.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/bpf/samples.h"
/* in this order: the skeleton needs the settings */
#include "collector/bpf/samples.skel.h"
#include "collector/bpf_object.h"
#include "collector/bpf_rings.h"
#include "collector/bpf_waits.h"
#include "collector/instance.h"
#include "collector/symbols.h"
#include "lib/clock.h"
#include "schema/rows.h"

/* A second in which all samples are reported. */
#define RING_KB 256

/* What is shared with the programs of waits. */
static const char *const shared_maps[] = { "threads", "contended", ".bss" };

/* Its programs; the others are in the object for what they share with these. */
#define TAKE "samples_take"
#define EXIT "samples_exit"
#define END  "samples_end"

_Static_assert(SAMPLES_SLOW_PATHS == RWSEM_SLOW_PATHS, "a range for each slow path");

struct bpf_samples {
	struct bpf_object *obj;
	struct bpf_rings *rings;
	struct bpf_link *exit_link, *end_link;
	struct bpf_link **cpu_link; /* [nr_cpus], NULL: the CPU is off */
	unsigned int nr_cpus;
	bool sees_spin, sees_ipi;
};

/* What prepare() needs, and finds. */
struct setup {
	const struct bpf_object *waits;
	bool sees_spin, sees_ipi;
};

static int share_maps(struct bpf_object *obj, const struct bpf_object *waits)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(shared_maps) / sizeof(*shared_maps); i++)
		ret = bpf_map__reuse_fd(bpf_object__find_map_by_name(obj, shared_maps[i]),
					bpf_object__find_map_fd_by_name(waits, shared_maps[i]));
	return ret;
}

/* Returns whether it is known where function @name is. */
static bool find_range(const char *name, struct samples_range *range)
{
	struct symbol_range at;

	if (symbols_live_range(name, &at))
		return false;
	*range = (struct samples_range){ at.start, at.end };
	return true;
}

/* Pass the addresses of the functions to the programs. */
static void set_ranges(struct bpf_object *obj, struct setup *setup)
{
	struct samples_ranges ranges = { 0 };
	unsigned int i;

	for (i = 0; i < SAMPLES_SLOW_PATHS; i++)
		setup->sees_spin |= find_range(rwsem_slow_paths[i], &ranges.slow_path[i]);
	/* there from Linux 5.7 on */
	setup->sees_ipi = find_range("smp_call_function_many_cond", &ranges.ipi);
	ranges.as_rmap_events = tracefs_has_rmap_events();
	if (bpf_map__set_initial_value(bpf_object__find_map_by_name(obj, ".rodata"), &ranges,
				       sizeof(ranges)))
		setup->sees_spin = setup->sees_ipi = false;
}

static bool is_ours(const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog);

	return !strcmp(name, TAKE) || !strcmp(name, EXIT) || !strcmp(name, END);
}

static int prepare(struct bpf_object *obj, void *ctx)
{
	struct setup *setup = ctx;
	struct bpf_program *prog;
	int ret = bpf_rings_prepare(obj) ?: share_maps(obj, setup->waits);

	bpf_object__for_each_program(prog, obj)
	{
		if (!ret && !is_ours(prog))
			ret = bpf_program__set_autoload(prog, false);
	}
	if (!ret)
		set_ranges(obj, setup);
	return ret;
}

static uint32_t classes_of(const struct samples_taken *r)
{
	return r->head.lock ? bpf_waits_classes_of(r->class) : 0;
}

/* of a record, to those of a row */
static const int kinds[] = {
	[SAMPLES_SPIN] = SAMPLE_SPIN,
	[SAMPLES_HOLDER] = SAMPLE_HOLDER,
	[SAMPLES_IPI] = SAMPLE_IPI,
};

static int add_taken(struct ring_lane *lane, const struct samples_taken *r)
{
	struct kstack *stack;
	struct event *ev;
	int ret = ring_lane_stack(lane, (const uint64_t *)r->frame, r->nr_frames, &stack);

	if (ret)
		return ret;
	ev = ring_lane_add(lane, EVENT_SAMPLE, r->head.time_ns);
	ev->tid = r->head.tid;
	ev->stack = stack;
	ev->sample.lock = r->head.lock;
	ev->sample.ip = r->ip;
	ev->sample.classes = classes_of(r);
	ev->sample.kind = kinds[r->head.kind];
	return 0;
}

static int add_count(struct ring_lane *lane, const struct samples_count *r)
{
	struct event *ev = ring_lane_add(lane, EVENT_SAMPLED, r->head.time_ns);

	ev->tid = r->head.tid;
	ev->sampled.since_ns = r->since_ns;
	ev->sampled.until_ns = r->until_ns;
	ev->sampled.nr = r->nr;
	ev->sampled.cpu_ns = r->cpu_ns;
	ev->sampled.runnable_ns =
		r->runnable_ns == SAMPLES_UNKNOWN ? NO_TIME : (int64_t)r->runnable_ns;
	return 0;
}

static int add_record(struct ring_lane *lane, const struct waits_head *head)
{
	const void *record = head;

	return head->kind == SAMPLES_COUNT ? add_count(lane, record) : add_taken(lane, record);
}

/* A clock that goes while the CPU is not idle. Returns a file descriptor or a negative errno. */
static int open_clock(unsigned int cpu, unsigned int hz)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.size = sizeof(attr),
		.sample_period = NSEC_PER_SEC / hz,
		.exclude_idle = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Returns 0, also if the CPU is off; or a negative errno. */
static int attach_cpu(struct bpf_samples *bs, unsigned int cpu, unsigned int hz)
{
	struct bpf_program *take = bpf_object__find_program_by_name(bs->obj, TAKE);
	const int fd = open_clock(cpu, hz);

	if (fd == -ENODEV)
		return 0;
	if (fd < 0)
		return fd;
	bs->cpu_link[cpu] = bpf_program__attach_perf_event(take, fd);
	if (bs->cpu_link[cpu])
		return 0;
	close(fd);
	return -errno;
}

static int attach_clocks(struct bpf_samples *bs, unsigned int hz, struct error *err)
{
	unsigned int cpu;
	int ret = 0;

	bs->nr_cpus = bpf_rings_nr_lanes(bs->rings);
	bs->cpu_link = calloc(bs->nr_cpus, sizeof(*bs->cpu_link));
	if (!bs->cpu_link)
		return error_set(err, -ENOMEM, "out of memory");
	for (cpu = 0; !ret && cpu < bs->nr_cpus; cpu++)
		ret = attach_cpu(bs, cpu, hz);
	if (ret == -EACCES || ret == -EPERM)
		return error_set(err, ret,
				 "this user may not sample the CPUs: %s; run as root, or with "
				 "CAP_PERFMON",
				 strerror(-ret));
	return ret ? error_set(err, ret, "cannot sample the CPUs: %s", strerror(-ret)) : 0;
}

static int attach(struct bpf_samples *bs, unsigned int hz, struct error *err)
{
	bs->exit_link = bpf_program__attach(bpf_object__find_program_by_name(bs->obj, EXIT));
	if (bs->exit_link)
		bs->end_link =
			bpf_program__attach_iter(bpf_object__find_program_by_name(bs->obj, END),
						 NULL);
	if (!bs->end_link)
		return error_set(err, -errno, "the kernel or libbpf refuses it: %s",
				 strerror(errno));
	return attach_clocks(bs, hz, err);
}

int bpf_samples_open(struct bpf_samples **bsp, const struct bpf_waits *waits, unsigned int hz,
		     unsigned int max_kb, struct error *err)
{
	const struct bpf_rings_options opt = {
		.kb = max_kb && max_kb < RING_KB ? max_kb : RING_KB,
		.add = add_record,
		.lost = EVENT_SAMPLES_LOST,
		.lost_reason = LOSS_SAMPLES,
	};
	struct setup setup = { .waits = bpf_waits_object(waits) };
	const struct bpf_image image = {
		.name = "samples",
		.elf = samples_bpf__elf_bytes,
		.prepare = prepare,
		.ctx = &setup,
	};
	struct bpf_samples *bs = calloc(1, sizeof(*bs));
	int ret;

	if (!bs)
		return error_set(err, -ENOMEM, "out of memory");
	ret = bpf_object_load(&bs->obj, &image, err)
		      ?: bpf_rings_open(&bs->rings, bs->obj, &opt, err)
		      ?: attach(bs, hz, err);
	bs->sees_spin = setup.sees_spin;
	bs->sees_ipi = setup.sees_ipi;
	if (ret)
		bpf_samples_close(bs);
	else
		*bsp = bs;
	return ret;
}

int bpf_samples_try(struct error *err)
{
	const struct bpf_waits_options opt = { .buffer_kb = 4 };
	struct bpf_samples *bs;
	struct bpf_waits *bw;
	int ret = bpf_waits_open(&bw, &opt, err);

	if (ret)
		return ret;
	ret = bpf_samples_open(&bs, bw, SAMPLES_DEFAULT_HZ, opt.buffer_kb, err);
	if (!ret)
		bpf_samples_close(bs);
	bpf_waits_close(bw);
	return ret;
}

bool bpf_samples_see_spin(const struct bpf_samples *bs)
{
	return bs->sees_spin;
}

bool bpf_samples_see_ipi(const struct bpf_samples *bs)
{
	return bs->sees_ipi;
}

unsigned int bpf_samples_nr_lanes(const struct bpf_samples *bs)
{
	return bpf_rings_nr_lanes(bs->rings);
}

int bpf_samples_next_batch(struct bpf_samples *bs, unsigned int lane, bool behind, struct event *ev,
			   unsigned int max, uint64_t *complete_ns, struct error *err)
{
	return bpf_rings_next_batch(bs->rings, lane, behind, ev, max, complete_ns, err);
}

void bpf_samples_stop(struct bpf_samples *bs)
{
	/* the program is called for each thread as this is read */
	const int fd = bpf_iter_create(bpf_link__fd(bs->end_link));
	char nothing[64];
	ssize_t nr;

	do
		nr = fd >= 0 ? read(fd, nothing, sizeof(nothing)) : 0;
	while (nr > 0 || (nr < 0 && (errno == EINTR || errno == EAGAIN)));
	if (fd >= 0)
		close(fd);
	bpf_rings_stop(bs->rings);
}

void bpf_samples_close(struct bpf_samples *bs)
{
	unsigned int i;

	for (i = 0; bs->cpu_link && i < bs->nr_cpus; i++)
		bpf_link__destroy(bs->cpu_link[i]);
	bpf_link__destroy(bs->exit_link);
	bpf_link__destroy(bs->end_link);
	bpf_rings_close(bs->rings);
	bpf_object__close(bs->obj);
	free(bs->cpu_link);
	free(bs);
}
