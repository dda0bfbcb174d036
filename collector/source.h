/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the sources of events and their processing.
 *
 * A source is a set of lanes, one per CPU buffer. Within a lane events come
 * in time order; across lanes the merge puts them in order. One reader
 * thread serves a lane, so a source needs no locking inside a lane.
 */
#ifndef RMAPSCOPE_SOURCE_H
#define RMAPSCOPE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/lane.h"
#include "collector/source_file.h"
#include "collector/symbols.h"
#include "lib/error.h"

struct source;

struct source_ops {
	const char *name;

	/*
	 * next_batch - up to @max events of @lane, in time order
	 * @complete_ns: raised to the time before which the lane has given
	 *	everything; LANE_ENDED when it has given all
	 *
	 * Never blocks. Returns the number of events, 0 when there is nothing
	 * now, or a negative errno with @err filled.
	 */
	int (*next_batch)(struct source *s, unsigned int lane, struct event *ev, unsigned int max,
			  uint64_t *complete_ns, struct error *err);

	/*
	 * wait - block until one of lanes @first, @first+@step, ... may have
	 * events, at most 100 ms. NULL when next_batch() always has events or
	 * the end.
	 */
	void (*wait)(struct source *s, unsigned int first, unsigned int step);

	/* stop - no new events; what was recorded so far is still delivered */
	void (*stop)(struct source *s);

	/*
	 * trouble - why nothing (or not all) is being recorded now, or NULL; any
	 * thread may call it. NULL for files.
	 */
	const char *(*trouble)(const struct source *s);

	/* progress - done and total amount of work, in bytes; NULL for live */
	void (*progress)(const struct source *s, uint64_t *done, uint64_t *total);

	/* comm - what the input itself knows of a thread's name, or NULL */
	const char *(*comm)(struct source *s, int32_t tid);

	void (*close)(struct source *s);
};

struct source {
	const struct source_ops *ops;
	unsigned int nr_lanes;
	bool *behind;		  /* [nr_lanes]: reader found no room lately */
	uint16_t *lane_buffer;	  /* [nr_lanes]; NULL: no event can be in two lanes */
	bool has[NR_EVENTS];	  /* this input's kernel has the event */
	struct symbols symbols;	  /* of that kernel; empty: none are known */
	bool stacks_inside;	  /* an event's stack is a part of its record */
	bool live;		  /* the kernel of this machine, now */
	unsigned int nr_cpus;	  /* of this machine; live only */
	bool names_vmas;	  /* events have the VMAs of waits, and owners of locks: rung 2 */
	bool whole_waits;	  /* and their spinning before they sleep: rung 3 */
	bool samples_spin;	  /* not so: samples estimate it */
	unsigned int samples_hz;  /* of a file: samples of each CPU per second; 0: none */
	const char *no_samples;	  /* of a kind of file that may have some: why not; or NULL */
	uint64_t max_silence_ns;  /* see continuity.h; known with the first event; 0: none */
	bool preempt_rt;	  /* a kernel of that configuration, as far as it is known */
	const char *clock;	  /* "mono", or NULL when not known; nanoseconds in any case */
	const char *source_clock; /* likewise, that of a file's times before they were changed */
	bool has_real;		  /* it is known what the time of day is: */
	int64_t real_ns;	  /* nanoseconds since 1970 less those of clock */
	char kind[128];		  /* of a file: what it was taken for; "" */
	char notes[1024];	  /* what the input cannot show, a line each; "": nothing */
};

/* One more line of @s->notes; what does not fit is left out. */
void source_note(struct source *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A kind of file that events are imported from. */
struct source_opener {
	/* Whether a file that begins with @size bytes @head is of this kind. */
	bool (*probe)(const void *head, size_t size);
	/*
	 * open - all events of the file @f
	 *
	 * Takes over @f->fd, even if it fails. @f->stderr_fd is a file that the process's
	 * stderr goes to, for libraries that report damage only there; 0: none.
	 *
	 * Fails with one clear line. Returns 0 or a negative errno.
	 */
	int (*open)(struct source **src, const struct source_file *f, struct error *err);
};

/*
 * source_check_kind - whether a file that begins with @nr bytes @head is of a kind that is
 * read here
 * @name: for messages
 *
 * Returns 0, or a negative errno with @err filled.
 */
int source_check_kind(const char *name, const void *head, size_t nr, struct error *err);

/* source_open - the events of @f, whichever kind of file it is; as open() above */
int source_open(struct source **src, const struct source_file *f, struct error *err);

static inline void source_close(struct source *s)
{
	if (s)
		s->ops->close(s);
}

#endif
