/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of what a user sees, from a FrameTimeline of Perfetto
 * (protos/perfetto/trace/android/frame_timeline_event.proto): start and end have a cookie
 * in common. What was expected of a frame has its token and process; where that ends is
 * the frame's deadline.
 *
 * Their events are in the order of the file, which may be later than their times. So
 * a frame that has ended is held back until all events before its end were heard:
 * then it is known whether the end lies in a gap. If it does, or if the times make no
 * sense, the frame is uncertain and has no end.
 */
#ifndef RMAPSCOPE_MODEL_FRAME_H
#define RMAPSCOPE_MODEL_FRAME_H

#include <stdint.h>

#include "collector/model/gaps.h"
#include "collector/model/machine.h"
#include "lib/clock.h"

/* A frame with a longer duration is not a frame: an app that hangs is ended after seconds. */
#define FRAME_MAX_NS (60 * (int64_t)NSEC_PER_SEC)

/*
 * Some hundred frames are open, expected or held back at once; beyond this number the oldest are
 * dropped.
 */
#define FRAMES_HELD 16384

struct frame;
struct frame_deadline;

struct frames {
	struct frame *open;  /* by cookie */
	struct frame *ended; /* their ends are not reached yet, in the order of the file */
	unsigned int nr_ended;
	struct frame_deadline *deadlines;
	const struct gap *gap;
	struct gaps gaps;
	struct tasks *tasks;
	const struct sink *sink;
};

extern const struct machine frames_machine;

#endif
