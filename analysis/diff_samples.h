/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What diff compares: the sums of groups (of a lock class, a role, a VMA's name, ...) in slices
 * of the captures' time. A slice in which events were lost is left out of all groups.
 */
#ifndef RMAPSCOPE_DIFF_SAMPLES_H
#define RMAPSCOPE_DIFF_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/capture.h"
#include "analysis/db.h"
#include "analysis/seen.h"
#include "lib/hash.h"
#include "schema/hist.h"

enum diff_side {
	SIDE_A,
	SIDE_B,
	NR_SIDES,
};

/* The sums of a group in a slice. What nr and total are is up to the kind of group. */
struct diff_slice {
	double nr, total;
	struct hist hist; /* of durations in nanoseconds; may be empty */
};

/* What is compared: a query over the roll-ups, grouped by something. */
struct diff_kind {
	const char *name; /* "class"; also the value of --by */
	const char *help; /* one line */
	enum sight sight; /* what must be recorded for it */
	/*
	 * Returns label, second, nr, total, hist; a NULL label is a group whose name is not
	 * known. Parameters: the first (?1) and last (?2) second.
	 */
	const char *sql;
	const struct diff_metric *metrics; /* ends with a NULL name */
	bool on_request;		   /* only if it is asked for */
};

struct diff_group {
	UT_hash_handle hh;
	const struct diff_kind *kind;
	char *label; /* "": the name is not known */
	double total[NR_SIDES];
	struct diff_slice *slice[NR_SIDES]; /* [nr_slices of the side] */
	char key[];			    /* name of the kind, and label */
};

/* A capture that is compared. */
struct diff_capture {
	const char *path;
	struct db *db;
	struct capture_info info;
	int64_t rung;	     /* 0: unknown */
	int64_t first, last; /* whole seconds that it has sums of; last < first: none */
	size_t nr_slices, nr_left_out;
	size_t at; /* its first slice among those of its side */
	/* [number of slices with those left out]: index of the slice; -1: left out */
	int *index;
};

struct diff_samples {
	struct diff_capture *capture[NR_SIDES]; /* [nr_captures] */
	size_t nr_captures[NR_SIDES];
	size_t nr_slices[NR_SIDES]; /* of all captures of the side */
	int64_t slice_s;	    /* seconds in a slice */
	struct diff_group *groups;
	char unseen[NR_SIDES][SEEN_REASON_LEN]; /* of the kind that was read last */
};

/*
 * diff_samples_open - open captures and find their slices
 * @paths: of each side, ending with NULL
 *
 * Returns 0 or a negative errno; call diff_samples_close() in either case.
 */
int diff_samples_open(struct diff_samples *s, const char *const *const paths[NR_SIDES],
		      struct error *err);

/*
 * diff_samples_read - add the groups of @kind
 *
 * Sets s->unseen to why a side could not see it, or not all of it; "": it could. Returns 0 or
 * a negative errno.
 */
int diff_samples_read(struct diff_samples *s, const struct diff_kind *kind, struct error *err);

void diff_samples_close(struct diff_samples *s);

#endif
