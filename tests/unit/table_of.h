/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables by hand, without a database. */
#ifndef RMAPSCOPE_TEST_TABLE_OF_H
#define RMAPSCOPE_TEST_TABLE_OF_H

#include <stdlib.h>
#include <string.h>

#include "analysis/table.h"
#include "tests/unit/unit.h"

#define NULL_CELL    ((struct cell){ .type = CELL_NULL })
#define INT_CELL(v)  ((struct cell){ .type = CELL_INT, .i = (v) })
#define REAL_CELL(v) ((struct cell){ .type = CELL_REAL, .r = (v) })
#define TEXT_CELL(v) ((struct cell){ .type = CELL_TEXT, .text = (v) })

/* @cells is copied; @nr_cells in rows of @def's columns. */
static inline struct table table_of(const struct table_def *def, const struct cell *cells,
				    size_t nr_cells)
{
	struct table t = { .def = def, .nr_columns = table_nr_columns(def) };
	size_t i;

	t.nr_rows = nr_cells / t.nr_columns;
	t.cells = malloc((nr_cells + 1) * sizeof(*cells));
	if (nr_cells)
		memcpy(t.cells, cells, nr_cells * sizeof(*cells));
	t.rows = malloc((t.nr_rows + 1) * sizeof(*t.rows));
	for (i = 0; i < t.nr_rows; i++)
		t.rows[i] = &t.cells[i * t.nr_columns];
	return t;
}

#endif
