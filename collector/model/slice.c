// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/slice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"

/* Deeper slices are not named: the outermost ones say what the thread does. */
#define MAX_DEPTH 8

/*
 * The number of rows to remember. Then all are forgotten, and the same names may get another row.
 */
#define MAX_KNOWN 4096

/* Threads with slices at one time; a file that claims more gets no slices for the rest. */
#define MAX_THREADS 65536

struct slice_nest {
	UT_hash_handle hh;
	int32_t tid;
	uint32_t depth; /* may be more than are named */
	char name[MAX_DEPTH][SLICE_NAME_LEN];
};

struct slice_names {
	UT_hash_handle hh;
	int64_t id;
	char text[];
};

static struct slice_nest *find(const struct slices *ss, int32_t tid)
{
	struct slice_nest *nest;

	HASH_FIND_INT(ss->by_tid, &tid, nest);
	return nest;
}

static void drop(struct slices *ss, struct slice_nest *nest)
{
	HASH_DEL(ss->by_tid, nest);
	free(nest);
}

static int slice_begin(void *machine, const struct event *ev)
{
	struct slices *ss = machine;
	struct slice_nest *nest = find(ss, ev->tid);

	if (!nest && HASH_COUNT(ss->by_tid) == MAX_THREADS)
		return 0;
	if (!nest) {
		nest = calloc(1, sizeof(*nest));
		if (!nest)
			return -ENOMEM;
		nest->tid = ev->tid;
		HASH_ADD_INT(ss->by_tid, tid, nest);
	}
	if (nest->depth < MAX_DEPTH)
		memcpy(nest->name[nest->depth], ev->slice_begin.name, SLICE_NAME_LEN);
	if (nest->depth < UINT32_MAX)
		nest->depth++;
	return 0;
}

/* A slice that began before the capture, or in a gap, has an end without a begin. */
static int slice_end(void *machine, const struct event *ev)
{
	struct slices *ss = machine;
	struct slice_nest *nest = find(ss, ev->tid);

	if (nest && !--nest->depth)
		drop(ss, nest);
	return 0;
}

/* Begins or ends of its slices are missing from here on. */
static int track_lost(void *machine, const struct event *ev)
{
	struct slices *ss = machine;
	struct slice_nest *nest = find(ss, ev->tid);

	if (nest)
		drop(ss, nest);
	return 0;
}

static int exited(void *machine, const struct event *ev)
{
	struct slices *ss = machine;
	struct slice_nest *nest = find(ss, ev->sched_process_exit.tid);

	if (nest)
		drop(ss, nest);
	return 0;
}

static int loss(void *machine, const struct event *ev)
{
	struct slices *ss = machine;
	struct slice_nest *nest, *tmp;

	(void)ev;
	HASH_ITER(hh, ss->by_tid, nest, tmp)
		drop(ss, nest);
	return 0;
}

static void forget_known(struct slices *ss)
{
	struct slice_names *names, *tmp;

	HASH_ITER(hh, ss->known, names, tmp) {
		HASH_DEL(ss->known, names);
		free(names);
	}
}

/* A line for each name. */
static void write_names(const struct slice_nest *nest, char text[MAX_DEPTH * SLICE_NAME_LEN])
{
	uint32_t i;

	text[0] = '\0';
	for (i = 0; i < nest->depth && i < MAX_DEPTH; i++) {
		if (i)
			strcat(text, "\n");
		strcat(text, nest->name[i]);
	}
}

int64_t slices_now(struct slices *ss, int32_t tid, int *ret)
{
	const struct slice_nest *nest = find(ss, tid);
	char text[MAX_DEPTH * SLICE_NAME_LEN];
	struct slice_names *names;

	*ret = 0;
	if (!nest)
		return 0;
	write_names(nest, text);
	HASH_FIND_STR(ss->known, text, names);
	if (names)
		return names->id;
	if (HASH_COUNT(ss->known) == MAX_KNOWN)
		forget_known(ss);
	names = malloc(sizeof(*names) + strlen(text) + 1);
	if (!names) {
		*ret = -ENOMEM;
		return 0;
	}
	strcpy(names->text, text);
	names->id = ++ss->last_id;
	HASH_ADD_STR(ss->known, text, names);
	*ret = ss->sink->slice(ss->sink->ctx,
			       &(struct slice_row){ .id = names->id, .names = names->text });
	return names->id;
}

static void free_all(void *machine)
{
	forget_known(machine);
	loss(machine, NULL);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct slices *)machine = (struct slices){ .sink = all->sink };
	return opt->has[EVENT_SLICE_BEGIN] || opt->has[EVENT_TRACK_BEGIN];
}

static const struct hearing hears[] = {
	{ EVENT_SLICE_BEGIN, slice_begin },
	{ EVENT_SLICE_END, slice_end },
	{ EVENT_TRACK_BEGIN, slice_begin },
	{ EVENT_TRACK_END, slice_end },
	{ EVENT_TRACK_LOST, track_lost },
	{ EVENT_SCHED_PROCESS_EXIT, exited },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine slices_machine = {
	.init = init,
	.hears = hears,
	.deaf_in_gaps = true,
	.free = free_all,
};
