/* SPDX-License-Identifier: GPL-2.0-only */
/* Every table of the program: sections, screens, details, exports, headers. */
#ifndef RMAPSCOPE_TEST_ALL_TABLES_H
#define RMAPSCOPE_TEST_ALL_TABLES_H

#include "analysis/blocked.h"
#include "analysis/capture.h"
#include "analysis/diff.h"
#include "analysis/export_tables.h"
#include "analysis/finding_tables.h"
#include "analysis/jank.h"
#include "analysis/page_tables.h"
#include "analysis/perfetto_tables.h"
#include "analysis/tables.h"
#include "analysis/verdict.h"
#include "analysis/views.h"

typedef void table_visit(const struct table_def *def, void *ctx);

/* Call @visit for each table. */
static inline void visit_all_tables(table_visit *visit, void *ctx)
{
	static const struct table_def *const others[] = {
		&blame_matrix,	  &page_flame,	 &export_by_waiter, &export_by_holder,
		&export_by_label, &jank_longest, &verdict_table,    NULL,
	};
	const struct table_def *const *const lists[] = {
		report_tables,	jank_tables, diff_tables, perfetto_tables,
		capture_tables, others,	     NULL,
	};
	const struct view_def *const views[] = {
		top_views, vma_views, lock_views, storm_views, stall_views, NULL,
	};
	const struct table_def *const *const *list;
	const struct table_def *const *def;
	const struct view_def *const *of, *view;

	for (list = lists; *list; list++)
		for (def = *list; *def; def++)
			visit(*def, ctx);
	for (of = views; *of; of++)
		for (view = *of; view->table; view++)
			visit(view->table, ctx);
}

#endif
