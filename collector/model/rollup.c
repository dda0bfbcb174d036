// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/rollup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "lib/clock.h"
#include "schema/enums.h"

/*
 * Seconds that stay in memory behind the newest one. Events come in time
 * order but for the slack of the readers, far below a second.
 */
#define KEEP_SECONDS 2

struct rollup_key {
	int64_t second, process_id, lock_id, vma_id, site_id, mode;
};

struct rollup {
	UT_hash_handle hh;
	struct rollup_key key;
	struct rollup_row row;
	bool dirty;
};

static struct rollup *rollup_get(struct rollups *rs, const struct rollup_key *key)
{
	struct rollup_key recent = *key;
	struct rollup *r;

	/*
	 * A second that is written and forgotten must not be written again: what
	 * comes so late (a wait that turns out uncertain) is of the oldest one.
	 */
	if (key->second + KEEP_SECONDS < rs->newest)
		recent.second = rs->newest - KEEP_SECONDS;
	key = &recent;
	HASH_FIND(hh, rs->head, key, sizeof(*key), r);
	if (r)
		return r;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->key = *key;
	r->row = (struct rollup_row){
		.second = key->second,
		.process_id = key->process_id,
		.lock_id = key->lock_id,
		.vma_id = key->vma_id,
		.site_id = key->site_id,
		.mode = key->mode,
		.slept_ns = NO_TIME,
		.runnable_ns = NO_TIME,
		.nr_holds = NO_TIME,
		.nr_retries = rs->watch_retries ? 0 : NO_TIME,
		.nr_moves = rs->watch_moves ? 0 : NO_TIME,
		.hold_ns = NO_TIME,
	};
	HASH_ADD(hh, rs->head, key, sizeof(r->key), r);
	return r;
}

/* The roll-up that a span which ended at @end_ns belongs to. */
static struct rollup *rollup_of(struct rollups *rs, uint64_t end_ns, struct rollup_key key)
{
	struct rollup *r;

	key.second = end_ns / NSEC_PER_SEC;
	r = rollup_get(rs, &key);
	if (!r)
		return NULL;
	r->dirty = true;
	if (key.second > rs->newest)
		rs->newest = key.second;
	return r;
}

/* A sum of what is not known of every wait. */
static void add_known(int64_t *sum, int64_t value)
{
	if (value != NO_TIME)
		*sum = (*sum == NO_TIME ? 0 : *sum) + value;
}

int rollup_wait(struct rollups *rs, const struct wait_row *wait, int64_t process_id,
		uint64_t end_ns)
{
	struct rollup *r = rollup_of(rs, end_ns,
				     (struct rollup_key){
					     .process_id = process_id,
					     .lock_id = wait->lock_id,
					     .vma_id = wait->vma_id,
					     .site_id = wait->site_id,
					     .mode = wait->mode,
				     });

	if (!r)
		return -ENOMEM;
	if (second_rollup_add(&rs->seconds, wait, r->key.second))
		return -ENOMEM;
	if (wait->duration_ns == NO_TIME) {
		r->row.nr_uncertain++;
		rs->nr_uncertain++;
		return 0;
	}
	r->row.nr_waits++;
	rs->nr_waits++;
	r->row.wait_ns += wait->duration_ns;
	if (wait->duration_ns > r->row.max_wait_ns)
		r->row.max_wait_ns = wait->duration_ns;
	add_known(&r->row.slept_ns, wait->slept_ns);
	add_known(&r->row.runnable_ns, wait->runnable_ns);
	if (holder_rollup_add(&rs->holders, wait, process_id, r->key.second))
		return -ENOMEM;
	return hist_add(&r->row.hist, wait->duration_ns, 1);
}

int rollup_hold(struct rollups *rs, const struct hold_row *hold, int64_t process_id,
		uint64_t end_ns)
{
	struct rollup *r = rollup_of(rs, end_ns,
				     (struct rollup_key){
					     .process_id = process_id,
					     .lock_id = hold->lock_id,
					     .site_id = hold->site_id,
					     .mode = hold->mode,
				     });

	if (!r)
		return -ENOMEM;
	if (r->row.nr_holds == NO_TIME)
		r->row.nr_holds = r->row.hold_ns = 0;
	r->row.nr_holds++;
	if (hold->duration_ns != NO_TIME)
		r->row.hold_ns += hold->duration_ns;
	return 0;
}

int rollup_move(struct rollups *rs, const struct move_row *move, int64_t process_id)
{
	struct rollup *r = rollup_of(rs, move->time_ns,
				     (struct rollup_key){
					     .process_id = process_id,
					     .lock_id = move->new_lock_id,
					     .vma_id = move->vma_id,
					     .mode = MODE_WRITE,
				     });

	if (!r)
		return -ENOMEM;
	r->row.nr_moves = r->row.nr_moves == NO_TIME ? 1 : r->row.nr_moves + 1;
	return 0;
}

int rollup_retry(struct rollups *rs, const struct retry_row *retry, int64_t process_id)
{
	struct rollup *r = rollup_of(rs, retry->time_ns,
				     (struct rollup_key){
					     .process_id = process_id,
					     .lock_id = retry->old_lock_id,
					     .mode = MODE_READ,
				     });

	if (!r)
		return -ENOMEM;
	r->row.nr_retries = r->row.nr_retries == NO_TIME ? 1 : r->row.nr_retries + 1;
	return 0;
}

static void drop(struct rollups *rs, struct rollup *r)
{
	HASH_DEL(rs->head, r);
	hist_free(&r->row.hist);
	free(r);
}

int rollups_flush(struct rollups *rs, const struct sink *sink)
{
	struct rollup *r, *tmp;
	int ret;

	HASH_ITER(hh, rs->head, r, tmp) {
		if (r->dirty) {
			ret = sink->rollup(sink->ctx, &r->row);
			if (ret)
				return ret;
			r->dirty = false;
		}
		if (r->key.second + KEEP_SECONDS < rs->newest)
			drop(rs, r);
	}
	ret = second_rollups_flush(&rs->seconds, rs->newest - KEEP_SECONDS, sink);
	if (ret)
		return ret;
	return holder_rollups_flush(&rs->holders, sink);
}

void rollups_free(struct rollups *rs)
{
	struct rollup *r, *tmp;

	HASH_ITER(hh, rs->head, r, tmp)
		drop(rs, r);
	holder_rollups_free(&rs->holders);
	second_rollups_free(&rs->seconds);
}
