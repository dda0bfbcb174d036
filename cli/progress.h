/* SPDX-License-Identifier: GPL-2.0-only */
/* A progress line on a terminal. */
#ifndef RMAPSCOPE_PROGRESS_H
#define RMAPSCOPE_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

struct recording;

struct progress {
	const char *what;
	uint64_t start_ns;
	double seconds; /* planned duration; 0: progress is counted in bytes of a file */
	FILE *out;	/* a terminal, or NULL */
};

/*
 * Begin a progress line on stderr, if that is a terminal now.
 * @what: what is being done; must live until progress_end()
 * @seconds: planned duration; 0: progress is counted in bytes of the input
 */
void progress_begin(struct progress *p, const char *what, double seconds);
void progress_update(struct progress *p, const struct recording *rec);
/* Print @text as a line of its own. @p may be NULL. */
void progress_say(struct progress *p, const char *text);
/* Clear the line and free @p's stream. */
void progress_end(struct progress *p);

#endif
