/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an export goes: standard output, or a file that appears when it is complete. */
#ifndef RMAPSCOPE_EXPORT_FILE_H
#define RMAPSCOPE_EXPORT_FILE_H

#include <stdio.h>

#include "schema/output_file.h"

struct export_file {
	FILE *f;	       /* to write to */
	struct output_file of; /* unused for standard output */
};

/*
 * export_file_open - begin to write
 * @out: path of the file; NULL: standard output
 * @in: path of the database that is exported, which is never replaced
 * @force: an existing file may be replaced
 *
 * Signals that end the program are blocked if a file is written, for db.h: what reads the
 * database then ends with -EINTR, and no incomplete file remains. Returns 0, or a negative
 * errno with @err; in that case do not call export_file_close().
 */
int export_file_open(struct export_file *ef, const char *out, const char *in, bool force,
		     struct error *err);

/*
 * export_file_close - put the file at its path, mode 0600; if @ret is an error, remove it
 *
 * Returns @ret, or a negative errno with @err.
 */
int export_file_close(struct export_file *ef, int ret, struct error *err);

#endif
