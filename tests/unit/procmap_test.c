// SPDX-License-Identifier: GPL-2.0-only
/* The VMA at an address: of text, and of this process. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/procmap.h"
#include "tests/unit/unit.h"

static void parses(const char *line, uint64_t start, uint64_t end, const char *perms,
		   const char *name)
{
	struct procmap_entry e;

	assert_int_equal(procmap_parse(line, &e), 0);
	assert_true(e.start == start);
	assert_true(e.end == end);
	assert_string_equal(e.perms, perms);
	assert_string_equal(e.name, name);
}

static void a_line_is_range_permissions_and_name(void **state)
{
	(void)state;
	parses("7f12a000-7f12b000 rw-p 00000000 00:00 0                          [heap]\n",
	       0x7f12a000, 0x7f12b000, "rw-p", "[heap]");
	parses("55d0c0000000-55d0c0001000 r-xs 00002000 fe:01 1234567 /usr/bin/cat\n",
	       0x55d0c0000000, 0x55d0c0001000, "r-xs", "/usr/bin/cat");
	parses("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n",
	       0xffffffffff600000, 0xffffffffff601000, "--xp", "[vsyscall]");
}

static void a_mapping_without_a_name_has_none(void **state)
{
	(void)state;
	parses("1000-2000 ---p 00000000 00:00 0 \n", 0x1000, 0x2000, "---p", "");
	parses("1000-2000 ---p 00000000 00:00 0", 0x1000, 0x2000, "---p", "");
}

static void names_keep_blanks_and_escapes(void **state)
{
	(void)state;
	parses("1000-2000 rw-p 0 00:01 7 /tmp/a file  with blanks (deleted)\n", 0x1000, 0x2000,
	       "rw-p", "/tmp/a file  with blanks (deleted)");
	parses("1000-2000 rw-p 0 00:01 7 /tmp/two\\012lines\n", 0x1000, 0x2000, "rw-p",
	       "/tmp/two\\012lines");
	parses("1000-2000 rw-p 0 00:00 0 [anon:dalvik-main space (region space)]\n", 0x1000, 0x2000,
	       "rw-p", "[anon:dalvik-main space (region space)]");
	parses("1000-2000 rw-p 0 00:01 18446744073709551615 /x\n", 0x1000, 0x2000, "rw-p", "/x");
}

static void long_names_are_cut(void **state)
{
	char line[PROC_PATH_LEN + 300] = "1000-2000 rw-p 0 00:01 7 ";
	struct procmap_entry e;

	(void)state;
	memset(line + strlen(line), 'x', sizeof(line) - strlen(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(procmap_parse(line, &e), 0);
	assert_int_equal(strlen(e.name), PROC_PATH_LEN - 1);
}

static void other_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"1000",
		"1000-2000",
		"1000-2000 rw-p",
		"1000-2000 rw 0 00:00 0",
		"2000-1000 rw-p 0 00:00 0",
		"1000-1000 rw-p 0 00:00 0",
		"1000-2000 rw-p 0 0000 0",
		"x000-2000 rw-p 0 00:00 0",
	};
	struct procmap_entry e;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(procmap_parse(lines[i], &e), -EINVAL);
}

/* What both ways of asking must say of a mapping of this process. */
static void finds_here(struct procmap *pm)
{
	long page = sysconf(_SC_PAGESIZE);
	int fd = memfd_create("a name\nof two lines", 0);
	struct procmap_entry e;
	char *map;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 4 * page), 0);
	map = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	assert_int_equal(procmap_find(pm, getpid(), (uintptr_t)map + 3 * page + 5, &e), 0);
	assert_true(e.start == (uintptr_t)map);
	assert_true(e.end == (uintptr_t)map + 4 * page);
	assert_string_equal(e.perms, "rw-s");
	assert_string_equal(e.name, "/memfd:a name\\012of two lines (deleted)");

	/* another range, other permissions, no name */
	assert_true(mmap(map, 2 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			 0) == map);
	assert_int_equal(procmap_find(pm, getpid(), (uintptr_t)map + page, &e), 0);
	assert_true(e.start <= (uintptr_t)map && e.end >= (uintptr_t)map + 2 * page);
	assert_string_equal(e.perms, "r--p");

	assert_int_equal(munmap(map, 4 * page), 0);
	assert_int_equal(procmap_find(pm, getpid(), (uintptr_t)map + page, &e), -ENOENT);
	assert_int_equal(procmap_find(pm, getpid(), (uintptr_t)&e, &e), 0);
	assert_string_equal(e.name, "[stack]");
	close(fd);
}

static void the_kernel_tells_by_its_ioctl_or_not(void **state)
{
	struct procmap pm = { 0 };

	(void)state;
	finds_here(&pm);
}

static void the_text_says_the_same(void **state)
{
	struct procmap pm = { .no_query = true };

	(void)state;
	finds_here(&pm);
}

static void a_process_that_is_gone_has_none(void **state)
{
	struct procmap pm = { 0 }, text = { .no_query = true };
	struct procmap_entry e;
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(procmap_find(&pm, pid, (uintptr_t)&e, &e), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(procmap_find(&pm, pid, (uintptr_t)&e, &e), -ESRCH);
	assert_int_equal(procmap_find(&text, pid, (uintptr_t)&e, &e), -ESRCH);
	/* and another can be asked for next */
	assert_int_equal(procmap_find(&pm, getpid(), (uintptr_t)&e, &e), 0);
}

/* The process is the same, its memory is not. */
static void after_an_exec_the_new_memory_is_found(void **state)
{
	struct procmap pm = { 0 };
	struct procmap_entry e;
	int go[2], in[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(in), 0);
	pid = fork();
	if (!pid) {
		dup2(in[0], 0);
		dup2(go[1], 1);
		close(in[1]);
		close(go[0]);
		if (read(0, &byte, 1) == 1)
			execlp("sh", "sh", "-c", "echo; read x", NULL);
		_exit(1);
	}
	assert_true(pid > 0);
	close(in[0]);
	close(go[1]);
	assert_int_equal(procmap_find(&pm, pid, (uintptr_t)procmap_find, &e), 0);
	assert_non_null(strstr(e.name, "procmap_test"));
	assert_int_equal(write(in[1], "x", 1), 1);
	assert_int_equal(read(go[0], &byte, 1), 1);
	/* the position of the program is random: this address is hardly mapped again */
	assert_int_not_equal(procmap_find(&pm, pid, (uintptr_t)procmap_find, &e), -ESRCH);
	close(in[1]);
	close(go[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_range_permissions_and_name),
		cmocka_unit_test(a_mapping_without_a_name_has_none),
		cmocka_unit_test(names_keep_blanks_and_escapes),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(the_kernel_tells_by_its_ioctl_or_not),
		cmocka_unit_test(the_text_says_the_same),
		cmocka_unit_test(a_process_that_is_gone_has_none),
		cmocka_unit_test(after_an_exec_the_new_memory_is_found),
	};

	return cmocka_run_group_tests_name("procmap", tests, NULL, NULL);
}
