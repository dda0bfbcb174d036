/* SPDX-License-Identifier: GPL-2.0-only */
/* Option --format of the subcommands that print tables. */
#ifndef RMAPSCOPE_FORMAT_ARGS_H
#define RMAPSCOPE_FORMAT_ARGS_H

#include <argp.h>

#include "analysis/output/output.h"

/* A child parser: --format. Its input is the enum output_format to set. */
extern const struct argp format_argp;

#endif
