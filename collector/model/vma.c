// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/vma.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/clock.h"

/* For how long a result of /proc is used: about as long as the read took. */
#define TRUST_NS (100 * (int64_t)NSEC_PER_MSEC)

/* For how long a VMA is kept after its end: the waits of the unmapping end later. */
#define KEEP_OVER_NS (10 * (int64_t)NSEC_PER_SEC)

struct vma_space {
	UT_hash_handle hh;
	int64_t process_id;
	struct vma *vmas; /* utlist */
};

static struct vma_space *find_space(struct vmas *vs, int64_t process_id)
{
	struct vma_space *space;

	HASH_FIND(hh, vs->spaces, &process_id, sizeof(process_id), space);
	return space;
}

static struct vma_space *get_space(struct vmas *vs, int64_t process_id)
{
	struct vma_space *space = find_space(vs, process_id);

	if (space)
		return space;
	space = calloc(1, sizeof(*space));
	if (!space)
		return NULL;
	space->process_id = process_id;
	HASH_ADD(hh, vs->spaces, process_id, sizeof(space->process_id), space);
	return space;
}

static struct vma *find(struct vmas *vs, int64_t process_id, const struct vma_at *at)
{
	/* uthash compares bytes; there is no padding */
	const struct vma_key key = { process_id, process_id ? 0 : at->mm, at->start };
	struct vma *vma;

	HASH_FIND(hh, vs->by_key, &key, sizeof(key), vma);
	return vma;
}

static bool is_over(const struct vma *vma)
{
	return vma->row.to_ns != NO_TIME;
}

static bool is_at(const struct vma *vma, const struct vma_at *at)
{
	return vma->row.end == at->end && (!vma->mm || !at->mm || vma->mm == at->mm);
}

/* Take @vma from the list that it is on. */
static void unlist(struct vmas *vs, struct vma *vma)
{
	struct vma_space *space;

	if (is_over(vma)) {
		DL_DELETE(vs->over, vma);
		return;
	}
	space = find_space(vs, vma->key.process_id);
	DL_DELETE(space->vmas, vma);
	if (space->vmas)
		return;
	HASH_DEL(vs->spaces, space);
	free(space);
}

static void forget(struct vmas *vs, struct vma *vma)
{
	unlist(vs, vma);
	HASH_DEL(vs->by_key, vma);
	free(vma);
}

static int end_life(struct vmas *vs, struct vma *vma, int64_t now_ns)
{
	unlist(vs, vma);
	vma->row.to_ns = now_ns;
	DL_APPEND(vs->over, vma);
	if (now_ns > vs->newest_ns)
		vs->newest_ns = now_ns;
	return vs->sink->vma(vs->sink->ctx, &vma->row);
}

/* Whether the input knows the VMA; the range of the event stays. */
static bool look_up(struct vmas *vs, int32_t tgid, struct vma_row *row)
{
	const struct task_lookup *lookup = &vs->tasks->lookup;
	struct vma_row found = { 0 };

	if (tgid <= 0 || !lookup->vma || lookup->vma(lookup->ctx, tgid, row->start, &found))
		return false;
	if (found.start > row->start || found.end < row->end)
		return false;
	memcpy(row->name, found.name, sizeof(row->name));
	/* a larger one was merged or not yet split: it may have had others */
	if (found.start == row->start && found.end == row->end)
		memcpy(row->perms, found.perms, sizeof(row->perms));
	return true;
}

/* fork copies the VMAs of the parent, name and all. */
static void inherit(struct vmas *vs, const struct vma_at *at, struct vma_row *row)
{
	int32_t parent = vs->inherit ? process_parent(vs->tasks, at->tgid) : -1;
	int64_t process_id = process_id_known(vs->tasks, parent);
	const struct vma_at parents = { .tgid = parent, .start = at->start, .end = at->end };
	const struct vma *vma = process_id ? find(vs, process_id, &parents) : NULL;

	if (!vma || !is_at(vma, &parents) || !vma->row.name[0]) {
		look_up(vs, parent, row);
		return;
	}
	memcpy(row->name, vma->row.name, sizeof(row->name));
	memcpy(row->perms, vma->row.perms, sizeof(row->perms));
}

static struct vma *add(struct vmas *vs, int64_t process_id, const struct vma_at *at, int64_t now_ns)
{
	struct vma_space *space = get_space(vs, process_id);
	struct vma *vma = space ? calloc(1, sizeof(*vma)) : NULL;

	if (!vma)
		return NULL;
	vma->key = (struct vma_key){ process_id, process_id ? 0 : at->mm, at->start };
	vma->mm = at->mm;
	vma->row = (struct vma_row){
		.id = ++vs->last_id,
		.process_id = process_id,
		.start = at->start,
		.end = at->end,
		.from_ns = now_ns,
		.to_ns = NO_TIME,
	};
	HASH_ADD(hh, vs->by_key, key, sizeof(vma->key), vma);
	DL_APPEND(space->vmas, vma);
	return vma;
}

/* The VMA at @at if it has a row; ends a VMA that it has replaced. */
static struct vma *current(struct vmas *vs, int64_t process_id, const struct vma_at *at,
			   int64_t now_ns, int *ret)
{
	struct vma *vma = find(vs, process_id, at);

	if (!vma)
		return NULL;
	if (!is_over(vma)) {
		if (is_at(vma, at)) {
			vma->mm = vma->mm ?: at->mm;
			return vma;
		}
		/* it was split, merged or replaced before now */
		*ret = end_life(vs, vma, now_ns);
	}
	forget(vs, vma);
	return NULL;
}

struct vma *vma_get(struct vmas *vs, const struct vma_at *at, int64_t now_ns, int *ret)
{
	int64_t process_id = process_id_of(vs->tasks, at->tgid, now_ns);
	struct vma *vma;

	*ret = 0;
	vma = current(vs, process_id, at, now_ns, ret);
	if (vma || *ret)
		return vma;
	vma = add(vs, process_id, at, now_ns);
	if (!vma) {
		*ret = -ENOMEM;
		return NULL;
	}
	if (!look_up(vs, at->tgid, &vma->row))
		inherit(vs, at, &vma->row);
	*ret = vs->sink->vma(vs->sink->ctx, &vma->row);
	return vma;
}

struct vma *vma_unlinking(struct vmas *vs, const struct vma_at *at, int64_t from_ns, int64_t now_ns,
			  int *ret)
{
	struct vma *vma = find(vs, process_id_known(vs->tasks, at->tgid), at);
	int64_t last_id = vs->last_id;

	*ret = 0;
	if (vma && is_over(vma) && is_at(vma, at))
		return vma;
	vma = vma_get(vs, at, now_ns, ret);
	if (*ret)
		return NULL;
	if (vs->last_id != last_id)
		vma->row.from_ns = from_ns;
	*ret = end_life(vs, vma, now_ns);
	return vma;
}

static struct vma_seen_at *slot_of(struct vmas *vs, int64_t process_id, uint64_t address)
{
	/* by 2 MiB: most VMAs are smaller, and faults come in runs */
	return &vs->cache[(process_id * 31 + (address >> 21)) % VMA_CACHE_SLOTS];
}

static bool is_fresh(struct vmas *vs, const struct vma_seen_at *slot, int64_t process_id,
		     uint64_t address, int64_t now_ns)
{
	const struct vma_at at = { .start = slot->start };
	const struct vma *vma;

	if (slot->process_id != process_id || address < slot->start || address >= slot->end ||
	    slot->time_ns + TRUST_NS <= now_ns)
		return false;
	vma = find(vs, process_id, &at);
	return vma && vma->row.id == slot->vma_id && !is_over(vma);
}

/* The row of what the input found: by another name it is another VMA. */
static struct vma *found_now(struct vmas *vs, int64_t process_id, const struct vma_row *found,
			     int64_t now_ns, int *ret)
{
	const struct vma_at at = { .start = found->start, .end = found->end };
	struct vma *vma = current(vs, process_id, &at, now_ns, ret);

	if (vma && vma->row.name[0] && strcmp(vma->row.name, found->name)) {
		*ret = end_life(vs, vma, now_ns);
		forget(vs, vma);
		vma = NULL;
	}
	if (vma || *ret)
		return vma;
	vma = add(vs, process_id, &at, now_ns);
	if (!vma)
		*ret = -ENOMEM;
	return vma;
}

const struct vma_seen_at *vma_holding(struct vmas *vs, int32_t tgid, uint64_t address,
				      int64_t now_ns, int *ret)
{
	const struct task_lookup *lookup = &vs->tasks->lookup;
	int64_t process_id = process_id_of(vs->tasks, tgid, now_ns);
	struct vma_seen_at *slot = slot_of(vs, process_id, address);
	struct vma_row found = { 0 };
	struct vma *vma;

	*ret = 0;
	if (!process_id || !lookup->vma)
		return NULL;
	if (is_fresh(vs, slot, process_id, address, now_ns))
		return slot;
	if (lookup->vma(lookup->ctx, tgid, address, &found) || found.start > address ||
	    found.end <= address)
		return NULL;
	vma = found_now(vs, process_id, &found, now_ns, ret);
	if (!vma)
		return NULL;
	memcpy(vma->row.name, found.name, sizeof(vma->row.name));
	memcpy(vma->row.perms, found.perms, sizeof(vma->row.perms));
	*slot = (struct vma_seen_at){ process_id, vma->row.id, found.start, found.end, now_ns };
	*ret = vs->sink->vma(vs->sink->ctx, &vma->row);
	return *ret ? NULL : slot;
}

void vma_linked(struct vmas *vs, const struct vma_at *at)
{
	struct vma *vma = vs->over ? find(vs, process_id_known(vs->tasks, at->tgid), at) : NULL;

	if (vma && is_over(vma))
		forget(vs, vma);
}

int vma_over(struct vmas *vs, const struct vma_at *at, int64_t now_ns)
{
	struct vma *vma = vs->by_key ? find(vs, process_id_known(vs->tasks, at->tgid), at) : NULL;

	return vma && !is_over(vma) && is_at(vma, at) ? end_life(vs, vma, now_ns) : 0;
}

bool vmas_of(struct vmas *vs, int32_t tgid)
{
	return vs->spaces && find_space(vs, process_id_known(vs->tasks, tgid));
}

int vmas_over(struct vmas *vs, int32_t tgid, uint64_t keep_mm, int64_t now_ns)
{
	int64_t process_id = process_id_known(vs->tasks, tgid);
	struct vma_space *space = process_id ? find_space(vs, process_id) : NULL;
	struct vma *vma, *tmp;
	int ret;

	if (!space)
		return 0;
	/* freeing the last VMA frees the address space, too */
	DL_FOREACH_SAFE(space->vmas, vma, tmp)
	{
		if (keep_mm && vma->mm == keep_mm)
			continue;
		ret = end_life(vs, vma, now_ns);
		if (ret)
			return ret;
	}
	return 0;
}

void vmas_flush(struct vmas *vs)
{
	while (vs->over && vs->over->row.to_ns + KEEP_OVER_NS < vs->newest_ns)
		forget(vs, vs->over);
}

void vmas_free(struct vmas *vs)
{
	struct vma *vma, *tmp;

	HASH_ITER(hh, vs->by_key, vma, tmp)
		forget(vs, vma);
}
