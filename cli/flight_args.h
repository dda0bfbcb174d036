/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of record for its flight recorder. */
#ifndef RMAPSCOPE_FLIGHT_ARGS_H
#define RMAPSCOPE_FLIGHT_ARGS_H

#include <argp.h>

#include "cli/flight.h"

/*
 * A child parser: --flight, --trigger, --after, --max-captures, --rotate, --exec. Its input is
 * the struct flight_options to fill, without the path.
 */
extern const struct argp flight_argp;

#endif
