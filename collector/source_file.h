/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that events are imported from, open: a regular file, or a temporary one for
 * what comes through a pipe or is packed (unpack.h).
 */
#ifndef RMAPSCOPE_SOURCE_FILE_H
#define RMAPSCOPE_SOURCE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

/* The name of standard input, as users write it. */
#define SOURCE_FILE_STDIN "-"

struct source_file {
	const char *name; /* as messages call it */
	int fd;		  /* can be read at any place */
	uint64_t nr_bytes;
	const char *packing; /* what it was unpacked from, "gzip" or "zstd"; NULL: nothing */
	uint64_t cut_at;     /* byte of the packed file that is its end too early; 0: it is whole */
	int stderr_fd;	     /* see struct source_opener */
};

typedef int source_file_check(const char *name, const void *head, size_t nr, struct error *err);

/* @path as messages call it; "-" is "standard input". */
const char *source_file_name(const char *path);

/*
 * source_file_open - open @path, or standard input for "-"
 * @path: lives as long as @f
 * @dir: for the temporary file, which has no name and ends with the process
 * @check: whether to import a file of that begin: source_check_kind()
 *
 * What is packed or comes through a pipe is copied to that file, after @check. A packed
 * file that ends too early is unpacked as far as it goes. Returns 0, or a negative errno with @err; then nothing is open.
 */
int source_file_open(struct source_file *f, const char *path, const char *dir,
		     source_file_check *check, struct error *err);

/* source_file_regular - open the regular file @path as it is. Returns likewise. */
int source_file_regular(struct source_file *f, const char *path, struct error *err);

#endif
