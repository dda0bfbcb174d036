// SPDX-License-Identifier: GPL-2.0-only
#include "cli/export_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/watch.h"

static bool is_same(const char *a, const char *b)
{
	struct stat sa, sb;

	return !stat(a, &sa) && !stat(b, &sb) && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

int export_file_open(struct export_file *ef, const char *out, const char *in, bool force,
		     struct error *err)
{
	int fd, ret;

	*ef = (struct export_file){ .f = stdout };
	if (!out)
		return 0;
	if (is_same(out, in))
		return error_set(err, -EINVAL,
				 "%s is the database itself; give another name with -o", out);
	watch_block_signals(false);
	ret = output_file_create(&ef->of, out, force, err);
	if (ret)
		return ret;
	/* its own descriptor, since @ef->of keeps a lock on the other */
	fd = dup(ef->of.fd);
	ef->f = fd < 0 ? NULL : fdopen(fd, "w");
	if (ef->f)
		return 0;
	ret = error_set(err, -errno, "cannot write %s: %s", out, strerror(errno));
	if (fd >= 0)
		close(fd);
	output_file_close(&ef->of, false);
	return ret;
}

int export_file_close(struct export_file *ef, int ret, struct error *err)
{
	if (ef->f == stdout)
		return ret;
	if (fclose(ef->f) && !ret)
		ret = error_set(err, -errno, "cannot write %s: %s", ef->of.path, strerror(errno));
	if (!ret)
		ret = output_file_place(&ef->of, err);
	output_file_close(&ef->of, !ret);
	return ret;
}
