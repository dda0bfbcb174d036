// SPDX-License-Identifier: GPL-2.0-only
#include "collector/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <traceevent/event-parse.h>
#include <unistd.h>

#define KALLSYMS "/proc/kallsyms"

/* A kernel with debug information for all has a few million symbols. */
#define KALLSYMS_MAX (512UL << 20)

const char *const rwsem_slow_paths[RWSEM_SLOW_PATHS] = {
	"rwsem_down_read_slowpath",
	"rwsem_down_write_slowpath",
};

/* A pipe could block, and a device has no end. */
static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || (!fstat(fd, &st) && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/*
 * A procfs file has no size: read until its end. NUL-terminated, to be freed. NULL: errno says
 * why; EINVAL: it is no regular file.
 */
static char *read_whole(const char *path)
{
	size_t room = 1 << 20, len = 0;
	char *text = NULL;
	ssize_t n = 0;
	int fd = open_regular(path);

	if (fd < 0)
		return NULL;
	do {
		char *grown;

		room *= 2;
		if (room > KALLSYMS_MAX) {
			errno = EFBIG;
			n = -1;
			break;
		}
		grown = realloc(text, room);
		if (!grown) {
			n = -1;
			break;
		}
		text = grown;
		while (len < room - 1 && (n = read(fd, text + len, room - 1 - len)) > 0)
			len += n;
	} while (n > 0);
	close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

int symbols_readable(struct error *err)
{
	char line[64] = "";
	FILE *f = fopen(KALLSYMS, "re");
	uint64_t addr = 0;

	if (!f)
		return error_set(err, -errno, "cannot read " KALLSYMS ": %s", strerror(errno));
	/* kptr_restrict shows every address as zero (proc(5)); the first may be */
	while (!addr && fgets(line, sizeof(line), f))
		addr = strtoull(line, NULL, 16);
	fclose(f);
	if (addr)
		return 0;
	return error_set(err, -EPERM,
			 KALLSYMS " hides its addresses: lock classes and call sites cannot be "
				  "named; run as root, or set kernel.kptr_restrict=1");
}

/* Whether @line, "ADDRESS TYPE NAME...", is of function @name, or of the compiler's clone of it. */
static bool is_function(const char *line, const char *name)
{
	const char *at = strchr(line, ' ');
	const size_t len = strlen(name);

	if (!at || (at[1] != 't' && at[1] != 'T') || at[2] != ' ' || strncmp(at + 3, name, len))
		return false;
	at += 3 + len;
	return strchr("\n\t ", *at) || (*at == '.' && strncmp(at, ".cold", 5));
}

/* The line after @line; NULL after the last. */
static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end && end[1] ? end + 1 : NULL;
}

/* Returns whether it is in @text, and has an address and an end. */
static bool range_in(const char *text, const char *name, struct symbol_range *range)
{
	const char *line;

	*range = (struct symbol_range){ .end = UINT64_MAX };
	for (line = text; line && !range->start; line = next_line(line))
		if (is_function(line, name))
			range->start = strtoull(line, NULL, 16);
	for (line = text; line; line = next_line(line)) {
		const uint64_t addr = strtoull(line, NULL, 16);

		if (addr > range->start && addr < range->end)
			range->end = addr;
	}
	if (range->start && range->end != UINT64_MAX)
		return true;
	*range = (struct symbol_range){ 0 };
	return false;
}

int symbols_live_range(const char *name, struct symbol_range *range)
{
	char *text = read_whole(KALLSYMS);
	bool known;

	if (!text)
		return -errno;
	known = range_in(text, name, range);
	free(text);
	return known ? 0 : -ENOENT;
}

/* The address of symbol @name in @text, lines of "ADDRESS TYPE NAME..."; 0: not there. */
static uint64_t address_in(const char *text, const char *name)
{
	const size_t len = strlen(name);
	const char *at = text;

	while ((at = strstr(at, name))) {
		const char *line = at;

		while (line > text && line[-1] != '\n')
			line--;
		/* the whole name, behind address and type */
		if (at - line > 3 && at[-1] == ' ' && at[-3] == ' ' && strchr("\n\t ", at[len]))
			return strtoull(line, NULL, 16);
		at += len;
	}
	return 0;
}

int symbols_live_addresses(const char *const *name, unsigned int nr, uint64_t *address)
{
	char *text = read_whole(KALLSYMS);
	unsigned int i;

	if (!text)
		return -errno;
	for (i = 0; i < nr; i++)
		address[i] = address_in(text, name[i]);
	free(text);
	return 0;
}

int symbols_parse(struct symbols *syms, const char *text)
{
	unsigned int i;

	if (tep_parse_kallsyms(syms->tep, text))
		return -EINVAL;
	syms->none = false;
	for (i = 0; i < RWSEM_SLOW_PATHS; i++)
		range_in(text, rwsem_slow_paths[i], &syms->slow_path[i]);
	return 0;
}

/*
 * 100,000 lines and more take a tenth of a second: only when the first stack
 * is there. Without symbols everything else still works.
 */
static void load_live(struct symbols *syms)
{
	char *text = read_whole(KALLSYMS);

	syms->load_live = false;
	if (text)
		tep_parse_kallsyms(syms->tep, text);
	free(text);
}

static int check_anchor(const struct symbol_anchor *anchor, const char *text, const char *path,
			struct error *err)
{
	const uint64_t addr = anchor->name[0] ? address_in(text, anchor->name) : anchor->addr;

	if (anchor->name[0] && !addr)
		return error_set(err, -EINVAL,
				 "%s is no copy of /proc/kallsyms with addresses; make one as root: "
				 "cat /proc/kallsyms >FILE",
				 path);
	if (addr != anchor->addr)
		return error_set(err, -EINVAL,
				 "%s is of another kernel or another boot: %s is at %llx there, in "
				 "the recording at %llx; it must be copied from the machine that "
				 "recorded, before its next boot",
				 path, anchor->name, (unsigned long long)addr,
				 (unsigned long long)anchor->addr);
	return 0;
}

bool symbols_know_slow_paths(const struct symbols *syms)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < RWSEM_SLOW_PATHS; i++)
		any |= syms->slow_path[i].start != 0;
	return any;
}

int symbols_load(struct symbols *syms, const char *path, struct error *err)
{
	char *text = read_whole(path);
	int ret;

	if (!text)
		return error_set(err, -errno, "cannot read %s: %s", path,
				 errno == EINVAL ? "it is not a regular file" : strerror(errno));
	if (!syms->tep)
		ret = error_set(err, -ENOTSUP, "this kind of file takes no symbols from %s", path);
	else
		ret = check_anchor(&syms->anchor, text, path, err);
	if (!ret && symbols_parse(syms, text))
		ret = error_set(err, -EINVAL, "%s is no copy of /proc/kallsyms", path);
	free(text);
	return ret;
}

void symbol_find(struct symbols *syms, uint64_t addr, struct symbol *sym)
{
	const char *name;
	size_t len;

	memset(sym, 0, sizeof(*sym));
	if (syms->find)
		syms->find(syms->ctx, addr, sym);
	if (syms->find || !syms->tep)
		return;
	if (syms->load_live)
		load_live(syms);
	name = tep_find_function(syms->tep, addr);
	if (!name)
		return;
	len = strcspn(name, ".");
	if (len >= sizeof(sym->name))
		len = sizeof(sym->name) - 1;
	memcpy(sym->name, name, len);
	sym->offset = addr - tep_find_function_address(syms->tep, addr);
}
