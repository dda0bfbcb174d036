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

/* Everything that is known at the start. Returns 0 or a negative errno. */
int meta_write(struct store *st, const struct source *src, const struct recording_options *opt,
	       unsigned int profiles, const char *limits);

/*
 * What each section of findings can know by the events of @traced: key
 * sees_SECTION, "yes" or the reason why not. Returns 0 or a negative errno.
 */
int meta_write_sees(struct store *st, const bool *traced, bool live);

#endif
