// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_source.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/bpf_samples.h"
#include "collector/bpf_waits.h"

struct bpf_source {
	struct source src;
	struct source *tracefs; /* has the first lanes */
	struct bpf_waits *waits;
	struct bpf_samples *samples; /* NULL: none */
};

static struct bpf_source *to_bpf(const struct source *s)
{
	return (struct bpf_source *)s;
}

static int bpf_next_batch(struct source *s, unsigned int i, struct event *ev, unsigned int max,
			  uint64_t *complete_ns, struct error *err)
{
	struct bpf_source *bs = to_bpf(s);
	struct source *tracefs = bs->tracefs;
	const unsigned int nr_others = tracefs->nr_lanes + bpf_waits_nr_lanes(bs->waits);
	const bool behind = s->behind[i];
	struct event *at;
	int nr;

	s->behind[i] = false;
	if (i >= nr_others)
		return bpf_samples_next_batch(bs->samples, i - nr_others, behind, ev, max,
					      complete_ns, err);
	if (i >= tracefs->nr_lanes)
		return bpf_waits_next_batch(bs->waits, i - tracefs->nr_lanes, behind, ev, max,
					    complete_ns, err);
	tracefs->behind[i] |= behind;
	nr = tracefs->ops->next_batch(tracefs, i, ev, max, complete_ns, err);
	/* where tracing was switched off, the events of BPF do not end */
	for (at = ev; at < ev + (nr > 0 ? nr : 0); at++)
		if (at->id == EVENT_LOSS)
			at->loss.all_off = false;
	return nr;
}

/*
 * The programs do not wake the readers, which would cost more: the rings are read at least this
 * often.
 */
static void bpf_wait(struct source *s, unsigned int first, unsigned int step)
{
	struct source *tracefs = to_bpf(s)->tracefs;

	tracefs->ops->wait(tracefs, first, step);
}

static void bpf_stop(struct source *s)
{
	struct bpf_source *bs = to_bpf(s);

	bs->tracefs->ops->stop(bs->tracefs);
	bpf_waits_stop(bs->waits);
	if (bs->samples)
		bpf_samples_stop(bs->samples);
}

static const char *bpf_trouble(const struct source *s)
{
	const struct source *tracefs = to_bpf(s)->tracefs;

	return tracefs->ops->trouble(tracefs);
}

static void close_parts(struct source *tracefs, struct bpf_waits *waits,
			struct bpf_samples *samples)
{
	source_close(tracefs);
	if (samples)
		bpf_samples_close(samples);
	bpf_waits_close(waits);
}

static void bpf_close(struct source *s)
{
	struct bpf_source *bs = to_bpf(s);

	close_parts(bs->tracefs, bs->waits, bs->samples);
	free(s->behind);
	free(bs);
}

static const struct source_ops bpf_source_ops = {
	.name = "tracefs", /* the live source; meta.rung has the rung */
	.next_batch = bpf_next_batch,
	.wait = bpf_wait,
	.stop = bpf_stop,
	.trouble = bpf_trouble,
	.close = bpf_close,
};

int bpf_source_open(struct source **srcp, struct source *tracefs, struct bpf_waits *waits,
		    struct bpf_samples *samples, struct error *err)
{
	struct bpf_source *bs = calloc(1, sizeof(*bs));
	const unsigned int nr_lanes = tracefs->nr_lanes + bpf_waits_nr_lanes(waits) +
				      (samples ? bpf_samples_nr_lanes(samples) : 0);
	bool *behind = calloc(nr_lanes, sizeof(*behind));
	unsigned int id;

	if (!bs || !behind) {
		free(bs);
		free(behind);
		close_parts(tracefs, waits, samples);
		return error_set(err, -ENOMEM, "out of memory");
	}
	bs->src = *tracefs;
	bs->src.ops = &bpf_source_ops;
	bs->src.nr_lanes = nr_lanes;
	bs->src.behind = behind;
	bs->src.names_vmas = true;
	if (bpf_waits_no_moves(waits)[0])
		source_note(&bs->src, "moved folios: %s", bpf_waits_no_moves(waits));
	if (bpf_waits_no_walks(waits)[0])
		source_note(&bs->src, "rmap walks: %s", bpf_waits_no_walks(waits));
	bs->src.whole_waits = bpf_waits_are_whole(waits);
	bs->src.samples_spin = samples && bpf_samples_see_spin(samples) && !bs->src.whole_waits;
	for (id = 0; id < NR_EVENTS; id++)
		bs->src.has[id] |= bpf_waits_give(waits, id);
	bs->tracefs = tracefs;
	bs->waits = waits;
	bs->samples = samples;
	*srcp = &bs->src;
	return 0;
}
