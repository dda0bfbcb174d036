/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One struct per table of rows.def, which the model fills and the store writes. Times
 * are nanoseconds of the capture's clock. NO_TIME, 0 for an id and "" for a text mean
 * unknown and are stored as NULL.
 */
#ifndef RMAPSCOPE_ROWS_H
#define RMAPSCOPE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/hist.h"

#define NO_TIME	       (-1)
#define LOSS_EVERY_CPU (-1)

#define ROW(table)		    struct table##_row {
#define INT(type, name)		    type name;
#define UNLESS(type, name, unknown) type name;
#define MEMBER(type, name)	    type name;
#define TEXT(name, bytes)	    char name[bytes];
#define STRING(name)		    const char *name;
#define HIST(name)		    struct hist name;
#define END(table)                                                                                 \
	}                                                                                          \
	;
#include "schema/rows.def"

#endif
