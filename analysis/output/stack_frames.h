/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of a stack, for the formats that draw or add up stacks. */
#ifndef RMAPSCOPE_STACK_FRAMES_H
#define RMAPSCOPE_STACK_FRAMES_H

#include <stddef.h>

/* A stack of the kernel has at most that many frames: KSTACK_MAX_FRAMES. */
#define STACK_FRAMES_MAX 128

/* Room for a name that is shown; a longer one is cut. */
#define FRAME_NAME_LEN 256

/* What stands for a stack that was not recorded. */
#define NO_STACK "(no stack)"

/* A function without its offset: @len bytes of the stack's text. */
struct stack_frame {
	const char *name;
	size_t len;
};

/*
 * stack_frames - the functions of @stack, a line each
 *
 * Returns how many there are. The first is the innermost.
 */
unsigned int stack_frames(struct stack_frame frame[STACK_FRAMES_MAX], const char *stack);

/* @len bytes of @name made printable, see lib/text.h. Returns @buf. */
const char *frame_shown(char buf[FRAME_NAME_LEN], const char *name, size_t len);

#endif
