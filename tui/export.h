/* SPDX-License-Identifier: GPL-2.0-only */
/* What a table shows, as a file: the format is that of its name's ending, or CSV. */
#ifndef RMAPSCOPE_TUI_EXPORT_H
#define RMAPSCOPE_TUI_EXPORT_H

#include "tui/table_view.h"

/*
 * export_view - write the rows of @v that pass its filter, in its order
 *
 * All columns, as `report` writes them. A file that is there is left alone.
 * Returns 0 or a negative errno.
 */
int export_view(const struct table_view *v, const char *path, struct error *err);

#endif
