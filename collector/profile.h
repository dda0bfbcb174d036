/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiles: which events a live capture enables, with which filters and
 * triggers, and what each of them shows. Profiles add up.
 */
#ifndef RMAPSCOPE_PROFILE_H
#define RMAPSCOPE_PROFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "collector/event.h"
#include "lib/error.h"

struct tracefs_instance;

/* A set of profiles. */
enum profile_bit {
	PROFILE_CONTENTION = 1 << 0,
	PROFILE_HOLDS = 1 << 1,
	PROFILE_WALKS = 1 << 2,
	PROFILE_STALLS = 1 << 3,
	PROFILE_ALL = PROFILE_CONTENTION | PROFILE_HOLDS | PROFILE_WALKS | PROFILE_STALLS,
};

struct profile_event {
	enum event_id id;
	unsigned int profiles;	 /* PROFILE_* that enable it */
	const char *filter;	 /* in the kernel; NULL: every event */
	unsigned int unfiltered; /* PROFILE_* that need every event and ignore the filter */
	const char *trigger;	 /* NULL: none */
	unsigned int stacks;	 /* PROFILE_* that want the trigger; 0: all */
	bool need;		 /* a capture is useless without it */
	bool rare;		 /* few kernels have it; others have other events for this */
	const char *shows;	 /* what is unknown without it */
	const char *since;	 /* kernel that has it first, if that is a new one; or NULL */
};

/* Ends with NR_EVENTS. */
extern const struct profile_event profile_events[];

/* What the kernel took of one event. */
struct profile_result {
	bool present, enabled, filtered, triggered;
};

/* For help texts and messages. */
#define PROFILE_NAMES "contention, holds, walks, stalls, all"

/*
 * profiles_parse - names joined by commas to a set
 *
 * Returns 0, or -EINVAL with the name that is none in @err.
 */
int profiles_parse(const char *names, unsigned int *profiles, struct error *err);

/*
 * profiles_apply - enable the events of @profiles in @inst (tracing stays off)
 * @buffer_kb: per CPU, 0 for what the profiles need
 * @elsewhere: [NR_EVENTS], events that come from elsewhere and stay off; may be NULL
 * @result: [NR_EVENTS], by event id; may be NULL
 *
 * Missing optional events and refused filters are left out and noted in @result.
 * Fails when a needed event is missing.
 */
int profiles_apply(unsigned int profiles, struct tracefs_instance *inst, unsigned int buffer_kb,
		   const bool *elsewhere, struct profile_result *result, struct error *err);

/* The filter of @pe when all of @profiles are on: the widest; NULL: none. */
const char *profile_filter(const struct profile_event *pe, unsigned int profiles);

/* Restrict @inst to the threads of @pid and those they create from now on. */
int profile_only_pid(struct tracefs_instance *inst, pid_t pid, struct error *err);

/* Whether @id is of the kernel series, which stock kernels do not have. */
bool profile_is_series(enum event_id id);

#endif
