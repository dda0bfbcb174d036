/* SPDX-License-Identifier: GPL-2.0-only */
/* What a record of a perf.data file says; the layouts: perf_event_open(2), linux/perf_event.h. */
#ifndef RMAPSCOPE_PERFDATA_SAMPLE_H
#define RMAPSCOPE_PERFDATA_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/kstack.h"
#include "collector/perfdata_file.h"

/* No event has so high a CPU; ALL_CPUS is one. */
#define PERFDATA_NO_CPU UINT32_MAX

/* Where and when; what the event's layout does not have is as said. */
struct perfdata_where {
	uint64_t time_ns; /* 0 */
	int32_t pid, tid; /* 0 */
	uint32_t cpu;	  /* PERFDATA_NO_CPU */
};

struct perfdata_sample {
	struct perfdata_where where;
	uint64_t frame[KSTACK_MAX_FRAMES]; /* of the kernel, innermost first */
	unsigned int nr_frames;
	const uint8_t *raw; /* the tracepoint's record, or NULL */
	uint32_t raw_bytes;
};

/*
 * perfdata_sample_attr - the event that PERF_RECORD_SAMPLE @body is of
 *
 * NULL: it is unknown.
 */
struct perfdata_attr *perfdata_sample_attr(struct perfdata_file *f, struct cursor body);

/* Its content; false: it is shorter than its event's layout. */
bool perfdata_sample(const struct perf_event_attr *attr, struct cursor body,
		     struct perfdata_sample *s);

/* Likewise without the stack and what comes behind it. */
bool perfdata_sample_where(const struct perf_event_attr *attr, struct cursor body,
			   struct perfdata_where *w);

/*
 * perfdata_where - the end of a record that is no sample (sample_id_all)
 * @body: loses those bytes
 *
 * False: the record is too short.
 */
bool perfdata_where(struct perfdata_file *f, struct cursor *body, struct perfdata_where *w);

/* Whether events without an identifier can be distinguished. */
bool perfdata_layouts_fit(const struct perfdata_file *f);

#endif
