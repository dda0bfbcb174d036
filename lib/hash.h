/* SPDX-License-Identifier: GPL-2.0-only */
/* uthash, which ends the process where it gets no memory: in order. */
#ifndef RMAPSCOPE_HASH_H
#define RMAPSCOPE_HASH_H

#include "lib/crash.h"

#define uthash_fatal(msg) crash_out_of_memory()
#include <uthash.h>

#endif
