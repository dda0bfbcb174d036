// SPDX-License-Identifier: GPL-2.0-only
#include "tui/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/output/output.h"

static bool is_json(const char *path)
{
	const char *end = strrchr(path, '.');

	return end && !strcmp(end, ".json");
}

int export_view(const struct table_view *v, const char *path, struct error *err)
{
	struct table t = v->table;
	FILE *f = fopen(path, "wxe");
	int ret = 0;

	if (!f)
		return error_set(err, -errno, "cannot create %s: %s", path, strerror(errno));
	t.rows = v->shown;
	t.nr_rows = v->nr_shown;
	if (is_json(path)) {
		ret = output_json(f, &t);
		if (!ret)
			fputc('\n', f);
	} else {
		output_csv(f, &t);
	}
	errno = 0;
	if (!ret && (fflush(f) || ferror(f)))
		ret = -errno ?: -EIO;
	if (fclose(f) && !ret)
		ret = -errno;
	if (!ret)
		return 0;
	/* remove a file that is not complete */
	unlink(path);
	return error_set(err, ret, "cannot write %s: %s", path, strerror(-ret));
}
