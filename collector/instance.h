/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our private tracefs instance: made for one capture, removed after it.
 *
 * The name carries pid and start time of the process that made it, so that
 * an instance whose maker is gone can be told from one in use.
 */
#ifndef RMAPSCOPE_INSTANCE_H
#define RMAPSCOPE_INSTANCE_H

#include "lib/error.h"

struct tracefs_instance;

/*
 * instance_create - a new instance, after removing orphans
 *
 * Events are off, tracing is off, the clock is "mono". Fails with one clear
 * line when tracefs is not there or not ours to use.
 */
int instance_create(struct tracefs_instance **inst, struct error *err);

/* Turn tracing off and remove. Returns 0 or a negative errno with @err. */
int instance_destroy(struct tracefs_instance *inst, struct error *err);

/* Remove the instances that dead rmapscope processes left. Returns how many. */
int instance_remove_orphans(void);

/* Whether tracefs can be used, with the remedy in @err when not. */
int tracefs_usable(struct error *err);

#endif
