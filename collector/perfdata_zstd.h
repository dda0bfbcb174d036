/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records inside of compressed ones: one stream of zstd, of which each
 * PERF_RECORD_COMPRESSED has a piece; a record may begin in one and end in the next.
 */
#ifndef RMAPSCOPE_PERFDATA_ZSTD_H
#define RMAPSCOPE_PERFDATA_ZSTD_H

#include <stddef.h>

struct perfdata_zstd;

struct perfdata_zstd *perfdata_zstd_new(void);
void perfdata_zstd_free(struct perfdata_zstd *z);

/* From the beginning of the stream again. */
void perfdata_zstd_reset(struct perfdata_zstd *z);

/* The next piece of the stream; it must last until perfdata_zstd_next() has no more. */
void perfdata_zstd_feed(struct perfdata_zstd *z, const void *data, size_t nr);

/*
 * perfdata_zstd_next - the next whole record
 * @rec: set to its header; it lasts until the next call
 * @nr: set to its size
 *
 * Returns 1, 0 when it takes another piece, or -EBADMSG.
 */
int perfdata_zstd_next(struct perfdata_zstd *z, const void **rec, size_t *nr);

#endif
