/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rectangle of the screen that one element owns.
 *
 * Lines and columns count from the area's own corner. What does not fit is cut
 * at its edge, so that no element can reach the cells of another: nothing else
 * in tui/ writes to the screen.
 */
#ifndef RMAPSCOPE_TUI_AREA_H
#define RMAPSCOPE_TUI_AREA_H

#include <stdbool.h>
#include <wchar.h>

struct area {
	int y, x; /* of its corner, on the screen */
	int height, width;
};

struct area area_screen(void);

/* The @height lines of @a from line @y on; fewer where @a ends before. */
struct area area_lines(const struct area *a, int y, int height);
/* Likewise the @width columns from column @x on. */
struct area area_columns(const struct area *a, int x, int width);

/* Fill it with blanks, in the look that text has now. */
void area_clear(const struct area *a);

/*
 * area_text - write @text from column @x on
 *
 * A text that is too long is cut and ends with a mark that says so. Returns
 * the columns taken.
 */
int area_text(const struct area *a, int y, int x, const char *text);

/* Fill exactly @width columns: @text cut or padded, to the @right or left. */
void area_field(const struct area *a, int y, int x, int width, const char *text, bool right);

/* Write @c into @nr columns. */
void area_repeat(const struct area *a, int y, int x, int nr, wchar_t c);

/*
 * area_wrap - write the words of @text into as many lines as they need
 *
 * The last line of the area is cut. Returns the lines taken.
 */
int area_wrap(const struct area *a, const char *text);

/* Lines that area_wrap() would take for @text in @a. */
int area_wrap_lines(const struct area *a, const char *text);

/* Put the cursor there. */
void area_cursor(const struct area *a, int y, int x);

#endif
