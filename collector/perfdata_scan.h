/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first pass over a perf.data file, for what must be known before its first event
 * is given. In the file, a loss comes behind events that are later than its start.
 */
#ifndef RMAPSCOPE_PERFDATA_SCAN_H
#define RMAPSCOPE_PERFDATA_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/losses.h"
#include "collector/perfdata_file.h"
#include "collector/perfdata_times.h"
#include "collector/symbols.h"

struct perfdata_cpu {
	uint64_t last_ns;
	uint64_t nr_lost;    /* as reported where they are missing */
	uint64_t nr_dropped; /* as reported at the end, of the whole recording */
};

struct perfdata_scan {
	struct perfdata_cpu *cpu;
	uint32_t nr_cpus;
	struct losses losses;
	struct perfdata_times times; /* of all records that have one */
	uint64_t nr_others;	     /* samples of events that are no tracepoints */
	uint64_t nr_records, nr_samples;
	unsigned int nr_tids, nr_foreign; /* samples compared, and those that differ */
	bool cut, damaged;
	uint64_t end_at; /* in the file; with cut or damaged */
	const char *why; /* with damaged */
	struct symbol_anchor anchor;
};

/* Returns 0, or a negative errno with @err filled. */
int perfdata_scan(struct perfdata_scan *sc, struct perfdata_file *f, struct error *err);
void perfdata_scan_free(struct perfdata_scan *sc);

/*
 * Whether perf counted threads in another PID namespace than the tracepoints do: then
 * its records of threads are about other ids.
 */
bool perfdata_scan_foreign(const struct perfdata_scan *sc);

#endif
