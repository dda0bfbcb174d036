// SPDX-License-Identifier: GPL-2.0-only
/*
 * UFFDIO_MOVE of what is no small page of its own: a transparent huge page as a
 * whole, one of its pages, the zero page, and the huge zero page.
 */
#include "move.h"

#define ROUNDS 4

/* Moves bytes; true if the kernel did. Some kinds it refuses, which is no failure. */
static bool move_bytes(int uffd, char *to, char *from, size_t bytes)
{
	struct uffdio_move move = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)from,
		.len = bytes,
	};
	int again = 1000;

	while (ioctl(uffd, UFFDIO_MOVE, &move)) {
		if (errno != EAGAIN && errno != EBUSY && errno != ENOENT)
			die("UFFDIO_MOVE");
		if (!again-- || errno == EBUSY)
			return false;
	}
	return true;
}

static void map_huge(char **from, char **to, int uffd)
{
	*from = map_alone(THP_BYTES, THP_BYTES);
	*to = map_alone(THP_BYTES, THP_BYTES);
	if (madvise(*from, THP_BYTES, MADV_HUGEPAGE) || madvise(*to, THP_BYTES, MADV_HUGEPAGE))
		die("MADV_HUGEPAGE");
	register_area(uffd, *to, THP_BYTES);
}

int main(void)
{
	unsigned long huge = 0, part = 0, zero = 0, huge_zero = 0;
	int uffd = open_uffd();
	char *from, *to;

	write_file("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	write_file("/sys/kernel/mm/transparent_hugepage/use_zero_page", "1");
	for (int i = 0; i < ROUNDS; i++) {
		map_huge(&from, &to, uffd);
		touch(from, THP_BYTES, 1);
		huge += move_bytes(uffd, to, from, THP_BYTES);

		map_huge(&from, &to, uffd);
		touch(from, THP_BYTES, 1);
		part += move_bytes(uffd, to + PAGE_BYTES * 3, from + PAGE_BYTES * 3, PAGE_BYTES);

		map_huge(&from, &to, uffd);
		/* reading makes it the huge zero page */
		if (*(volatile char *)from)
			die("memory that is not zero");
		huge_zero += move_bytes(uffd, to, from, THP_BYTES);

		from = map_alone(PAGE_BYTES, PAGE_BYTES);
		to = map_alone(PAGE_BYTES, PAGE_BYTES);
		/* both sides need an anon_vma */
		touch(from, PAGE_BYTES, 1);
		forget_pages(from, PAGE_BYTES);
		register_area(uffd, to, PAGE_BYTES);
		if (*(volatile char *)from)
			die("memory that is not zero");
		zero += move_bytes(uffd, to, from, PAGE_BYTES);
	}
	printf("workload=move-kinds rounds=%d huge=%lu part_of_huge=%lu zero=%lu huge_zero=%lu\n",
	       ROUNDS, huge, part, zero, huge_zero);
	return !(huge && part && zero);
}
