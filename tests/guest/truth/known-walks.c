// SPDX-License-Identifier: GPL-2.0-only
/*
 * known-walks ROUNDS [SHARERS]: rmap walks whose number, and the VMAs that each visits, are
 * known, on any kernel with two memory nodes: moves one page from node to node with
 * move_pages(2), which walks twice. try_to_migrate() visits VMAs until no page table has the
 * page any more: all that share it. remove_migration_ptes() visits them all again, and the
 * page has another frame by then.
 *
 * Three pages: an anonymous one that the program shares with the processes that it has
 * forked, one of a file that it maps at SHARERS places, and one that KSM made of SHARERS pages
 * in a VMA of one process. A line per move says what it was, and the CPU time of the call.
 */
#include "../workloads/page_idle.h"
#include "calls.h"
#include <sys/prctl.h>
#include <sys/syscall.h>

#define KSM "/sys/kernel/mm/ksm/"

/* include/uapi/linux/mempolicy.h */
#define MOVE_ALL 4

static unsigned long nr_rounds, nr_sharers = 7;

static int node_of(void *page, const int *to)
{
	int status = -1;

	if (syscall(SYS_move_pages, 0, 1UL, &page, to, &status, MOVE_ALL) < 0)
		die("move_pages");
	if (status < 0) {
		errno = -status;
		die("move_pages: its page");
	}
	return status;
}

/* The walks of each round are those of one call. */
static void move_page(const char *kind, char *page)
{
	for (unsigned long round = 0; round < nr_rounds; round++) {
		const int to = !node_of(page, NULL);
		const uint64_t from_pfn = pfn_of(page), before_ns = thread_cpu_ns();
		const uint64_t start_ns = now_ns();
		uint64_t end_ns, cpu_ns;

		node_of(page, &to);
		end_ns = now_ns();
		cpu_ns = thread_cpu_ns() - before_ns;
		printf("round=%lu kind=%s vmas=%lu from_pfn=%lu to_pfn=%lu start_ns=%lu end_ns=%lu cpu_ns=%lu\n",
		       round, kind, nr_sharers, from_pfn, pfn_of(page), start_ns, end_ns, cpu_ns);
	}
}

/* The processes end with this one. */
static void move_anonymous(void)
{
	char *page = map_alone(PAGE_BYTES, PAGE_BYTES);

	touch(page, PAGE_BYTES, 1);
	for (unsigned long i = 1; i < nr_sharers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() != 1)
			pause();
		_exit(0);
	}
	move_page("anon", page);
}

static void move_file(void)
{
	int fd = memfd_create("known-walks", MFD_CLOEXEC);
	char *page = NULL;

	if (fd < 0 || ftruncate(fd, PAGE_BYTES))
		die("memfd_create");
	for (unsigned long i = 0; i < nr_sharers; i++) {
		page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (page == MAP_FAILED)
			die("mmap");
		touch(page, PAGE_BYTES, 1);
	}
	move_page("file", page);
}

static bool have_one_frame(const char *pages)
{
	const uint64_t pfn = pfn_of(pages);

	for (unsigned long i = 1; i < nr_sharers; i++)
		if (pfn_of(pages + i * PAGE_BYTES) != pfn)
			return false;
	return true;
}

/* The kernel merges them in its own time. */
static void move_merged(void)
{
	char *pages = map_alone(nr_sharers * PAGE_BYTES, PAGE_BYTES);

	memset(pages, 0x5a, nr_sharers * PAGE_BYTES);
	if (madvise(pages, nr_sharers * PAGE_BYTES, MADV_MERGEABLE) ||
	    write_file(KSM "pages_to_scan", "1000") || write_file(KSM "run", "1"))
		die(KSM);
	while (!have_one_frame(pages))
		usleep(1000);
	/* it would also merge the page anew */
	if (write_file(KSM "run", "0"))
		die(KSM);
	move_page("ksm", pages);
}

int main(int argc, char **argv)
{
	nr_rounds = argc > 1 ? atol(argv[1]) : 8;
	if (argc > 2)
		nr_sharers = atol(argv[2]);
	prctl(PR_SET_NAME, "truth/walks");
	/* first: who is forked later would have the other pages, too */
	move_file();
	move_merged();
	move_anonymous();
	printf("workload=known-walks rounds=%lu walker=%d\n", nr_rounds, getpid());
	return 0;
}
