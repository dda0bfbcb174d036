/* SPDX-License-Identifier: GPL-2.0-only */
/* The file of a database and those beside it, before SQLite is let near them. */
#ifndef RMAPSCOPE_DB_FILE_H
#define RMAPSCOPE_DB_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "lib/error.h"

struct db_file {
	char real[PATH_MAX]; /* without symbolic links: names beside it begin so */
	mode_t mode;	     /* and owner, as they are */
	uid_t uid;
	gid_t gid;
	bool log;	/* a write-ahead log is beside it */
	bool journal;	/* of a write that may have been cut off */
	bool wants_log; /* its header says that it has one */
	bool still;	/* opened as one that does not change, see db_file_uri() */
	struct timespec mtime;
	int64_t bytes;	  /* of it and the log */
	int64_t nr_pages; /* by its header */
	unsigned int page_bytes;
};

/*
 * db_file_check - whether @path may be a database: a regular file that can be
 * read, and is no shorter than it says
 *
 * Returns 0, or a negative errno with @err.
 */
int db_file_check(struct db_file *f, const char *path, struct error *err);

/* Whether another program has changed a file that was opened as one that does not. */
bool db_file_changed(const struct db_file *f);

/* Bytes of the database at @real and of its log, now. */
int64_t db_file_bytes(const char *real);

#define DB_FILE_URI_MAX (3 * PATH_MAX + 64)

/*
 * db_file_uri - the name for sqlite3_open_v2() with SQLITE_OPEN_URI
 * @read_only: nothing is made beside the file either, but for the index of a log
 *	that has none
 *
 * Whatever the file is called, it is a name, never options.
 */
void db_file_uri(struct db_file *f, bool read_only, char uri[DB_FILE_URI_MAX]);

#endif
