// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes map, fault and unmap one file while another truncates it, one walks
 * the idle page bitmap and one reclaims it: everybody who takes i_mmap_rwsem.
 */
#include "workload.h"
#include <setjmp.h>
#include <signal.h>

#define NR_PAGES   256UL
#define BYTES	   (NR_PAGES * PAGE_BYTES)
#define NR_MAPPERS 3
#define BITMAP	   "/sys/kernel/mm/page_idle/bitmap"

struct shared {
	atomic_ulong maps;
	atomic_ulong sigbus;
	atomic_ulong reclaims;
	atomic_ulong idle_passes;
};

static struct shared *shared;
static sigjmp_buf beyond_end;

static void on_sigbus(int sig)
{
	(void)sig;
	siglongjmp(beyond_end, 1);
}

static void mapper(int fd, double end)
{
	signal(SIGBUS, on_sigbus);
	while (now() < end) {
		char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (p == MAP_FAILED)
			die("mmap");
		if (sigsetjmp(beyond_end, 1))
			atomic_fetch_add(&shared->sigbus, 1);
		else
			touch(p, BYTES, 1);
		munmap(p, BYTES);
		atomic_fetch_add(&shared->maps, 1);
	}
}

static void reclaimer(const char *dir, double end)
{
	while (now() < end) {
		reclaim_memcg(dir, BYTES / 2);
		atomic_fetch_add(&shared->reclaims, 1);
	}
}

static void idler(double end)
{
	static uint64_t bits[512];
	int fd = open(BITMAP, O_RDWR);

	if (fd < 0)
		die(BITMAP);
	while (now() < end) {
		memset(bits, 0xff, sizeof(bits));
		for (off_t at = 0; pwrite(fd, bits, sizeof(bits), at) > 0; at += sizeof(bits))
			;
		for (off_t at = 0; pread(fd, bits, sizeof(bits), at) > 0; at += sizeof(bits))
			;
		atomic_fetch_add(&shared->idle_passes, 1);
	}
}

int main(int argc, char **argv)
{
	double seconds = seconds_arg(argc, argv, 4), end = now() + seconds;
	const char *dir = enter_memcg("file-truncate");
	unsigned long truncations = 0;
	int fd = memfd_create("file-truncate", 0);

	shared = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || ftruncate(fd, BYTES))
		die("memfd");
	for (int i = 0; i < NR_MAPPERS + 2; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid)
			continue;
		if (i < NR_MAPPERS)
			mapper(fd, end);
		else if (i == NR_MAPPERS)
			reclaimer(dir, end);
		else
			idler(end);
		_exit(0);
	}
	while (now() < end) {
		if (ftruncate(fd, BYTES / 2) || ftruncate(fd, BYTES))
			die("ftruncate");
		truncations++;
	}
	while (wait(NULL) > 0)
		;
	printf("workload=file-truncate seconds=%g truncations=%lu maps=%lu sigbus=%lu reclaims=%lu idle_passes=%lu\n",
	       seconds, truncations, atomic_load(&shared->maps), atomic_load(&shared->sigbus),
	       atomic_load(&shared->reclaims), atomic_load(&shared->idle_passes));
	return !(truncations && atomic_load(&shared->maps));
}
