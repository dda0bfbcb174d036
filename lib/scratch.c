// SPDX-License-Identifier: GPL-2.0-only
#include "lib/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/crash.h"

#define TEMPLATE ".rmapscope.XXXXXX"
#define PATTERN	 ".rmapscope.??????"

/* A scratch directory may hold a database that is still in one of its own. */
#define MAX_DEPTH 2

const char *scratch_base(void)
{
	const char *base = getenv("TMPDIR");

	return base && *base ? base : "/tmp";
}

static int open_directory(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Unlink all that is in @fd, which is closed then. */
static void empty(int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		if (!unlinkat(dirfd(dir), name, 0) || depth == MAX_DEPTH)
			continue;
		fd = open_directory(dirfd(dir), name);
		if (fd < 0)
			continue;
		empty(fd, depth + 1);
		unlinkat(dirfd(dir), name, AT_REMOVEDIR);
	}
	closedir(dir);
}

/* Whether @name in @at is what @fd has open. */
static bool is_same(int at, const char *name, int fd)
{
	struct stat there, open;

	return !fstatat(at, name, &there, AT_SYMLINK_NOFOLLOW) && !fstat(fd, &open) &&
	       there.st_dev == open.st_dev && there.st_ino == open.st_ino;
}

/* If it is this user's and nobody holds its lock. */
static void remove_orphan(int at, const char *name)
{
	int fd = open_directory(at, name);
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_uid == geteuid() && !flock(fd, LOCK_EX | LOCK_NB) &&
	    is_same(at, name, fd)) {
		empty(dup(fd), 1);
		unlinkat(at, name, AT_REMOVEDIR);
	}
	close(fd);
}

void scratch_sweep(const char *base)
{
	DIR *dir = opendir(base);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (!fnmatch(PATTERN, entry->d_name, FNM_PERIOD))
			remove_orphan(dirfd(dir), entry->d_name);
	closedir(dir);
}

/* No signal comes between the two: it has no name before. */
static int make_registered(char *path)
{
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = mkdtemp(path) ? 0 : -errno;
	if (!ret)
		crash_add_scratch(path);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

/* One attempt. -EAGAIN: another start has removed it before it was locked. */
static int make(struct scratch *s, const char *base)
{
	int len = snprintf(s->path, sizeof(s->path), "%s/%s", base, TEMPLATE), ret;

	s->fd = -1;
	if (len >= (int)sizeof(s->path))
		return -ENAMETOOLONG;
	ret = make_registered(s->path);
	if (ret)
		return ret;
	/* whatever the umask is */
	if (!chmod(s->path, 0700))
		s->fd = open_directory(AT_FDCWD, s->path);
	if (s->fd < 0) {
		ret = errno == ENOENT ? -EAGAIN : -errno;
		rmdir(s->path);
		crash_forget_scratch(s->path);
		return ret;
	}
	/* a file system without locks has no orphans removed, either */
	if (flock(s->fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		ret = -EAGAIN;
	else
		ret = is_same(AT_FDCWD, s->path, s->fd) ? 0 : -EAGAIN;
	if (ret) {
		crash_forget_scratch(s->path);
		close(s->fd);
		s->fd = -1;
	}
	return ret;
}

int scratch_create(struct scratch *s, const char *base)
{
	int ret, tries = 100;

	scratch_sweep(base);
	do {
		ret = make(s, base);
	} while (ret == -EAGAIN && --tries);
	return ret;
}

int scratch_file(const char *base)
{
	int fd = open(base, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char path[PATH_MAX];

	if (fd >= 0 || errno != EOPNOTSUPP)
		return fd < 0 ? -errno : fd;
	/* a file system that does not know such files: with a name for a moment */
	if (snprintf(path, sizeof(path), "%s/%s", base, TEMPLATE) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

void scratch_remove(struct scratch *s)
{
	if (s->fd < 0)
		return;
	empty(dup(s->fd), 1);
	rmdir(s->path);
	crash_forget_scratch(s->path);
	close(s->fd);
	s->fd = -1;
}
