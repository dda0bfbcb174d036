/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flame graph: a box is a name or a function, as wide as the time that was waited in it; its
 * tooltip has the numbers. The outermost is at the bottom.
 *
 * Of a row, the texts before column "stack" are the names, and "wait_ns" is the time.
 */
#ifndef RMAPSCOPE_FLAME_H
#define RMAPSCOPE_FLAME_H

#include <stdint.h>
#include <stdio.h>

#include "analysis/table.h"

struct flame;

/* NULL: out of memory. */
struct flame *flame_new(void);
void flame_free(struct flame *flame);

/* Add a row. Returns 0 or -ENOMEM. */
int flame_add(struct flame *flame, const struct table *t, size_t row);

/* All time that was added, in nanoseconds. */
int64_t flame_total_ns(const struct flame *flame);
/* The height of the drawing. */
unsigned int flame_height(const struct flame *flame);

/* Boxes that are narrower than this are not drawn. */
#define FLAME_MIN_WIDTH 0.1

/*
 * flame_print - print the boxes, as elements of SVG, in the order of names
 * @x, @y: the upper left corner
 * @width: of the box of all
 * @max_boxes: if there are more, the narrowest of them are not drawn; 0: no limit
 *
 * Returns the width of the narrowest box that is drawn, or would be.
 */
double flame_print(FILE *f, struct flame *flame, double x, double y, double width,
		   size_t max_boxes);

#endif
