/* SPDX-License-Identifier: GPL-2.0-only */
/* What a database says of its capture as a whole: table meta. */
#ifndef RMAPSCOPE_RECORDING_META_H
#define RMAPSCOPE_RECORDING_META_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/recording.h"

struct source;
struct store;

#define DEFAULT_PROFILE "contention"

/* Add a line to what a capture cannot tell. */
void limits_add(char *limits, size_t room, const char *what);

/* What the events that @src has cannot tell, of what @profiles are for. */
void limits_find(char *limits, size_t room, const struct source *src, unsigned int profiles);

/*
 * Everything that is known at the start. Returns 0 or a negative errno.
 * @traced: [NR_EVENTS], live: events that are enabled
 */
int meta_write(struct store *st, const struct source *src, const struct recording_options *opt,
	       const bool *traced, const char *limits);

/*
 * What analysis/seen.h decides by.
 * @formats: [NR_EVENTS], events that the kernel or the file has
 * @traced: live: those that are enabled; NULL: of a file nobody knows
 */
void meta_write_events(struct store *st, const bool *formats, const bool *traced);

/* Likewise, at the end of a file: the events of which it held any. */
void meta_write_came(struct store *st, const bool *came);

#endif
