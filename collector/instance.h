/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our private tracefs instance: made for one capture, removed after it.
 *
 * The process that makes it holds a lock (flock(2)) on its directory for as long as it
 * lives, which is visible in every PID namespace. The name has the pid, start time and
 * PID namespace of that process: for people, and because rmapscope before 2.1 takes
 * no lock.
 */
#ifndef RMAPSCOPE_INSTANCE_H
#define RMAPSCOPE_INSTANCE_H

#include <stdbool.h>

#include "lib/error.h"

struct tracefs_instance;

/* The mount point of tracefs, which is mounted if necessary; NULL: there is none. Static. */
const char *tracing_dir(void);

/*
 * instance_create - a new instance, after removing orphans
 *
 * Events are off, tracing is off, the clock is "mono". Fails with one clear
 * line if tracefs is missing or this user may not use it.
 */
int instance_create(struct tracefs_instance **inst, struct error *err);

/* The end of the name of an instance that is used to find our own ids, see self.h. */
#define INSTANCE_IDS ".ids"

/*
 * instance_create_bare - another one, for something else than the capture
 * @what: the end of its name: INSTANCE_IDS, or ""
 *
 * Likewise, but the clock is the kernel's default and no orphans are removed.
 */
int instance_create_bare(struct tracefs_instance **inst, const char *what, struct error *err);

/* Turn tracing off and remove. Returns 0 or a negative errno with @err. */
int instance_destroy(struct tracefs_instance *inst, struct error *err);

/* Remove the instances that dead rmapscope processes left. Returns how many. */
int instance_remove_orphans(void);

/* Whether the kernel has the event: 1, 0, or a negative errno if that is unknown. */
int tracefs_has_event(const char *system, const char *name);

/* Whether it is known to have those of waits among the rmap events, with the series of patches. */
bool tracefs_has_rmap_events(void);

/* Whether tracefs can be used, with the remedy in @err when not. */
int tracefs_usable(struct error *err);

#endif
