/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a process is still the one that it was: ids are used again. */
#ifndef RMAPSCOPE_PROCESS_H
#define RMAPSCOPE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start of @pid in clock ticks since boot; 0: no such process, or it is dead. */
uint64_t process_start_time(int pid);

/* The PID namespace of the initial process, include/linux/proc_ns.h */
#define PROCESS_INITIAL_PID_NS 0xeffffffcULL

/* The inode of this process's PID namespace; 0: not known. */
uint64_t process_pid_ns(void);

/* This process: "PID START BOOT-ID PID-NS", unlike every other one. */
void process_identity(char *buf, size_t room);

/*
 * Whether the process of @identity runs on this machine, or may do so in a PID
 * namespace that is not ours; its id, there, in @pid.
 */
bool process_runs(const char *identity, int *pid);

#endif
