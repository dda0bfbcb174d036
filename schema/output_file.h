/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of a database that is being written.
 *
 * It is created in a temporary directory beside its final path, and moved there when it
 * is ready. Until then, an older file at that path is kept. The process that writes it
 * holds a lock on it until it is closed, so that no other rmapscope replaces it.
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
	char *path;	    /* final path, as the user named it */
	char *name;	    /* present path, as SQLite takes it */
	bool force;	    /* replace an existing file */
	bool placed;	    /* it is at its final path */
	struct scratch dir; /* the temporary directory, until it is placed */
	int fd;		    /* holds the lock */
	struct file_id part[NR_OUTPUT_PARTS];
};

/*
 * output_path_free - check that a database can be created at @path
 * @force: an existing file may be replaced
 *
 * Anything but a regular file is never replaced, nor is a file that is being recorded
 * now. Returns 0, or a negative errno with @err.
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
 * output_file_create - create an empty file, mode 0600, and lock it
 *
 * A file at @path is not changed yet. Returns 0, or a negative errno with @err; in that
 * case do not call output_file_close().
 */
int output_file_create(struct output_file *of, const char *path, bool force, struct error *err);

/*
 * output_file_place - move it to its final path
 *
 * No connection may be open: SQLite finds the log by the name of the file. Returns 0, or
 * a negative errno with @err; then an older file at that path is unchanged.
 */
int output_file_place(struct output_file *of, struct error *err);

/*
 * output_file_check - check that no other program has removed, replaced or cut the
 * database or its log
 *
 * SQLite itself may notice a cut only much later. Returns 0, or -ESTALE with @err.
 */
int output_file_check(struct output_file *of, struct error *err);

/* Release the lock: the file is complete and may be replaced. */
void output_file_unlock(struct output_file *of);

/* Remove SQLite's log and its index, if they are still ours. */
void output_file_remove_logs(struct output_file *of);

/*
 * output_file_close - close and unlock it; no connection may be open
 * @keep: false: also remove the file, if it is still ours
 */
void output_file_close(struct output_file *of, bool keep);

#endif
