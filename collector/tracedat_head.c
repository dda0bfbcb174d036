// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracedat_head.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <traceevent/event-parse.h>
#include <unistd.h>

/*
 * Exported by trace-cmd's library for its own programs, in no header that
 * Debian installs.
 */
struct tracecmd_compression;
bool tracecmd_is_version_supported(unsigned int version);
bool tracecmd_compress_is_supported(const char *name, const char *version);
struct tracecmd_compression *tracecmd_compress_alloc(const char *name, const char *version, int fd,
						     struct tep_handle *tep, void *msg_handle);
void tracecmd_compress_destroy(struct tracecmd_compression *handle);
int tracecmd_uncompress_block(struct tracecmd_compression *handle);
int tracecmd_compress_buffer_read(struct tracecmd_compression *handle, char *dst, int len);

/* Options and sections, trace-cmd.dat.v7(5) */
enum {
	OPTION_DONE = 0,
	OPTION_BUFFER = 3,
	OPTION_TRACECLOCK = 4,
	OPTION_TSC2NSEC = 14,
	OPTION_BUFFER_TEXT = 22,
};

#define SECTION_COMPRESSED 1
#define FIRST_SECTIONED	   7 /* version */

/* Limit of the options of a file, and of a chain of sections; real files stay far below. */
#define MAX_OPTION_BYTES (4 << 20)
#define MAX_SECTIONS	 64

/* Reads from the file, or from bytes that were read before; @bad: a read failed. */
struct head_reader {
	int fd;
	const uint8_t *mem; /* NULL: read from the file */
	off_t at, end;
	bool big_endian, bad;
};

static void take(struct head_reader *r, void *to, size_t nr)
{
	memset(to, 0, nr);
	if (r->bad || (off_t)nr > r->end - r->at)
		r->bad = true;
	else if (r->mem)
		memcpy(to, r->mem + r->at, nr);
	else if (pread(r->fd, to, nr, r->at) != (ssize_t)nr)
		r->bad = true;
	r->at += nr;
}

static void skip(struct head_reader *r, uint64_t nr)
{
	if (r->bad || nr > (uint64_t)(r->end - r->at))
		r->bad = true;
	else
		r->at += nr;
}

static uint64_t take_int(struct head_reader *r, unsigned int nr)
{
	uint8_t raw[8];
	uint64_t v = 0;
	unsigned int i;

	take(r, raw, nr);
	for (i = 0; i < nr; i++)
		v = v << 8 | raw[r->big_endian ? i : nr - 1 - i];
	return v;
}

/* Read a text up to its NUL and make it printable; cut to @room. */
static void take_string(struct head_reader *r, char *text, size_t room)
{
	size_t len = 0;
	char c;

	do {
		take(r, &c, 1);
		if (len + 1 < room)
			text[len++] = !c || isgraph((unsigned char)c) ? c : '?';
	} while (c && !r->bad);
	text[len] = '\0';
}

/* "local global [mono] boot": the one in brackets is on. */
static void parse_clock(struct head_reader *r, char clock[TRACEDAT_NAME_LEN])
{
	bool inside = false;
	size_t len = 0;
	char c;

	while (r->at < r->end && !r->bad) {
		take(r, &c, 1);
		if (c == ']' || !c)
			break;
		if (inside && len + 1 < TRACEDAT_NAME_LEN)
			clock[len++] = isgraph((unsigned char)c) ? c : '?';
		inside |= c == '[';
	}
	clock[len] = '\0';
}

/* Version 7 has more about a buffer than its name. */
static void parse_buffer(struct tracedat_head *head, struct head_reader *r)
{
	struct tracedat_buffer *buf = &head->buffer[head->nr_buffers];
	uint64_t nr_cpus, i;

	if (head->version < FIRST_SECTIONED || head->nr_buffers == TRACEDAT_MAX_BUFFERS)
		return;
	skip(r, 8); /* offset */
	take_string(r, buf->name, sizeof(buf->name));
	take_string(r, buf->clock, sizeof(buf->clock));
	skip(r, 4); /* page size */
	nr_cpus = take_int(r, 4);
	for (i = 0; i < nr_cpus && !r->bad; i++) {
		skip(r, 4 + 8); /* CPU, offset */
		buf->has_data |= take_int(r, 8) > 0;
	}
	head->nr_buffers += !r->bad;
}

/* Returns the offset of the next options; 0: there are none. */
static uint64_t parse_options(struct tracedat_head *head, struct head_reader *r)
{
	while (!r->bad) {
		uint16_t id = take_int(r, 2);
		uint32_t nr;
		struct head_reader option;

		if (head->version < FIRST_SECTIONED && id == OPTION_DONE)
			return 0;
		nr = take_int(r, 4);
		option = *r;
		skip(r, nr);
		option.end = r->at;
		if (r->bad)
			return 0;
		switch (id) {
		case OPTION_DONE:
			return take_int(&option, 8);
		case OPTION_BUFFER:
			parse_buffer(head, &option);
			break;
		case OPTION_BUFFER_TEXT:
			head->is_text = true;
			break;
		case OPTION_TRACECLOCK:
			parse_clock(&option, head->clock);
			break;
		case OPTION_TSC2NSEC:
			head->mult = take_int(&option, 4);
			head->shift = take_int(&option, 4);
			break;
		default:
			break;
		}
	}
	return 0;
}

/* The bytes of a section, uncompressed; to be freed. NULL: there is no such section. */
static uint8_t *read_section(const struct tracedat_head *head, struct head_reader *r, off_t *nr)
{
	struct tracecmd_compression *comp = NULL;
	struct tep_handle *tep = NULL;
	uint8_t *data = malloc(MAX_OPTION_BYTES);
	bool compressed;
	uint64_t bytes;

	skip(r, 2); /* id */
	compressed = take_int(r, 2) & SECTION_COMPRESSED;
	skip(r, 4); /* description */
	bytes = take_int(r, 8);
	*nr = bytes < MAX_OPTION_BYTES ? bytes : MAX_OPTION_BYTES;
	if (!data || r->bad)
		goto fail;
	if (!compressed) {
		take(r, data, *nr);
		if (r->bad)
			goto fail;
		return data;
	}
	tep = tep_alloc();
	if (tep) {
		tep_set_file_bigendian(tep, head->big_endian);
		tep_set_local_bigendian(tep, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
		comp = tracecmd_compress_alloc(head->compression, NULL, r->fd, tep, NULL);
	}
	*nr = 0;
	/* the library reads a block from the present file position */
	if (comp && lseek(r->fd, r->at, SEEK_SET) == r->at && !tracecmd_uncompress_block(comp))
		*nr = tracecmd_compress_buffer_read(comp, (char *)data, MAX_OPTION_BYTES);
	if (comp)
		tracecmd_compress_destroy(comp);
	tep_free(tep);
	if (*nr > 0)
		return data;
fail:
	free(data);
	return NULL;
}

static void read_sections(struct tracedat_head *head, struct head_reader *r)
{
	uint64_t at = take_int(r, 8);
	unsigned int i;

	for (i = 0; i < MAX_SECTIONS && at && at < (uint64_t)r->end && !r->bad; i++) {
		struct head_reader section = { .big_endian = r->big_endian };
		uint8_t *data;

		r->at = at;
		data = read_section(head, r, &section.end);
		if (!data)
			return;
		section.mem = data;
		at = parse_options(head, &section);
		free(data);
	}
}

/* Version 6: the options come after everything else but the events. */
static void read_unsectioned(struct tracedat_head *head, struct head_reader *r)
{
	char text[TRACEDAT_NAME_LEN];
	uint64_t i, j, nr, nr_systems;

	for (i = 0; i < 2; i++) {
		/* header_page, header_event */
		take_string(r, text, sizeof(text));
		skip(r, take_int(r, 8));
	}
	nr = take_int(r, 4);
	for (i = 0; i < nr && !r->bad; i++)
		skip(r, take_int(r, 8));
	nr_systems = take_int(r, 4);
	for (i = 0; i < nr_systems && !r->bad; i++) {
		take_string(r, text, sizeof(text));
		nr = take_int(r, 4);
		for (j = 0; j < nr && !r->bad; j++)
			skip(r, take_int(r, 8));
	}
	skip(r, take_int(r, 4)); /* kallsyms */
	skip(r, take_int(r, 4)); /* printk */
	skip(r, take_int(r, 8)); /* command lines */
	skip(r, 4);		 /* CPUs */
	take(r, text, 10);
	if (!r->bad && !memcmp(text, "options", 7)) {
		parse_options(head, r);
		take(r, text, 10);
	}
	head->is_text |= !r->bad && !memcmp(text, "latency", 7);
}

static int check_magic(struct head_reader *r, const char *path, struct error *err)
{
	char head[TRACEDAT_MAGIC_BYTES];

	errno = 0;
	take(r, head, sizeof(head));
	if (r->bad && errno)
		return error_set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	if (r->bad || memcmp(head, TRACEDAT_MAGIC, sizeof(head)))
		return error_set(err, -EBADMSG, "%s is not a trace-cmd file", path);
	return 0;
}

/* Version, byte order, word and page size, and how the rest is compressed. */
static int read_start(struct tracedat_head *head, struct head_reader *r, const char *path,
		      struct error *err)
{
	char text[TRACEDAT_NAME_LEN];

	take_string(r, text, sizeof(text));
	head->version = atoi(text);
	if (r->bad)
		return 0;
	if (!tracecmd_is_version_supported(head->version))
		return error_set(err, -ENOTSUP,
				 "%s is a trace-cmd file of version %s, which trace-cmd's library "
				 "here cannot read; where it can be read: trace-cmd convert "
				 "--file-version 7",
				 path, text);
	r->big_endian = head->big_endian = take_int(r, 1);
	skip(r, 1 + 4);
	if (head->version < FIRST_SECTIONED)
		return 0;
	take_string(r, head->compression, sizeof(head->compression));
	take_string(r, text, sizeof(text)); /* of the compressor */
	/* the name is missing: the library will call the file damaged */
	if (r->bad || strchr(head->compression, '?') || !strcmp(head->compression, "none") ||
	    tracecmd_compress_is_supported(head->compression, text))
		return 0;
	return error_set(err, -ENOTSUP,
			 "%s is compressed with %s, which trace-cmd's library here cannot read; "
			 "where it was recorded: trace-cmd convert --compression none",
			 path, head->compression);
}

/* The first instance's clock is the file's; version 7 has that of each buffer, too. */
static void find_clock(struct tracedat_head *head)
{
	unsigned int i;

	for (i = 0; i < head->nr_buffers; i++) {
		const struct tracedat_buffer *buf = &head->buffer[i];

		if (buf->clock[0] && (buf->has_data || !head->clock[0]))
			memcpy(head->clock, buf->clock, sizeof(head->clock));
		if (buf->has_data)
			break;
	}
}

int tracedat_head_read(struct tracedat_head *head, int fd, const char *path, struct error *err)
{
	off_t stands = lseek(fd, 0, SEEK_CUR);
	struct head_reader r = { .fd = fd, .end = lseek(fd, 0, SEEK_END) };
	int ret;

	memset(head, 0, sizeof(*head));
	if (r.end < 0)
		return error_set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	ret = check_magic(&r, path, err);
	if (!ret)
		ret = read_start(head, &r, path, err);
	if (!ret && head->version < FIRST_SECTIONED)
		read_unsectioned(head, &r);
	else if (!ret)
		read_sections(head, &r);
	find_clock(head);
	lseek(fd, stands, SEEK_SET);
	return ret;
}

/* Documentation/trace/ftrace.rst: trace_clock */
static const struct {
	const char *name;
	const char *unit; /* NULL: nanoseconds */
} clocks[] = {
	{ "local", NULL },
	{ "global", NULL },
	{ "mono", NULL },
	{ "mono_raw", NULL },
	{ "boot", NULL },
	{ "tai", NULL },
	{ "perf", NULL },
	{ "x86-tsc", "cycles of the processor, and the file has no factor for them" },
	{ "counter", "the number of the event" },
	{ "uptime", "ticks of the timer" },
};

#define NR_CLOCKS (sizeof(clocks) / sizeof(*clocks))

int tracedat_head_clock(const struct tracedat_head *head, const char **clock, const char *path,
			struct error *err)
{
	const char *name = head->clock, *unit = "a unit that is not known here";
	bool is_tsc = !strcmp(name, "x86-tsc") || !strcmp(name, "tsc2nsec");
	unsigned int i;

	*clock = NULL;
	/* the library multiplies, whatever the clock is */
	if (head->mult && (head->mult > INT32_MAX || head->shift > 32 || !is_tsc))
		return error_set(err, -ENOTSUP,
				 "%s has a factor for the times of clock %s that cannot be right; "
				 "record again with trace-cmd record -C mono",
				 path, name[0] ? name : "(no name)");
	if (head->mult)
		*clock = "tsc2nsec";
	if (head->mult || !name[0])
		return 0;
	for (i = 0; i < NR_CLOCKS; i++) {
		if (strcmp(clocks[i].name, name))
			continue;
		if (clocks[i].unit)
			unit = clocks[i].unit;
		else
			*clock = clocks[i].name;
	}
	if (*clock)
		return 0;
	return error_set(err, -ENOTSUP,
			 "%s was recorded with the trace clock %s: its times are %s; record again "
			 "with trace-cmd record -C mono",
			 path, name, unit);
}
