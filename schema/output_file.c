// SPDX-License-Identifier: GPL-2.0-only
#include "schema/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The byte that the recorder locks. It lies behind the bytes that SQLite locks
 * (PENDING_BYTE and 511 more, os.h).
 */
#define LOCK_BYTE 0x40001000

static const char *const suffix[NR_OUTPUT_PARTS] = { "", "-wal", "-shm" };

static struct flock lock_byte(short type)
{
	return (struct flock){
		.l_type = type, .l_whence = SEEK_SET, .l_start = LOCK_BYTE, .l_len = 1
	};
}

/*
 * Locks of the open file, not of the process, which SQLite would release when it closes the
 * file.
 */
static bool is_locked(const char *path)
{
	struct flock lock = lock_byte(F_WRLCK);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool locked;

	if (fd < 0)
		return false;
	locked = !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
	close(fd);
	return locked;
}

static const char *kind_of(mode_t mode)
{
	return S_ISDIR(mode)	? "a directory"
	       : S_ISLNK(mode)	? "a symbolic link"
	       : S_ISFIFO(mode) ? "a pipe"
				: "a device or socket";
}

int output_path_free(const char *path, bool force, struct error *err)
{
	struct stat st;

	if (!*path)
		return error_set(err, -EINVAL,
				 "cannot create a file without a name; give one with -o");
	if (lstat(path, &st))
		return errno == ENOENT ? 0
				       : error_set(err, -errno, "cannot create %s: %s", path,
						   strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, -EINVAL,
				 "%s is not a regular file but %s; give another name with -o", path,
				 kind_of(st.st_mode));
	if (is_locked(path))
		return error_set(err, -EBUSY,
				 "%s is being recorded now; end that first, or give another name "
				 "with -o",
				 path);
	if (!force)
		return error_set(err, -EEXIST,
				 "%s exists; give another name with -o, or --force to replace it",
				 path);
	return 0;
}

char *output_file_name(const char *path)
{
	char *name;

	return asprintf(&name, "%s%s", *path == '/' ? "" : "./", path) < 0 ? NULL : name;
}

static int cannot_create(const struct output_file *of, int ret, struct error *err)
{
	return error_set(err, ret, "cannot create %s: %s%s", of->path, strerror(-ret),
			 ret == -ENOENT ? "; make its directory first, or give another name with -o"
					: "");
}

/* Create a temporary directory beside @of->path. */
static int make_beside(struct output_file *of)
{
	char *path = output_file_name(of->path);
	int ret = path ? scratch_create(&of->dir, dirname(path)) : -ENOMEM;

	free(path);
	if (!ret && asprintf(&of->name, "%s/capture.db", of->dir.path) < 0) {
		of->name = NULL;
		ret = -ENOMEM;
	}
	return ret;
}

int output_file_create(struct output_file *of, const char *path, bool force, struct error *err)
{
	struct flock lock = lock_byte(F_WRLCK);
	int ret = output_path_free(path, force, err);

	*of = (struct output_file){ .force = force, .fd = -1, .dir.fd = -1 };
	if (ret)
		return ret;
	of->path = strdup(path);
	if (!of->path)
		return error_set(err, -ENOMEM, "out of memory");
	ret = make_beside(of);
	if (!ret) {
		of->fd = open(of->name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
		ret = of->fd < 0 ? -errno : 0;
	}
	/* independent of the umask; SQLite gives the log the same mode */
	if (!ret && fchmod(of->fd, 0600))
		ret = -errno;
	if (ret) {
		cannot_create(of, ret, err);
		output_file_close(of, false);
		return ret;
	}
	/* a file system may have no locks: go on without */
	fcntl(of->fd, F_OFD_SETLK, &lock);
	return 0;
}

void output_file_unlock(struct output_file *of)
{
	struct flock lock = lock_byte(F_UNLCK);

	fcntl(of->fd, F_OFD_SETLK, &lock);
}

/* Rename @from to @to. Returns -EEXIST if @to exists by now. */
static int move_to_free(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* a file system without RENAME_NOREPLACE, such as NFS */
	if (link(from, to))
		return -errno;
	unlink(from);
	return 0;
}

static void part_name(char *buf, size_t room, const char *name, unsigned int part)
{
	snprintf(buf, room, "%s%s", name, suffix[part]);
}

/* Remove the log of an earlier database: SQLite would take it for ours. */
static void remove_logs(const char *name)
{
	char log[PATH_MAX];
	unsigned int i;

	for (i = 1; i < NR_OUTPUT_PARTS; i++) {
		part_name(log, sizeof(log), name, i);
		unlink(log);
	}
	snprintf(log, sizeof(log), "%s-journal", name);
	unlink(log);
}

/* The identity of the file at @name now; inode 0: there is none. */
static struct file_id id_of(const char *name)
{
	struct stat st;

	if (lstat(name, &st))
		return (struct file_id){ 0 };
	return (struct file_id){ .dev = st.st_dev, .ino = st.st_ino, .nr_bytes = st.st_size };
}

int output_file_place(struct output_file *of, struct error *err)
{
	char *name = output_file_name(of->path);
	int ret;

	if (!name)
		return error_set(err, -ENOMEM, "out of memory");
	ret = output_path_free(of->path, of->force, err);
	if (!ret) {
		remove_logs(name);
		ret = of->force ? rename(of->name, name) ? -errno : 0
				: move_to_free(of->name, name);
		if (ret == -EEXIST)
			output_path_free(of->path, false, err);
		if (ret)
			cannot_create(of, ret, err);
	}
	if (ret) {
		free(name);
		return ret;
	}
	scratch_remove(&of->dir);
	free(of->name);
	of->name = name;
	of->part[0] = id_of(name);
	of->placed = true;
	return 0;
}

static bool same_id(const struct file_id *a, const struct file_id *b)
{
	return a->ino == b->ino && (!a->ino || a->dev == b->dev);
}

int output_file_check(struct output_file *of, struct error *err)
{
	char name[PATH_MAX];
	unsigned int i;

	for (i = 0; i < NR_OUTPUT_PARTS; i++) {
		struct file_id *known = &of->part[i], now;

		part_name(name, sizeof(name), of->name, i);
		now = id_of(name);
		/* SQLite creates the log when it needs it, and keeps it until the end */
		if (!known->ino)
			*known = now;
		if (!same_id(known, &now))
			return error_set(err, -ESTALE,
					 "%s%s was removed or replaced while it was recorded; "
					 "recording has ended",
					 of->path, suffix[i]);
		/*
		 * the database only grows while it is recorded: nothing is vacuumed; the log
		 * may shrink
		 */
		if (!i && now.nr_bytes < known->nr_bytes)
			return error_set(err, -ESTALE,
					 "%s was cut by another program while it was recorded, and "
					 "may be damaged; recording has ended",
					 of->path);
		known->nr_bytes = now.nr_bytes;
	}
	return 0;
}

/* Remove the parts from @first on, if they exist and are still ours. */
static void remove_parts(const struct output_file *of, unsigned int first)
{
	char name[PATH_MAX];
	struct file_id now;
	unsigned int i;

	for (i = first; i < NR_OUTPUT_PARTS; i++) {
		part_name(name, sizeof(name), of->name, i);
		now = id_of(name);
		if (now.ino && same_id(&of->part[i], &now))
			unlink(name);
	}
}

void output_file_remove_logs(struct output_file *of)
{
	remove_parts(of, 1);
}

void output_file_close(struct output_file *of, bool keep)
{
	if (!keep && of->placed)
		remove_parts(of, 0);
	scratch_remove(&of->dir);
	if (of->fd >= 0)
		close(of->fd);
	of->fd = -1;
	free(of->path);
	free(of->name);
	of->path = of->name = NULL;
}
