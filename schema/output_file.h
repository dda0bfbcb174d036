/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of a database that is being written.
 *
 * It is made in a temporary directory beside its final path, and moved there when it
 * is complete. Until then, an earlier file at that path stays. The process that makes
 * it holds a lock on it until it is closed, so that no other rmapscope replaces it.
 */
#ifndef RMAPSCOPE_OUTPUT_FILE_H
#define RMAPSCOPE_OUTPUT_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/error.h"
#include "lib/scratch.h"

/* The database, SQLite's log and the log's index. */
#define NR_OUTPUT_PARTS 3

struct file_id {
	dev_t dev;
	ino_t ino; /* 0: no file */
	off_t nr_bytes;
};

struct output_file {
	char *path;	    /* where it goes, as the user named it */
	char *name;	    /* where it is now, as SQLite takes it */
	bool force;	    /* replace what is there */
	bool placed;	    /* it is where it goes */
	struct scratch dir; /* before that */
	int fd;		    /* holds the lock */
	struct file_id part[NR_OUTPUT_PARTS];
};

/*
 * output_path_free - whether a database can be made at @path
 * @force: an existing one may be replaced
 *
 * Refused in any case: what is not a regular file, and a file that is being
 * recorded now. Returns 0, or a negative errno with @err.
 */
int output_path_free(const char *path, bool force, struct error *err);

/*
 * output_file_name - @path in a form that SQLite opens as a file, never as a URI or
 * ":memory:"
 *
 * Returns a string to be freed, or NULL: out of memory.
 */
char *output_file_name(const char *path);

/*
 * output_file_create - make an empty file, for this user alone, and lock it
 *
 * Nothing is changed at @path. Returns 0, or a negative errno with @err; then @of
 * needs no output_file_close().
 */
int output_file_create(struct output_file *of, const char *path, bool force, struct error *err);

/*
 * output_file_place - move it to where it goes
 *
 * No connection may be open: SQLite finds the log by the name. Returns 0, or a
 * negative errno with @err: then what was there before is still there.
 */
int output_file_place(struct output_file *of, struct error *err);

/*
 * output_file_check - whether all its parts still are where they were, and the
 * database is as long as it was
 *
 * SQLite itself may not read for long what another program has cut off. Returns 0, or
 * -ESTALE with @err when somebody has removed or replaced a part, or cut the database.
 */
int output_file_check(struct output_file *of, struct error *err);

/* It is complete: from now on anybody may replace it. */
void output_file_unlock(struct output_file *of);

/* Remove SQLite's log and its index, where they still are ours. */
void output_file_remove_logs(struct output_file *of);

/*
 * output_file_close - unlock; no connection may be open
 * @keep: false: also remove the file, if it is still there
 */
void output_file_close(struct output_file *of, bool keep);

#endif
