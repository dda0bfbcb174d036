/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames in a Perfetto trace: FrameTimelineEvent, which SurfaceFlinger writes
 * (protos/perfetto/trace/android/frame_timeline_event.proto).
 */
#ifndef RMAPSCOPE_PERFETTO_FRAMES_H
#define RMAPSCOPE_PERFETTO_FRAMES_H

#include "collector/event.h"
#include "collector/perfetto_packet.h"

/* The data source that records them. */
#define PERFETTO_FRAME_SOURCE "android.surfaceflinger.frametimeline"

struct perfetto_layer;

/* Names of layers, which live as long as this. */
struct perfetto_layers {
	struct perfetto_layer *by_name;
};

void perfetto_layers_free(struct perfetto_layers *l);

/*
 * perfetto_frame - the start or the end of a frame in packet @p
 * @time_ns: of the packet, in the clock of the capture
 *
 * Fills @ev but for its time. Returns 1, 0 when it is neither or makes no sense, or -ENOMEM.
 */
int perfetto_frame(struct perfetto_layers *l, const struct perfetto_packet *p, int64_t time_ns,
		   struct event *ev);

#endif
