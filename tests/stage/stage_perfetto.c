// SPDX-License-Identifier: GPL-2.0-only
/*
 * stage-perfetto OUT.pftrace [OPTION[=VALUE]]... <RECORDS: a Perfetto trace by hand.
 *
 * Options: zip, zstd, typed, texts, nosymbols, nosnapshot, noprevend, monoframes, clock=N,
 * ahead=NS, suspended=NS, real=NS, release=TEXT: see struct pf.
 *
 * A line is an event of a CPU, made at TIME_NS by thread TID:
 *	CPU TIME_NS TID EVENT FIELD=VALUE...
 *	CPU TIME_NS TID print TEXT		which is what the thread writes to trace_marker
 * Or one of:
 *	pass			all buffers were read
 *	lost CPU		events are missing before the CPU's next one
 *	dropped			packets are missing here
 *	stats CPU NUMBER	that the CPU lost in all
 *	discarded NUMBER	pieces of the trace for which there was no room
 *	begins SEQUENCE FIELD=VALUE...		packets of a program, see pf_begins() ...
 *	track SEQUENCE UUID FIELD=VALUE...
 *	intern SEQUENCE NUMBER NAME
 *	slice SEQUENCE TIME TYPE FIELD=VALUE... ... and pf_slice()
 *	dropped SEQUENCE	packets of it are missing here
 *	process PID CMDLINE
 *	thread TID TGID NAME
 *	frame TIME_NS WHAT FIELD=VALUE...	see pf_frame()
 *	asked|refused GROUP/NAME
 * Events and fields are those of perfetto_trace.h; an address is 0x..., or a name.
 */
#include "tests/unit/perfetto_trace.h"

static int usage(const char *what)
{
	fprintf(stderr, "stage-perfetto: %s\n", what);
	return 2;
}

static int set_option(struct pf *p, char *name)
{
	const struct {
		const char *name;
		bool *to;
	} flags[] = {
		{ "zip", &p->zip },
		{ "zstd", &p->zstd },
		{ "typed", &p->typed },
		{ "texts", &p->texts },
		{ "nosymbols", &p->no_symbols },
		{ "nosnapshot", &p->no_snapshot },
		{ "noprevend", &p->no_prev_end },
		{ "monoframes", &p->mono_frames },
	};
	char *value = strchr(name, '=');
	unsigned int i;

	for (i = 0; !value && i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(name, flags[i].name)) {
			*flags[i].to = true;
			return 0;
		}
	if (!value)
		return usage(name);
	*value++ = '\0';
	if (!strcmp(name, "clock"))
		p->clock = atoi(value);
	else if (!strcmp(name, "ahead"))
		p->boot_ahead_ns = strtoull(value, NULL, 0);
	else if (!strcmp(name, "suspended"))
		p->suspended_ns = strtoull(value, NULL, 0);
	else if (!strcmp(name, "real"))
		p->real_ahead_ns = strtoull(value, NULL, 0);
	else if (!strcmp(name, "release"))
		p->release = value;
	else
		return usage(name);
	return 0;
}

/* A packet of a program; false: it is none. */
static bool add_program_line(struct pf *p, const char *line)
{
	unsigned long long number;
	unsigned int sequence, type;
	long long time;
	int begin = 0;

	if (sscanf(line, "begins %u%n", &sequence, &begin) == 1)
		pf_begins(p, sequence, line + begin);
	else if (sscanf(line, "track %u %llu%n", &sequence, &number, &begin) == 2)
		pf_track(p, sequence, number, line + begin);
	else if (sscanf(line, "intern %u %llu %n", &sequence, &number, &begin) == 2)
		pf_intern(p, sequence, number, line + begin);
	else if (sscanf(line, "slice %u %lld %u%n", &sequence, &time, &type, &begin) == 3)
		pf_slice(p, sequence, time, type, line + begin);
	else if (sscanf(line, "dropped %u", &sequence) == 1)
		p->dropped_of = sequence;
	else
		return false;
	return true;
}

static int add_line(struct pf *p, char *line)
{
	unsigned long long time_ns;
	char name[64], text[64] = "";
	unsigned int cpu;
	int begin = 0, a = 0, b = 0;

	line[strcspn(line, "\n")] = '\0';
	if (*line == '#' || !*line || add_program_line(p, line))
		return 0;
	if (sscanf(line, "%u %llu %d %63s%n", &cpu, &time_ns, &a, name, &begin) == 4)
		pf_event(p, cpu, time_ns, a, name, line + begin);
	else if (sscanf(line, "frame %llu %63s%n", &time_ns, name, &begin) == 2)
		pf_frame(p, time_ns, name, line + begin);
	else if (!strcmp(line, "pass"))
		pf_pass(p);
	else if (!strcmp(line, "dropped"))
		p->dropped = true;
	else if (sscanf(line, "lost %u", &cpu) == 1)
		p->cpu[cpu % PF_CPUS].lost = true;
	else if (sscanf(line, "stats %d %d", &a, &b) == 2)
		pf_stats(p, a, b);
	else if (sscanf(line, "discarded %d", &a) == 1)
		pf_discarded(p, a);
	else if (sscanf(line, "process %d %63s", &a, text) == 2)
		pf_process(p, a, text);
	else if (sscanf(line, "thread %d %d %63s", &a, &b, text) == 3)
		pf_thread(p, a, b, text);
	else if (sscanf(line, "asked %63s", text) == 1)
		pf_asked(p, text);
	else if (sscanf(line, "refused %63s", text) == 1)
		pf_refused(p, text);
	else
		return usage(line);
	return 0;
}

int main(int argc, char **argv)
{
	struct pf p = { 0 };
	struct bytes b;
	char line[512];
	FILE *file;
	int i;

	for (i = 2; i < argc; i++)
		if (set_option(&p, argv[i]))
			return 2;
	while (fgets(line, sizeof(line), stdin))
		if (add_line(&p, line))
			return 2;
	file = argc > 1 ? fopen(argv[1], "w") : NULL;
	if (!file)
		return usage("no OUT.pftrace");
	b = pf_bytes(&p);
	pf_free(&p);
	i = fwrite(b.data, 1, b.nr, file) != b.nr;
	free(b.data);
	return fclose(file) || i;
}
