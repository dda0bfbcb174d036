/* SPDX-License-Identifier: GPL-2.0-only */
/* Identify a process beyond its pid, which the kernel reuses. */
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

/* "PID START BOOT-ID PID-NS" of this process, unique across reboots and namespaces. */
void process_identity(char *buf, size_t room);

/*
 * Whether the process of @identity runs on this machine. True also when it may run in
 * another PID namespace, where we cannot look. @pid: set to its id in its own namespace.
 */
bool process_runs(const char *identity, int *pid);

#endif
