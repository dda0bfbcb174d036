/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples of the CPUs by BPF, live: threads that spin for a lock, and holders of locks that
 * others wait for. One lane per CPU, of EVENT_SAMPLE, EVENT_SAMPLED and EVENT_SAMPLES_LOST.
 */
#ifndef RMAPSCOPE_COLLECTOR_BPF_SAMPLES_H
#define RMAPSCOPE_COLLECTOR_BPF_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "lib/error.h"

struct bpf_samples;
struct bpf_waits;

/*
 * Samples per second and CPU. Enough for a share of 1 % in some seconds; more cost
 * more. It is no multiple of the timer's frequency: otherwise samples would hit the
 * work of the timer always, or never.
 */
#define SAMPLES_DEFAULT_HZ 499
#define SAMPLES_MAX_HZ	   10000

/*
 * bpf_samples_open - sample while @waits are recorded, @hz times per second and CPU
 * @max_kb: of each CPU's ring at most; 0: the default
 *
 * Close it before @waits. Returns 0; or a negative errno, and why with the remedy in @err.
 */
int bpf_samples_open(struct bpf_samples **samples, const struct bpf_waits *waits, unsigned int hz,
		     unsigned int max_kb, struct error *err);
void bpf_samples_close(struct bpf_samples *samples);

/* Load and attach them, and take all away. Likewise. */
int bpf_samples_try(struct error *err);

/* Whether spinning is sampled: not, if the kernel's symbols are hidden. */
bool bpf_samples_see_spin(const struct bpf_samples *samples);

/* Likewise, waiting for other CPUs. */
bool bpf_samples_see_ipi(const struct bpf_samples *samples);

unsigned int bpf_samples_nr_lanes(const struct bpf_samples *samples);

/*
 * After bpf_waits_stop(): report the counts that were not reported yet. Any thread may call this.
 */
void bpf_samples_stop(struct bpf_samples *samples);

/* As bpf_rings_next_batch(). */
int bpf_samples_next_batch(struct bpf_samples *samples, unsigned int lane, bool behind,
			   struct event *ev, unsigned int max, uint64_t *complete_ns,
			   struct error *err);

#endif
