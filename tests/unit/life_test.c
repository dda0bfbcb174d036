// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lives of one address never overlap, and every wait and hold lies within
 * the life that it is booked to: whatever the events are.
 */
#include "tests/unit/fixture.h"
#include "tests/unit/random.h"

#define NR_ADDRESSES 3
#define NR_THREADS   4
#define FIRST_THREAD 100
#define NR_RUNS	     2000
#define NR_STEPS     300

static const char *const sites[] = {
	"down_write move_pages",	 "down_read unmap_mapping_range",
	"down_write dup_mmap",		 "down_read lock_mm_and_find_vma",
	"down_write collapse_huge_page", "down_read a_function_behind_all_others",
	"down_write vm_mmap_pgoff",
};

struct run {
	struct fixture *f;
	struct random r;
	uint64_t now_ns;
	uint64_t waits_for[NR_THREADS]; /* the latest */
};

static uint64_t some_address(struct run *run)
{
	return 0xffff888000001000ULL + 0x1000 * random_below(&run->r, NR_ADDRESSES);
}

static int32_t some_thread(struct run *run)
{
	return FIRST_THREAD + random_below(&run->r, NR_THREADS);
}

static uint64_t later(struct run *run)
{
	return run->now_ns += random_below(&run->r, 5);
}

static void some_wait_begins(struct run *run)
{
	int32_t tid = some_thread(run);
	struct event ev = ev_begin(later(run), tid, 0, some_address(run),
				   random_below(&run->r, 2) ? F_READ : F_WRITE);

	run->waits_for[tid - FIRST_THREAD] = ev.contention_begin.lock;
	if (random_below(&run->r, 5))
		ev.stack = fixture_stack(run->f, sites[random_below(&run->r, ARRAY_SIZE(sites))]);
	feed(run->f, ev);
}

static void some_wait_ends(struct run *run)
{
	int32_t tid = some_thread(run);

	feed(run->f, ev_end(later(run), tid, 0, run->waits_for[tid - FIRST_THREAD], 0));
}

static void some_lock_of_the_series(struct run *run)
{
	static const enum event_id ids[] = {
		EVENT_ANON_VMA_CONTENTION_BEGIN,      EVENT_ANON_VMA_CONTENTION_END,
		EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED, EVENT_ANON_VMA_LOCK_RELEASED,
		EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED,   EVENT_I_MMAP_LOCK_RELEASED,
	};
	enum event_id id = ids[random_below(&run->r, ARRAY_SIZE(ids))];

	feed(run->f, ev_lock(id, later(run), some_thread(run), 0, some_address(run),
			     random_below(&run->r, 2)));
}

static void some_link(struct run *run)
{
	uint64_t root = some_address(run), start = 0x10000 * (1 + random_below(&run->r, 2));
	int32_t tgid = some_thread(run);

	if (random_below(&run->r, 2))
		feed(run->f, ev_link(later(run), tgid, root, root, start, start + 0x1000));
	else
		feed(run->f, ev_unlink(later(run), tgid, root, root, start, start + 0x1000));
}

static void some_process_changes(struct run *run)
{
	int32_t tid = some_thread(run);

	switch (random_below(&run->r, 4)) {
	case 0:
		feed(run->f, ev_exit(later(run), tid));
		break;
	case 1:
		feed(run->f, ev_exec(later(run), tid));
		break;
	default:
		feed(run->f, ev_newtask(later(run), some_thread(run), tid, "new",
					random_below(&run->r, 2) ? CLONE_VM : 0));
	}
}

static void step(struct run *run)
{
	switch (random_below(&run->r, 16)) {
	case 0 ... 2:
		some_wait_begins(run);
		break;
	case 3 ... 9:
		some_wait_ends(run);
		break;
	case 10 ... 11:
		some_lock_of_the_series(run);
		break;
	case 12 ... 13:
		some_link(run);
		break;
	case 14:
		if (!random_below(&run->r, 8))
			feed(run->f, ev_loss(run->now_ns, run->now_ns + 10, 0, 1));
		else
			some_process_changes(run);
		break;
	default:
		flush(run->f, run->now_ns);
	}
}

static void assert_within(struct fixture *f, int64_t lock_id, int64_t start_ns, int64_t duration_ns)
{
	const struct lock_row *lock = seen_lock_of(&f->seen, lock_id);
	int64_t end_ns = start_ns + (duration_ns == NO_TIME ? 0 : duration_ns);

	if (start_ns < lock->first_ns || end_ns > lock->last_ns)
		fail_msg("%lld..%lld is not within life %u of lock %llx, %lld..%lld",
			 (long long)start_ns, (long long)end_ns, lock->generation,
			 (unsigned long long)lock->address, (long long)lock->first_ns,
			 (long long)lock->last_ns);
}

static void check(struct fixture *f)
{
	unsigned int i, k;

	for (i = 0; i < f->seen.nr_locks; i++) {
		const struct lock_row *a = &f->seen.lock[i];

		assert_true(a->first_ns <= a->last_ns);
		assert_int_equal(a->class == ENUM_NONE, a->class_why != ENUM_NONE);
		for (k = 0; k < f->seen.nr_locks; k++) {
			const struct lock_row *b = &f->seen.lock[k];

			if (a->address == b->address && a->generation < b->generation)
				assert_true(a->last_ns <= b->first_ns);
			if (i != k && a->address == b->address)
				assert_int_not_equal(a->generation, b->generation);
		}
	}
	for (i = 0; i < f->seen.nr_waits; i++)
		assert_within(f, f->seen.wait[i].lock_id, f->seen.wait[i].start_ns,
			      f->seen.wait[i].duration_ns);
	for (i = 0; i < f->seen.nr_holds; i++)
		assert_within(f, f->seen.hold[i].lock_id, f->seen.hold[i].start_ns,
			      f->seen.hold[i].duration_ns);
}

static void lives_of_one_address_never_overlap(void **state)
{
	unsigned int seed, i, nr_lives = 0, nr_waits = 0;

	(void)state;
	for (seed = 1; seed <= NR_RUNS; seed++) {
		void *fixture;
		struct run run = { .r = random_from(seed), .now_ns = 1000 };

		fixture_setup(&fixture);
		run.f = fixture;
		for (i = 0; i < NR_STEPS; i++)
			step(&run);
		finish(run.f);
		check(run.f);
		nr_lives += run.f->seen.nr_locks;
		nr_waits += run.f->seen.nr_waits;
		fixture_teardown(&fixture);
	}
	/* and there are some to look at */
	assert_true(nr_lives > NR_ADDRESSES * NR_RUNS * 3 / 2);
	assert_true(nr_waits > 10 * NR_RUNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_of_one_address_never_overlap),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
