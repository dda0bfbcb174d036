/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which threads a Perfetto trace knows: ProcessTree and ProcessStats
 * (protos/perfetto/trace/ps), which recorders read from /proc beside the events.
 */
#ifndef RMAPSCOPE_PERFETTO_TASKS_H
#define RMAPSCOPE_PERFETTO_TASKS_H

#include <stdint.h>

#include "collector/event.h"
#include "collector/perfetto_packet.h"

/*
 * perfetto_tasks - give each thread of packet @p to @fn
 *
 * @comm: "": unknown. Returns 0, or the first non-zero result of @fn.
 */
int perfetto_tasks(const struct perfetto_packet *p,
		   int (*fn)(void *ctx, int32_t tid, int32_t tgid, const char comm[COMM_LEN]),
		   void *ctx);

#endif
