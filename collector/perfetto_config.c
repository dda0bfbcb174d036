// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_config.h"

#include "collector/perfetto_events.h"
#include "collector/perfetto_frames.h"

/* Fields on the way from a TraceConfig to its FtraceConfigs, and in these. */
enum {
	DATA_SOURCES = 2,
	DATA_SOURCE_CONFIG = 1,
	SOURCE_NAME = 1,
	FTRACE_CONFIG = 100,
	FTRACE_EVENTS = 1,
	DISABLE_GENERIC = 16,
};

/* "GROUP/NAME" or "NAME"; a star for NAME: all of the group */
static void mark(bool *events, const struct proto_field *f)
{
	char text[128], *name;
	unsigned int id;

	proto_text(f, text, sizeof(text));
	name = strchr(text, '/');
	if (!name) {
		id = perfetto_event_id(NULL, text);
		if (id < NR_EVENTS)
			events[id] = true;
		return;
	}
	*name++ = '\0';
	if (strcmp(name, "*")) {
		id = perfetto_event_id(text, name);
		if (id < NR_EVENTS)
			events[id] = true;
		return;
	}
	for (id = 0; id < NR_EVENTS; id++)
		if (event_defs[id].name &&
		    perfetto_event_id(text, event_defs[id].name) == (enum event_id)id)
			events[id] = true;
}

static void ftrace_config(struct perfetto_config *cfg, struct cursor c)
{
	struct proto_field f;

	while (proto_next(&c, &f)) {
		if (f.number == FTRACE_EVENTS)
			mark(cfg->asked, &f);
		else if (f.number == DISABLE_GENERIC)
			cfg->no_generic |= f.value;
	}
}

void perfetto_config(struct perfetto_config *cfg, struct cursor c)
{
	static const uint32_t way[] = { DATA_SOURCES, DATA_SOURCE_CONFIG, FTRACE_CONFIG };
	struct cursor at[3] = { c };
	unsigned int depth = 0;
	struct proto_field f;

	/* the messages on the way may be repeated, so down and up again */
	for (;;) {
		if (!proto_next(&at[depth], &f)) {
			if (!depth--)
				return;
		} else if (f.number == way[depth] && depth == 2) {
			ftrace_config(cfg, f.bytes);
		} else if (f.number == way[depth]) {
			at[++depth] = f.bytes;
		} else if (depth == 2 && f.number == SOURCE_NAME &&
			   proto_is(&f, PERFETTO_FRAME_SOURCE)) {
			cfg->asked[EVENT_FRAME_START] = true;
		}
	}
}

void perfetto_config_refused(struct perfetto_config *cfg, const struct proto_field *f)
{
	mark(cfg->refused, f);
}
