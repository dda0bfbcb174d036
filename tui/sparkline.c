// SPDX-License-Identifier: GPL-2.0-only
#include "tui/sparkline.h"

#include <math.h>

#include "tui/text.h"

#define NR_LEVELS 8

static const wchar_t bars[] = L"▁▂▃▄▅▆▇█";
static const char ascii_bars[] = ":-=+*#%@";

static wchar_t glyph(int64_t value, int64_t max)
{
	unsigned int level;

	if (value <= 0)
		return text_glyph(L'·', '.');
	level = (int)ceil((double)NR_LEVELS * value / max) - 1;
	return text_glyph(bars[level], ascii_bars[level]);
}

void sparkline_draw(const struct terminal *term, const struct area *a, int y, int x,
		    const int64_t *value, unsigned int nr, unsigned int bright)
{
	int64_t max = 1;
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (value[i] > max)
			max = value[i];
	for (i = 0; i < nr; i++) {
		if (bright != SPARKLINE_PLAIN)
			term_look(term, nr - i <= bright ? LOOK_SPARK_WINDOW : LOOK_SPARK);
		area_repeat(a, y, x + i, 1, glyph(value[i], max));
	}
	if (bright != SPARKLINE_PLAIN)
		term_look(term, LOOK_NORMAL);
}
