/* SPDX-License-Identifier: GPL-2.0-only */
/* One line on a terminal that says how far long work is. */
#ifndef RMAPSCOPE_PROGRESS_H
#define RMAPSCOPE_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

struct recording;

struct progress {
	const char *what;
	uint64_t start_ns;
	double seconds; /* planned length; 0: by the bytes of a file */
	FILE *out;	/* a terminal, or NULL */
};

/*
 * Prints to where stderr is now, if that is a terminal.
 * @seconds: how long it is going to take, 0 when the input's size tells
 */
void progress_begin(struct progress *p, const char *what, double seconds);
void progress_update(struct progress *p, const struct recording *rec);
/* A line of its own; @p may be NULL. */
void progress_say(struct progress *p, const char *text);
/* Clear the line, close. */
void progress_end(struct progress *p);

#endif
