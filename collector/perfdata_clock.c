// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_clock.h"

#include "collector/perfdata_sample.h"
#include "lib/clock.h"

/* Frames in which the slow path is looked for: what it calls is short. */
#define SPIN_FRAMES 10

/* A sample that stands for less or more is not one of a clock (kernel.perf_event_max_sample_rate). */
#define MIN_SAMPLE_NS 1000
#define MAX_SAMPLE_NS NSEC_PER_SEC

/* linux/perf_event.h: the kind of CPU is in the upper half of config */
#define CONFIG_EVENT 0xffffffffU

/* The first is the best; it has the same name in perf. */
static const struct clock_kind {
	const char *name;
	uint32_t type, config;
	bool counts_ns; /* its period is in nanoseconds */
} kinds[] = {
	{ "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, true },
	{ "task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, true },
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false },
};

#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

/* NULL: it is no clock. */
static const struct clock_kind *kind_of(const struct perf_event_attr *attr)
{
	unsigned int i;

	for (i = 0; i < NR_KINDS; i++)
		if (attr->type == kinds[i].type && (attr->config & CONFIG_EVENT) == kinds[i].config)
			return &kinds[i];
	return NULL;
}

const char *perfdata_clock_name(const struct perf_event_attr *attr)
{
	const struct clock_kind *kind = kind_of(attr);

	return kind ? kind->name : NULL;
}

/*
 * The CPU time that a sample stands for. With a frequency the kernel chooses the period such that
 * there are so many samples in a second; the duration of a period in cycles is unknown.
 */
static uint64_t sample_ns(const struct perf_event_attr *attr, const struct clock_kind *kind)
{
	uint64_t ns = 0;

	if (attr->freq && attr->sample_freq)
		ns = NSEC_PER_SEC / attr->sample_freq;
	else if (!attr->freq && kind->counts_ns)
		ns = attr->sample_period;
	return ns >= MIN_SAMPLE_NS && ns <= MAX_SAMPLE_NS ? ns : 0;
}

/* Why the samples of @attr cannot be used; NULL: they can. */
static const char *useless(const struct perf_event_attr *attr, const struct clock_kind *kind)
{
	const uint64_t needs = PERF_SAMPLE_TID | PERF_SAMPLE_TIME;

	if (!(attr->sample_type & PERF_SAMPLE_CALLCHAIN) || attr->exclude_callchain_kernel)
		return "the samples have no call chains of the kernel; record with perf record -g";
	if ((attr->sample_type & needs) != needs)
		return "the samples have no thread or no time; record with perf record -T";
	if (attr->exclude_user || attr->exclude_kernel)
		return "only a part of the CPU time was sampled; record without :u and :k";
	if (!sample_ns(attr, kind))
		return "it is not known how much CPU time a sample stands for; record with "
		       "perf record -e cpu-clock/freq=499/";
	return NULL;
}

/* Set sample_ns of all events of @kind, which are of different kinds of CPUs. */
static unsigned int choose_kind(struct perfdata_file *f, const struct clock_kind *kind,
				const char **why)
{
	const struct perfdata_attr *first = NULL;
	unsigned int i;

	for (i = 0; i < f->nr_attrs; i++) {
		struct perfdata_attr *of = &f->attrs[i];

		/* the same event again would count everything twice */
		if (kind_of(&of->attr) != kind || (first && of->attr.config == first->attr.config))
			continue;
		*why = useless(&of->attr, kind);
		if (*why)
			continue;
		of->sample_ns = sample_ns(&of->attr, kind);
		if (!first)
			first = of;
	}
	return first ? NSEC_PER_SEC / first->sample_ns : 0;
}

unsigned int perfdata_clock_choose(struct perfdata_file *f, const char **why)
{
	const char *none = "the file has no samples of cpu-clock or cycles; add "
			   "-e cpu-clock/freq=499/ to perf record";
	unsigned int i, hz;

	*why = NULL;
	for (i = 0; i < NR_KINDS; i++) {
		const char *problem = NULL;

		hz = choose_kind(f, &kinds[i], &problem);
		if (hz) {
			*why = NULL;
			return hz;
		}
		if (!*why)
			*why = problem;
	}
	if (!*why)
		*why = none;
	return 0;
}

static bool is_in(const struct symbol_range *range, uint64_t address)
{
	return address >= range->start && address < range->end;
}

int perfdata_clock_spin(const struct perfdata_sample *s, const struct symbols *syms)
{
	unsigned int i, range;

	for (i = 0; i < s->nr_frames && i < SPIN_FRAMES; i++)
		for (range = 0; range < RWSEM_SLOW_PATHS; range++)
			if (is_in(&syms->slow_path[range], s->frame[i]))
				return i;
	return -1;
}
