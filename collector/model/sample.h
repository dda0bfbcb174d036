/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples of the CPUs, summed by seconds: who spun for a lock, and what the holder of a lock
 * did while others waited. They are sums of their own: no sample changes a wait.
 */
#ifndef RMAPSCOPE_MODEL_SAMPLE_H
#define RMAPSCOPE_MODEL_SAMPLE_H

#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/site.h"
#include "collector/model/task.h"

struct sample_sum;
struct cpu_sum;
struct thread_samples;

struct samples {
	struct tasks *tasks;
	struct locks *locks;
	struct sites *sites;
	struct waits *waits;
	const struct sink *sink;
	struct thread_samples *threads; /* with EVENT_CPU_SAMPLE, by tid, until they exit */
	/* since the last flush */
	struct sample_sum *sums;
	struct cpu_sum *cpu_sums;
	unsigned int nr_spread; /* see second_cut() */
};

extern const struct machine samples_machine;

#endif
