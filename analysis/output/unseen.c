// SPDX-License-Identifier: GPL-2.0-only
/* What formats do that have no place for notes. */
#include "analysis/output/output.h"
#include "analysis/seen.h"
#include "lib/text.h"

int output_unseen(struct output *o, const struct table *t, const struct table_notes *notes)
{
	char reason[SEEN_REASON_LEN];

	if (notes->unseen[0] && !fflush(o->f))
		fprintf(stderr, "rmapscope: %s: not %sseen: %s\n", t->def->name,
			o->nr_rows ? "all " : "",
			text_shown(reason, sizeof(reason), notes->unseen));
	return 0;
}
