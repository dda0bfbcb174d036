/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of perf record as a sequence of records, and what it says about them: file
 * and pipe mode, compressed or not. The format: tools/perf/Documentation/
 * perf.data-file-format.txt and tools/perf/util/header.c, session.c of Linux.
 *
 * The file is untrusted. Nothing is read beyond its end, and memory does not grow
 * with the sizes that it claims.
 */
#ifndef RMAPSCOPE_PERFDATA_FILE_H
#define RMAPSCOPE_PERFDATA_FILE_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/cursor.h"
#include "collector/symbols.h"
#include "lib/error.h"
#include "lib/hash.h"

struct perfdata_zstd;
struct source_file;
struct tep_handle;

/* The first bytes of a file, as it is written on a machine of this byte order. */
#define PERFDATA_MAGIC	     "PERFILE2"
#define PERFDATA_MAGIC_SWAP  "2ELIFREP"
#define PERFDATA_MAGIC_BYTES 8

/* Records that perf itself writes, tools/lib/perf/include/perf/event.h */
enum {
	PERFDATA_HEADER_ATTR = 64,
	PERFDATA_TRACING_DATA = 66,
	PERFDATA_FINISHED_ROUND = 68,
	PERFDATA_AUXTRACE = 71,
	PERFDATA_HEADER_FEATURE = 80,
	PERFDATA_COMPRESSED = 81,
	PERFDATA_COMPRESSED2 = 83,
};

/* An event that was recorded. */
struct perfdata_attr {
	struct perf_event_attr attr; /* what the file does not have is 0 */
	unsigned int nr_ids;	     /* one for each CPU, or thread, on which it was counted */
	uint64_t nr_samples;	     /* of it, after the first reading */
	/* the caller's: */
	bool used;	    /* a tracepoint whose samples are read */
	uint64_t sample_ns; /* CPU time that a sample of a clock stands for; 0: it is not read */
};

struct perfdata_id {
	UT_hash_handle hh;
	uint64_t id;
	uint32_t attr;
};

struct perfdata_record {
	uint32_t type;
	uint16_t misc;
	struct cursor body;
};

struct perfdata_file {
	int fd;
	uint64_t file_bytes;
	bool is_pipe;
	struct perfdata_attr *attrs;
	unsigned int nr_attrs;
	struct perfdata_id *ids;
	unsigned int nr_ids;
	bool identifier;      /* PERF_SAMPLE_IDENTIFIER in all of them */
	char release[64];     /* of the kernel; "": unknown */
	char version[64];     /* of perf; likewise */
	unsigned int nr_cpus; /* of the machine, online; 0: unknown */
	bool has_cpu_option;  /* the command line of perf seems to have -C */
	struct tep_handle *tep;
	struct symbols symbols; /* of the file */
	bool has_formats;
	/* the reader */
	uint64_t data_at, data_end; /* of the records, in the file */
	uint64_t at;		    /* of the next record */
	uint8_t *buf;
	uint64_t buf_at; /* in the file */
	size_t buf_nr;
	struct perfdata_zstd *zstd;
	bool ends_early; /* the file is known to be a part */
	bool learning;	 /* pipe mode: the first reading, which learns of events and formats */
	bool cut;	 /* the file ends before its last record */
	bool damaged;	 /* from @at on it makes no sense */
	const char *why; /* with damaged */
};

/*
 * perfdata_open - read what comes before the records
 *
 * Takes over @file->fd: call perfdata_close() even if it fails. Fails with one clear line.
 * In pipe mode events and formats are among the records: they are known after all records
 * were read once.
 */
int perfdata_open(struct perfdata_file *f, const struct source_file *file, struct error *err);
void perfdata_close(struct perfdata_file *f);

/*
 * perfdata_next - the next record, which lasts until the next call
 *
 * Returns 1, 0 at the end (see cut and damaged), or a negative errno with @err filled.
 */
int perfdata_next(struct perfdata_file *f, struct perfdata_record *rec, struct error *err);

/* Begin again with the first record. */
void perfdata_rewind(struct perfdata_file *f);

/* How many CPUs were recorded, if not all of the machine (perf record -C); else 0. */
unsigned int perfdata_nr_chosen_cpus(const struct perfdata_file *f);

/* The event with @id; NULL: there is none. */
struct perfdata_attr *perfdata_attr_of(struct perfdata_file *f, uint64_t id);

#endif
