// SPDX-License-Identifier: GPL-2.0-only
#include "collector/profile.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>

#include "collector/decode.h"
#include "collector/instance.h"

/*
 * LCB_F_READ alone and LCB_F_WRITE alone are the sleeping rwsems; spinlocks,
 * rwlocks, percpu-rwsems and mutexes add a flag of their own
 * (include/trace/events/lock.h). On PREEMPT_RT kernels rwsems add LCB_F_RT.
 */
#define RWSEM "flags==2||flags==4||flags==10||flags==12"

/* TASK_UNINTERRUPTIBLE */
#define ASLEEP "prev_state & 2"

/*
 * The event does not have the kind of the lock, and contended spinlocks emit it, too.
 * An rwsem is released by a thread with interrupts on, not by the idle task or an
 * interrupt. The flags are TRACE_FLAG_IRQS_OFF, _HARDIRQ and _SOFTIRQ of
 * include/linux/trace_events.h.
 */
#define RELEASE "common_pid!=0&&!(common_flags&25)"

/*
 * A walk visits every VMA of its folio; of interest is only the stack that
 * exec makes and then moves down. bprm_mm_init() of fs/exec.c lets it end at
 * STACK_TOP_MAX, which is TASK_SIZE_MAX on x86-64
 * (arch/x86/include/asm/page_64_types.h), with 4 and with 5 levels of page
 * tables. Elsewhere every visit is recorded.
 */
#ifdef __x86_64__
#define TEMPORARY_STACK "vm_end==0x7ffffffff000||vm_end==0xfffffffffff000"
#else
#define TEMPORARY_STACK NULL
#endif

#define CONTENTION PROFILE_CONTENTION
#define HOLDS	   PROFILE_HOLDS
#define WALKS	   PROFILE_WALKS

const struct profile_event profile_events[] = {
	{
		.id = EVENT_CONTENTION_BEGIN,
		.profiles = PROFILE_ALL,
		.filter = RWSEM,
		/* a trigger without a condition also fires for events that the filter drops */
		.trigger = "stacktrace if " RWSEM,
		.need = true,
		.shows = "waits, and by their stacks the call sites and lock classes",
	},
	{
		.id = EVENT_CONTENTION_END,
		.profiles = PROFILE_ALL,
		.need = true,
		.shows = "the durations of waits",
	},
	{
		.id = EVENT_CONTENDED_RELEASE,
		.profiles = PROFILE_ALL,
		.filter = RELEASE,
		.trigger = "stacktrace if " RELEASE,
		.shows = "which thread released a contended lock: exact holders",
		.since = "Linux 7.2",
	},
	{
		.id = EVENT_SIGNAL_GENERATE,
		.profiles = PROFILE_ALL,
		.filter = "sig != 17", /* SIGCHLD, x86 and arm64: it kills nobody */
		.shows = "which wake-ups are of a signal, and not of a holder",
	},
	{
		.id = EVENT_SCHED_SWITCH,
		.profiles = PROFILE_ALL,
		.filter = ASLEEP,
		/*
		 * One wake-up in six is recorded before its sleep; only a complete
		 * sched_switch stream shows which sleep it ends (stall.c).
		 */
		.unfiltered = PROFILE_STALLS,
		.trigger = "stacktrace if " ASLEEP,
		.stacks = PROFILE_STALLS,
		.shows = "how much of a wait was sleep",
	},
	{
		.id = EVENT_SCHED_WAKING,
		.profiles = PROFILE_ALL,
		/* the idle task wakes from interrupts only and holds no rwsem */
		.filter = "common_pid != 0",
		/* interrupts end sleeps, too: those for disks and timers */
		.unfiltered = PROFILE_STALLS,
		.shows = "holders, by who woke the waiter, and the ends of sleeps",
	},
	{
		.id = EVENT_SCHED_BLOCKED_REASON,
		.profiles = PROFILE_STALLS,
		.rare = true,
		.shows = "the kernel functions that threads slept in",
	},
	{
		.id = EVENT_TASK_NEWTASK,
		.profiles = PROFILE_ALL,
		.shows = "the process of threads that start during the capture",
	},
	{
		.id = EVENT_TASK_RENAME,
		.profiles = PROFILE_ALL,
		.shows = "names of threads that change during the capture",
	},
	{
		.id = EVENT_SCHED_PROCESS_EXIT,
		.profiles = PROFILE_ALL,
		.shows = "distinguishing a thread from a later one of the same id",
	},
	{
		.id = EVENT_SCHED_PROCESS_EXEC,
		.profiles = PROFILE_ALL,
		.shows =
			"distinguishing the VMAs before an exec from those after it, and who leads a "
			"process",
	},
	{
		.id = EVENT_PAGE_FAULT_USER,
		.profiles = HOLDS,
		.shows = "the VMAs that page faults wait for",
	},
	{
		.id = EVENT_ANON_VMA_CONTENTION_BEGIN,
		.profiles = PROFILE_ALL,
		.trigger = "stacktrace",
		.shows = "waits for anon_vma locks from before the spin, and their owners",
	},
	{
		.id = EVENT_ANON_VMA_CONTENTION_END,
		.profiles = PROFILE_ALL,
		.shows = "the durations of those waits",
	},
	{
		.id = EVENT_I_MMAP_CONTENTION_BEGIN,
		.profiles = PROFILE_ALL,
		.trigger = "stacktrace",
		.shows = "waits for i_mmap_rwsem from before the spin",
	},
	{
		.id = EVENT_I_MMAP_CONTENTION_END,
		.profiles = PROFILE_ALL,
		.shows = "the durations of those waits",
	},
	{
		.id = EVENT_VMA_LOCK_CONTENTION_BEGIN,
		.profiles = PROFILE_ALL,
		.trigger = "stacktrace",
		.shows = "waits for VMA locks",
	},
	{
		.id = EVENT_VMA_LOCK_CONTENTION_END,
		.profiles = PROFILE_ALL,
		.shows = "the durations of those waits",
	},
	{
		.id = EVENT_RMAP_WALK_RETRY,
		.profiles = PROFILE_ALL,
		.shows = "retries of walks",
	},
	{
		.id = EVENT_RMAP_WALK_SKIP,
		.profiles = PROFILE_ALL,
		.shows = "walks that were given up",
	},
	{
		.id = EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED,
		.profiles = HOLDS,
		.shows = "holds of anon_vma locks, and exact holders",
	},
	{
		.id = EVENT_ANON_VMA_LOCK_RELEASED,
		.profiles = HOLDS,
		.shows = "the durations of those holds",
	},
	{
		.id = EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED,
		.profiles = HOLDS,
		.shows = "holds of i_mmap_rwsem, and exact holders",
	},
	{
		.id = EVENT_I_MMAP_LOCK_RELEASED,
		.profiles = HOLDS,
		.shows = "the durations of those holds",
	},
	{
		.id = EVENT_RMAP_WALK_BEGIN,
		.profiles = WALKS,
		.shows = "rmap walks, and what they cost",
	},
	{
		.id = EVENT_RMAP_WALK_END,
		.profiles = WALKS,
		.shows = "the durations of walks and the VMAs they visit",
	},
	{
		.id = EVENT_FOLIO_MOVE_ANON_RMAP,
		.profiles = WALKS,
		.shows = "who moves folios from one anon_vma to another",
	},
	{
		.id = EVENT_ANON_VMA_LINK,
		.profiles = WALKS,
		.shows = "which VMAs hang on an anon_vma, and the lives of its lock",
	},
	{
		.id = EVENT_ANON_VMA_UNLINK,
		.profiles = WALKS,
		.shows = "until when they do",
	},
	{
		.id = EVENT_ANON_VMA_LOCK_START_LOCKING,
		.profiles = HOLDS,
		.shows = "which acquires of anon_vma locks may wait, for the lock order",
	},
	{
		.id = EVENT_I_MMAP_LOCK_START_LOCKING,
		.profiles = HOLDS,
		.shows = "which acquires of i_mmap_rwsem may wait, for the lock order",
	},
	{
		.id = EVENT_VMA_START_WRITE,
		.profiles = HOLDS,
		.shows = "VMA locks in the lock order",
	},
	{
		.id = EVENT_MMAP_LOCK_ACQUIRE_RETURNED,
		.profiles = HOLDS,
		.shows = "the mmap_lock in the lock order",
	},
	{
		.id = EVENT_MMAP_LOCK_RELEASED,
		.profiles = HOLDS,
		.shows = "until when the mmap_lock was held, for the lock order",
	},
	{
		.id = EVENT_SET_MIGRATION_PTE,
		.profiles = WALKS,
		.shows = "migration entries, and which of them were left behind",
	},
	{
		.id = EVENT_REMOVE_MIGRATION_PTE,
		.profiles = WALKS,
		.shows = "which migration entries were removed again",
	},
	{
		.id = EVENT_RMAP_WALK_VMA,
		.profiles = WALKS,
		.filter = TEMPORARY_STACK,
		.shows = "the process of a migration entry",
	},
	{
		.id = EVENT_EXEC_STACK_SHIFT_BEGIN,
		.profiles = WALKS,
		.shows = "when exec moves the page tables of its stack",
	},
	{
		.id = EVENT_EXEC_STACK_SHIFT_END,
		.profiles = WALKS,
		.shows = "until when it does",
	},
	{ .id = NR_EVENTS },
};

static const struct {
	const char *name;
	unsigned int profiles;
	unsigned int buffer_kb; /* per CPU */
} profile_names[] = {
	{ "contention", CONTENTION, 8192 },	{ "holds", CONTENTION | HOLDS, 32768 },
	{ "walks", CONTENTION | WALKS, 32768 }, { "stalls", CONTENTION | PROFILE_STALLS, 32768 },
	{ "all", PROFILE_ALL, 32768 },
};

#define NR_PROFILES (sizeof(profile_names) / sizeof(*profile_names))

int profiles_parse(const char *names, unsigned int *profiles, struct error *err)
{
	const char *name = names;
	size_t len;

	*profiles = 0;
	for (; *name; name += len + (name[len] == ',')) {
		unsigned int i;

		len = strcspn(name, ",");
		for (i = 0; i < NR_PROFILES; i++)
			if (strlen(profile_names[i].name) == len &&
			    !strncmp(profile_names[i].name, name, len))
				break;
		if (i == NR_PROFILES)
			return error_set(err, -EINVAL, "no profile '%.*s'; there are: %s", (int)len,
					 name, PROFILE_NAMES);
		*profiles |= profile_names[i].profiles;
	}
	return *profiles
		       ? 0
		       : error_set(err, -EINVAL, "no profile given; there are: %s", PROFILE_NAMES);
}

/* The largest buffer that any of the profiles asks for. */
static unsigned int default_buffer_kb(unsigned int profiles)
{
	unsigned int i, kb = 0;

	for (i = 0; i < NR_PROFILES; i++)
		if ((profile_names[i].profiles & profiles) == profile_names[i].profiles &&
		    profile_names[i].buffer_kb > kb)
			kb = profile_names[i].buffer_kb;
	return kb;
}

bool profile_is_series(enum event_id id)
{
	return !strcmp(event_system(id), "rmap");
}

static bool write_event_file(struct tracefs_instance *inst, enum event_id id, const char *file,
			     const char *text)
{
	return tracefs_event_file_write(inst, event_system(id), event_name(id), file, text) >= 0;
}

static bool is_shortage(int error)
{
	return error == ENOMEM || error == EMFILE || error == ENFILE;
}

const char *profile_filter(const struct profile_event *pe, unsigned int profiles)
{
	return pe->unfiltered & profiles ? NULL : pe->filter;
}

static int apply_event(const struct profile_event *pe, unsigned int profiles,
		       struct tracefs_instance *inst, struct profile_result *res, struct error *err)
{
	const char *system = event_system(pe->id), *name = event_name(pe->id);
	const char *filter = profile_filter(pe, profiles);
	const char *trigger = !pe->stacks || pe->stacks & profiles ? pe->trigger : NULL;
	int ret = tracefs_has_event(system, name);

	res->present = ret > 0;
	/* out of memory or descriptors: say the cause; otherwise say what the kernel lacks */
	errno = 0;
	if (res->present) {
		res->filtered = filter && write_event_file(inst, pe->id, "filter", filter);
		res->triggered = trigger && write_event_file(inst, pe->id, "trigger", trigger);
		res->enabled = write_event_file(inst, pe->id, "enable", "1");
		if (is_shortage(errno) || (!res->enabled && pe->need))
			ret = -errno ?: -ENOMEM;
	}
	if (ret < 0)
		return error_set(err, ret, "cannot enable the event %s:%s: %s", system, name,
				 strerror(-ret));
	if (pe->need && !res->enabled)
		return error_set(err, -ENOTSUP,
				 "this kernel has no event %s:%s (%s); it needs Linux 5.19 or later "
				 "with CONFIG_FTRACE; see rmapscope check",
				 system, name, pe->shows);
	return 0;
}

int profiles_apply(unsigned int profiles, struct tracefs_instance *inst, unsigned int buffer_kb,
		   const bool *elsewhere, struct profile_result *result, struct error *err)
{
	struct profile_result local[NR_EVENTS] = { 0 };
	const struct profile_event *pe;
	int ret;

	if (!result)
		result = local;
	if (!buffer_kb)
		buffer_kb = default_buffer_kb(profiles);
	if (tracefs_instance_set_buffer_size(inst, buffer_kb, -1))
		return error_set(err, -ENOMEM,
				 "the kernel refuses ring buffers of %u KiB per CPU (%s); give a "
				 "smaller --buffer",
				 buffer_kb, strerror(errno));
	for (pe = profile_events; pe->id != NR_EVENTS; pe++) {
		if (!(pe->profiles & profiles) || (elsewhere && elsewhere[pe->id]))
			continue;
		ret = apply_event(pe, profiles, inst, &result[pe->id], err);
		if (ret)
			return ret;
	}
	return 0;
}

int profile_only_pid(struct tracefs_instance *inst, pid_t pid, struct error *err)
{
	char path[64];
	struct dirent *de;
	DIR *dir;
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return error_set(err, -ESRCH, "no process %d; give the id of a running process",
				 pid);
	/* set this before reading the list, so that threads created meanwhile are followed, too */
	if (tracefs_option_enable(inst, TRACEFS_OPTION_EVENT_FORK))
		ret = -errno;
	while (!ret && (de = readdir(dir))) {
		if (de->d_name[0] == '.')
			continue;
		if (tracefs_instance_file_append(inst, "set_event_pid", de->d_name) < 0)
			ret = -errno;
	}
	closedir(dir);
	if (ret)
		error_set(err, ret, "cannot restrict tracing to process %d: %s", pid,
			  strerror(-ret));
	return ret;
}
