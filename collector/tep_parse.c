// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two functions of libtraceevent, made anew. The dynamic linker looks for a name in the program
 * first, so libtracecmd calls these as it opens a file. The library's own are most of what that
 * costs: they parse the formats of a thousand events, and each symbol with sscanf(3).
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "collector/decode.h"

/* KSYM_NAME_LEN, include/linux/kallsyms.h; a module's name is shorter. */
#define NAME_MAX_LEN 512

#define FORMAT_BEGIN "name: "

/* Whether decode() knows the event of @format, which begins with its name. */
static bool is_decoded(const char *format, unsigned long size, const char *system)
{
	const size_t begin = strlen(FORMAT_BEGIN);
	const char *name = format + begin, *end = NULL;
	enum event_id id;

	if (size > begin && !memcmp(format, FORMAT_BEGIN, begin))
		end = memchr(name, '\n', size - begin);
	/* the library shall say what is wrong with it */
	if (!end)
		return true;
	for (id = 0; id < NR_EVENTS; id++)
		if (event_name(id) && !strcmp(event_system(id), system) &&
		    strlen(event_name(id)) == (size_t)(end - name) &&
		    !memcmp(event_name(id), name, end - name))
			return true;
	return false;
}

/* Formats of other events are left out. */
enum tep_errno tep_parse_event(struct tep_handle *tep, const char *format, unsigned long size,
			       const char *system)
{
	struct tep_event *event = NULL;

	return is_decoded(format, size, system)
		       ? tep_parse_format(tep, &event, format, size, system)
		       : 0;
}

/* The address at @line. Returns what is behind it, or @line: there is none. */
static const char *take_address(const char *line, uint64_t *addr)
{
	const char *at = line;

	for (*addr = 0; at - line < 16; at++) {
		if (*at >= '0' && *at <= '9')
			*addr = *addr << 4 | (*at - '0');
		else if ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'f')
			*addr = *addr << 4 | ((*at | 0x20) - 'a' + 10);
		else
			break;
	}
	return at;
}

/* The name at @at, whose end becomes *@end. Returns whether there is one, which fits in @name. */
static bool take_name(const char *at, const char **end, char name[NAME_MAX_LEN])
{
	const size_t len = strcspn(at, " \t\n\v\f\r");

	*end = at + len;
	if (!len || len >= NAME_MAX_LEN)
		return false;
	memcpy(name, at, len);
	name[len] = '\0';
	return true;
}

/* "[MODULE]" at *@end, which moves behind it. Returns whether it is there, and fits in @module. */
static bool take_module(const char **end, char module[NAME_MAX_LEN])
{
	const char *begin = *end + 1;

	if (*begin != '[' || !take_name(begin + 1, end, module) || *end - begin < 3)
		return false;
	module[*end - begin - 2] = '\0';
	return (*end)[-1] == ']';
}

/*
 * Register the symbol of @line, "ADDRESS TYPE NAME" or "ADDRESS TYPE NAME\t[MODULE]". Returns
 * the end of the line, or NULL: it is another kind of line.
 */
static const char *take_symbol(struct tep_handle *tep, const char *line)
{
	char name[NAME_MAX_LEN], module[NAME_MAX_LEN];
	const char *at, *end;
	bool of_module;
	uint64_t addr;
	char type;

	at = take_address(line, &addr);
	if (at == line || at[0] != ' ' || at[1] <= ' ' || at[2] != ' ')
		return NULL;
	type = at[1];
	if (!take_name(at + 3, &end, name))
		return NULL;
	of_module = *end == '\t';
	if ((of_module && !take_module(&end, module)) || (*end && *end != '\n'))
		return NULL;
	/* no functions: marks of code and data on arm, and offsets of variables of a CPU on x86 */
	if (name[0] != '$' && type != 'A' && type != 'a')
		tep_register_function(tep, name, addr, of_module ? module : NULL);
	return end;
}

/* What the library says of @text, from the first line on that is not as the kernel writes it. */
static int parse_odd(struct tep_handle *tep, const char *text)
{
	int (*parse)(struct tep_handle *, const char *);

	*(void **)&parse = dlsym(RTLD_NEXT, "tep_parse_kallsyms");
	return parse ? parse(tep, text) : -1;
}

int tep_parse_kallsyms(struct tep_handle *tep, const char *text)
{
	while (*text) {
		const char *end = take_symbol(tep, text);

		if (!end)
			return parse_odd(tep, text);
		text = end + (*end == '\n');
	}
	return 0;
}
