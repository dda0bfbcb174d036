/* SPDX-License-Identifier: GPL-2.0-only */
/* A time in a capture, as users write it. */
#ifndef RMAPSCOPE_INSTANT_H
#define RMAPSCOPE_INSTANT_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/capture.h"
#include "lib/error.h"

/*
 * instant_parse - parse @text as a time in the capture @info
 *
 * 12.345		seconds since its start, up to nine decimals
 * 12345678901234	nanoseconds of its clock: a whole number from 1e9 on, or a
 *			smaller one that would be after its end as seconds
 * 1234ns		nanoseconds of its clock
 * 14:03:07.250		local time on its day; a time before its start: on the next day
 * now			its end so far
 *
 * Returns 0, -EINVAL if it is none of these, or -ERANGE if it is outside the capture;
 * the message says from when to when the capture goes.
 */
int instant_parse(int64_t *at_ns, const char *text, const struct capture_info *info,
		  struct error *err);

/*
 * instant_format - seconds since the start of the capture, and the local time if it
 * is known: "12.345 s (14:03:07.250)"; cut, not rounded, to milliseconds
 *
 * Returns the length as snprintf() does.
 */
int instant_format(char *buf, size_t room, int64_t at_ns, const struct capture_info *info);

#endif
