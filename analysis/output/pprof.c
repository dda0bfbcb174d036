// SPDX-License-Identifier: GPL-2.0-only
/*
 * A profile of pprof: profile.proto in gzip
 * (https://github.com/google/pprof/blob/main/proto/profile.proto).
 *
 * Of a row, the texts before the stack are labels, by the names of their columns; unknown
 * ones are left out. nr_waits and wait_ns are the values. A function is a location without an
 * address: pprof never looks for symbols then.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "analysis/output/output.h"
#include "analysis/output/stack_frames.h"
#include "lib/hash.h"
#include "lib/proto_out.h"
#include "lib/saturate.h"
#include "lib/text.h"

/* Fields of the messages. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING = 6,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS = 10,
	PROFILE_COMMENT = 13,
	PROFILE_DEFAULT_TYPE = 14,

	VALUE_TYPE = 1,
	VALUE_UNIT = 2,

	SAMPLE_LOCATION = 1,
	SAMPLE_VALUE = 2,
	SAMPLE_LABEL = 3,

	LABEL_KEY = 1,
	LABEL_TEXT = 2,

	LOCATION_ID = 1,
	LOCATION_LINE = 4,
	LINE_FUNCTION = 1,

	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_SYSTEM_NAME = 3,
};

/* A text of the string table, and of the location with that name. */
struct string {
	UT_hash_handle hh;
	uint64_t index;	   /* in the string table */
	uint64_t location; /* 0: none */
	char text[];
};

struct profile {
	struct proto_out out;
	struct string *strings; /* by text */
	uint64_t nr_strings, nr_locations;
};

static struct string *intern(struct profile *p, const char *text)
{
	const size_t len = strlen(text);
	struct string *s;

	HASH_FIND(hh, p->strings, text, len, s);
	if (s)
		return s;
	s = calloc(1, sizeof(*s) + len + 1);
	if (!s)
		return NULL;
	memcpy(s->text, text, len);
	s->index = p->nr_strings++;
	HASH_ADD(hh, p->strings, text[0], len, s);
	proto_put_text(&p->out, PROFILE_STRING, s->text);
	return s;
}

/* The index of @text; without memory 0, and the profile has failed. */
static uint64_t index_of(struct profile *p, const char *text)
{
	const struct string *s = intern(p, text);

	p->out.failed |= !s;
	return s ? s->index : 0;
}

/* The location of the function @name, which is added if it is new. */
static uint64_t location_of(struct profile *p, const char *name)
{
	struct string *s = intern(p, name);
	size_t location, line;

	p->out.failed |= !s;
	if (!s || s->location)
		return s ? s->location : 0;
	s->location = ++p->nr_locations;
	location = proto_begin(&p->out, PROFILE_FUNCTION);
	proto_put_number(&p->out, FUNCTION_ID, s->location);
	proto_put_number(&p->out, FUNCTION_NAME, s->index);
	proto_put_number(&p->out, FUNCTION_SYSTEM_NAME, s->index);
	proto_end(&p->out, location);
	location = proto_begin(&p->out, PROFILE_LOCATION);
	proto_put_number(&p->out, LOCATION_ID, s->location);
	line = proto_begin(&p->out, LOCATION_LINE);
	proto_put_number(&p->out, LINE_FUNCTION, s->location);
	proto_end(&p->out, line);
	proto_end(&p->out, location);
	return s->location;
}

static void add_type(struct profile *p, const char *type, const char *unit)
{
	const uint64_t type_index = index_of(p, type), unit_index = index_of(p, unit);
	size_t at = proto_begin(&p->out, PROFILE_SAMPLE_TYPE);

	proto_put_number(&p->out, VALUE_TYPE, type_index);
	proto_put_number(&p->out, VALUE_UNIT, unit_index);
	proto_end(&p->out, at);
}

static int begin(struct output *o, const struct output_head *head)
{
	const struct capture_info *info = head->info;
	struct profile *p = calloc(1, sizeof(*p));
	char text[FILTER_TEXT_LEN], shown[FILTER_TEXT_LEN];

	o->state = p;
	if (!p)
		return -ENOMEM;
	/* the first string must be empty */
	index_of(p, "");
	add_type(p, "contentions", "count");
	add_type(p, "delay", "nanoseconds");
	proto_put_number(&p->out, PROFILE_DEFAULT_TYPE, index_of(p, "delay"));
	if (info->clock_offset_ns && info->first_ns)
		proto_put_number(&p->out, PROFILE_TIME_NANOS,
				 info->first_ns + info->clock_offset_ns);
	proto_put_number(&p->out, PROFILE_DURATION_NANOS, sat_sub(info->last_ns, info->first_ns));
	if (head->filter) {
		filter_text(text, sizeof(text), head->filter);
		text_shown(shown, sizeof(shown), text);
		proto_put_number(&p->out, PROFILE_COMMENT, index_of(p, shown));
	}
	return 0;
}

static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	(void)o;
	(void)t;
	(void)notes;
	return 0;
}

static unsigned int add_stack(struct profile *p, uint64_t location[STACK_FRAMES_MAX],
			      const struct cell *stack)
{
	struct stack_frame frame[STACK_FRAMES_MAX];
	char name[FRAME_NAME_LEN];
	unsigned int nr = stack_frames(frame, cell_text(stack)), i;

	if (!nr) {
		location[0] = location_of(p, NO_STACK);
		return 1;
	}
	for (i = 0; i < nr; i++)
		location[i] = location_of(p, frame_shown(name, frame[i].name, frame[i].len));
	return nr;
}

static void add_packed(struct proto_out *out, uint32_t field, const uint64_t *value,
		       unsigned int nr)
{
	size_t at = proto_begin(out, field);
	unsigned int i;

	for (i = 0; i < nr; i++)
		proto_put_packed(out, value[i]);
	proto_end(out, at);
}

/* Labels before the sample: a new text is a field of the profile, not of the sample. */
struct label {
	uint64_t key, text;
};

#define MAX_LABELS 16

static unsigned int find_labels(struct profile *p, struct label label[MAX_LABELS],
				const struct table *t, const struct cell *row, unsigned int stack)
{
	char shown[FRAME_NAME_LEN];
	unsigned int i, nr = 0;

	for (i = 0; i < stack && nr < MAX_LABELS; i++) {
		if (row[i].type != CELL_TEXT)
			continue;
		frame_shown(shown, row[i].text, strlen(row[i].text));
		label[nr].key = index_of(p, t->def->columns[i].name);
		label[nr++].text = index_of(p, shown);
	}
	return nr;
}

static int add_row(struct output *o, const struct table *t, size_t row)
{
	const int stack = table_column(t->def, "stack"), count = table_column(t->def, "nr_waits"),
		  ns = table_column(t->def, "wait_ns");
	const struct cell *cell = t->rows[row];
	uint64_t location[STACK_FRAMES_MAX], value[2];
	struct label label[MAX_LABELS];
	struct profile *p = o->state;
	unsigned int nr_locations, nr_labels, i;
	size_t sample, at;

	if (stack < 0 || count < 0 || ns < 0)
		return 0;
	value[0] = cell_int(&cell[count], 0);
	value[1] = cell_int(&cell[ns], 0);
	nr_locations = add_stack(p, location, &cell[stack]);
	nr_labels = find_labels(p, label, t, cell, stack);
	sample = proto_begin(&p->out, PROFILE_SAMPLE);
	add_packed(&p->out, SAMPLE_LOCATION, location, nr_locations);
	add_packed(&p->out, SAMPLE_VALUE, value, 2);
	for (i = 0; i < nr_labels; i++) {
		at = proto_begin(&p->out, SAMPLE_LABEL);
		proto_put_number(&p->out, LABEL_KEY, label[i].key);
		proto_put_number(&p->out, LABEL_TEXT, label[i].text);
		proto_end(&p->out, at);
	}
	proto_end(&p->out, sample);
	return p->out.failed ? -ENOMEM : 0;
}

/* In the format of gzip, without a time and a name: the same database gives the same file. */
static int write_gzip(FILE *f, const struct proto_out *out)
{
	z_stream z = { .next_in = out->bytes, .avail_in = out->nr };
	unsigned char buf[16384];
	int rc;

	if (out->nr > UINT32_MAX)
		return -EFBIG;
	/* 15 bits of window, and 16: with the header of gzip */
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return -ENOMEM;
	do {
		z.next_out = buf;
		z.avail_out = sizeof(buf);
		rc = deflate(&z, Z_FINISH);
		fwrite(buf, 1, sizeof(buf) - z.avail_out, f);
	} while (rc == Z_OK);
	deflateEnd(&z);
	return rc == Z_STREAM_END ? 0 : -EIO;
}

static int end(struct output *o, int ret)
{
	struct profile *p = o->state;
	struct string *s, *next;

	if (!p)
		return ret;
	if (!ret && p->out.failed)
		ret = -ENOMEM;
	if (!ret)
		ret = write_gzip(o->f, &p->out);
	HASH_ITER(hh, p->strings, s, next) {
		HASH_DEL(p->strings, s);
		free(s);
	}
	proto_free(&p->out);
	free(p);
	return ret;
}

const struct output_ops pprof_ops = {
	.binary = true,
	.begin = begin,
	.begin_table = begin_table,
	.row = add_row,
	.end_table = output_unseen,
	.end = end,
};
