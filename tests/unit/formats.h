/* SPDX-License-Identifier: GPL-2.0-only */
/* Event formats as tracefs shows them (x86-64, Linux 6.18), for tests. */
#ifndef RMAPSCOPE_TEST_FORMATS_H
#define RMAPSCOPE_TEST_FORMATS_H

#include <string.h>
#include <traceevent/event-parse.h>

#define FORMAT_COMMON                                                                              \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"             \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

#define FORMAT_WITH_COMMON(name, id, common, fields)                                               \
	"name: " name "\nID: " id "\nformat:\n" common fields "\nprint fmt: \"\"\n"

#define FORMAT(name, id, fields) FORMAT_WITH_COMMON(name, id, FORMAT_COMMON, fields)

#define ID_CONTENTION_BEGIN 408
#define FORMAT_CONTENTION_BEGIN                                                                    \
	FORMAT("contention_begin", "408",                                                          \
	       "\tfield:void * lock_addr;\toffset:8;\tsize:8;\tsigned:0;\n"                        \
	       "\tfield:unsigned int flags;\toffset:16;\tsize:4;\tsigned:0;\n")

#define ID_CONTENTION_END 407
#define FORMAT_CONTENTION_END                                                                      \
	FORMAT("contention_end", "407",                                                            \
	       "\tfield:void * lock_addr;\toffset:8;\tsize:8;\tsigned:0;\n"                        \
	       "\tfield:int ret;\toffset:16;\tsize:4;\tsigned:1;\n")

#define ID_SCHED_SWITCH 372
#define FORMAT_SCHED_SWITCH                                                                        \
	FORMAT("sched_switch", "372",                                                              \
	       "\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"                     \
	       "\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;\n"                         \
	       "\tfield:int prev_prio;\toffset:28;\tsize:4;\tsigned:1;\n"                          \
	       "\tfield:long prev_state;\toffset:32;\tsize:8;\tsigned:1;\n"                        \
	       "\tfield:char next_comm[16];\toffset:40;\tsize:16;\tsigned:0;\n"                    \
	       "\tfield:pid_t next_pid;\toffset:56;\tsize:4;\tsigned:1;\n"                         \
	       "\tfield:int next_prio;\toffset:60;\tsize:4;\tsigned:1;\n")

#define ID_SCHED_WAKING 375
#define FORMAT_SCHED_WAKING                                                                        \
	FORMAT("sched_waking", "375",                                                              \
	       "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"                          \
	       "\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"                              \
	       "\tfield:int prio;\toffset:28;\tsize:4;\tsigned:1;\n"                               \
	       "\tfield:int target_cpu;\toffset:32;\tsize:4;\tsigned:1;\n")

#define ID_TASK_NEWTASK 205
#define FORMAT_TASK_NEWTASK                                                                        \
	FORMAT("task_newtask", "205",                                                              \
	       "\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"                               \
	       "\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"                         \
	       "\tfield:unsigned long clone_flags;\toffset:32;\tsize:8;\tsigned:0;\n"              \
	       "\tfield:short oom_score_adj;\toffset:40;\tsize:2;\tsigned:1;\n")

#define ID_KERNEL_STACK 4
#define FORMAT_KERNEL_STACK                                                                        \
	FORMAT("kernel_stack", "4",                                                                \
	       "\tfield:int size;\toffset:8;\tsize:4;\tsigned:1;\n"                                \
	       "\tfield:unsigned long caller[8];\toffset:16;\tsize:64;\tsigned:0;\n")

static inline struct tep_handle *formats_tep(void)
{
	struct tep_handle *tep = tep_alloc();

	tep_set_long_size(tep, sizeof(long));
	tep_set_file_bigendian(tep, tep_is_local_bigendian(tep));
	tep_set_loglevel(TEP_LOG_NONE);
	return tep;
}

/* Returns what tep_parse_event() does: 0 when the format was understood. */
static inline int formats_add(struct tep_handle *tep, const char *system, const char *format)
{
	return tep_parse_event(tep, format, strlen(format), system);
}

static inline void formats_add_all(struct tep_handle *tep)
{
	formats_add(tep, "lock", FORMAT_CONTENTION_BEGIN);
	formats_add(tep, "lock", FORMAT_CONTENTION_END);
	formats_add(tep, "sched", FORMAT_SCHED_SWITCH);
	formats_add(tep, "sched", FORMAT_SCHED_WAKING);
	formats_add(tep, "task", FORMAT_TASK_NEWTASK);
	formats_add(tep, "ftrace", FORMAT_KERNEL_STACK);
}

#endif
