// SPDX-License-Identifier: GPL-2.0-only
/*
 * To be preloaded: processes whose mmap_lock is held without end. Whoever opens the command
 * line or the VMAs of another process hangs. Once a thread does, the file HANG_PROC is there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int open(const char *path, int flags, ...)
{
	static int (*libc)(const char *path, int flags, ...);
	const char *mark = getenv("HANG_PROC"), *name = strrchr(path, '/');
	mode_t mode = 0;
	va_list args;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (!libc)
		libc = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	if (mark && name && !strncmp(path, "/proc/", 6) && path[6] != 's' &&
	    (!strcmp(name, "/cmdline") || !strcmp(name, "/maps"))) {
		close(libc(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		for (;;)
			pause();
	}
	return libc(path, flags, mode);
}
