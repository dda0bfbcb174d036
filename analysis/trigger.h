/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Triggers of the flight recorder: "stall>30ms,comm=main", "wait>50ms,class=anon_vma", "storm".
 * They look at the rows that a recorder has added since the last look.
 */
#ifndef RMAPSCOPE_TRIGGER_H
#define RMAPSCOPE_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"
#include "analysis/seen.h"

/* Rows that have fired and may be seen again while they, or earlier ones, are open. */
#define TRIGGER_SEEN_MAX 256

struct trigger_kind;

struct trigger {
	const char *text; /* as the user wrote it */
	const struct trigger_kind *kind;
	int64_t min_ns;
	int64_t pid;		  /* 0: any process */
	char comm[64], class[32]; /* "": any */
	int64_t from_id;	  /* rows up to this one need not be read again */
	int64_t seen[TRIGGER_SEEN_MAX];
	size_t nr_seen;
};

/* A row that fires a trigger. */
struct trigger_event {
	int64_t time_ns; /* its end; of an open wait or stall, its start */
	char what[192];	 /* "thread main (12) slept 33.100 ms uninterruptibly" */
};

/*
 * trigger_parse - parse @text, which must live as long as @t
 *
 * Returns 0, or -EINVAL with @err, which names the place that is wrong.
 */
int trigger_parse(struct trigger *t, const char *text, struct error *err);

/*
 * trigger_unseen - why the rows that would fire @t are not recorded, or not all of them
 * @reason: "": they are
 *
 * Returns 0 or a negative errno.
 */
int trigger_unseen(const struct trigger *t, char reason[SEEN_REASON_LEN], struct db *db,
		   struct error *err);

/*
 * trigger_look - count the new rows that fire @t; a transaction is open
 * @nr: set to their number
 * @event: set to the first of them
 *
 * Returns 0 or a negative errno.
 */
int trigger_look(struct trigger *t, struct db *db, uint64_t *nr, struct trigger_event *event,
		 struct error *err);

#endif
