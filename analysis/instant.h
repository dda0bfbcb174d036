/* SPDX-License-Identifier: GPL-2.0-only */
/* A time of the capture as people write it. */
#ifndef RMAPSCOPE_INSTANT_H
#define RMAPSCOPE_INSTANT_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/capture.h"
#include "lib/error.h"

/*
 * instant_parse - what @text means in the capture @info
 *
 * 12.345		seconds since its start, up to nine decimals
 * 12345678901234	nanoseconds of its clock: a whole number from 1e9 on, or a
 *			smaller one that is too late as seconds, or
 * 1234ns		any that ends in ns
 * 14:03:07.250		local time of its day; before its start: of the next day
 * now			its end so far
 *
 * Returns 0, -EINVAL when it is none of these, or -ERANGE when it is outside
 * the capture; the message gives its range.
 */
int instant_parse(int64_t *at_ns, const char *text, const struct capture_info *info,
		  struct error *err);

/*
 * instant_format - seconds since the capture's start, and the local time where
 * it is known: "12.345 s (14:03:07.250)"; cut, not rounded, to milliseconds
 *
 * Returns the length as snprintf() does.
 */
int instant_format(char *buf, size_t room, int64_t at_ns, const struct capture_info *info);

#endif
