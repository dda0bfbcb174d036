// SPDX-License-Identifier: GPL-2.0-only
#include "tui/area.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "tui/text.h"

struct area area_screen(void)
{
	return (struct area){ 0, 0, LINES, COLS };
}

/* The part of @nr columns or lines from @from on that fits into @all. */
static int clip(int from, int nr, int all)
{
	if (from < 0 || from >= all || nr < 0)
		return 0;
	return nr < all - from ? nr : all - from;
}

struct area area_lines(const struct area *a, int y, int height)
{
	return (struct area){ a->y + y, a->x, clip(y, height, a->height), a->width };
}

struct area area_columns(const struct area *a, int x, int width)
{
	return (struct area){ a->y, a->x + x, a->height, clip(x, width, a->width) };
}

/* Columns of line @y from @x on. */
static int room(const struct area *a, int y, int x)
{
	return y < 0 || y >= a->height ? 0 : clip(x, a->width, a->width);
}

void area_clear(const struct area *a)
{
	int y;

	for (y = 0; y < a->height && a->width > 0; y++)
		mvhline(a->y + y, a->x, ' ' | getattrs(stdscr), a->width);
}

/* The characters of @wide that fit into @max columns. */
static size_t fit(const wchar_t *wide, size_t n, int max, int *columns)
{
	size_t i;

	*columns = 0;
	for (i = 0; i < n; i++) {
		int w = text_char_width(wide[i]);

		if (*columns + w > max)
			break;
		*columns += w;
	}
	return i;
}

int area_text(const struct area *a, int y, int x, const char *text)
{
	const wchar_t mark = text_glyph(L'…', '~');
	const int max = room(a, y, x);
	wchar_t wide[TEXT_MAX];
	size_t n, fits;
	int columns;

	if (!max)
		return 0;
	n = text_decode(wide, TEXT_MAX, text);
	fits = fit(wide, n, max, &columns);
	if (fits < n)
		fits = fit(wide, n, max - 1, &columns);
	mvaddnwstr(a->y + y, a->x + x, wide, fits);
	if (fits < n) {
		addnwstr(&mark, 1);
		columns++;
	}
	return columns;
}

void area_field(const struct area *a, int y, int x, int width, const char *text, bool right)
{
	const struct area line = area_lines(a, y, 1), field = area_columns(&line, x, width);
	const int pad = right ? field.width - text_width(text) : 0;

	area_clear(&field);
	area_text(&field, 0, pad > 0 ? pad : 0, text);
}

void area_repeat(const struct area *a, int y, int x, int nr, wchar_t c)
{
	int max = room(a, y, x), i;

	for (i = 0; i < nr && i < max; i++)
		mvaddnwstr(a->y + y, a->x + x + i, &c, 1);
}

static int wrap(const struct area *a, const char *text, bool draw)
{
	char line[TEXT_MAX * 4];
	int y = 0;

	while (*text && y < a->height) {
		/* the last line gets the rest of the text, and area_text() cuts it */
		size_t len = y + 1 < a->height ? text_line_length(text, a->width) : strlen(text);

		/* not even one character */
		if (!len)
			break;
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (draw)
			area_text(a, y, 0, line);
		y++;
		text += len;
		text += strspn(text, " \n");
	}
	return y;
}

int area_wrap(const struct area *a, const char *text)
{
	return wrap(a, text, true);
}

int area_wrap_lines(const struct area *a, const char *text)
{
	return wrap(a, text, false);
}

void area_cursor(const struct area *a, int y, int x)
{
	move(a->y + y, a->x + x);
}
