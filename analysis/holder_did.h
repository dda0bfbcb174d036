/* SPDX-License-Identifier: GPL-2.0-only */
/* The columns of what holders did while others waited: enum held_part of wait_pass.h. */
#ifndef RMAPSCOPE_HOLDER_DID_H
#define RMAPSCOPE_HOLDER_DID_H

/* clang-format off */
#define HOLDER_DID                                                                            \
	{ "ran_ns", "RAN ms", UNIT_NS, 10,                                                     \
	  "part in which the holder was on a CPU; -: unknown without profile stalls", false }, \
	{ "runnable_ns", "PREEMPT ms", UNIT_NS, 10,                                            \
	  "part in which the holder waited for a CPU: preempted, or woken", false },           \
	{ "lock_ns", "LOCK ms", UNIT_NS, 10,                                                   \
	  "part in which the holder was asleep for another lock", false },                     \
	{ "slept_ns", "ASLEEP ms", UNIT_NS, 10,                                                \
	  "part in which the holder was asleep for something else", false },                   \
	{ "before_ns", "BEFORE ms", UNIT_NS, 10,                                               \
	  "part in which it waited for the lock itself: others held it", false },              \
	{ "unknown_ns", "UNKNOWN ms", UNIT_NS, 10,                                             \
	  "part of which is not known what the holder did", false }
/* clang-format on */

#endif
