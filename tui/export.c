// SPDX-License-Identifier: GPL-2.0-only
#include "tui/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/output/output.h"

int export_view(const struct table_view *v, const char *path, struct error *err)
{
	struct table t = v->table;
	FILE *f = fopen(path, "wxe");
	int ret;

	if (!f)
		return error_set(err, -errno, "cannot create %s: %s", path, strerror(errno));
	t.rows = v->shown;
	t.nr_rows = v->nr_shown;
	ret = output_file_of(f, output_format_of_file(path), &t);
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
