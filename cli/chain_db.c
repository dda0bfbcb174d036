// SPDX-License-Identifier: GPL-2.0-only
#include "cli/chain_db.h"

#include <errno.h>
#include <event-parse.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/live_lookup.h"
#include "cli/recording_meta.h"
#include "collector/chain_now.h"
#include "collector/model/model.h"
#include "collector/source.h"
#include "lib/process.h"
#include "schema/meta.h"
#include "schema/store.h"

/* The snapshot of the kernel's state, as a source with one kind of event. */
static const struct source_ops ops = { .name = "kernel state" };

static const struct chain_record *record_of(const struct chain_now *chain, int32_t tid)
{
	size_t i;

	for (i = 0; i < chain->nr_waits; i++)
		if (chain->waits[i].tid == tid || chain->waits[i].owner_tid == tid)
			return &chain->waits[i];
	return NULL;
}

static int chain_comm(void *ctx, int32_t tid, char comm[COMM_LEN])
{
	const struct chain_record *r = record_of(ctx, tid);

	if (!r)
		return -ENOENT;
	snprintf(comm, COMM_LEN, "%s", r->tid == tid ? r->comm : r->owner_comm);
	return 0;
}

static int32_t chain_tgid(void *ctx, int32_t tid)
{
	const struct chain_record *r = record_of(ctx, tid);

	return !r ? -1 : r->tid == tid ? r->tgid : r->owner_tgid;
}

/*
 * Names and process ids come from the snapshot, other facts about a process from
 * /proc. The command line is not read: that takes the mmap_lock, which may be the
 * lock that is shown.
 */
static struct task_lookup chain_lookup(struct chain_now *chain)
{
	struct task_lookup lookup = live_lookup(NULL);

	lookup.ctx = chain;
	lookup.comm = chain_comm;
	lookup.tgid = chain_tgid;
	/* the snapshot has the ids of the initial PID namespace, /proc those of ours */
	if (process_pid_ns() != PROCESS_INITIAL_PID_NS)
		lookup.process = NULL;
	return lookup;
}

static uint32_t classes_of(const struct chain_record *r)
{
	switch (r->class) {
	case CHAIN_CLASS_ANON_VMA:
		return CLASS_BIT(LOCK_ANON_VMA);
	case CHAIN_CLASS_MMAP:
		return CLASS_BIT(LOCK_MMAP);
	default:
		return CLASS_UNSEEN;
	}
}

static int add_wait(struct model *m, const struct chain_record *r, struct kstack_table *stacks)
{
	struct kstack *stack = NULL;

	if (r->nr_frames) {
		stack = kstack_intern(stacks, r->frame, r->nr_frames);
		if (!stack)
			return -ENOMEM;
	}
	return model_event(m, &(struct event){
				      .id = EVENT_CONTENTION_BEGIN,
				      .time_ns = r->off_cpu_ns,
				      .tid = r->tid,
				      .stack = stack,
				      .contention_begin = {
					      .lock = r->lock,
					      .flags = r->write ? LCB_F_WRITE : LCB_F_READ,
					      .owner = r->owner_tid,
					      .classes = classes_of(r),
				      },
			      });
}

static int add_waits(struct store *store, struct chain_now *chain, const struct source *src)
{
	const struct task_lookup lookup = chain_lookup(chain);
	const struct sink sink = store_sink(store);
	struct kstack_table stacks = { 0 };
	struct model m;
	size_t i;
	int ret = 0;

	model_init(&m, &(struct model_options){
			       .sink = &sink,
			       .lookup = &lookup,
			       .symbols = &src->symbols,
			       .has = src->has,
		       });
	for (i = 0; !ret && i < chain->nr_waits; i++)
		ret = add_wait(&m, &chain->waits[i], &stacks);
	if (!ret)
		ret = model_flush(&m, chain->at_ns);
	if (!ret)
		ret = model_finish(&m);
	model_free(&m);
	kstack_table_free(&stacks);
	return ret;
}

static void find_limits(char *limits, size_t room, const struct chain_now *chain)
{
	limits_add(limits, room,
		   "kernel state: shows threads that waited from a first to a second look at it; "
		   "a holder is known only if it is a writer");
	/*
	 * task_seq_get_next() in kernel/bpf/task_iter.c iterates over the caller's namespace
	 * only
	 */
	if (process_pid_ns() != PROCESS_INITIAL_PID_NS)
		limits_add(limits, room,
			   "only threads of this PID namespace are shown, with their ids of the "
			   "initial namespace");
	if (chain->ages_unknown)
		limits_add(limits, room,
			   "the start of the waits is unknown: needs CONFIG_SCHED_INFO");
	if (symbols_readable(NULL))
		limits_add(
			limits, room,
			"kernel symbols are hidden (kernel.kptr_restrict): call sites are unknown");
}

static int fill(struct store *store, struct chain_now *chain, struct source *src, struct error *err)
{
	const struct recording_options opt = { .profiles = "" };
	char limits[META_LIMITS_LEN] = "";
	int ret;

	find_limits(limits, sizeof(limits), chain);
	ret = meta_write(store, src, &opt, NULL, limits);
	if (!ret)
		ret = add_waits(store, chain, src);
	if (!ret)
		ret = store_meta_int(store, "first_ns", chain->at_ns);
	if (!ret)
		ret = store_meta_int(store, "last_ns", chain->at_ns);
	if (!ret)
		ret = store_meta_int(store, "nr_events", chain->nr_waits);
	if (!ret)
		ret = store_meta_text(store, "state", "finished");
	return ret ? error_set(err, ret, "%s",
			       store_error(store)->msg[0] ? store_error(store)->msg
							  : strerror(-ret))
		   : 0;
}

int chain_db_make(const char *path, struct error *err)
{
	struct source src = {
		.ops = &ops,
		.nr_lanes = sysconf(_SC_NPROCESSORS_ONLN),
		.has[EVENT_CONTENTION_BEGIN] = true,
		.live = true,
		.clock = "mono",
	};
	struct chain_now chain;
	struct store *store;
	int ret = chain_now_read(&chain, err);

	if (ret)
		return ret;
	src.symbols = (struct symbols){ .tep = tep_alloc(), .load_live = true };
	ret = src.symbols.tep ? store_create(&store, path, false, err)
			      : error_set(err, -ENOMEM, "out of memory");
	if (!ret) {
		ret = fill(store, &chain, &src, err);
		if (ret)
			store_discard(store);
		else
			ret = store_finish(store, err);
	}
	tep_free(src.symbols.tep);
	chain_now_free(&chain);
	return ret;
}
