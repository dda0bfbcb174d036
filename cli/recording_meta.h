/* SPDX-License-Identifier: GPL-2.0-only */
/* Table meta: what a database says about its capture as a whole. */
#ifndef RMAPSCOPE_RECORDING_META_H
#define RMAPSCOPE_RECORDING_META_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/recording.h"

struct source;
struct store;

#define DEFAULT_PROFILE "contention"

/* Of a live capture, or a file that may have some: its samples of the CPUs. */
struct samples_meta {
	unsigned int hz;     /* per CPU; 0: none */
	char none[512];	     /* why there are none; "": there are */
	char no_spin[128];   /* why spinning is not among them; "": it is */
	char no_holder[128]; /* likewise those of who holds a lock */
	char no_ipi[128];    /* likewise those of who waits for other CPUs */
};

/*
 * What the samples of the file @src show, if files of its kind can have samples; sets its
 * samples_spin.
 */
void samples_of_file(struct samples_meta *samples, struct source *src);

/* Add a line to @limits, the list of what a capture cannot show. */
void limits_add(char *limits, size_t room, const char *what);

/* Add to @limits what @profiles promise and the events of @src cannot show. */
void limits_find(char *limits, size_t room, const struct source *src, unsigned int profiles);

/*
 * Write everything that is known at the start. Returns 0 or a negative errno.
 * @traced: [NR_EVENTS], live only: events that are enabled
 */
int meta_write(struct store *st, const struct source *src, const struct recording_options *opt,
	       const bool *traced, const char *limits);

/* Write @samples. The next meta_write() returns an error of this call. */
void meta_write_samples(struct store *st, const struct samples_meta *samples);

/*
 * Write which events there are: from these, analysis/seen.h derives what was not seen.
 * @formats: [NR_EVENTS], events that the kernel or the file has
 * @traced: live: events that are enabled; NULL: a file, for which this is not known
 */
void meta_write_events(struct store *st, const bool *formats, const bool *traced);

/* Write, at the end of a file, which events it has at least one of. */
void meta_write_came(struct store *st, const bool *came);

#endif
