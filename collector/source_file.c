// SPDX-License-Identifier: GPL-2.0-only
#include "collector/source_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/unpack.h"
#include "lib/scratch.h"

const char *source_file_name(const char *path)
{
	return strcmp(path, SOURCE_FILE_STDIN) ? path : "standard input";
}

int source_file_regular(struct source_file *f, const char *path, struct error *err)
{
	struct stat st;
	int ret;

	/* without O_NONBLOCK, open() of a pipe would wait for a writer */
	*f = (struct source_file){
		.name = path,
		.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC),
	};
	if (f->fd < 0)
		return error_set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	if (!fstat(f->fd, &st) && S_ISREG(st.st_mode)) {
		f->nr_bytes = st.st_size;
		return 0;
	}
	if (S_ISDIR(st.st_mode) && !faccessat(f->fd, "data", F_OK, 0))
		ret = error_set(err, -EISDIR,
				"%s is a directory of perf record --threads, which is not read "
				"here; record again without --threads",
				path);
	else
		ret = error_set(err, -EINVAL,
				"%s is not a regular file; what comes through a pipe is imported "
				"by the name -, which is standard input",
				path);
	close(f->fd);
	return ret;
}

/* Standard input. Returns 1 if it is a regular file at its beginning, 0 if a stream. */
static int open_stdin(struct source_file *f, struct error *err)
{
	struct stat st;

	*f = (struct source_file){ .name = source_file_name(SOURCE_FILE_STDIN) };
	if (isatty(STDIN_FILENO))
		return error_set(err, -EINVAL,
				 "standard input is a terminal; import - reads a file or a pipe: "
				 "ssh device cat trace.dat | rmapscope import -");
	f->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	if (f->fd < 0 || fstat(f->fd, &st))
		return error_set(err, -errno, "cannot read standard input: %s", strerror(errno));
	f->nr_bytes = st.st_size;
	return S_ISREG(st.st_mode) && !lseek(f->fd, 0, SEEK_CUR);
}

/* Whether to go on with what @u unpacks, which begins with @nr bytes @head. */
static int check_inside(const struct unpack *u, const void *head, size_t nr,
			source_file_check *check, struct error *err)
{
	const char *outer = unpack_packing(u), *inner = packing_of(head, nr);

	if (outer && inner)
		return error_set(err, -ENOTSUP,
				 "%s is packed twice, %s around %s; unpack it once: %s -dc FILE | "
				 "rmapscope import -",
				 u->name, outer, inner, outer);
	if (outer && !nr)
		return error_set(err, -EBADMSG,
				 "%s is cut short or empty: nothing comes out of its %s data",
				 u->name, outer);
	return check(u->name, head, nr, err);
}

static int write_all(const struct unpack *u, int fd, const char *dir, const uint8_t *data,
		     size_t nr, struct error *err)
{
	ssize_t n = 1;

	for (; nr && n > 0; data += n, nr -= n) {
		n = write(fd, data, nr);
		if (n <= 0)
			return error_set(err, n ? -errno : -EIO,
					 "cannot copy %s to a temporary file in %s: %s; give a "
					 "directory with room by TMPDIR",
					 u->name, dir, strerror(n ? errno : EIO));
	}
	return 0;
}

/* Copy what @u gives to a temporary file, which becomes the open one. */
static int copy(struct source_file *f, struct unpack *u, const char *dir, source_file_check *check,
		struct error *err)
{
	const uint8_t *data;
	size_t nr;
	int ret = unpack_next(u, &data, &nr, err), fd;

	if (ret >= 0)
		ret = check_inside(u, data, nr, check, err);
	if (ret)
		return ret;
	fd = scratch_file(dir);
	if (fd < 0)
		return error_set(err, fd,
				 "cannot create a temporary file in %s: %s; give another directory "
				 "by TMPDIR",
				 dir, strerror(-fd));
	do {
		ret = write_all(u, fd, dir, data, nr, err);
		f->nr_bytes += nr;
	} while (!ret && (ret = unpack_next(u, &data, &nr, err)) > 0);
	/* the libraries read on from where the file stands */
	lseek(fd, 0, SEEK_SET);
	close(f->fd);
	f->fd = fd;
	return ret;
}

static int unpack_file(struct source_file *f, const char *dir, source_file_check *check,
		       struct error *err)
{
	struct unpack u;
	int ret = unpack_begin(&u, f->fd, f->name, err);

	f->nr_bytes = 0;
	if (!ret)
		ret = copy(f, &u, dir, check, err);
	f->packing = unpack_packing(&u);
	f->cut_at = u.cut ? u.nr_in : 0;
	unpack_end(&u);
	return ret;
}

int source_file_open(struct source_file *f, const char *path, const char *dir,
		     source_file_check *check, struct error *err)
{
	uint8_t head[PACKING_HEAD_BYTES];
	ssize_t nr = 0;
	int ret;

	ret = strcmp(path, SOURCE_FILE_STDIN) ? source_file_regular(f, path, err) ?: 1
					      : open_stdin(f, err);
	if (ret < 0)
		return ret;
	if (ret)
		nr = pread(f->fd, head, sizeof(head), 0);
	if (nr < 0)
		ret = error_set(err, -errno, "cannot read %s: %s", f->name, strerror(errno));
	else if (!ret || packing_of(head, nr))
		ret = unpack_file(f, dir, check, err);
	else
		ret = 0;
	if (ret)
		close(f->fd);
	return ret;
}
