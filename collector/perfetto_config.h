/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events a Perfetto trace may have: those that its config asked for
 * (protos/perfetto/config/ftrace/ftrace_config.proto, and data sources), less those that the kernel did
 * not have, or the recorder refused.
 */
#ifndef RMAPSCOPE_PERFETTO_CONFIG_H
#define RMAPSCOPE_PERFETTO_CONFIG_H

#include <stdbool.h>

#include "collector/event.h"
#include "collector/proto.h"

struct perfetto_config {
	bool asked[NR_EVENTS], refused[NR_EVENTS];
	bool no_generic; /* disable_generic_events: without the events of locks */
};

/* perfetto_config - a TraceConfig */
void perfetto_config(struct perfetto_config *cfg, struct cursor c);

/* perfetto_config_refused - text @f of FtraceStats: an event that was requested but refused */
void perfetto_config_refused(struct perfetto_config *cfg, const struct proto_field *f);

#endif
