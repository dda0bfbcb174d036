/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks of a database file and the files beside it, before SQLite opens them. */
#ifndef RMAPSCOPE_DB_FILE_H
#define RMAPSCOPE_DB_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "lib/error.h"

struct db_file {
	char real[PATH_MAX]; /* path without symbolic links */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool log;	/* there is a write-ahead log (-wal) */
	bool journal;	/* there is a rollback journal (-journal): a write may be incomplete */
	bool wants_log; /* the header says that it uses a write-ahead log */
	bool still;	/* opened as immutable, see db_file_uri() */
	struct timespec mtime;
	int64_t bytes;	  /* size of the file and its log */
	int64_t nr_pages; /* according to the header */
	unsigned int page_bytes;
};

/*
 * db_file_check - check that @path may be a database: a regular file that can be
 * read, and is not shorter than its header says
 *
 * Returns 0, or a negative errno with @err.
 */
int db_file_check(struct db_file *f, const char *path, struct error *err);

/* Whether another program has changed a file that was opened as immutable. */
bool db_file_changed(const struct db_file *f);

/* The present size of the database at @real and of its log. */
int64_t db_file_bytes(const char *real);

#define DB_FILE_URI_MAX (3 * PATH_MAX + 64)

/*
 * db_file_uri - the name for sqlite3_open_v2() with SQLITE_OPEN_URI
 * @read_only: create no file beside the database either, except for the index of a log
 *	that has none
 *
 * Special characters are escaped: no part of a file's name can become an option.
 */
void db_file_uri(struct db_file *f, bool read_only, char uri[DB_FILE_URI_MAX]);

#endif
