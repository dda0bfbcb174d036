// SPDX-License-Identifier: GPL-2.0-only
/* Change the screen, open the details of a row, go back. */
#include "tui/app.h"

void tui_show(struct tui *tui, unsigned int which)
{
	if (which >= tui->nr_screens || (which == tui->current && !tui->nr_details))
		return;
	while (tui->nr_details)
		page_free(&tui->details[--tui->nr_details]);
	tui->current = which;
	tui->reread = true;
}

bool tui_open(struct tui *tui)
{
	struct page page;

	if (page_init_details(&page, tui_view(tui)))
		return false;
	if (tui->nr_details == DETAILS_MAX)
		page_free(&tui->details[--tui->nr_details]);
	tui->details[tui->nr_details++] = page;
	tui->reread = true;
	return true;
}

bool tui_back(struct tui *tui)
{
	if (!tui->nr_details)
		return false;
	page_free(&tui->details[--tui->nr_details]);
	tui->reread = true;
	return true;
}
