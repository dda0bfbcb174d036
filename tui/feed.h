/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The database behind the screens: opened, watched, and opened again.
 *
 * A problem with it is reported in a line of the header. The rows that were read
 * before stay on the screen.
 */
#ifndef RMAPSCOPE_TUI_FEED_H
#define RMAPSCOPE_TUI_FEED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "analysis/capture.h"
#include "analysis/db.h"

struct feed {
	const char *path;
	unsigned int delay_ms;
	const struct filter *filter; /* or NULL */
	struct db *db;
	struct stat file;	  /* state of the file at the last read */
	struct capture_info info; /* as of the last good read */
	uint64_t grown_ns;	  /* when info.last_ns moved last, by our clock */
	uint64_t next_ns;	  /* no read before this time */
	struct error problem;	  /* "": none */
	bool missing;		  /* the file was removed; the open descriptor still reads it */
};

/*
 * feed_open - open the database and read what the capture is
 * @filter: what is shown of it; NULL: all
 *
 * Returns 0 or a negative errno.
 */
int feed_open(struct feed *f, const char *path, unsigned int delay_ms, const struct filter *filter,
	      struct error *err);
void feed_close(struct feed *f);

/* Look at the file. True: it may have changed since it was read. */
bool feed_changed(struct feed *f);

/*
 * feed_begin - begin a consistent read, with f->info up to date
 *
 * Returns 0, to be followed by feed_end(); or a negative errno: f->problem
 * says why, or it is too early to try again.
 */
int feed_begin(struct feed *f);
/* End the read. @ret, @err: its result. */
void feed_end(struct feed *f, int ret, const struct error *err);

/* A line for the header: a problem, or a recorder that writes nothing; or NULL. */
const char *feed_notice(const struct feed *f, char *buf, size_t room);

#endif
