// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_sample.h"

#include <string.h>

/* What stands before the id in a sample, 8 bytes each. */
#define BEFORE_ID (PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR)

/* What stands at the end of the other records, 8 bytes each. */
#define AT_END                                                                                     \
	(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |             \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER)

/* PERF_FORMAT_LOST, since Linux 6.0 */
#define FORMAT_LOST (1U << 4)

static unsigned int nr_words(uint64_t sample_type, uint64_t of)
{
	return __builtin_popcountll(sample_type & of);
}

bool perfdata_layouts_fit(const struct perfdata_file *f)
{
	unsigned int i;

	for (i = 1; i < f->nr_attrs && !f->identifier; i++) {
		uint64_t a = f->attrs[0].attr.sample_type, b = f->attrs[i].attr.sample_type;

		if (!(a & b & PERF_SAMPLE_ID) || (a & BEFORE_ID) != (b & BEFORE_ID) ||
		    (a & AT_END) != (b & AT_END))
			return false;
	}
	return true;
}

struct perfdata_attr *perfdata_sample_attr(struct perfdata_file *f, struct cursor body)
{
	if (f->nr_attrs == 1)
		return f->attrs;
	if (!f->nr_attrs)
		return NULL;
	if (!f->identifier)
		take(&body, 8 * nr_words(f->attrs[0].attr.sample_type, BEFORE_ID));
	return perfdata_attr_of(f, take_u64(&body));
}

/* The part up to the CPU; @c goes on to what is behind it. */
static bool take_where(uint64_t type, struct cursor *c, struct perfdata_where *w)
{
	*w = (struct perfdata_where){ .cpu = PERFDATA_NO_CPU };
	take(c, 8 * nr_words(type, PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP));
	if (type & PERF_SAMPLE_TID) {
		w->pid = take_u32(c);
		w->tid = take_u32(c);
	}
	if (type & PERF_SAMPLE_TIME)
		w->time_ns = take_u64(c);
	take(c, 8 * nr_words(type, PERF_SAMPLE_ADDR | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID));
	if (type & PERF_SAMPLE_CPU) {
		w->cpu = take_u32(c);
		take_u32(c);
	}
	return !c->bad;
}

bool perfdata_sample_where(const struct perf_event_attr *attr, struct cursor body,
			   struct perfdata_where *w)
{
	return take_where(attr->sample_type, &body, w);
}

/* PERF_SAMPLE_READ: values of counters, which are not used. */
static void skip_values(uint64_t format, struct cursor *c)
{
	uint64_t nr = format & PERF_FORMAT_GROUP ? take_u64(c) : 1;
	unsigned int each = 1 + nr_words(format, PERF_FORMAT_ID | FORMAT_LOST);

	take(c,
	     8 * nr_words(format, PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING));
	if (nr > cursor_left(c) / (8 * each))
		c->bad = true;
	take(c, nr * 8 * each);
}

/* The kernel's part of a call chain: what is between its mark and the next one. */
static void take_chain(struct cursor *c, struct perfdata_sample *s)
{
	uint64_t nr = take_u64(c), i;
	bool in_kernel = false;

	s->nr_frames = 0;
	if (nr > cursor_left(c) / 8) {
		c->bad = true;
		return;
	}
	for (i = 0; i < nr; i++) {
		uint64_t ip = take_u64(c);

		if (ip >= (uint64_t)PERF_CONTEXT_MAX)
			in_kernel = ip == (uint64_t)PERF_CONTEXT_KERNEL;
		else if (in_kernel && s->nr_frames < KSTACK_MAX_FRAMES)
			s->frame[s->nr_frames++] = ip;
	}
}

bool perfdata_sample(const struct perf_event_attr *attr, struct cursor c, struct perfdata_sample *s)
{
	const uint64_t type = attr->sample_type;

	s->raw = NULL;
	s->nr_frames = s->raw_bytes = 0;
	if (!take_where(type, &c, &s->where))
		return false;
	take(&c, 8 * nr_words(type, PERF_SAMPLE_PERIOD));
	if (type & PERF_SAMPLE_READ)
		skip_values(attr->read_format, &c);
	if (type & PERF_SAMPLE_CALLCHAIN)
		take_chain(&c, s);
	if (type & PERF_SAMPLE_RAW) {
		s->raw_bytes = take_u32(&c);
		s->raw = take(&c, s->raw_bytes);
	}
	return !c.bad;
}

bool perfdata_where(struct perfdata_file *f, struct cursor *body, struct perfdata_where *w)
{
	const struct perfdata_attr *of = f->nr_attrs ? f->attrs : NULL;
	struct cursor end = *body;
	uint64_t type, id;
	size_t nr;

	*w = (struct perfdata_where){ .cpu = PERFDATA_NO_CPU };
	if (f->identifier && cursor_left(body) >= sizeof(id)) {
		memcpy(&id, body->end - sizeof(id), sizeof(id));
		/* what perf itself writes of before the recording has none */
		of = perfdata_attr_of(f, id) ?: of;
	}
	if (!of || !of->attr.sample_id_all)
		return true;
	type = of->attr.sample_type & AT_END;
	nr = 8 * nr_words(type, AT_END);
	if (nr > cursor_left(body))
		return false;
	body->end -= nr;
	end.at = body->end;
	/* the same fields in the same order, but for the identifier, which is last */
	return take_where(type & ~(uint64_t)PERF_SAMPLE_IDENTIFIER, &end, w);
}
