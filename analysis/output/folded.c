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
#include "analysis/output/stack_frames.h"

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
	char shown[FRAME_NAME_LEN], *c;

	frame_shown(shown, name, len);
	for (c = shown; *c; c++)
		if (*c == ';')
			*c = ':';
	fputs(shown, f);
}

/* The functions of @stack, from the outermost on. */
static void print_stack(FILE *f, const char *stack)
{
	struct stack_frame frame[STACK_FRAMES_MAX];
	unsigned int nr = stack_frames(frame, stack);

	while (nr--) {
		fputc(';', f);
		print_name(f, frame[nr].name, frame[nr].len);
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
		fputs(";" NO_STACK, o->f);
	*carry += cell[ns].i % NS_PER_US;
	fprintf(o->f, " %" PRId64 "\n", cell[ns].i / NS_PER_US + (*carry >= NS_PER_US));
	*carry %= NS_PER_US;
	return 0;
}

static int end(struct output *o, int ret)
{
	free(o->state);
	return ret;
}

const struct output_ops folded_ops = {
	.begin = begin,
	.begin_table = begin_table,
	.row = print_row,
	.end_table = output_unseen,
	.end = end,
};
