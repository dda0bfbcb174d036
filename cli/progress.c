// SPDX-License-Identifier: GPL-2.0-only
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/recording.h"
#include "lib/clock.h"
#include "lib/text.h"

#define CLEAR_LINE "\r\033[K"

void progress_begin(struct progress *p, const char *what, double seconds)
{
	*p = (struct progress){
		.what = what,
		.start_ns = now_ns(),
		.seconds = seconds,
		.out = isatty(STDERR_FILENO) ? fdopen(dup(STDERR_FILENO), "w") : NULL,
	};
}

/* The part that is done, 0..1; negative: unknown. */
static double part_done(const struct progress *p, double elapsed, uint64_t done, uint64_t total)
{
	if (p->seconds > 0)
		return elapsed / p->seconds;
	return total && done ? (double)done / total : -1;
}

void progress_update(struct progress *p, const struct recording *rec)
{
	uint64_t nr_events, done, total;
	double elapsed, part;
	char what[256];

	if (!p->out)
		return;
	recording_progress(rec, &nr_events, &done, &total);
	elapsed = (now_ns() - p->start_ns) / 1e9;
	part = part_done(p, elapsed, done, total);
	if (part > 1)
		part = 1;
	fprintf(p->out, CLEAR_LINE "%s: %.1f million events, %.0f thousand/s",
		text_shown(what, sizeof(what), p->what), nr_events / 1e6,
		elapsed > 0 ? nr_events / elapsed / 1e3 : 0);
	if (part > 0)
		fprintf(p->out, ", %.0f %%, %.0f s left", part * 100, elapsed / part * (1 - part));
	else
		fprintf(p->out, ", %.0f s", elapsed);
	fflush(p->out);
}

void progress_say(struct progress *p, const char *text)
{
	FILE *out = p && p->out ? p->out : stderr;

	fprintf(out, "%srmapscope: %s\n", out == stderr ? "" : CLEAR_LINE, text);
	fflush(out);
}

void progress_end(struct progress *p)
{
	if (!p->out)
		return;
	fputs(CLEAR_LINE, p->out);
	fclose(p->out);
}
