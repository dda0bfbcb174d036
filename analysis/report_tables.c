// SPDX-License-Identifier: GPL-2.0-only
/* The sections of `report`. Most of them read one view of the schema. */
#include <string.h>

#include "analysis/filter.h"
#include "analysis/finding_tables.h"
#include "analysis/holder_did.h"
#include "analysis/sample_tables.h"
#include "analysis/tables.h"
#include "analysis/wait_sums.h"
#include "schema/sql.h"

/* clang-format off */
#define WAITS                                                                                 \
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "waits that have a duration", false }
#define WAIT_NS                                                                               \
	{ "wait_ns", "WAIT ms", UNIT_NS, 12, "sum of their durations", false }
#define MAX_NS                                                                                \
	{ "max_ns", "MAX ms", UNIT_NS, 10, "longest of them", false }
#define SLEPT_NS                                                                              \
	{ "slept_ns", "SLEPT ms", UNIT_NS, 12, "part of that time asleep, until woken", false }
#define RUNNABLE_NS                                                                           \
	{ "runnable_ns", "CPU ms", UNIT_NS, 10,                                               \
	  "part of that time after the release of the lock, waiting for a CPU", false }
#define OPEN                                                                                  \
	{ "nr_open", "OPEN", UNIT_COUNT, 5, "waits that were open at the end of the capture", false }
#define UNCERTAIN                                                                             \
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6,                                            \
	  "waits that overlap lost events: counted, but in no duration", false }

/* clang-format on */

static const struct column vmas_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that waited", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "vma_start", "START", UNIT_ADDRESS, 12, "first address of the VMA; -: unknown", false },
	{ "vma_end", "END", UNIT_ADDRESS, 12, "first address after it", false },
	{ "vma_name", "NAME", UNIT_TEXT, 20, "name of the VMA, as in /proc/PID/maps", false },
	WAITS,
	WAIT_NS,
	MAX_NS,
	SLEPT_NS,
	RUNNABLE_NS,
	{ "nr_locks", "LOCKS", UNIT_COUNT, 5, "locks that were waited for", false },
	OPEN,
	UNCERTAIN,
	{ 0 },
};

static const struct table_def vmas = {
	.name = "vmas",
	.title = "VMAs",
	.help = "which VMAs were waited for, by process",
	.make = wait_sums_make,
	.sql = analysis_report_vmas_sql,
	.columns = vmas_columns,
	.sort = "wait_ns",
};

static const struct column locks_columns[] = {
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address, with #N when reused for the Nth time", false },
	WAITS,
	WAIT_NS,
	MAX_NS,
	SLEPT_NS,
	RUNNABLE_NS,
	{ "nr_tasks", "TASKS", UNIT_COUNT, 5, "threads that waited", false },
	OPEN,
	UNCERTAIN,
	{ 0 },
};

static const struct table_def locks = {
	.name = "locks",
	.title = "Locks",
	.help = "which locks were waited for",
	.make = wait_sums_make,
	.sql = analysis_report_locks_sql,
	.columns = locks_columns,
	.sort = "wait_ns",
};

static const struct column processes_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 15, "name of the main thread", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	WAITS,
	WAIT_NS,
	MAX_NS,
	SLEPT_NS,
	RUNNABLE_NS,
	{ "nr_tasks", "TASKS", UNIT_COUNT, 5, "threads that waited", false },
	{ "nr_locks", "LOCKS", UNIT_COUNT, 5, "locks that they waited for", false },
	OPEN,
	UNCERTAIN,
	{ 0 },
};

static const struct table_def processes = {
	.name = "processes",
	.title = "Processes",
	.help = "which processes waited",
	.make = wait_sums_make,
	.sql = analysis_report_processes_sql,
	.columns = processes_columns,
	.sort = "wait_ns",
};

static const struct column tasks_columns[] = {
	{ "comm", "THREAD", UNIT_TEXT, 15, "name of the thread", false },
	{ "tid", "TID", UNIT_ID, 7, "thread id", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "name of the main thread", false },
	WAITS,
	WAIT_NS,
	MAX_NS,
	SLEPT_NS,
	RUNNABLE_NS,
	{ "nr_locks", "LOCKS", UNIT_COUNT, 5, "locks that it waited for", false },
	OPEN,
	UNCERTAIN,
	{ 0 },
};

static const struct table_def tasks = {
	.name = "tasks",
	.title = "Threads",
	.help = "which threads waited",
	.make = wait_sums_make,
	.sql = analysis_report_tasks_sql,
	.columns = tasks_columns,
	.sort = "wait_ns",
};

static const struct column sites_columns[] = {
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that took the lock", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "symbol", "FUNCTION", UNIT_TEXT, 24, "kernel function that took the lock", false },
	{ "mode", "MODE", UNIT_TEXT, 5, "read or write", false },
	WAITS,
	WAIT_NS,
	MAX_NS,
	SLEPT_NS,
	RUNNABLE_NS,
	OPEN,
	UNCERTAIN,
	{ 0 },
};

static const struct table_def sites = {
	.name = "sites",
	.title = "Call sites",
	.help = "where in the kernel the locks were taken",
	.make = wait_sums_make,
	.sql = analysis_report_sites_sql,
	.columns = sites_columns,
	.sort = "wait_ns",
};

static const struct column blame_columns[] = {
	{ "process", "WAITED", UNIT_TEXT, 15, "process that waited", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread that waited", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that waited", false },
	{ "cause", "CAUSE", UNIT_TEXT, 17,
	  "held lock, or waiting for a CPU, which no holder caused", false },
	{ "holder_process", "FOR", UNIT_TEXT, 15, "process that held the lock", false },
	{ "holder_tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "holder_comm", "THREAD", UNIT_TEXT, 15, "thread that held the lock", false },
	{ "holder_role", "ROLE", UNIT_TEXT, 13, "kernel operation that held the lock", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder is known", false },
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "waits that it caused, or a part of them", false },
	{ "wait_ns", "WAIT ms", UNIT_NS, 12,
	  "time waited for it; waits with exact holders are split over all of these", false },
	{ "max_ns", "MAX ms", UNIT_NS, 10, "longest part of one wait", false },
	HOLDER_DID,
	{ 0 },
};

static const struct table_def blame = {
	.name = "blame",
	.title = "Who made whom wait",
	.help = "waits, split into the threads that held the lock and waiting for a CPU",
	.make = wait_sums_make,
	.sql = analysis_report_blame_sql,
	.count = "SELECT count(*) FROM blame_sum",
	.columns = blame_columns,
	.sort = "wait_ns",
};

/* FROM counts from the start of the capture. */
static const struct column stalls_columns[] = {
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread that slept", false },
	{ "tid", "TID", UNIT_ID, 7, "thread id", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "name of its main thread", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "from_ns", "FROM s", UNIT_TIME, 9, "start, since the start of the capture", false },
	{ "start_ns", "START ns", UNIT_ID, 16, "the same in the capture's clock", true },
	{ "duration_ns", "STALL ms", UNIT_NS, 10, "until woken", false },
	{ "slept_in", "FUNCTION", UNIT_TEXT, 22, "kernel function that it slept in, as in wchan",
	  false },
	{ "io_wait", "IO", UNIT_COUNT, 2, "1: it waited for a block device, 0: not", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "class of the lock that it waited for", false },
	{ "mode", "MODE", UNIT_TEXT, 5,
	  "read or write: how it waited for that, or for an rwsem that no other event is about",
	  false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address of the lock", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that waited", false },
	{ "wait_ns", "WAIT ms", UNIT_NS, 10, "the wait that this sleep is part of", false },
	{ "holder_comm", "HOLDER", UNIT_TEXT, 15, "thread that held the lock", false },
	{ "holder_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "holder_role", "ROLE", UNIT_TEXT, 13, "kernel operation that held the lock", false },
	{ "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder is known", false },
	{ "waker_comm", "WAKER", UNIT_TEXT, 15, "thread that woke it; -: unknown or an interrupt",
	  false },
	{ "waker_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "outcome", "OUTCOME", UNIT_TEXT, 9, "acquired: it was woken", false },
	{ 0 },
};

static const struct table_def stalls = {
	.name = "stalls",
	.title = "Stalls",
	.help = "uninterruptible sleeps, and the waits that explain them",
	.sql = analysis_report_stalls_sql,
	.count = "SELECT count(*) FROM stall",
	.columns = stalls_columns,
	.sort = "duration_ns",
	.sight = SIGHT_STALLS,
};

static const struct column frames_columns[] = {
	{ "start_ns", "START ns", UNIT_ID, 13,
	  "start, in the capture's clock: for --at, the key t and SQL", false },
	{ "late_ns", "LATE ms", UNIT_NS, 10, "how long after its deadline it ended; 0: before",
	  false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that made it", false },
	{ "jank", "JANK", UNIT_TEXT, 14, "why it was missed, as SurfaceFlinger says", false },
	{ "stall_ns", "STALL ms", UNIT_NS, 10,
	  "uninterruptible sleeps of its main thread and threads that draw, within the frame",
	  false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread with the longest of the sleeps", false },
	{ "symbol", "FUNCTION", UNIT_TEXT, 25, "kernel function that it slept in then", false },
	{ "waker_comm", "WAKER", UNIT_TEXT, 15, "thread that woke it from that", false },
	{ "waker_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "max_stall_ns", "LONGEST ms", UNIT_NS, 10, "that sleep, as far as it is within the frame",
	  false },
	{ "duration_ns", "FRAME ms", UNIT_NS, 10, "from its start to its end; -: uncertain",
	  false },
	{ "nr_stalls", "STALLS", UNIT_COUNT, 6, "how many of these sleeps", false },
	{ "nr_waits", "WAITS", UNIT_COUNT, 5, "waits for locks of these threads", false },
	{ "waited_ns", "WAIT ms", UNIT_NS, 10, "their time within the frame", false },
	{ "kind", "KIND", UNIT_TEXT, 7, "surface: of an app; display: of all surfaces", false },
	{ "present", "SHOWN", UNIT_TEXT, 7, "how it came to the display", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "layer", "LAYER", UNIT_TEXT, 16, "layer of the surface", false },
	{ "outcome", "OUTCOME", UNIT_TEXT, 9, "acquired: it ended", false },
	{ 0 },
};

static const struct table_def frames = {
	.name = "frames",
	.title = "Missed frames",
	.help = "frames that came too late, and what their threads slept and waited for",
	.sql = analysis_report_frames_sql,
	.columns = frames_columns,
	.sort = "late_ns",
	.sight = SIGHT_FRAMES,
	.unfiltered = FILTER_CLASS,
};

static const struct column waits_columns[] = {
	{ "start_ns", "START ns", UNIT_ID, 13,
	  "start, in the capture's clock: for --at, the key t and SQL", false },
	{ "duration_ns", "WAIT ms", UNIT_NS, 10, "time waited; of an open wait: so far", false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread that waited", false },
	{ "class", "CLASS", UNIT_TEXT, 8, "what the lock guards", false },
	{ "role", "ROLE", UNIT_TEXT, 10, "kernel operation that waited", false },
	{ "holder_comm", "HELD BY", UNIT_TEXT, 15, "thread that held it last", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address, with #N when reused for the Nth time", false },
	{ "holder_tid", "TID", UNIT_ID, 7, "id of the thread that held it", false },
	{ "holder_role", "ROLE", UNIT_TEXT, 10, "kernel operation that held the lock", false },
	{ "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder is known", false },
	{ "tid", "TID", UNIT_ID, 7, "id of the thread that waited", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that waited", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "mode", "MODE", UNIT_TEXT, 5, "read or write", false },
	{ "symbol", "FUNCTION", UNIT_TEXT, 24, "kernel function that took the lock", false },
	{ "slept_ns", "SLEPT ms", UNIT_NS, 10, "part of that time asleep, until woken", false },
	RUNNABLE_NS,
	{ "outcome", "OUTCOME", UNIT_TEXT, 9, "open: had not ended at the end of the capture",
	  false },
	{ "id", "", UNIT_ID, 0, "waits.id", true },
	{ 0 },
};

static const struct table_def waits = {
	.name = "waits",
	.title = "Longest waits",
	.help = "single waits; blocked --at START shows who waited at that time",
	.make = wait_sums_make,
	.sql = analysis_report_waits_sql,
	.count = "SELECT count(*) FROM longest_wait",
	.columns = waits_columns,
	.sort = "duration_ns",
	.sight = SIGHT_WAITS,
};

static const struct column lost_columns[] = {
	{ "cpu", "CPU", UNIT_ID, 4, "CPU whose buffer lost events; -: all CPUs", false },
	{ "reason", "REASON", UNIT_TEXT, 13, "why events were lost", false },
	{ "nr_gaps", "GAPS", UNIT_COUNT, 6, "number of gaps in the events", false },
	{ "nr_lost", "EVENTS", UNIT_COUNT, 10, "events lost; -: not counted in every gap", false },
	{ "nr_lost_min", "AT LEAST", UNIT_COUNT, 10, "events lost at least", false },
	{ "nr_unknown", "UNCOUNTED", UNIT_COUNT, 9, "gaps with an unknown number of events",
	  false },
	{ "gap_ns", "TIME ms", UNIT_NS, 12,
	  "sum of the gaps; -: not every gap has a known start and end", false },
	{ "nr_from_start", "AT START", UNIT_COUNT, 8, "gaps that began before the first event",
	  false },
	{ "nr_to_end", "AT END", UNIT_COUNT, 6, "gaps that last until the end of the capture",
	  false },
	{ 0 },
};

static const struct table_def lost = {
	.name = "lost",
	.title = "Lost events",
	.help = "gaps in the capture; waits that overlap them are uncertain",
	.sql = analysis_report_lost_sql,
	.columns = lost_columns,
	.sort = "cpu",
	.sight = SIGHT_LOSSES,
	.unfiltered = FILTER_THREAD | FILTER_CLASS,
};

/* clang-format off */
const struct table_def *const report_tables[] = {
	&processes,
	&vmas,
	&locks,
	&tasks,
	&sites,
	&blame,
	&time_table,
	&spin_table,
	&why_table,
	&waits,
	&stalls,
	&frames,
	&walks_table,
	&storms_table,
	&stragglers_table,
	&order_table,
	&lost,
	NULL,
};
/* clang-format on */

const struct table_def *table_by_name(const struct table_def *const *tables, const char *name)
{
	for (; *tables; tables++)
		if (!strcmp((*tables)->name, name))
			return *tables;
	return NULL;
}
