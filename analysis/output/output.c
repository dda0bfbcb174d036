// SPDX-License-Identifier: GPL-2.0-only
/* The list of formats, and the loop over the rows of a table, which all formats share. */
#include "analysis/output/output.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FORMAT(id, ops) extern const struct output_ops ops;
OUTPUT_FORMATS
#undef FORMAT

static const struct output_ops *const formats[NR_OUTPUT_FORMATS] = {
#define FORMAT(id, ops) [id] = &(ops),
	OUTPUT_FORMATS
#undef FORMAT
};

const struct output_ops *output_ops(enum output_format format)
{
	return formats[format];
}

int output_format(const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_OUTPUT_FORMATS; i++)
		if (formats[i]->name && !strcmp(formats[i]->name, name))
			return i;
	return -1;
}

enum output_format output_format_of_file(const char *path)
{
	const char *ending = strrchr(path, '.');
	unsigned int i;

	for (i = 0; ending && i < NR_OUTPUT_FORMATS; i++)
		if (formats[i]->ending && !strcmp(formats[i]->ending, ending))
			return i;
	return OUTPUT_CSV;
}

int output_begin(struct output *o, const struct output_head *head)
{
	return formats[o->format]->begin(o, head);
}

int output_begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	o->nr_rows = 0;
	return formats[o->format]->begin_table(o, t, notes);
}

int output_rows(struct output *o, const struct table *t)
{
	const struct output_ops *ops = formats[o->format];
	size_t row;
	int ret = 0;

	for (row = 0; !ret && row < t->nr_rows; row++) {
		ret = ops->row(o, t, row);
		o->nr_rows++;
	}
	return ret;
}

int output_end_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	return formats[o->format]->end_table(o, t, notes);
}

int output_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	int ret = output_begin_table(o, t, notes);

	if (!ret)
		ret = output_rows(o, t);
	return ret ? ret : output_end_table(o, t, notes);
}

int output_end(struct output *o, int ret)
{
	return formats[o->format]->end(o, ret);
}

int output_file_of(FILE *f, enum output_format format, const struct table *t)
{
	const struct table_notes nothing = { .unseen = "", .empty = "" };
	struct output o = { .f = f, .format = format, .alone = true };
	int ret = output_end(&o, output_table(&o, t, &nothing));

	if (!ret)
		fputs(formats[format]->tail, f);
	return ret;
}

int output_width(FILE *f)
{
	struct winsize size;

	if (!isatty(fileno(f)) || ioctl(fileno(f), TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}
