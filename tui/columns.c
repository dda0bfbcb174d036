// SPDX-License-Identifier: GPL-2.0-only
#include "tui/columns.h"

#include <string.h>

#include "lib/text.h"
#include "tui/text.h"

/* Longer texts are cut: one command line must not push out the other columns. */
#define MAX_TEXT_WIDTH 60

/* At most this many leading columns stay in place while the others scroll. */
#define MAX_NAMES 3

static unsigned int nr_columns(const struct table_def *def)
{
	unsigned int nr = table_nr_columns(def);

	return nr < MAX_COLUMNS ? nr : MAX_COLUMNS;
}

bool columns_visible(const struct columns *c, const struct table_def *def, unsigned int i)
{
	return !def->columns[i].detail && !c->hidden[i];
}

/* In the order of the table, with @early moved to the front. */
static void arrange(struct columns *c, const struct table_def *def, const char *early)
{
	int moved = early ? table_column(def, early) : -1, i;
	unsigned int nr = nr_columns(def), at = 0;
	bool seen = false;

	for (i = 0; i < (int)nr; i++) {
		if (i == moved)
			continue;
		c->place[at++] = i;
		if (seen || def->columns[i].detail || moved < 0)
			continue;
		c->place[at++] = moved;
		seen = true;
	}
}

void columns_init(struct columns *c, const struct table_def *def, const char *early)
{
	unsigned int nr = nr_columns(def), names = 0, i;

	memset(c, 0, sizeof(*c));
	arrange(c, def, early);
	for (i = 0; i < nr; i++) {
		int title = text_width(def->columns[i].title);

		c->least[i] = def->columns[i].width;
		if (c->least[i] < title)
			c->least[i] = title;
		c->wanted[i] = c->least[i];
	}
	/* after the hidden columns */
	for (i = 0; i < nr && names < MAX_NAMES; i++) {
		const struct column *col = &def->columns[c->place[i]];

		if (col->detail && !names)
			continue;
		if (col->detail || (col->unit != UNIT_TEXT && col->unit != UNIT_ID))
			break;
		c->nr_names = i + 1;
		names++;
	}
}

void columns_measure(struct columns *c, const struct table_def *def, struct cell *const *rows,
		     size_t nr_rows)
{
	unsigned int nr = nr_columns(def), i;
	char text[TEXT_MAX];
	size_t row;

	for (i = 0; i < nr; i++) {
		const struct column *col = &def->columns[i];

		for (row = 0; !col->detail && row < nr_rows; row++) {
			int width;

			cell_format(text, sizeof(text), col, &rows[row][i]);
			width = text_width(text);
			if (width > c->wanted[i])
				c->wanted[i] = width;
		}
		if (!column_is_number(col) && c->wanted[i] > MAX_TEXT_WIDTH)
			c->wanted[i] = MAX_TEXT_WIDTH;
		if (column_is_number(col))
			c->least[i] = c->wanted[i];
	}
}

void columns_layout(struct columns *c, const struct table_def *def, int room)
{
	unsigned int nr = nr_columns(def), i, skip = c->scrolled;
	int used = 0, x = 0;

	c->nr_shown = 0;
	c->more = false;
	for (i = 0; i < nr; i++) {
		unsigned int column = c->place[i];

		if (!columns_visible(c, def, column))
			continue;
		if (i >= c->nr_names && skip) {
			skip--;
			continue;
		}
		/* the first is cut rather than left out */
		if (c->nr_shown && used + c->least[column] > room) {
			c->more = true;
			break;
		}
		c->shown[c->nr_shown] = column;
		c->width[c->nr_shown++] = c->least[column];
		used += c->least[column] + 1;
	}
	for (i = 0; i < c->nr_shown; i++) {
		int more = c->wanted[c->shown[i]] - c->width[i];

		if (more > room + 1 - used)
			more = room + 1 - used;
		if (more > 0) {
			c->width[i] += more;
			used += more;
		}
		c->x[i] = x;
		x += c->width[i] + 1;
	}
}

void columns_scroll(struct columns *c, const struct table_def *def, int by)
{
	unsigned int nr = nr_columns(def), i, most = 0;

	for (i = c->nr_names; i < nr; i++)
		most += columns_visible(c, def, c->place[i]);
	most -= most > 0;
	if (by < 0 && c->scrolled < (unsigned int)-by)
		c->scrolled = 0;
	else if (by < 0 || c->more)
		c->scrolled += by;
	if (c->scrolled > most)
		c->scrolled = most;
}

int columns_at(const struct columns *c, int x)
{
	unsigned int i;

	for (i = c->nr_shown; i > 0; i--)
		if (x >= c->x[i - 1])
			return x < c->x[i - 1] + c->width[i - 1] ? (int)c->shown[i - 1] : -1;
	return -1;
}

unsigned int columns_step(const struct columns *c, const struct table_def *def, unsigned int column,
			  int by)
{
	int nr = nr_columns(def), i;

	/* no column is selected: take the first */
	if (column == SORT_AS_READ)
		column = by = 0;
	for (i = (int)column + by; i >= 0 && i < nr; i += by ?: 1)
		if (columns_visible(c, def, i))
			return i;
	return column;
}
