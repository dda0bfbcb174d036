// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/rollup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/model/second.h"
#include "lib/clock.h"
#include "lib/hash.h"
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
	 * A second that was written and forgotten must not be written again: a later
	 * addition (a wait that turns out to be uncertain) goes to the oldest second
	 * in memory.
	 */
	if (key->second < rs->oldest)
		recent.second = rs->oldest;
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

/* The roll-up of the second of @time_ns. */
static struct rollup *rollup_of(struct rollups *rs, int64_t time_ns, struct rollup_key key)
{
	struct rollup *r;

	key.second = time_ns / (int64_t)NSEC_PER_SEC;
	r = rollup_get(rs, &key);
	if (!r)
		return NULL;
	r->dirty = true;
	if (key.second > rs->newest)
		rs->newest = key.second;
	return r;
}

/* Add to a sum whose value is not known for every wait. */
static void add_known(int64_t *sum, int64_t value)
{
	if (value != NO_TIME)
		*sum = (*sum == NO_TIME ? 0 : *sum) + value;
}

static struct rollup_key key_of_wait(const struct wait_row *wait, int64_t process_id)
{
	return (struct rollup_key){
		.process_id = process_id,
		.lock_id = wait->lock_id,
		.vma_id = wait->vma_id,
		.site_id = wait->site_id,
		.mode = wait->mode,
	};
}

/* The difference to @before; NO_TIME: not known. */
static int64_t since(int64_t before, int64_t now)
{
	if (now == NO_TIME || before == NO_TIME)
		return now;
	return now > before ? now - before : 0;
}

static int64_t overlap(int64_t from_ns, int64_t to_ns, int64_t since_ns)
{
	if (since_ns > from_ns)
		from_ns = since_ns;
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

/* A piece of a wait, within a second. */
static struct rollup *book_piece(struct rollups *rs, const struct rollup_key *key, int64_t from_ns,
				 int64_t to_ns)
{
	struct rollup *r = rollup_of(rs, from_ns, *key);

	if (!r || per_second_book(&rs->seconds, r->key.second, to_ns - from_ns))
		return NULL;
	r->row.wait_ns += to_ns - from_ns;
	return r;
}

/*
 * Book what lies between @from and @to to the seconds in which it passed.
 * @last: the roll-up of the last of them, if there is one
 */
static int book_wait(struct rollups *rs, const struct rollup_key *key,
		     const struct wait_so_far *from, const struct wait_so_far *to,
		     struct rollup **last)
{
	const int64_t whole_ns = to->until_ns - from->until_ns;
	const int64_t slept_ns = since(from->slept_ns, to->slept_ns);
	const int64_t runnable_ns = since(from->runnable_ns, to->runnable_ns);
	int64_t at, next;

	for (at = from->until_ns; at < to->until_ns; at = next) {
		struct rollup *r;

		next = second_cut(at, to->until_ns, &rs->nr_spread);
		*last = r = book_piece(rs, key, at, next);
		if (!r)
			return -ENOMEM;
		if (slept_ns != NO_TIME)
			add_known(&r->row.slept_ns,
				  in_proportion(slept_ns, next - from->until_ns, whole_ns) -
					  in_proportion(slept_ns, at - from->until_ns, whole_ns));
		if (runnable_ns != NO_TIME)
			add_known(&r->row.runnable_ns,
				  overlap(at, next, to->until_ns - runnable_ns));
	}
	return 0;
}

int rollup_wait_lasts(struct rollups *rs, const struct wait_row *wait, int64_t process_id,
		      struct wait_so_far *booked, const struct wait_so_far *now)
{
	const struct rollup_key key = key_of_wait(wait, process_id);
	const struct wait_so_far before = *booked;
	const int64_t passed_ns = now->until_ns - before.until_ns;
	struct rollup *last;

	if (passed_ns <= 0)
		return 0;
	*booked = *now;
	/* the rest belongs to a later second */
	if (now->slept_ns != NO_TIME && now->slept_ns - before.slept_ns > passed_ns)
		booked->slept_ns = before.slept_ns + passed_ns;
	if (now->runnable_ns != NO_TIME && now->runnable_ns - before.runnable_ns > passed_ns)
		booked->runnable_ns = before.runnable_ns + passed_ns;
	return book_wait(rs, &key, &before, booked, &last);
}

int rollup_wait(struct rollups *rs, const struct wait_row *wait, int64_t process_id,
		uint64_t end_ns, const struct wait_so_far *booked)
{
	const struct rollup_key key = key_of_wait(wait, process_id);
	const struct wait_so_far nothing = { (int64_t)end_ns - wait->duration_ns, 0, 0 };
	const struct wait_so_far all = { end_ns, wait->slept_ns, wait->runnable_ns };
	struct rollup *r = NULL;
	int ret = 0;

	if (wait->duration_ns != NO_TIME)
		ret = book_wait(rs, &key, booked ?: &nothing, &all, &r);
	if (ret)
		return ret;
	if (!r || r->key.second != (int64_t)(end_ns / NSEC_PER_SEC))
		r = rollup_of(rs, end_ns, key);
	if (!r || per_second_add(&rs->seconds, wait, r->key.second))
		return -ENOMEM;
	if (wait->duration_ns == NO_TIME) {
		r->row.nr_uncertain++;
		rs->nr_uncertain++;
		return 0;
	}
	r->row.nr_waits++;
	rs->nr_waits++;
	if (wait->duration_ns > r->row.max_wait_ns)
		r->row.max_wait_ns = wait->duration_ns;
	/* a duration of 0 is a known one, too */
	add_known(&r->row.slept_ns, wait->slept_ns == NO_TIME ? NO_TIME : 0);
	add_known(&r->row.runnable_ns, wait->runnable_ns == NO_TIME ? NO_TIME : 0);
	if (holder_rollup_add(&rs->holders, wait, process_id, end_ns, &rs->nr_spread))
		return -ENOMEM;
	return hist_add(&r->row.hist, wait->duration_ns, 1);
}

static struct rollup_key key_of_hold(const struct hold_row *hold, int64_t process_id)
{
	return (struct rollup_key){
		.process_id = process_id,
		.lock_id = hold->lock_id,
		.site_id = hold->site_id,
		.mode = hold->mode,
	};
}

static void see_holds(struct rollup *r)
{
	if (r->row.nr_holds == NO_TIME)
		r->row.nr_holds = r->row.hold_ns = 0;
}

int rollup_hold_lasts(struct rollups *rs, const struct hold_row *hold, int64_t process_id,
		      int64_t *booked_ns, int64_t until_ns)
{
	const struct rollup_key key = key_of_hold(hold, process_id);
	int64_t next;

	for (; *booked_ns < until_ns; *booked_ns = next) {
		struct rollup *r;

		next = second_cut(*booked_ns, until_ns, &rs->nr_spread);
		r = rollup_of(rs, *booked_ns, key);
		if (!r)
			return -ENOMEM;
		see_holds(r);
		r->row.hold_ns += next - *booked_ns;
	}
	return 0;
}

int rollup_hold(struct rollups *rs, const struct hold_row *hold, int64_t process_id,
		uint64_t end_ns, int64_t booked_ns)
{
	struct rollup *r;
	int ret = 0;

	if (hold->duration_ns != NO_TIME)
		ret = rollup_hold_lasts(rs, hold, process_id, &booked_ns, end_ns);
	r = ret ? NULL : rollup_of(rs, end_ns, key_of_hold(hold, process_id));
	if (!r)
		return -ENOMEM;
	see_holds(r);
	r->row.nr_holds++;
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

	if (rs->newest - KEEP_SECONDS > rs->oldest)
		rs->oldest = rs->newest - KEEP_SECONDS;
	HASH_ITER(hh, rs->head, r, tmp) {
		if (r->dirty) {
			ret = sink->rollup(sink->ctx, &r->row);
			if (ret)
				return ret;
			r->dirty = false;
		}
		if (r->key.second < rs->oldest)
			drop(rs, r);
	}
	ret = per_second_flush(&rs->seconds, rs->oldest, sink);
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
	per_second_free(&rs->seconds);
}
