// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_formats.h"

#include <stdint.h>
#include <stdlib.h>
#include <traceevent/event-parse.h>

#include "collector/cursor.h"
#include "collector/symbols.h"

/* tools/perf/util/trace-event-info.c: the beginning of a trace-cmd file of version 6 */
#define MAGIC "\x17\x08\x44tracing"

/* A format has a few kilobytes. */
#define MAX_FORMAT (1 << 20)

/* A text of @nr bytes for a parser that wants a NUL, to be freed; NULL: there is none. */
static char *text_of(const void *data, size_t nr)
{
	char *text = data && nr ? malloc(nr + 1) : NULL;

	if (!text)
		return NULL;
	memcpy(text, data, nr);
	text[nr] = '\0';
	return text;
}

/* One system's formats, or with @system "ftrace" those that have no system in the file. */
static bool take_formats(struct tep_handle *tep, struct cursor *c, const char *system)
{
	uint32_t nr = take_u32(c);
	bool any = false;

	for (; nr && !c->bad; nr--) {
		uint64_t bytes = take_u64(c);
		const char *format = take(c, bytes);

		if (format && bytes < MAX_FORMAT)
			any |= !tep_parse_event(tep, format, bytes, system);
	}
	return any;
}

static void take_word_size(struct tep_handle *tep, struct cursor *c)
{
	const uint8_t *order = take(c, 1), *word = take(c, 1);
	uint32_t page = take_u32(c);

	if (c->bad)
		return;
	tep_set_file_bigendian(tep, *order ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, *word);
	tep_set_page_size(tep, page);
}

/* kallsyms: empty since Linux 3.19, but for files that others write. */
static void take_symbols(struct symbols *syms, struct cursor *c)
{
	uint32_t nr = take_u32(c);
	char *text = text_of(take(c, nr), nr);

	if (text)
		symbols_parse(syms, text);
	free(text);
}

static void take_names(struct tep_handle *tep, struct cursor *c)
{
	uint64_t nr = take_u64(c);
	char *text = text_of(take(c, nr), nr);

	if (text)
		tep_parse_saved_cmdlines(tep, text);
	free(text);
}

bool perfdata_formats(struct symbols *syms, const void *data, size_t nr)
{
	struct tep_handle *tep = syms->tep;
	struct cursor c = cursor_of(data, nr);
	const void *magic = take(&c, sizeof(MAGIC) - 1);
	const char *version = take_string(&c);
	bool any;
	uint32_t i;

	if (c.bad || memcmp(magic, MAGIC, sizeof(MAGIC) - 1))
		return false;
	take_word_size(tep, &c);
	/* header_page and header_event: of the ring buffer that perf does not use */
	for (i = 0; i < 2; i++) {
		take_string(&c);
		take(&c, take_u64(&c));
	}
	any = take_formats(tep, &c, "ftrace");
	for (i = take_u32(&c); i && !c.bad; i--) {
		const char *system = take_string(&c);

		if (system)
			any |= take_formats(tep, &c, system);
	}
	take_symbols(syms, &c);
	take(&c, take_u32(&c)); /* printk formats */
	if (version && strcmp(version, "0.5") > 0)
		take_names(tep, &c);
	return any;
}
