// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/output/stack_frames.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

unsigned int stack_frames(struct stack_frame frame[STACK_FRAMES_MAX], const char *stack)
{
	unsigned int nr = 0;

	while (*stack && nr < STACK_FRAMES_MAX) {
		frame[nr].name = stack;
		frame[nr++].len = strcspn(stack, "+\n");
		stack += strcspn(stack, "\n");
		stack += *stack == '\n';
	}
	return nr;
}

const char *frame_shown(char buf[FRAME_NAME_LEN], const char *name, size_t len)
{
	char text[FRAME_NAME_LEN];

	snprintf(text, sizeof(text), "%.*s", (int)(len < sizeof(text) ? len : sizeof(text)), name);
	return text_shown(buf, FRAME_NAME_LEN, text);
}
