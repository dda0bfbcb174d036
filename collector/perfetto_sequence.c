// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_sequence.h"

#include "collector/perfetto_clock.h"

static bool is_own(uint64_t id)
{
	return id >= PERFETTO_OWN_CLOCK && id < PERFETTO_OWN_CLOCK_END;
}

static struct perfetto_own_clock *find(struct perfetto_sequence *seq, uint64_t id)
{
	unsigned int i;

	for (i = 0; i < seq->nr_clocks; i++)
		if (seq->clock[i].id == id)
			return &seq->clock[i];
	return NULL;
}

static void set_clock(struct perfetto_sequence *seq, const struct perfetto_reading *r,
		      const struct perfetto_reading *base)
{
	struct perfetto_own_clock *own = find(seq, r->clock_id);

	if (!own && seq->nr_clocks == PERFETTO_OWN_CLOCKS)
		return;
	if (!own)
		own = &seq->clock[seq->nr_clocks++];
	*own = (struct perfetto_own_clock){
		.id = r->clock_id,
		.adds_up = r->adds_up,
		.base_id = base->clock_id,
		.base_ns = base->time,
		.base = r->time,
		.now = r->time,
		.unit_ns = r->unit_ns,
	};
}

/* A snapshot without boot time may have CLOCK_MONOTONIC. */
static void snapshot(struct perfetto_sequence *seq, struct cursor c)
{
	struct perfetto_reading r, base = { 0 };
	struct cursor again = c;

	while (perfetto_reading(&c, &r))
		if (r.clock_id == PERFETTO_CLOCK_BOOT ||
		    (r.clock_id == PERFETTO_CLOCK_MONO && base.clock_id != PERFETTO_CLOCK_BOOT))
			base = r;
	while (base.clock_id && perfetto_reading(&again, &r))
		if (is_own(r.clock_id))
			set_clock(seq, &r, &base);
}

/* TracePacketDefaults: timestamp_clock_id 58, track_event_defaults 11 with track_uuid 11 */
static void defaults(struct perfetto_sequence *seq, struct cursor c)
{
	struct proto_field f, of;

	seq->clock_id = 0;
	seq->track = 0;
	while (proto_next(&c, &f)) {
		if (f.number == PERFETTO_CLOCK_ID)
			seq->clock_id = f.value < UINT32_MAX ? f.value : UINT32_MAX;
		while (f.number == PERFETTO_TRACK_EVENT && proto_next(&f.bytes, &of))
			if (of.number == 11)
				seq->track = of.value;
	}
}

void perfetto_sequence_packet(struct perfetto_sequence *seq, const struct perfetto_packet *p)
{
	if (p->dropped)
		*seq = (struct perfetto_sequence){ 0 };
	if (p->cleared) {
		seq->began = true;
		seq->clock_id = 0;
		seq->track = 0;
	}
	if (cursor_left(&p->defaults))
		defaults(seq, p->defaults);
	if (p->what == PERFETTO_CLOCKS)
		snapshot(seq, p->body);
}

/* Own time @own->now in nanoseconds of @own->base_id; false: that is no time. */
static bool in_base(const struct perfetto_own_clock *own, uint64_t *time_ns)
{
	const bool later = own->now >= own->base;
	uint64_t diff_ns;

	if (__builtin_mul_overflow(later ? own->now - own->base : own->base - own->now,
				   own->unit_ns, &diff_ns))
		return false;
	return later ? !__builtin_add_overflow(own->base_ns, diff_ns, time_ns)
		     : !__builtin_sub_overflow(own->base_ns, diff_ns, time_ns);
}

bool perfetto_sequence_time(struct perfetto_sequence *seq, const struct perfetto_packet *p,
			    uint32_t *clock_id, uint64_t *time_ns)
{
	const uint32_t id = p->clock_id ?: seq->clock_id;
	struct perfetto_own_clock *own;

	/* the first time that adds up is that since the snapshot, not that of its packet */
	if (!p->has_time || p->what == PERFETTO_CLOCKS)
		return false;
	*clock_id = id;
	*time_ns = p->time_ns;
	if (!is_own(id))
		return true;
	own = find(seq, id);
	if (!own)
		return false;
	if (!own->adds_up) {
		own->now = p->time_ns;
	} else if (__builtin_add_overflow(own->now, p->time_ns, &own->now)) {
		own->id = 0; /* never found again */
		return false;
	}
	*clock_id = own->base_id;
	return in_base(own, time_ns);
}
