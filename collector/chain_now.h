/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which thread waits for which rwsem now, read from the kernel's own state: waits
 * that began at any time, without an enabled event.
 *
 * All threads are looked at twice. A wait is reported if its thread has not run in
 * between: so all reported threads waited at one instant.
 */
#ifndef RMAPSCOPE_CHAIN_NOW_H
#define RMAPSCOPE_CHAIN_NOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/bpf/chain_now.h"
#include "lib/error.h"

struct chain_now {
	struct chain_record *waits; /* in the order in which they began, as far as is known */
	size_t nr_waits;
	uint64_t at_ns;	   /* the instant, CLOCK_MONOTONIC */
	bool ages_unknown; /* off_cpu_ns of the waits is @at_ns, because it is unknown */
};

/*
 * chain_now_read - look now
 *
 * Returns 0; -ENOTSUP when this kernel does not note who waits for what, or another
 * negative errno with the reason and the remedy in @err. To be freed.
 */
int chain_now_read(struct chain_now *chain, struct error *err);
void chain_now_free(struct chain_now *chain);

#endif
