// SPDX-License-Identifier: GPL-2.0-only
/*
 * feed FILE: a capture made of events that are written down, through the model
 * and the store that a recording uses. A line per event on stdin:
 *
 *	name TID TGID COMM		before the first event of TID
 *	wait TIME TID LOCK r|w [OWNER]	waits for an anon_vma root from now on
 *	got TIME TID LOCK r|w		... until now
 *	acquire TIME TID LOCK r|w	holds it from now on
 *	release TIME TID LOCK r|w	... until now
 *	lose TIME END CPU NR		events were lost
 *	flush TIME			commit; prints "flushed" to stdout
 *	finish				the capture has ended
 *
 * Times are milliseconds, locks hexadecimal. Without finish at the end of the
 * input, the file is left as by a recorder that was killed.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/store_sink.h"
#include "collector/model/model.h"
#include "lib/clock.h"
#include "lib/process.h"
#include "schema/store.h"
#include "tests/unit/events.h"

#define MAX_THREADS 1024

struct feed {
	struct store *store;
	struct model m;
	struct {
		int32_t tid, tgid;
		char comm[COMM_LEN];
	} thread[MAX_THREADS];
	unsigned int nr_threads;
	int64_t reach_ns;
};

static int comm_of(void *ctx, int32_t tid, char comm[COMM_LEN])
{
	struct feed *f = ctx;
	unsigned int i;

	for (i = 0; i < f->nr_threads; i++)
		if (f->thread[i].tid == tid) {
			memcpy(comm, f->thread[i].comm, COMM_LEN);
			return 0;
		}
	return -1;
}

static int32_t tgid_of(void *ctx, int32_t tid)
{
	struct feed *f = ctx;
	unsigned int i;

	for (i = 0; i < f->nr_threads; i++)
		if (f->thread[i].tid == tid)
			return f->thread[i].tgid;
	return -1;
}

static int process_of(void *ctx, int32_t tgid, struct process_row *row)
{
	return comm_of(ctx, tgid, row->comm);
}

static void add_thread(struct feed *f, const char *line)
{
	if (f->nr_threads == MAX_THREADS ||
	    sscanf(line, "name %d %d %15s", &f->thread[f->nr_threads].tid,
		   &f->thread[f->nr_threads].tgid, f->thread[f->nr_threads].comm) != 3)
		errx(1, "cannot read: %s", line);
	f->nr_threads++;
}

static void reach(struct feed *f, int64_t time_ns)
{
	store_meta_int(f->store, "nr_events", f->m.nr_events);
	store_meta_int(f->store, "nr_waits", f->m.rollups.nr_waits);
	store_meta_int(f->store, "nr_uncertain", f->m.rollups.nr_uncertain);
	store_meta_int(f->store, "first_ns", f->m.first_ns);
	if (f->reach_ns < f->m.last_ns)
		f->reach_ns = f->m.last_ns;
	if (f->reach_ns < time_ns)
		f->reach_ns = time_ns;
	store_meta_int(f->store, "last_ns", f->reach_ns);
}

static void commit(struct feed *f, int64_t time_ns)
{
	reach(f, time_ns);
	if (store_commit(f->store, time_ns, NULL))
		errx(1, "%s", store_error(f->store)->msg);
	puts("flushed");
	fflush(stdout);
}

static void lock_event(struct feed *f, const char *line)
{
	static const struct {
		const char *word;
		enum event_id id;
	} words[] = {
		{ "wait", EVENT_ANON_VMA_CONTENTION_BEGIN },
		{ "got", EVENT_ANON_VMA_CONTENTION_END },
		{ "acquire", EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED },
		{ "release", EVENT_ANON_VMA_LOCK_RELEASED },
	};
	unsigned long long lock;
	double ms;
	int tid, owner = 0, n;
	char word[16], mode;
	struct event ev;
	unsigned int i;

	n = sscanf(line, "%15s %lf %d %llx %c %d", word, &ms, &tid, &lock, &mode, &owner);
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (n >= 5 && !strcmp(words[i].word, word))
			break;
	if (i == sizeof(words) / sizeof(*words))
		errx(1, "cannot read: %s", line);
	ev = ev_lock(words[i].id, ms * NSEC_PER_MSEC, tid, 0, lock, mode == 'w');
	ev.lock_op.owner = owner;
	if (model_event(&f->m, &ev))
		errx(1, "%s", store_error(f->store)->msg);
}

static void lose(struct feed *f, const char *line)
{
	double from, to;
	int cpu, nr;
	struct event ev;

	if (sscanf(line, "lose %lf %lf %d %d", &from, &to, &cpu, &nr) != 4)
		errx(1, "cannot read: %s", line);
	ev = ev_loss(from * NSEC_PER_MSEC, to * NSEC_PER_MSEC, cpu, nr);
	if (model_event(&f->m, &ev))
		errx(1, "%s", store_error(f->store)->msg);
}

static void finish(struct feed *f)
{
	if (model_finish(&f->m))
		errx(1, "%s", store_error(f->store)->msg);
	reach(f, 0);
	store_meta_text(f->store, "state", "finished");
	if (store_finish(f->store, NULL))
		errx(1, "cannot finish");
	f->store = NULL;
}

int main(int argc, char **argv)
{
	static struct feed f;
	const struct task_lookup lookup = { &f, comm_of, tgid_of, process_of };
	bool has[NR_EVENTS];
	struct error err = { 0 };
	struct sink sink;
	char line[256];
	double ms;

	if (argc != 2 || store_create(&f.store, argv[1], true, &err))
		errx(1, "%s", argc == 2 ? err.msg : "which FILE?");
	memset(has, 1, sizeof(has));
	sink = store_sink(f.store);
	model_init(&f.m, &(struct model_options){ .sink = &sink, .lookup = &lookup, .has = has });
	process_identity(line, sizeof(line));
	store_meta_text(f.store, "state", "recording");
	store_meta_text(f.store, "recorder", line);
	while (f.store && fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "flush %lf", &ms) == 1) {
			if (model_flush(&f.m, ms * NSEC_PER_MSEC))
				errx(1, "%s", store_error(f.store)->msg);
			commit(&f, ms * NSEC_PER_MSEC);
		} else if (!strncmp(line, "name ", 5)) {
			add_thread(&f, line);
		} else if (!strncmp(line, "lose ", 5)) {
			lose(&f, line);
		} else if (!strncmp(line, "finish", 6)) {
			finish(&f);
		} else if (*line != '#' && *line != '\n') {
			lock_event(&f, line);
		}
	}
	model_free(&f.m);
	/* the transaction under way is gone, as with a recorder that was killed */
	_exit(0);
}
