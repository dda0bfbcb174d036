/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a process is still the one that it was: ids are used again. */
#ifndef RMAPSCOPE_PROCESS_H
#define RMAPSCOPE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start of @pid in clock ticks since boot; 0: no such process, or it is dead. */
uint64_t process_start_time(int pid);

/* This process: "PID START BOOT-ID", unlike every other one. */
void process_identity(char *buf, size_t room);

/* Whether the process of @identity runs on this machine; its id in @pid. */
bool process_runs(const char *identity, int *pid);

#endif
