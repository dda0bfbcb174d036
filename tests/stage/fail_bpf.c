// SPDX-License-Identifier: GPL-2.0-only
/* To be preloaded: a kernel whose bpf(2) fails with error number FAIL_BPF. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>

/* libbpf calls it so */
long syscall(long nr, ...)
{
	static long (*libc)(long nr, ...);
	const char *number = getenv("FAIL_BPF");
	long arg[6];
	va_list args;
	int i;

	if (nr == SYS_bpf && number) {
		errno = atoi(number);
		return -1;
	}
	if (!libc)
		libc = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	va_start(args, nr);
	for (i = 0; i < 6; i++)
		arg[i] = va_arg(args, long);
	va_end(args);
	return libc(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}
