// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_frames.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "lib/hash.h"

/* A layer has the name of its window, and is new with each: more than these have no name. */
#define MAX_LAYERS 16384

/* A longer name is cut, and so differs from others in its first part only. */
#define LAYER_BYTES 128

struct perfetto_layer {
	UT_hash_handle hh;
	char name[];
};

/* Fields of FrameTimelineEvent. */
enum {
	EXPECTED_DISPLAY = 1,
	ACTUAL_DISPLAY = 2,
	EXPECTED_SURFACE = 3,
	ACTUAL_SURFACE = 4,
	FRAME_END = 5,
	NR_MESSAGES,
};

/* What the fields of its messages are. */
enum meaning {
	NOTHING,
	COOKIE,
	TOKEN,
	DISPLAY_TOKEN,
	PID,
	LAYER,
	PRESENT,
	ON_TIME,
	JANK,
};

static const uint8_t fields[NR_MESSAGES][10] = {
	[EXPECTED_DISPLAY] = { [1] = COOKIE, [2] = TOKEN, [3] = PID },
	[ACTUAL_DISPLAY] = { [1] = COOKIE,
			     [2] = TOKEN,
			     [3] = PID,
			     [4] = PRESENT,
			     [5] = ON_TIME,
			     [7] = JANK },
	[EXPECTED_SURFACE] = { [1] = COOKIE,
			       [2] = TOKEN,
			       [3] = DISPLAY_TOKEN,
			       [4] = PID,
			       [5] = LAYER },
	[ACTUAL_SURFACE] = { [1] = COOKIE,
			     [2] = TOKEN,
			     [3] = DISPLAY_TOKEN,
			     [4] = PID,
			     [5] = LAYER,
			     [6] = PRESENT,
			     [7] = ON_TIME,
			     [9] = JANK },
	[FRAME_END] = { [1] = COOKIE },
};

void perfetto_layers_free(struct perfetto_layers *l)
{
	struct perfetto_layer *layer, *tmp;

	HASH_ITER(hh, l->by_name, layer, tmp) {
		HASH_DEL(l->by_name, layer);
		free(layer);
	}
}

static const char *layer_of(struct perfetto_layers *l, const struct proto_field *f, int *ret)
{
	struct perfetto_layer *layer;
	char name[LAYER_BYTES];

	proto_text(f, name, sizeof(name));
	if (!name[0])
		return NULL;
	HASH_FIND_STR(l->by_name, name, layer);
	if (layer || HASH_COUNT(l->by_name) == MAX_LAYERS)
		return layer ? layer->name : NULL;
	layer = malloc(sizeof(*layer) + strlen(name) + 1);
	if (!layer) {
		*ret = -ENOMEM;
		return NULL;
	}
	strcpy(layer->name, name);
	HASH_ADD_STR(l->by_name, name, layer);
	return layer->name;
}

/* Their PresentType begins with "unspecified", else it is ours. */
static int present_of(uint64_t value)
{
	return value && value <= PRESENT_UNKNOWN + 1 ? (int)value - 1 : ENUM_NONE;
}

/* Returns whether it has a cookie. */
static bool read_start(struct perfetto_layers *l, uint32_t message, struct cursor c,
		       struct event *ev, int *ret)
{
	struct proto_field f;
	bool has_cookie = false;

	while (proto_next(&c, &f)) {
		switch (f.number < 10 ? fields[message][f.number] : NOTHING) {
		case COOKIE:
			ev->frame_start.cookie = f.value;
			has_cookie = true;
			break;
		case TOKEN:
			ev->frame_start.token = f.value;
			break;
		case DISPLAY_TOKEN:
			ev->frame_start.display_token = f.value;
			break;
		case PID:
			ev->frame_start.tgid = f.value <= INT32_MAX ? f.value : 0;
			break;
		case LAYER:
			ev->frame_start.layer = layer_of(l, &f, ret);
			break;
		case PRESENT:
			ev->frame_start.present = present_of(f.value);
			break;
		case ON_TIME:
			ev->frame_start.on_time = !!f.value;
			break;
		case JANK:
			ev->frame_start.jank = f.value;
			break;
		default:
			break;
		}
	}
	return has_cookie && !c.bad;
}

static bool read_end(struct cursor c, struct event *ev)
{
	struct proto_field f;
	bool has_cookie = false;

	while (proto_next(&c, &f)) {
		if (f.number != 1)
			continue;
		ev->frame_end.cookie = f.value;
		has_cookie = true;
	}
	return has_cookie && !c.bad;
}

static void begin_start(struct event *ev, uint32_t message, int64_t time_ns)
{
	*ev = (struct event){ .id = EVENT_FRAME_START };
	ev->frame_start.start_ns = time_ns;
	ev->frame_start.token = ev->frame_start.display_token = -1;
	ev->frame_start.on_time = -1;
	ev->frame_start.present = ENUM_NONE;
	ev->frame_start.expected = message == EXPECTED_DISPLAY || message == EXPECTED_SURFACE;
	ev->frame_start.kind = message == EXPECTED_DISPLAY || message == ACTUAL_DISPLAY
				       ? FRAME_DISPLAY
				       : FRAME_SURFACE;
}

int perfetto_frame(struct perfetto_layers *l, const struct perfetto_packet *p, int64_t time_ns,
		   struct event *ev)
{
	struct cursor c = p->body;
	struct proto_field f;
	int ret = 0;

	while (proto_next(&c, &f)) {
		if (f.kind != PROTO_BYTES || f.number >= NR_MESSAGES)
			continue;
		if (f.number == FRAME_END) {
			*ev = (struct event){ .id = EVENT_FRAME_END };
			ev->frame_end.end_ns = time_ns;
			return read_end(f.bytes, ev);
		}
		begin_start(ev, f.number, time_ns);
		return read_start(l, f.number, f.bytes, ev, &ret) ? ret ?: 1 : ret;
	}
	return 0;
}
