// SPDX-License-Identifier: GPL-2.0-only
#include "cli/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/store.h"

int scratch_create(struct scratch *s, struct error *err)
{
	const char *base = getenv("TMPDIR");

	if (!base || !*base)
		base = "/tmp";
	snprintf(s->dir, sizeof(s->dir), "%s/rmapscope.XXXXXX", base);
	if (!mkdtemp(s->dir))
		return error_set(err, -errno,
				 "cannot create a directory in %s: %s; set TMPDIR to a place with "
				 "room",
				 base, strerror(errno));
	snprintf(s->path, sizeof(s->path), "%s/live.db", s->dir);
	return 0;
}

void scratch_remove(const struct scratch *s)
{
	store_remove(s->path);
	rmdir(s->dir);
}
