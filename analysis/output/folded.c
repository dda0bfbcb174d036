// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folded stacks, as tools for flame graphs read them: lines "name;name;function;function N",
 * from the outermost function to the innermost, N in microseconds.
 *
 * Of a row, the texts before the stack are the names, and wait_ns is the time. The rest of a
 * microsecond is carried to the next line, so that the lines add up to the sum of the rows.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/output/output.h"
#include "lib/text.h"

/* A stack of the kernel has at most that many frames: KSTACK_MAX_FRAMES. */
#define MAX_FRAMES 128

#define NS_PER_US 1000

static int begin(struct output *o, const struct output_head *head)
{
	(void)head;
	o->state = calloc(1, sizeof(int64_t));
	return o->state ? 0 : -ENOMEM;
}

static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	(void)o;
	(void)t;
	(void)notes;
	return 0;
}

/* Print @len bytes of @name, in which a ';' would begin another name. */
static void print_name(FILE *f, const char *name, size_t len)
{
	char text[256], shown[256], *c;

	snprintf(text, sizeof(text), "%.*s", (int)len, name);
	text_shown(shown, sizeof(shown), text);
	for (c = shown; *c; c++)
		if (*c == ';')
			*c = ':';
	fputs(shown, f);
}

/* The functions of @stack, which begins with the innermost, without their offsets. */
static void print_stack(FILE *f, const char *stack)
{
	const char *frame[MAX_FRAMES];
	unsigned int nr = 0;

	for (; *stack && nr < MAX_FRAMES; stack += strcspn(stack, "\n"), stack += *stack == '\n')
		frame[nr++] = stack;
	while (nr--) {
		fputc(';', f);
		print_name(f, frame[nr], strcspn(frame[nr], "+\n"));
	}
}

static int print_row(struct output *o, const struct table *t, size_t row)
{
	const struct cell *cell = t->rows[row];
	const int stack = table_column(t->def, "stack"), ns = table_column(t->def, "wait_ns");
	int64_t *carry = o->state;
	int i;

	if (stack < 0 || ns < 0 || cell[ns].type != CELL_INT)
		return 0;
	for (i = 0; i < stack; i++) {
		const char *name = cell[i].type == CELL_TEXT ? cell[i].text : "-";

		if (i)
			fputc(';', o->f);
		print_name(o->f, name, strlen(name));
	}
	if (cell[stack].type == CELL_TEXT)
		print_stack(o->f, cell[stack].text);
	else
		fputs(";(no stack)", o->f);
	*carry += cell[ns].i % NS_PER_US;
	fprintf(o->f, " %" PRId64 "\n", cell[ns].i / NS_PER_US + (*carry >= NS_PER_US));
	*carry %= NS_PER_US;
	return 0;
}

static void end(struct output *o, int ret)
{
	(void)ret;
	free(o->state);
}

const struct output_ops folded_ops = {
	.begin = begin,
	.begin_table = begin_table,
	.row = print_row,
	.end_table = output_unseen,
	.end = end,
};
