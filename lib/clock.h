/* SPDX-License-Identifier: GPL-2.0-only */
/* Clock reads and unit constants, in nanoseconds. */
#ifndef RMAPSCOPE_CLOCK_H
#define RMAPSCOPE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000ULL

/* 73 years: no clock is later, and a time, an offset and a day can be added. */
#define TIME_NS_MAX   ((int64_t)1 << 61)
#define NSEC_PER_MSEC 1000000ULL

static inline uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* CLOCK_MONOTONIC, the clock that live captures are stamped with. */
static inline uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif
