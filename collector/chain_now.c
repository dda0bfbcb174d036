// SPDX-License-Identifier: GPL-2.0-only
#include "collector/chain_now.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/bpf/chain_now.skel.h"
#include "collector/bpf/chain_now_slab.skel.h"
#include "collector/bpf_object.h"
#include "collector/kstack.h"
#include "lib/clock.h"

_Static_assert(CHAIN_FRAMES == KSTACK_MAX_FRAMES, "a stack of theirs is one of ours");

/* The best first. */
static const struct bpf_image images[] = {
	{ .name = "chain_now_slab", .elf = chain_now_slab_bpf__elf_bytes },
	{ .name = "chain_now", .elf = chain_now_bpf__elf_bytes },
};

struct records {
	struct chain_record *record;
	size_t nr_bytes, room; /* bytes: a read may end within a record */
};

static int grow(struct records *rs)
{
	size_t more = rs->room ? rs->room * 2 : 64 * sizeof(*rs->record);
	void *grown;

	if (rs->nr_bytes < rs->room)
		return 0;
	grown = realloc(rs->record, more);
	if (!grown)
		return -ENOMEM;
	rs->record = grown;
	rs->room = more;
	return 0;
}

/* The program derives the current time from our last sleep. */
static void sleep_briefly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1 }, NULL);
}

/* One look at all threads. */
static int look(struct records *rs, int link_fd)
{
	int fd, ret = 0;
	ssize_t nr;

	sleep_briefly();
	fd = bpf_iter_create(link_fd);
	if (fd < 0)
		return fd;
	do {
		ret = grow(rs);
		nr = ret ? 0 : read(fd, (char *)rs->record + rs->nr_bytes, rs->room - rs->nr_bytes);
		if (nr > 0)
			rs->nr_bytes += nr;
		if (nr < 0 && errno != EINTR && errno != EAGAIN)
			ret = -errno;
	} while (!ret && nr);
	close(fd);
	return ret;
}

static size_t nr_of(const struct records *rs)
{
	return rs->nr_bytes / sizeof(*rs->record);
}

static int compare_tid(const void *a, const void *b)
{
	const struct chain_record *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

static int compare_begin(const void *a, const void *b)
{
	const struct chain_record *x = a, *y = b;

	return (x->off_cpu_ns > y->off_cpu_ns) - (x->off_cpu_ns < y->off_cpu_ns)
		       ?: compare_tid(a, b);
}

/* Keep of @rs what @later, a second look, has as well. */
static void keep_lasting(struct records *rs, struct records *later)
{
	size_t i, nr = 0, nr_later = nr_of(later);

	if (nr_later)
		qsort(later->record, nr_later, sizeof(*later->record), compare_tid);
	for (i = 0; i < nr_of(rs); i++) {
		struct chain_record *r = &rs->record[i];
		const struct chain_record *same =
			nr_later ? bsearch(r, later->record, nr_later, sizeof(*r), compare_tid)
				 : NULL;

		if (!same || same->lock != r->lock || same->nr_switches != r->nr_switches)
			continue;
		/* a holder before or after may not have held it at that instant */
		if (same->owner_tid != r->owner_tid)
			r->owner_tid = 0;
		rs->record[nr++] = *r;
	}
	rs->nr_bytes = nr * sizeof(*rs->record);
}

static void order_by_age(struct chain_now *chain)
{
	size_t i;

	for (i = 0; i < chain->nr_waits; i++) {
		struct chain_record *r = &chain->waits[i];

		chain->ages_unknown |= r->off_cpu_ns <= 0;
		if (r->off_cpu_ns <= 0 || r->off_cpu_ns > (int64_t)chain->at_ns)
			r->off_cpu_ns = chain->at_ns;
	}
	if (chain->nr_waits)
		qsort(chain->waits, chain->nr_waits, sizeof(*chain->waits), compare_begin);
}

static int look_twice(struct chain_now *chain, int link_fd, struct error *err)
{
	struct records first = { 0 }, later = { 0 };
	int ret = look(&first, link_fd);

	chain->at_ns = now_ns();
	if (!ret)
		ret = look(&later, link_fd);
	if (!ret && nr_of(&first) && !first.record->can_see)
		ret = error_set(err, -ENOTSUP,
				"this kernel does not note which lock a thread waits for; needs "
				"CONFIG_DETECT_HUNG_TASK_BLOCKER (from Linux 6.17)");
	else if (ret)
		error_set(err, ret, "cannot read the kernel's threads: %s", strerror(-ret));
	if (!ret) {
		keep_lasting(&first, &later);
		chain->waits = first.record;
		chain->nr_waits = nr_of(&first);
		first.record = NULL;
		order_by_age(chain);
	}
	free(first.record);
	free(later.record);
	return ret;
}

static int load(struct bpf_object **obj, struct error *err)
{
	const size_t last = sizeof(images) / sizeof(*images) - 1;
	size_t i;

	for (i = 0; i < last; i++)
		if (!bpf_object_load(obj, &images[i], NULL))
			return 0;
	return bpf_object_load(obj, &images[last], err);
}

int chain_now_read(struct chain_now *chain, struct error *err)
{
	struct bpf_object *obj;
	struct bpf_link *link;
	int ret = load(&obj, err);

	*chain = (struct chain_now){ 0 };
	if (ret)
		return ret;
	link = bpf_program__attach_iter(bpf_object__next_program(obj, NULL), NULL);
	if (link)
		ret = look_twice(chain, bpf_link__fd(link), err);
	else
		ret = error_set(err, -errno, "cannot iterate over threads by BPF: %s",
				strerror(errno));
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return ret;
}

void chain_now_free(struct chain_now *chain)
{
	free(chain->waits);
	*chain = (struct chain_now){ 0 };
}
