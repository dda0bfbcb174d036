/* SPDX-License-Identifier: GPL-2.0-only */
/* cmocka wants these four before its own header; and small conveniences. */
#ifndef RMAPSCOPE_TEST_UNIT_H
#define RMAPSCOPE_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/* @array with room for one element more than @nr_now; the contents are kept. */
#define grow(array, nr_now) realloc(array, ((nr_now) + 1) * sizeof(*(array)))

#endif
