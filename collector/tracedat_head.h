/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The head of a trace-cmd file. trace-cmd's library reads it, too, but reports
 * neither why it refuses a file nor the clock of a buffer.
 */
#ifndef RMAPSCOPE_TRACEDAT_HEAD_H
#define RMAPSCOPE_TRACEDAT_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

#define TRACEDAT_NAME_LEN    64
#define TRACEDAT_MAX_BUFFERS 64

/* One buffer; the clock of a file of version 6 is that of all its buffers. */
struct tracedat_buffer {
	char name[TRACEDAT_NAME_LEN];  /* "": the top one */
	char clock[TRACEDAT_NAME_LEN]; /* "": not named */
	bool has_data;
};

struct tracedat_head {
	unsigned int version;
	bool big_endian;
	bool is_text; /* a latency tracer's output */
	char compression[TRACEDAT_NAME_LEN];
	char clock[TRACEDAT_NAME_LEN]; /* "": not named */
	uint32_t mult, shift;	       /* of the clock to nanoseconds; mult 0: unknown */
	/* version 7 only, in the file's order; those that do not fit are left out */
	struct tracedat_buffer buffer[TRACEDAT_MAX_BUFFERS];
	unsigned int nr_buffers;
};

/* The first bytes of every trace-cmd file. */
#define TRACEDAT_MAGIC	     "\x17\x08\x44tracing"
#define TRACEDAT_MAGIC_BYTES (sizeof(TRACEDAT_MAGIC) - 1)

/*
 * tracedat_head_read - read it from the file @fd, whose offset stays
 * @path: for messages
 *
 * Fails with one clear line when the file is no trace-cmd file, or one that
 * the library here cannot read. A file that is damaged further on is taken as
 * far as it goes: the library judges that.
 */
int tracedat_head_read(struct tracedat_head *head, int fd, const char *path, struct error *err);

/*
 * tracedat_head_clock - the clock of the file's times
 * @clock: becomes its name, or NULL when the file does not name it
 *
 * Fails with one clear line when its times do not become nanoseconds.
 */
int tracedat_head_clock(const struct tracedat_head *head, const char **clock, const char *path,
			struct error *err);

#endif
