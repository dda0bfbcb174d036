/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of record and top that say what is captured. */
#ifndef RMAPSCOPE_CAPTURE_ARGS_H
#define RMAPSCOPE_CAPTURE_ARGS_H

#include <argp.h>

/*
 * A child parser: --profile, --pid, --buffer, --rung. Its input is the struct
 * recording_options to fill.
 */
extern const struct argp capture_argp;

#endif
