// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/sample_tables.h"

#include "analysis/filter.h"
#include "schema/sql.h"

/* clang-format off */
#define SHARE(of)                                                                             \
	{ "share_percent", "SHARE %", UNIT_RATIO, 7, "estimate: share of " of, false },        \
	{ "low_percent", "LOW %", UNIT_RATIO, 6,                                               \
	  "lower end of the interval with 95 % probability, for independent samples", false }, \
	{ "high_percent", "HIGH %", UNIT_RATIO, 6, "upper end of it", false }
/* clang-format on */

/* clang-format off */
#define OF_SEEN(name, header, help) { name, header, UNIT_RATIO, 7, help, false }
#define ENDS(kind)                                                                            \
	{ kind "_low_percent", "LOW %", UNIT_RATIO, 6,                                         \
	  "lower end of the interval with 95 % probability, for independent samples", false }, \
	{ kind "_high_percent", "HIGH %", UNIT_RATIO, 6, "upper end of it", false }
/* clang-format on */

static const struct column time_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 15,
	  "process whose threads waited, spun, held a lock that was waited for, or waited for CPUs",
	  false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "nr_threads", "THREADS", UNIT_COUNT, 7, "such threads that were sampled", false },
	{ "seen_ns", "SEEN ms", UNIT_NS, 10,
	  "time of all these threads between their first and last sample; the shares are of it",
	  false },
	OF_SEEN("cpu_percent", "CPU %", "measured: on a CPU; the last three shares are its parts"),
	OF_SEEN("runnable_percent", "QUEUE %", "measured: waiting for a CPU"),
	OF_SEEN("lock_percent", "LOCK %", "measured: asleep in waits for locks"),
	OF_SEEN("slept_percent", "SLEPT %", "measured: asleep for something else"),
	OF_SEEN("work_percent", "WORK %", "estimate: on a CPU, and neither of the next two"),
	OF_SEEN("spin_percent", "SPIN %", "estimate: spinning for a lock"),
	ENDS("spin"),
	OF_SEEN("ipi_percent", "IPI %",
		"estimate: waiting for other CPUs to answer an interrupt, mostly to flush TLBs"),
	ENDS("ipi"),
	{ "nr_spin", "N SPIN", UNIT_COUNT, 6, "samples of spinning", false },
	{ "nr_ipi", "N IPI", UNIT_COUNT, 6, "samples of waiting for other CPUs", false },
	{ "nr_all", "OF", UNIT_COUNT, 7, "all samples of these threads", false },
	{ 0 },
};

const struct table_def time_table = {
	.name = "time",
	.title = "Time",
	.help = "what the threads did: on a CPU, waiting for one, or asleep; and, estimated, what on a CPU",
	.sql = analysis_report_time_sql,
	.columns = time_columns,
	.sort = "seen_ns",
	.sight = SIGHT_SAMPLES,
	/* of one class of locks, the parts would not be those of the whole */
	.unfiltered = FILTER_CLASS,
};

static const struct column spin_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 15, "process whose threads spun", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards; -: the lock is unknown", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that takes the lock", false },
	{ "est_ns", "EST ms", UNIT_NS, 10,
	  "estimate: time spun before waits began, SHARE of the CPU time", false },
	SHARE("the CPU time that the threads spun"),
	{ "nr_samples", "N", UNIT_COUNT, 6, "samples in which a thread spun", false },
	{ "nr_all", "OF", UNIT_COUNT, 7, "all samples of these threads", false },
	{ "cpu_ns", "CPU ms", UNIT_NS, 10,
	  "CPU time of the threads that spun or held a lock; of a perf.data estimated by the samples",
	  false },
	{ 0 },
};

const struct table_def spin_table = {
	.name = "spin",
	.title = "Spinning, estimated by samples",
	.help = "how long threads spun for a lock before waits began; no part of the waits",
	.sql = analysis_report_spin_sql,
	.columns = spin_columns,
	.sort = "est_ns",
	.sight = SIGHT_SPIN,
};

static const struct column why_columns[] = {
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address, with #N when reused for the Nth time", false },
	{ "holder_process", "HELD BY", UNIT_TEXT, 15, "process that held it for writing", false },
	{ "holder_tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "holder_role", "ROLE", UNIT_TEXT, 13, "kernel operation that held the lock", false },
	{ "holder_function", "FUNCTION", UNIT_TEXT, 28,
	  "innermost kernel function that ran; -: its name is unknown", false },
	SHARE("this process's time on a CPU with the lock, while others waited"),
	{ "nr_samples", "N", UNIT_COUNT, 6, "samples in this function", false },
	{ "nr_held", "OF", UNIT_COUNT, 6,
	  "samples of this process with the lock, while others waited", false },
	{ "nr_holders", "THREADS", UNIT_COUNT, 7, "threads that were sampled in this function",
	  false },
	{ "est_ns", "EST ms", UNIT_NS, 10, "estimate: time on a CPU in this function, meanwhile",
	  false },
	{ "waited_ns", "WAITED ms", UNIT_NS, 10,
	  "measured: time that others waited for this process and lock, in whatever it did",
	  false },
	{ 0 },
};

const struct table_def why_table = {
	.name = "why",
	.title = "Why locks were held, estimated by samples",
	.help = "in which functions the holders of locks ran while others waited or spun",
	.sql = analysis_report_why_sql,
	.columns = why_columns,
	.sight = SIGHT_WHY,
};
