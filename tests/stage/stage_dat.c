// SPDX-License-Identifier: GPL-2.0-only
/*
 * stage-dat OUT.dat [OPTION=VALUE]... <EVENTS: a trace-cmd file by hand.
 *
 * Options: version=6|7, long=4|8, endian=big, clock=NAME, mult=N and shift=N
 * (of the clock to nanoseconds), uname=TEXT, cpus=N, buffer=NAME (again for more; the top
 * one is always there), bufferclock=NAME (of the latest buffer), only=SYSTEM
 * (no formats of others), compression=NAME (said, not done), lostbuffer=OFFSET
 * (where the first other buffer is said to be).
 *
 * A line is one event:
 *	BUFFER CPU TIME_NS TID EVENT FIELD=VALUE...
 * with BUFFER counted from 0, the top one; the fields are those of trace_dat.h.
 */
#include "tests/unit/trace_dat.h"

static int usage(const char *what)
{
	fprintf(stderr, "stage-dat: %s\n", what);
	return 2;
}

static int add_buffer(struct dat *d, const char *name)
{
	unsigned int nr = dat_nr_buffers(d);

	if (nr == DAT_BUFFERS)
		return usage("too many buffers");
	d->buffer[nr].name = name;
	d->nr_buffers = nr + 1;
	return 0;
}

static int set_option(struct dat *d, char *name)
{
	char *value = strchr(name, '=');

	if (!value)
		return usage(name);
	*value++ = '\0';
	if (!strcmp(name, "version"))
		d->version = atoi(value);
	else if (!strcmp(name, "long"))
		d->long_bytes = atoi(value);
	else if (!strcmp(name, "endian"))
		d->big_endian = !strcmp(value, "big");
	else if (!strcmp(name, "clock"))
		d->clock = value;
	else if (!strcmp(name, "mult"))
		d->mult = strtoul(value, NULL, 0);
	else if (!strcmp(name, "shift"))
		d->shift = atoi(value);
	else if (!strcmp(name, "uname"))
		d->uname = value;
	else if (!strcmp(name, "cpus"))
		d->nr_cpus = atoi(value);
	else if (!strcmp(name, "only"))
		d->only_system = value;
	else if (!strcmp(name, "compression"))
		d->compression = value;
	else if (!strcmp(name, "lostbuffer"))
		d->buffer_offset = strtoull(value, NULL, 0);
	else if (!strcmp(name, "buffer"))
		return add_buffer(d, value);
	else if (!strcmp(name, "bufferclock"))
		d->buffer[dat_nr_buffers(d) - 1].clock = value;
	else
		return usage(name);
	return 0;
}

static int add_line(struct dat *d, const char *line)
{
	unsigned int buffer, cpu;
	unsigned long long time_ns;
	char name[64];
	int tid, at = 0;

	if (*line == '#' || *line == '\n')
		return 0;
	if (sscanf(line, "%u %u %llu %d %63s%n", &buffer, &cpu, &time_ns, &tid, name, &at) != 5 ||
	    buffer >= dat_nr_buffers(d) || cpu >= dat_nr_cpus(d))
		return usage(line);
	dat_event(d, buffer, cpu, time_ns, tid, name, "%s", line + at);
	return 0;
}

int main(int argc, char **argv)
{
	struct dat d = { 0 };
	struct bytes b;
	char line[512];
	FILE *file;
	int i;

	for (i = 2; i < argc; i++)
		if (set_option(&d, argv[i]))
			return 2;
	while (fgets(line, sizeof(line), stdin))
		if (add_line(&d, line))
			return 2;
	file = argc > 1 ? fopen(argv[1], "w") : NULL;
	if (!file)
		return usage("no OUT.dat");
	b = dat_bytes(&d);
	dat_free(&d);
	i = fwrite(b.data, 1, b.nr, file) != b.nr;
	free(b.data);
	return fclose(file) || i;
}
