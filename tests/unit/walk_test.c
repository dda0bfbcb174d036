// SPDX-License-Identifier: GPL-2.0-only
/* The walk state machine, event by event: walks, retries, skips. */
#include <errno.h>
#include <malloc.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define ROOT  0xffff888000001000ULL
#define CHILD 0xffff888000002000ULL
#define OTHER 0xffff888000003000ULL
#define A     100
#define B     200
#define PFN   0x12345
#define MS    ((int64_t)NSEC_PER_MSEC)
#define SEC   ((int64_t)NSEC_PER_SEC)

#define DONE	  WALK_OUTCOME_DONE
#define STOPPED	  WALK_OUTCOME_STOPPED
#define CONTENDED WALK_OUTCOME_CONTENDED
/* as the kernel counts */
#define GAVE_UP	  3
#define GONE	  4

static int setup_with(void **state, bool has_retries)
{
	bool has[NR_EVENTS];
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	memset(has, 1, sizeof(has));
	has[EVENT_RMAP_WALK_RETRY] = has_retries;
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
				  .keep_all = true,
			  });
	return 0;
}

static int setup_keep_all(void **state)
{
	return setup_with(state, true);
}

static int setup_without_retries(void **state)
{
	return setup_with(state, false);
}

static void walk(struct fixture *f, uint64_t from_ns, uint64_t to_ns, uint32_t nr_vmas,
		 uint32_t outcome)
{
	feed(f, ev_walk_begin(from_ns, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_end(to_ns, A, 0, PFN, nr_vmas, outcome));
}

static const struct walk_row *only_walk(struct fixture *f)
{
	assert_int_equal(f->seen.nr_walks, 1);
	return &f->seen.walk[0];
}

static const struct walk_rollup_row *only_rollup(struct fixture *f)
{
	flush(f, 0);
	assert_int_equal(f->seen.nr_walk_rollups, 1);
	return &f->seen.walk_rollup[0];
}

static void a_walk_lasts_from_begin_to_end(void **state)
{
	struct fixture *f = *state;
	struct event ev =
		ev_walk_begin(5 * MS, A, 0, PFN, WALK_ANON, fixture_address("folio_referenced"));
	const struct walk_row *w;

	ev.walk_begin.nr_pages = 512;
	feed(f, ev);
	assert_int_equal(f->seen.nr_walks, 0);
	feed(f, ev_walk_end(8 * MS, A, 1, PFN, 17, DONE));
	w = only_walk(f);
	assert_int_equal(w->start_ns, 5 * MS);
	assert_int_equal(w->duration_ns, 3 * MS);
	assert_int_equal(w->kind, WALK_ANON);
	assert_true(w->pfn == PFN);
	assert_int_equal(w->nr_pages, 512);
	assert_int_equal(w->nr_vmas, 17);
	assert_int_equal(w->nr_retries, 0);
	assert_int_equal(w->outcome, DONE);
	assert_string_equal(seen_site_of(&f->seen, w->site_id)->symbol, "folio_referenced");
	assert_int_equal(seen_site_of(&f->seen, w->site_id)->row.role, ROLE_REFERENCED);
	flush(f, 0);
	assert_int_equal(seen_task_of(&f->seen, w->task_id)->tid, A);
}

static void kind_and_outcome_are_those_of_the_events(void **state)
{
	static const uint32_t kinds[] = { WALK_ANON, WALK_FILE, WALK_KSM };
	static const uint32_t outcomes[] = { DONE, STOPPED, CONTENDED };
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 9; i++) {
		feed(f, ev_walk_begin(1000 + 10 * i, A, 0, PFN + i, kinds[i / 3], 0));
		feed(f, ev_walk_end(1005 + 10 * i, A, 0, PFN + i, i, outcomes[i % 3]));
	}
	assert_int_equal(f->seen.nr_walks, 9);
	for (i = 0; i < 9; i++) {
		assert_int_equal(f->seen.walk[i].kind, kinds[i / 3]);
		assert_int_equal(f->seen.walk[i].outcome, outcomes[i % 3]);
		assert_int_equal(f->seen.walk[i].nr_vmas, i);
		assert_int_equal(f->seen.walk[i].duration_ns, 5);
		assert_int_equal(f->seen.walk[i].site_id, 0);
	}
}

static void a_short_walk_without_incident_is_no_row(void **state)
{
	struct fixture *f = *state;

	walk(f, 10 * MS, 11 * MS, 1, DONE);
	walk(f, 20 * MS, 20 * MS + 5, 1, STOPPED);
	assert_int_equal(f->seen.nr_walks, 0);
	walk(f, 30 * MS, 31 * MS + 1, 1, DONE);
	assert_int_equal(only_walk(f)->duration_ns, MS + 1);
	/* but all are in the sums */
	assert_int_equal(only_rollup(f)->nr_walks, 3);
}

static void a_walk_that_met_a_lock_it_would_not_wait_for_is_a_row(void **state)
{
	struct fixture *f = *state;

	walk(f, 1000, 1001, 0, CONTENDED);
	assert_int_equal(only_walk(f)->outcome, CONTENDED);
	assert_int_equal(only_walk(f)->duration_ns, 1);
	assert_int_equal(only_walk(f)->nr_vmas, 0);
	assert_int_equal(only_rollup(f)->nr_contended, 1);
}

static void a_walk_that_gave_up_is_told_from_one_that_found(void **state)
{
	struct fixture *f = *state;

	walk(f, 1000, 1001, 1, STOPPED);
	walk(f, 1010, 1011, 1, GAVE_UP);
	walk(f, 1020, 1021, 0, GONE);
	assert_int_equal(f->seen.nr_walks, 3);
	assert_int_equal(f->seen.walk[0].outcome, WALK_OUTCOME_STOPPED);
	assert_int_equal(f->seen.walk[1].outcome, WALK_OUTCOME_GAVE_UP);
	assert_int_equal(f->seen.walk[2].outcome, WALK_OUTCOME_GONE);
	assert_int_equal(f->seen.walk[2].duration_ns, 1);
}

static void an_outcome_that_nobody_knows_is_uncertain(void **state)
{
	struct fixture *f = *state;

	walk(f, 1000, 1001, 1, 5);
	assert_int_equal(only_walk(f)->outcome, WALK_OUTCOME_UNCERTAIN);
}

static void walks_whose_vmas_nobody_counts_are_not_among_those_counted(void **state)
{
	struct fixture *f = *state;

	walk(f, 1000, 1100, WALK_VMAS_UNKNOWN, WALK_END_UNKNOWN);
	assert_int_equal(only_walk(f)->nr_vmas, -1);
	assert_int_equal(only_walk(f)->outcome, WALK_OUTCOME_ENDED);
	assert_int_equal(only_walk(f)->duration_ns, 100);
	walk(f, 2000, 2100, 0, DONE);
	walk(f, 3000, 3100, 6, DONE);
	assert_int_equal(only_rollup(f)->nr_walks, 3);
	assert_int_equal(only_rollup(f)->nr_counted, 2);
	assert_int_equal(only_rollup(f)->nr_vmas, 6);
}

static void retries_are_unknown_where_no_event_tells_them(void **state)
{
	struct fixture *f = *state;

	walk(f, 1000, 1100, 2, DONE);
	assert_int_equal(only_walk(f)->nr_retries, NO_TIME);
	assert_int_equal(only_rollup(f)->nr_retries, NO_TIME);
	/* unless one comes all the same */
	feed(f, ev_walk_begin(2000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_retry(2005, A, 0, PFN, ROOT, OTHER));
	feed(f, ev_walk_retry(2006, A, 0, PFN, ROOT, OTHER));
	feed(f, ev_walk_end(2010, A, 0, PFN, 2, DONE));
	assert_int_equal(f->seen.walk[1].nr_retries, 2);
	assert_int_equal(only_rollup(f)->nr_retries, 2);
}

static void a_retry_that_tells_its_roots_needs_no_links(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_walk_retry(1010, A, 0, PFN, CHILD, OTHER);
	const struct retry_row *r;

	ev.walk_retry.old_root = ROOT;
	ev.walk_retry.new_root = ROOT;
	feed(f, ev);
	r = &f->seen.retry[0];
	assert_int_not_equal(r->old_lock_id, 0);
	assert_int_equal(r->old_lock_id, r->new_lock_id);
	flush(f, 0);
	assert_true(seen_lock_of(&f->seen, r->old_lock_id)->address == ROOT);
}

static void a_walk_that_started_over_is_a_row(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_retry(1010, A, 0, PFN, ROOT, OTHER));
	feed(f, ev_walk_retry(1020, A, 0, PFN, OTHER, ROOT));
	/* of another thread */
	feed(f, ev_walk_retry(1025, B, 1, PFN, OTHER, ROOT));
	feed(f, ev_walk_end(1030, A, 0, PFN, 2, DONE));
	assert_int_equal(only_walk(f)->nr_retries, 2);
	assert_int_equal(only_rollup(f)->nr_retries, 2);
	assert_int_equal(f->seen.nr_retries, 3);
}

static void every_walk_is_a_row_when_all_are_kept(void **state)
{
	struct fixture *f = *state;

	walk(f, 1000, 1001, 1, DONE);
	assert_int_equal(only_walk(f)->duration_ns, 1);
}

static void retries_do_not_stay_with_the_thread(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_retry(1010, A, 0, PFN, ROOT, OTHER));
	feed(f, ev_walk_end(1030, A, 0, PFN, 2, DONE));
	feed(f, ev_walk_retry(1040, A, 0, PFN, ROOT, OTHER));
	walk(f, 1050, 1060, 1, DONE);
	assert_int_equal(f->seen.nr_walks, 2);
	assert_int_equal(f->seen.walk[0].nr_retries, 1);
	assert_int_equal(f->seen.walk[1].nr_retries, 0);
}

static void a_retry_tells_attempt_and_whether_it_slept(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_walk_retry(1010, A, 0, PFN, ROOT, OTHER);
	const struct retry_row *r;

	ev.walk_retry.attempt = 3;
	ev.walk_retry.slow = true;
	feed(f, ev);
	ev.time_ns = 1020;
	ev.walk_retry.attempt = 4;
	ev.walk_retry.slow = false;
	feed(f, ev);
	assert_int_equal(f->seen.nr_retries, 2);
	r = &f->seen.retry[0];
	assert_int_equal(r->time_ns, 1010);
	assert_true(r->pfn == PFN);
	assert_int_equal(r->attempt, 3);
	assert_int_equal(r->slow, 1);
	assert_int_equal(f->seen.retry[1].attempt, 4);
	assert_int_equal(f->seen.retry[1].slow, 0);
	flush(f, 0);
	assert_int_equal(seen_task_of(&f->seen, r->task_id)->tid, A);
	/* nobody has told which roots these are */
	assert_int_equal(r->old_lock_id, 0);
	assert_int_equal(r->new_lock_id, 0);
	assert_int_equal(f->seen.nr_walks, 0);
}

static void a_retry_names_the_roots_of_the_two_anon_vmas(void **state)
{
	struct fixture *f = *state;
	const struct retry_row *r;

	feed(f, ev_link(100, B, CHILD, ROOT, 0x1000, 0x2000));
	feed(f, ev_acquired(200, B, 0, OTHER, true));
	feed(f, ev_walk_retry(1010, A, 0, PFN, CHILD, OTHER));
	finish(f);
	assert_int_equal(f->seen.nr_retries, 1);
	r = &f->seen.retry[0];
	assert_true(seen_lock_of(&f->seen, r->old_lock_id)->address == ROOT);
	/* no link, but it was taken as a root */
	assert_true(seen_lock_of(&f->seen, r->new_lock_id)->address == OTHER);
	assert_int_equal(seen_lock_of(&f->seen, r->new_lock_id)->class, LOCK_ANON_VMA);
}

/* The event of the link has named the class. */
static void a_root_known_by_its_link_alone_is_of_class_anon_vma(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(100, B, CHILD, ROOT, 0x1000, 0x2000));
	feed(f, ev_walk_retry(1010, A, 0, PFN, CHILD, CHILD));
	finish(f);
	assert_int_equal(f->seen.retry[0].old_lock_id, f->seen.retry[0].new_lock_id);
	assert_int_equal(seen_lock_of(&f->seen, f->seen.retry[0].old_lock_id)->class,
			 LOCK_ANON_VMA);
}

static void a_walk_that_was_given_up_is_a_skip(void **state)
{
	static const uint32_t reasons[] = { SKIP_FOLIO, SKIP_ANON_VMA, SKIP_I_MMAP };
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 3; i++)
		feed(f, ev_walk_skip(1000 + i, A, 0, PFN + i, reasons[i],
				     i ? fixture_address("folio_referenced") : 0));
	finish(f);
	assert_int_equal(f->seen.nr_skips, 3);
	for (i = 0; i < 3; i++) {
		const struct skip_row *s = &f->seen.skip[i];

		assert_int_equal(s->time_ns, 1000 + i);
		assert_true(s->pfn == PFN + i);
		assert_int_equal(s->reason, reasons[i]);
		assert_int_equal(seen_task_of(&f->seen, s->task_id)->tid, A);
		if (i)
			assert_string_equal(seen_site_of(&f->seen, s->site_id)->symbol,
					    "folio_referenced");
		else
			assert_int_equal(s->site_id, 0);
	}
	assert_int_equal(f->seen.nr_walks, 0);
	assert_int_equal(f->seen.nr_walk_rollups, 0);
}

static void a_skip_inside_a_walk_does_not_end_it(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_skip(1010, A, 0, PFN, SKIP_FOLIO, 0));
	feed(f, ev_walk_end(1030, A, 0, PFN, 2, CONTENDED));
	assert_int_equal(only_walk(f)->duration_ns, 30);
	assert_int_equal(f->seen.nr_skips, 1);
}

static void the_end_of_another_folio_does_not_end_the_walk(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_end(1010, A, 0, PFN + 1, 9, DONE));
	feed(f, ev_walk_end(1020, B, 0, PFN, 9, DONE));
	assert_int_equal(f->seen.nr_walks, 0);
	feed(f, ev_walk_end(1030, A, 0, PFN, 2, DONE));
	assert_int_equal(only_walk(f)->duration_ns, 30);
	assert_int_equal(only_walk(f)->nr_vmas, 2);
	assert_int_equal(only_rollup(f)->nr_walks, 1);
}

/* Likewise: the end of this walk and the beginning of that are in a gap. */
static void a_retry_of_another_folio_is_not_one_of_the_walk(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_retry(1010, A, 0, PFN + 1, ROOT, OTHER));
	feed(f, ev_walk_end(1030, A, 0, PFN, 2, DONE));
	assert_int_equal(only_walk(f)->nr_retries, 0);
	assert_int_equal(only_rollup(f)->nr_retries, 0);
	assert_int_equal(f->seen.nr_retries, 1);
}

static void an_end_without_begin_is_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_end(1000, A, 0, PFN, 3, CONTENDED));
	finish(f);
	assert_int_equal(f->seen.nr_walks, 0);
	assert_int_equal(f->seen.nr_walk_rollups, 0);
}

static void a_begin_while_open_closes_the_former_as_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_begin(5 * MS, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_end(5 * MS + 40, A, 0, PFN, 2, DONE));
	assert_int_equal(f->seen.nr_walks, 2);
	assert_int_equal(f->seen.walk[0].start_ns, 1000);
	assert_int_equal(f->seen.walk[0].outcome, WALK_OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.walk[0].duration_ns, NO_TIME);
	assert_int_equal(f->seen.walk[0].nr_vmas, -1);
	assert_int_equal(f->seen.walk[1].outcome, DONE);
	assert_int_equal(f->seen.walk[1].duration_ns, 40);
	assert_int_equal(only_rollup(f)->nr_walks, 1);
	assert_int_equal(only_rollup(f)->nr_uncertain, 1);
	assert_int_equal(only_rollup(f)->walk_ns, 40);
	assert_int_equal(only_rollup(f)->nr_vmas, 2);
}

static void walks_of_several_threads_do_not_mix(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 50; i++)
		feed(f, ev_walk_begin(1000 + i, 1000 + i, i % 4, PFN, WALK_FILE, 0));
	for (i = 0; i < 50; i++)
		feed(f, ev_walk_end(2000 + 10 * i, 1000 + i, i % 4, PFN, i, DONE));
	assert_int_equal(f->seen.nr_walks, 50);
	flush(f, 0);
	for (i = 0; i < 50; i++) {
		const struct walk_row *w = &f->seen.walk[i];

		assert_int_equal(w->duration_ns, 1000 + 9 * i);
		assert_int_equal(w->nr_vmas, i);
		assert_int_equal(seen_task_of(&f->seen, w->task_id)->tid, 1000 + i);
	}
}

static void walks_are_counted_in_the_second_of_their_end(void **state)
{
	struct fixture *f = *state;
	const struct walk_rollup_row *r;

	walk(f, 5 * SEC, 5 * SEC + 100, 3, DONE);
	walk(f, 5 * SEC + 200, 5 * SEC + 500, 4, CONTENDED);
	walk(f, 5 * SEC + 600, 5 * SEC + 650, 0, STOPPED);
	walk(f, 6 * SEC - 10, 6 * SEC, 5, DONE);
	flush(f, 0);
	assert_int_equal(f->seen.nr_walk_rollups, 2);
	r = &f->seen.walk_rollup[0];
	assert_int_equal(r->second, 5);
	assert_int_equal(r->kind, WALK_ANON);
	assert_int_equal(r->site_id, 0);
	assert_int_equal(r->nr_walks, 3);
	/* and their time is booked to the second in which it passed */
	assert_int_equal(r->walk_ns, 460);
	assert_int_equal(r->max_walk_ns, 300);
	assert_int_equal(r->nr_vmas, 7);
	assert_int_equal(r->nr_retries, 0);
	assert_int_equal(r->nr_contended, 1);
	assert_int_equal(r->nr_uncertain, 0);
	r = &f->seen.walk_rollup[1];
	assert_int_equal(r->second, 6);
	assert_int_equal(r->nr_walks, 1);
	assert_int_equal(r->walk_ns, 0);
	assert_int_equal(r->max_walk_ns, 10);
	assert_int_equal(r->nr_vmas, 5);
}

static void walks_are_summed_by_kind_and_rmap_one(void **state)
{
	struct fixture *f = *state;
	const uint64_t one = fixture_address("folio_referenced");
	unsigned int i;

	for (i = 0; i < 6; i++) {
		feed(f, ev_walk_begin(1000 + 10 * i, A, 0, PFN, i % 3, i < 3 ? one : 0));
		feed(f, ev_walk_end(1001 + 10 * i, A, 0, PFN, 1, DONE));
	}
	flush(f, 0);
	assert_int_equal(f->seen.nr_walk_rollups, 6);
	for (i = 0; i < 6; i++)
		assert_int_equal(f->seen.walk_rollup[i].nr_walks, 1);
}

/* A later row of the same second is the whole of it. */
static void a_second_is_given_again_when_it_has_grown(void **state)
{
	struct fixture *f = *state;

	walk(f, 5 * SEC, 5 * SEC + 100, 3, DONE);
	assert_int_equal(only_rollup(f)->nr_walks, 1);
	walk(f, 5 * SEC + 200, 5 * SEC + 250, 3, DONE);
	assert_int_equal(only_rollup(f)->nr_walks, 2);
	assert_int_equal(only_rollup(f)->walk_ns, 150);
}

static unsigned int nr_given;

static int count_walk_rollup(void *ctx, const struct walk_rollup_row *row)
{
	nr_given++;
	return seen_walk_rollup(ctx, row);
}

static void a_second_is_not_given_again_when_it_has_not(void **state)
{
	struct fixture *f = *state;

	nr_given = 0;
	f->m.sink.walk_rollup = count_walk_rollup;
	walk(f, 5 * SEC, 5 * SEC + 100, 3, DONE);
	flush(f, 0);
	flush(f, 0);
	assert_int_equal(nr_given, 1);
	walk(f, 6 * SEC, 6 * SEC + 100, 3, DONE);
	flush(f, 0);
	finish(f);
	assert_int_equal(nr_given, 2);
}

static int64_t sum_of_walks(struct fixture *f, int64_t *nr_uncertain)
{
	int64_t nr = 0;
	unsigned int i;

	*nr_uncertain = 0;
	for (i = 0; i < f->seen.nr_walk_rollups; i++) {
		nr += f->seen.walk_rollup[i].nr_walks;
		*nr_uncertain += f->seen.walk_rollup[i].nr_uncertain;
	}
	return nr;
}

static void seconds_that_are_over_keep_their_sums(void **state)
{
	struct fixture *f = *state;
	int64_t nr_uncertain;
	unsigned int i;

	for (i = 1; i <= 20; i++) {
		walk(f, i * SEC, i * SEC + 10, 1, DONE);
		walk(f, i * SEC + 20, i * SEC + 30, 1, DONE);
		flush(f, i * SEC);
	}
	assert_int_equal(sum_of_walks(f, &nr_uncertain), 40);
	assert_int_equal(f->seen.nr_walk_rollups, 20);
}

static void seconds_that_are_over_take_no_memory(void **state)
{
	struct fixture *f = *state;
	size_t after_100 = 0;
	unsigned int i;

	for (i = 1; i <= 5000; i++) {
		walk(f, i * SEC, i * SEC + 10, 1, DONE);
		flush(f, i * SEC);
		if (i == 100)
			after_100 = mallinfo2().uordblks;
		/* the sink keeps them all; it is not what is measured */
		f->seen.nr_walk_rollups = 0;
	}
	assert_true(mallinfo2().uordblks <= after_100 + 4096);
}

/*
 * A gap of a CPU that was idle since is told late, with the time at which it
 * began: that second was given and forgotten long ago.
 */
static void an_uncertain_walk_of_a_second_that_is_over_takes_nothing_from_it(void **state)
{
	struct fixture *f = *state;
	int64_t nr_uncertain;
	unsigned int i;

	for (i = 1; i < 10; i++) {
		walk(f, i * SEC, i * SEC + 10, 1, DONE);
		flush(f, i * SEC);
	}
	feed(f, ev_walk_begin(10 * SEC, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_loss(1 * SEC + 500, 10 * SEC + 500, 1, 5));
	finish(f);
	assert_int_equal(sum_of_walks(f, &nr_uncertain), 9);
	assert_int_equal(nr_uncertain, 1);
}

static void a_walk_across_a_gap_is_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	feed(f, ev_walk_retry(1005, A, 0, PFN, ROOT, OTHER));
	feed(f, ev_loss(1010, 2000, 1, 5));
	assert_int_equal(only_walk(f)->outcome, WALK_OUTCOME_UNCERTAIN);
	assert_int_equal(only_walk(f)->duration_ns, NO_TIME);
	assert_int_equal(only_walk(f)->nr_vmas, -1);
	assert_int_equal(only_walk(f)->nr_retries, 1);
	feed(f, ev_walk_end(3000, A, 0, PFN, 7, DONE));
	finish(f);
	assert_int_equal(f->seen.nr_walks, 1);
	assert_int_equal(only_rollup(f)->nr_walks, 0);
	assert_int_equal(only_rollup(f)->nr_uncertain, 1);
	assert_int_equal(only_rollup(f)->nr_retries, 1);
	assert_int_equal(only_rollup(f)->nr_vmas, 0);
}

static void a_walk_that_began_inside_a_gap_is_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 1, 5));
	walk(f, 1999, 2010, 3, CONTENDED);
	assert_int_equal(only_walk(f)->outcome, WALK_OUTCOME_UNCERTAIN);
	assert_int_equal(only_walk(f)->duration_ns, NO_TIME);
	assert_int_equal(only_rollup(f)->nr_contended, 0);
	/* and one at its very end is not */
	walk(f, 2000, 2010, 3, DONE);
	assert_int_equal(f->seen.walk[1].outcome, DONE);
}

static void what_is_open_at_the_end_is_stored_as_open(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	finish(f);
	assert_int_equal(only_walk(f)->outcome, WALK_OUTCOME_OPEN);
	assert_int_equal(only_walk(f)->duration_ns, NO_TIME);
	assert_int_equal(only_walk(f)->nr_vmas, -1);
	assert_int_equal(f->seen.nr_walk_rollups, 0);
	assert_int_equal(seen_task_of(&f->seen, only_walk(f)->task_id)->tid, A);
}

/* As any other: the sums count it. */
static void what_began_inside_a_gap_and_is_open_at_the_end_is_counted_as_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 1, 5));
	feed(f, ev_walk_begin(1500, A, 0, PFN, WALK_ANON, 0));
	finish(f);
	assert_int_equal(only_walk(f)->outcome, WALK_OUTCOME_UNCERTAIN);
	assert_int_equal(only_walk(f)->duration_ns, NO_TIME);
	assert_int_equal(only_rollup(f)->nr_uncertain, 1);
}

static void a_clock_that_steps_back_gives_no_negative_times(void **state)
{
	struct fixture *f = *state;

	walk(f, 1000, 999, 1, DONE);
	walk(f, 2000, 1900, 1, CONTENDED);
	assert_int_equal(f->seen.nr_walks, 2);
	assert_int_equal(f->seen.walk[0].outcome, WALK_OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.walk[0].duration_ns, NO_TIME);
	assert_int_equal(f->seen.walk[1].outcome, WALK_OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.walk[1].duration_ns, NO_TIME);
	assert_int_equal(only_rollup(f)->walk_ns, 0);
	assert_int_equal(only_rollup(f)->nr_walks, 0);
	assert_int_equal(only_rollup(f)->nr_contended, 0);
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event end = ev_walk_end(9000, A, 0, PFN, 1, DONE);
	struct event retry = ev_walk_retry(9001, A, 0, PFN, ROOT, OTHER);
	struct event skip = ev_walk_skip(9002, A, 0, PFN, SKIP_FOLIO, 0);

	feed(f, ev_walk_begin(1000, A, 0, PFN, WALK_ANON, 0));
	f->seen.fail = -ENOSPC;
	assert_int_equal(model_event(&f->m, &end), -ENOSPC);
	assert_int_equal(model_event(&f->m, &retry), -ENOSPC);
	assert_int_equal(model_event(&f->m, &skip), -ENOSPC);
	assert_int_equal(walks_machine.flush(&f->m.walks, 0), -ENOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define KEEP(name) cmocka_unit_test_setup_teardown(name, setup_keep_all, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_walk_lasts_from_begin_to_end),
		KEEP(kind_and_outcome_are_those_of_the_events),
		TEST(a_short_walk_without_incident_is_no_row),
		TEST(a_walk_that_met_a_lock_it_would_not_wait_for_is_a_row),
		TEST(a_walk_that_started_over_is_a_row),
		KEEP(every_walk_is_a_row_when_all_are_kept),
		KEEP(a_walk_that_gave_up_is_told_from_one_that_found),
		KEEP(an_outcome_that_nobody_knows_is_uncertain),
		KEEP(walks_whose_vmas_nobody_counts_are_not_among_those_counted),
		cmocka_unit_test_setup_teardown(retries_are_unknown_where_no_event_tells_them,
						setup_without_retries, fixture_teardown),
		TEST(a_retry_that_tells_its_roots_needs_no_links),
		KEEP(retries_do_not_stay_with_the_thread),
		TEST(a_retry_tells_attempt_and_whether_it_slept),
		TEST(a_retry_names_the_roots_of_the_two_anon_vmas),
		TEST(a_root_known_by_its_link_alone_is_of_class_anon_vma),
		KEEP(a_walk_that_was_given_up_is_a_skip),
		TEST(a_skip_inside_a_walk_does_not_end_it),
		KEEP(the_end_of_another_folio_does_not_end_the_walk),
		KEEP(a_retry_of_another_folio_is_not_one_of_the_walk),
		KEEP(an_end_without_begin_is_nothing),
		KEEP(a_begin_while_open_closes_the_former_as_uncertain),
		KEEP(walks_of_several_threads_do_not_mix),
		TEST(walks_are_counted_in_the_second_of_their_end),
		TEST(walks_are_summed_by_kind_and_rmap_one),
		TEST(a_second_is_given_again_when_it_has_grown),
		TEST(a_second_is_not_given_again_when_it_has_not),
		TEST(seconds_that_are_over_keep_their_sums),
		TEST(seconds_that_are_over_take_no_memory),
		TEST(an_uncertain_walk_of_a_second_that_is_over_takes_nothing_from_it),
		KEEP(a_walk_across_a_gap_is_uncertain),
		KEEP(a_walk_that_began_inside_a_gap_is_uncertain),
		TEST(what_is_open_at_the_end_is_stored_as_open),
		TEST(what_began_inside_a_gap_and_is_open_at_the_end_is_counted_as_uncertain),
		KEEP(a_clock_that_steps_back_gives_no_negative_times),
		KEEP(an_error_of_the_sink_stops_the_model),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
