// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The header, https://www.sqlite.org/fileformat2.html 1.3 */
#define HEADER_BYTES	100
#define AT_PAGE_BYTES	16
#define AT_READ_VERSION 19 /* 2: with a write-ahead log */
#define AT_NR_PAGES	28

static const char magic[16] = "SQLite format 3";

static int refuse(const char *path, struct error *err)
{
	return error_set(err, -EBADMSG,
			 "%s is not an rmapscope database; import a trace.dat with rmapscope "
			 "import",
			 path);
}

static int read_header(struct db_file *f, int fd, const char *path, struct error *err)
{
	uint8_t b[HEADER_BYTES];
	ssize_t bytes = pread(fd, b, sizeof(b), 0);

	if (bytes < 0)
		return error_set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	if (bytes < HEADER_BYTES || memcmp(b, magic, sizeof(magic)))
		return refuse(path, err);
	f->wants_log = b[AT_READ_VERSION] == 2;
	f->page_bytes = b[AT_PAGE_BYTES] << 8 | b[AT_PAGE_BYTES + 1];
	if (f->page_bytes == 1)
		f->page_bytes = 65536;
	f->nr_pages = (int64_t)b[AT_NR_PAGES] << 24 | b[AT_NR_PAGES + 1] << 16 |
		      b[AT_NR_PAGES + 2] << 8 | b[AT_NR_PAGES + 3];
	return 0;
}

/*
 * Check a file beside the database that SQLite opens by its name. If it were a symbolic
 * link, SQLite running as root would read or create the file that the link points to.
 */
static int check_beside(const struct db_file *f, const char *suffix, bool *there, struct error *err)
{
	char name[PATH_MAX + 16];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", f->real, suffix);
	*there = !lstat(name, &st);
	if (!*there || S_ISREG(st.st_mode))
		return 0;
	return error_set(err, -EINVAL, "%s is not a regular file; move it away", name);
}

/*
 * SQLite does not notice that a file was cut short until it reads a missing page: check the
 * size.
 */
static int check_complete(const struct db_file *f, const char *path, int64_t bytes,
			  struct error *err)
{
	if (bytes >= f->nr_pages * f->page_bytes)
		return 0;
	return error_set(
		err, -EBADMSG,
		"%s is damaged: cut short at %lld of %lld bytes; copy it again from where it "
		"was recorded",
		path, (long long)bytes, (long long)(f->nr_pages * f->page_bytes));
}

static int check_kind(const struct stat *st, const char *path, struct error *err)
{
	if (S_ISREG(st->st_mode))
		return 0;
	return error_set(err, -EINVAL, "%s is %s, not a database", path,
			 S_ISDIR(st->st_mode) ? "a directory" : "not a regular file");
}

/* Check the content of a file that has no log. */
static int check_content(struct db_file *f, int fd, const char *path, struct error *err)
{
	struct stat st;
	int ret = fstat(fd, &st) ? -errno : check_kind(&st, path, err);

	if (!ret && !st.st_size)
		ret = error_set(err, -EBADMSG, "%s is empty: nothing was recorded into it", path);
	if (!ret)
		ret = read_header(f, fd, path, err);
	if (!ret)
		ret = check_complete(f, path, st.st_size, err);
	return ret;
}

/*
 * Do not call this while there is a log: this process may be the recorder, and a process
 * loses its locks on a file when it closes any descriptor of it (fcntl(2), F_SETLK).
 */
static int look_into(struct db_file *f, const char *path, struct error *err)
{
	/* O_NONBLOCK: opening a pipe without a writer would block */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int ret;

	if (fd < 0)
		return error_set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	ret = check_content(f, fd, path, err);
	close(fd);
	return ret;
}

int db_file_check(struct db_file *f, const char *path, struct error *err)
{
	struct stat st;
	bool other;
	int ret;

	memset(f, 0, sizeof(*f));
	if (stat(path, &st) || access(path, R_OK) || !realpath(path, f->real))
		return error_set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	ret = check_kind(&st, path, err);
	if (!ret)
		ret = check_beside(f, "-wal", &f->log, err);
	if (!ret)
		ret = check_beside(f, "-shm", &other, err);
	if (!ret)
		ret = check_beside(f, "-journal", &f->journal, err);
	if (!ret && !f->log)
		ret = look_into(f, path, err);
	f->mode = st.st_mode & 07777;
	f->uid = st.st_uid;
	f->gid = st.st_gid;
	f->mtime = st.st_mtim;
	f->bytes = db_file_bytes(f->real);
	return ret;
}

bool db_file_changed(const struct db_file *f)
{
	char log[PATH_MAX + 16];
	struct stat st;

	if (!f->still)
		return false;
	snprintf(log, sizeof(log), "%s-wal", f->real);
	return !access(log, F_OK) ||
	       (!stat(f->real, &st) &&
		(st.st_mtim.tv_sec != f->mtime.tv_sec || st.st_mtim.tv_nsec != f->mtime.tv_nsec));
}

int64_t db_file_bytes(const char *real)
{
	char name[PATH_MAX + 16];
	struct stat st;
	int64_t bytes = stat(real, &st) ? 0 : st.st_size;

	snprintf(name, sizeof(name), "%s-wal", real);
	return stat(name, &st) ? bytes : bytes + st.st_size;
}

void db_file_uri(struct db_file *f, bool read_only, char uri[DB_FILE_URI_MAX])
{
	static const char *const hex = "0123456789abcdef";
	const unsigned char *at = (const unsigned char *)f->real;
	char *to = stpcpy(uri, "file:");

	for (; *at; at++) {
		if (*at != '?' && *at != '#' && *at != '%') {
			*to++ = *at;
			continue;
		}
		*to++ = '%';
		*to++ = hex[*at >> 4];
		*to++ = hex[*at & 15];
	}
	*to = '\0';
	/* immutable: SQLite would otherwise create a log that is not there */
	f->still = read_only && f->wants_log && !f->log && !f->journal;
	if (f->still)
		strcpy(to, "?immutable=1");
}
