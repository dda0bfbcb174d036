// SPDX-License-Identifier: GPL-2.0-only
/*
 * stage-perf OUT.data [OPTION[=VALUE]]... <RECORDS: a perf.data file by hand.
 *
 * Options: pipe, zstd, swapped, unfinished, noidentifier, onecommand, nochains, directory, sampled, clockid=N,
 * period=N, freq=N, idsdiffer=N, release=TEXT, version=TEXT, anchor=ADDRESS, kallsyms=TEXT: see struct perf_data.
 *
 * A line is one record, made on CPU at TIME_NS by thread TID of process PID:
 *	CPU TIME_NS PID TID EVENT FIELD=VALUE... [chain=ADDRESS,ADDRESS...]
 *	CPU TIME_NS PID TID cpu-clock [chain=ADDRESS,ADDRESS...]
 *	CPU TIME_NS PID TID comm|exec NAME
 *	CPU TIME_NS PID TID fork|exit PID TID
 *	CPU TIME_NS PID TID lost|dropped NUMBER
 *	round
 * The fields of an event are those of trace_dat.h.
 */
#include "tests/unit/perf_data.h"

static int usage(const char *what)
{
	fprintf(stderr, "stage-perf: %s\n", what);
	return 2;
}

static int set_option(struct perf_data *p, char *name)
{
	char *value = strchr(name, '=');

	if (value)
		*value++ = '\0';
	if (!strcmp(name, "pipe"))
		p->is_pipe = true;
	else if (!strcmp(name, "zstd"))
		p->zstd = true;
	else if (!strcmp(name, "swapped"))
		p->swapped = true;
	else if (!strcmp(name, "unfinished"))
		p->unfinished = true;
	else if (!strcmp(name, "noidentifier"))
		p->no_identifier = true;
	else if (!strcmp(name, "onecommand"))
		p->one_command = true;
	else if (!strcmp(name, "nochains"))
		p->no_chains = true;
	else if (!strcmp(name, "directory"))
		p->directory = true;
	else if (!strcmp(name, "sampled"))
		p->sampled = true;
	else if (!value)
		return usage(name);
	else if (!strcmp(name, "clockid"))
		p->clock = atoi(value) + 1;
	else if (!strcmp(name, "period"))
		p->period = strtoull(value, NULL, 0);
	else if (!strcmp(name, "freq"))
		p->frequency = strtoull(value, NULL, 0);
	else if (!strcmp(name, "idsdiffer"))
		p->ids_differ = atoi(value);
	else if (!strcmp(name, "release"))
		p->release = value;
	else if (!strcmp(name, "version"))
		p->version = value;
	else if (!strcmp(name, "anchor"))
		p->anchor = strtoull(value, NULL, 0);
	else if (!strcmp(name, "kallsyms"))
		p->kallsyms = value;
	else
		return usage(name);
	return 0;
}

/* The addresses behind "chain=", which ends @fields there; NULL: there is none. */
static const char *cut_chain(char *fields)
{
	char *chain = strstr(fields, "chain=");

	if (!chain)
		return NULL;
	*chain = '\0';
	return chain + strlen("chain=");
}

static void add_event(struct perf_data *p, const struct perf_at *at, const char *name, char *fields)
{
	const char *chain = cut_chain(fields);

	perf_event(p, at, name, fields, chain);
}

static int add_line(struct perf_data *p, char *line)
{
	unsigned long long time_ns;
	struct perf_at at;
	char name[64], text[64] = "";
	int begin = 0, pid = 0, tid = 0;

	if (*line == '#' || *line == '\n')
		return 0;
	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "round")) {
		perf_round(p);
		return 0;
	}
	if (sscanf(line, "%u %llu %d %d %63s%n", &at.cpu, &time_ns, &at.pid, &at.tid, name,
		   &begin) != 5)
		return usage(line);
	at.time_ns = time_ns;
	sscanf(line + begin, "%63s", text);
	sscanf(line + begin, "%d %d", &pid, &tid);
	if (!strcmp(name, "cpu-clock"))
		perf_sample(p, PERF_CLOCK, &at, cut_chain(line + begin), NULL, 0);
	else if (!strcmp(name, "comm") || !strcmp(name, "exec"))
		perf_comm(p, &at, text, !strcmp(name, "exec"));
	else if (!strcmp(name, "fork"))
		perf_life(p, PERF_RECORD_FORK, &at, pid, tid);
	else if (!strcmp(name, "exit"))
		perf_life(p, PERF_RECORD_EXIT, &at, pid, tid);
	else if (!strcmp(name, "lost"))
		perf_lost(p, PERF_RECORD_LOST, &at, pid);
	else if (!strcmp(name, "dropped"))
		perf_lost(p, PERF_RECORD_LOST_SAMPLES, &at, pid);
	else
		add_event(p, &at, name, line + begin);
	return 0;
}

int main(int argc, char **argv)
{
	struct perf_data p = { 0 };
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
		return usage("no OUT.data");
	b = perf_bytes(&p);
	perf_free(&p);
	i = fwrite(b.data, 1, b.nr, file) != b.nr;
	free(b.data);
	return fclose(file) || i;
}
