/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory of its own for each test of files. */
#ifndef RMAPSCOPE_TEST_FILES_H
#define RMAPSCOPE_TEST_FILES_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

struct files {
	char dir[64];
	char path[96]; /* a database in it, not made yet */
	char other[96];
};

static inline int files_setup(void **state)
{
	struct files *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/rmapscope-unit.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/capture.db", f->dir);
	snprintf(f->other, sizeof(f->other), "%s/other.db", f->dir);
	*state = f;
	return 0;
}

/* Files in the directory, those that are still there. */
static inline unsigned int files_count(const struct files *f)
{
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *dir = opendir(f->dir);

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	closedir(dir);
	return nr;
}

/* And those whose names begin with a dot. */
static inline unsigned int files_count_hidden(const struct files *f)
{
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *dir = opendir(f->dir);

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		nr += entry->d_name[0] == '.' && strcmp(entry->d_name, ".") &&
		      strcmp(entry->d_name, "..");
	closedir(dir);
	return nr;
}

static inline int files_teardown(void **state)
{
	struct files *f = *state;
	struct dirent *entry;
	DIR *dir = opendir(f->dir);

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(f->dir);
	free(f);
	return 0;
}

static inline void files_write(const char *path, const void *data, size_t bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, bytes, file), bytes);
	assert_int_equal(fclose(file), 0);
}

static inline off_t files_size(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

/* The first @max bytes of @from, as they are on disk now; -1: all. */
static inline void files_copy(const char *from, const char *to, ssize_t max)
{
	FILE *file = fopen(from, "r");
	size_t room = 16 << 20, bytes;
	char *data = malloc(room);

	assert_non_null(file);
	bytes = fread(data, 1, room, file);
	assert_true(bytes < room);
	fclose(file);
	files_write(to, data, max >= 0 && (size_t)max < bytes ? (size_t)max : bytes);
	free(data);
}

/* One line that says something, as cli/ prints it. */
static inline void check_message(const char *msg)
{
	assert_true(strlen(msg) > 10);
	assert_null(strchr(msg, '\n'));
}

#endif
