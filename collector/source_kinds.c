// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of files that events are imported from, and which of them a file is. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/perfdata_source.h"
#include "collector/perfetto_source.h"
#include "collector/source.h"
#include "collector/tracedat_source.h"

/* Enough to distinguish them. */
#define HEAD_BYTES 64

static const struct source_opener *const openers[] = {
	&tracedat_opener,
	&perfdata_opener,
	&perfetto_opener,
};

static const struct source_opener *find_opener(const void *head, size_t nr)
{
	unsigned int i;

	for (i = 0; i < sizeof(openers) / sizeof(*openers); i++)
		if (openers[i]->probe(head, nr))
			return openers[i];
	return NULL;
}

int source_check_kind(const char *name, const void *head, size_t nr, struct error *err)
{
	if (!nr)
		return error_set(err, -EBADMSG, "%s is empty; nothing to import", name);
	if (find_opener(head, nr))
		return 0;
	return error_set(err, -EBADMSG,
			 "%s is not a trace-cmd file, nor one of perf or Perfetto; import takes the "
			 "output of trace-cmd record, trace-cmd extract, perf record or perfetto",
			 name);
}

/* The unpacked data is not all that was recorded. */
static void note_packing(struct source *src, const struct source_file *f)
{
	size_t len = strlen(src->kind);

	if (f->packing)
		snprintf(src->kind + len, sizeof(src->kind) - len, ", unpacked from %s",
			 f->packing);
	if (f->cut_at)
		source_note(src,
			    "its %s data is cut short at byte %" PRIu64
			    ": what comes before is read",
			    f->packing, f->cut_at);
}

int source_open(struct source **src, const struct source_file *f, struct error *err)
{
	char head[HEAD_BYTES];
	ssize_t nr = pread(f->fd, head, sizeof(head), 0);
	int ret;

	if (nr < 0)
		ret = error_set(err, -errno, "cannot read %s: %s", f->name, strerror(errno));
	else
		ret = source_check_kind(f->name, head, nr, err);
	if (ret) {
		close(f->fd);
		return ret;
	}
	ret = find_opener(head, nr)->open(src, f, err);
	if (!ret)
		note_packing(*src, f);
	return ret;
}
