// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_file.h"

#include <errno.h>
#include <stdlib.h>
#include <traceevent/event-parse.h>
#include <unistd.h>

#include "collector/perfdata_formats.h"
#include "collector/perfdata_zstd.h"
#include "collector/source_file.h"

/* Features, tools/perf/util/header.h */
enum {
	FEATURE_TRACING_DATA = 1,
	FEATURE_OSRELEASE = 4,
	FEATURE_VERSION = 5,
	FEATURE_NRCPUS = 7,
	FEATURE_CMDLINE = 11,
	FEATURE_DIR_FORMAT = 24,
	NR_FEATURES = 256,
};

#define MAGIC_V1 "PERFFILE"

/* Limits of what a real file has: events, ids (one per event and CPU), bytes of a feature. */
#define MAX_ATTRS	  65536
#define MAX_IDS		  (1 << 18)
#define MAX_FEATURE_BYTES (64 << 20)

#define BUF_BYTES (1 << 20)

struct section {
	uint64_t at, bytes;
};

/* struct perf_file_header */
struct head {
	char magic[PERFDATA_MAGIC_BYTES];
	uint64_t bytes; /* of this; of a pipe's, which has no more, 16 */
	uint64_t attr_bytes;
	struct section attrs, data, event_types;
	uint64_t features[NR_FEATURES / 64];
};

#define PIPE_HEAD_BYTES 16

static const char again[] = "; record again, and end perf record with Ctrl-C, or copy the file "
			    "again from where it was recorded";

/* @nr bytes of the file at @at, to be freed. NULL: they are not there, or no memory. */
static void *read_part(const struct perfdata_file *f, uint64_t at, uint64_t nr)
{
	void *data;

	if (!nr || at > f->file_bytes || nr > f->file_bytes - at || nr > MAX_FEATURE_BYTES)
		return NULL;
	data = malloc(nr);
	if (data && pread(f->fd, data, nr, at) != (ssize_t)nr) {
		free(data);
		return NULL;
	}
	return data;
}

static int add_id(struct perfdata_file *f, uint64_t id, uint32_t attr)
{
	struct perfdata_id *known;

	HASH_FIND(hh, f->ids, &id, sizeof(id), known);
	if (known || f->nr_ids == MAX_IDS)
		return 0;
	known = calloc(1, sizeof(*known));
	if (!known)
		return -ENOMEM;
	known->id = id;
	known->attr = attr;
	HASH_ADD(hh, f->ids, id, sizeof(known->id), known);
	f->nr_ids++;
	return 0;
}

/* One more event: struct perf_event_attr as far as the file has it, and its ids. */
static int add_attr(struct perfdata_file *f, struct cursor attr, struct cursor ids)
{
	struct perfdata_attr *grown;
	struct perf_event_attr *a;
	size_t nr = cursor_left(&attr);

	if (f->nr_attrs == MAX_ATTRS)
		return 0;
	grown = realloc(f->attrs, (f->nr_attrs + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	f->attrs = grown;
	a = &grown[f->nr_attrs].attr;
	memset(&grown[f->nr_attrs], 0, sizeof(*grown));
	memcpy(a, attr.at, nr < sizeof(*a) ? nr : sizeof(*a));
	f->identifier = (!f->nr_attrs || f->identifier) && a->sample_type & PERF_SAMPLE_IDENTIFIER;
	f->nr_attrs++;
	grown[f->nr_attrs - 1].nr_ids = cursor_left(&ids) / sizeof(uint64_t);
	while (cursor_left(&ids) >= sizeof(uint64_t))
		if (add_id(f, take_u64(&ids), f->nr_attrs - 1))
			return -ENOMEM;
	return 0;
}

struct perfdata_attr *perfdata_attr_of(struct perfdata_file *f, uint64_t id)
{
	struct perfdata_id *known;

	HASH_FIND(hh, f->ids, &id, sizeof(id), known);
	return known ? &f->attrs[known->attr] : NULL;
}

/* File mode: all events, each with the section of the file that has its ids. */
static int read_attrs(struct perfdata_file *f, const struct head *h)
{
	uint64_t stride = h->attr_bytes, nr = stride ? h->attrs.bytes / stride : 0, i;
	uint8_t *all = read_part(f, h->attrs.at, h->attrs.bytes);
	int ret = all ? 0 : -EBADMSG;

	if (stride < PERF_ATTR_SIZE_VER0 + sizeof(struct section) || nr > MAX_ATTRS)
		ret = -EBADMSG;
	for (i = 0; !ret && i < nr; i++) {
		const size_t attr_bytes = stride - sizeof(struct section);
		struct section where;
		void *ids;

		memcpy(&where, all + i * stride + attr_bytes, sizeof(where));
		/* an event alone needs none */
		ids = read_part(f, where.at, where.bytes);
		ret = add_attr(f, cursor_of(all + i * stride, attr_bytes),
			       cursor_of(ids, ids ? where.bytes : 0));
		free(ids);
	}
	free(all);
	return ret;
}

/* A text with its length before it. */
static void read_text(char to[64], struct cursor c)
{
	uint32_t nr = take_u32(&c), i;
	const char *text = take(&c, nr);

	if (!text)
		return;
	for (i = 0; i < nr && i + 1 < 64 && text[i]; i++)
		to[i] = text[i];
}

/* The words of the command line: whether one of them is an option that chooses CPUs. */
static bool has_cpu_option(struct cursor c)
{
	uint32_t nr = take_u32(&c);

	while (nr-- && !c.bad) {
		const uint32_t len = take_u32(&c);
		const char *word = take(&c, len);

		if (word && len > 2 &&
		    (!strncmp(word, "-C", 2) || (len > 5 && !strncmp(word, "--cpu", 5))))
			return true;
	}
	return false;
}

unsigned int perfdata_nr_chosen_cpus(const struct perfdata_file *f)
{
	unsigned int i, nr = 0;

	for (i = 0; i < f->nr_attrs; i++)
		if (f->attrs[i].attr.type == PERF_TYPE_TRACEPOINT && f->attrs[i].nr_ids > nr)
			nr = f->attrs[i].nr_ids;
	return f->has_cpu_option && nr < f->nr_cpus ? nr : 0;
}

static void read_feature(struct perfdata_file *f, uint64_t id, const void *data, size_t nr)
{
	struct cursor c = cursor_of(data, nr);

	if (id == FEATURE_TRACING_DATA)
		f->has_formats |= perfdata_formats(&f->symbols, data, nr);
	else if (id == FEATURE_OSRELEASE)
		read_text(f->release, c);
	else if (id == FEATURE_VERSION)
		read_text(f->version, c);
	else if (id == FEATURE_CMDLINE)
		f->has_cpu_option |= has_cpu_option(c);
	/* those that could be online, and those that were */
	else if (id == FEATURE_NRCPUS && take(&c, sizeof(uint32_t)))
		f->nr_cpus = take_u32(&c);
}

static bool is_read(uint64_t id)
{
	return id == FEATURE_TRACING_DATA || id == FEATURE_OSRELEASE || id == FEATURE_VERSION ||
	       id == FEATURE_CMDLINE || id == FEATURE_NRCPUS;
}

/* File mode: behind the records, a section for each feature in the order of their numbers. */
static void read_features(struct perfdata_file *f, const struct head *h)
{
	uint64_t at = h->data.at + h->data.bytes;
	unsigned int id;

	for (id = 0; id < NR_FEATURES; id++) {
		struct section *where, part;
		void *data;

		if (!(h->features[id / 64] >> id % 64 & 1))
			continue;
		where = read_part(f, at, sizeof(*where));
		if (!where)
			return;
		part = *where;
		free(where);
		at += sizeof(part);
		if (!is_read(id))
			continue;
		data = read_part(f, part.at, part.bytes);
		if (data)
			read_feature(f, id, data, part.bytes);
		free(data);
	}
}

static int check_head(const struct head *h, size_t nr, const char *path, struct error *err)
{
	if (nr >= PERFDATA_MAGIC_BYTES && !memcmp(h->magic, PERFDATA_MAGIC_SWAP, sizeof(h->magic)))
		return error_set(err, -ENOTSUP,
				 "%s was recorded on a machine of the other byte order; import it "
				 "on a machine of that kind",
				 path);
	if (nr >= PERFDATA_MAGIC_BYTES && !memcmp(h->magic, MAGIC_V1, sizeof(h->magic)))
		return error_set(err, -ENOTSUP,
				 "%s is a perf.data file of version 1 (before Linux 3.6), which is "
				 "not read here; record with a newer perf",
				 path);
	if (nr < PIPE_HEAD_BYTES || memcmp(h->magic, PERFDATA_MAGIC, sizeof(h->magic)))
		return error_set(err, -EBADMSG, "%s is no whole perf.data file%s", path, again);
	if (h->bytes != PIPE_HEAD_BYTES && (h->bytes != sizeof(*h) || nr < sizeof(*h)))
		return error_set(err, -EBADMSG, "%s is damaged or cut short in its head%s", path,
				 again);
	return 0;
}

static int read_head(struct perfdata_file *f, const char *path, struct error *err)
{
	struct head h = { 0 };
	ssize_t nr = pread(f->fd, &h, sizeof(h), 0);
	int ret;

	if (nr < 0)
		return error_set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	ret = check_head(&h, nr, path, err);
	if (ret)
		return ret;
	f->is_pipe = f->learning = h.bytes == PIPE_HEAD_BYTES;
	f->data_at = h.bytes;
	f->data_end = f->file_bytes;
	if (f->is_pipe)
		return 0;
	ret = read_attrs(f, &h);
	if (ret == -ENOMEM)
		return error_set(err, ret, "out of memory");
	if (ret || !f->nr_attrs)
		return error_set(err, -EBADMSG,
				 "%s is damaged or cut short: it does not say which events it "
				 "holds%s",
				 path, again);
	if (h.features[0] >> FEATURE_DIR_FORMAT & 1)
		return error_set(err, -ENOTSUP,
				 "%s is one part of what perf record --threads wrote, which is not "
				 "read here; record again without --threads",
				 path);
	if (!h.data.bytes)
		return error_set(err, -EBADMSG,
				 "%s was not finished: perf record writes the formats of its events "
				 "when it ends%s",
				 path, again);
	if (h.data.at > f->file_bytes || h.data.bytes > f->file_bytes - h.data.at)
		return error_set(err, -EBADMSG,
				 "%s is cut short: the formats of its events were at its end%s",
				 path, again);
	f->data_at = h.data.at;
	f->data_end = h.data.at + h.data.bytes;
	read_features(f, &h);
	return 0;
}

int perfdata_open(struct perfdata_file *f, const struct source_file *file, struct error *err)
{
	int ret;

	*f = (struct perfdata_file){
		.fd = file->fd,
		.file_bytes = file->nr_bytes,
		.ends_early = file->cut_at,
	};
	f->buf = malloc(BUF_BYTES);
	f->tep = tep_alloc();
	f->symbols = (struct symbols){ .tep = f->tep, .none = true };
	if (!f->buf || !f->tep)
		return error_set(err, -ENOMEM, "out of memory");
	tep_set_local_bigendian(f->tep, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	tep_set_file_bigendian(f->tep, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	ret = read_head(f, file->name, err);
	f->at = f->data_at;
	return ret;
}

void perfdata_close(struct perfdata_file *f)
{
	struct perfdata_id *id, *tmp;

	HASH_ITER(hh, f->ids, id, tmp) {
		HASH_DEL(f->ids, id);
		free(id);
	}
	free(f->attrs);
	free(f->buf);
	perfdata_zstd_free(f->zstd);
	if (f->tep)
		tep_free(f->tep);
	if (f->fd > 0)
		close(f->fd);
}

void perfdata_rewind(struct perfdata_file *f)
{
	f->at = f->data_at;
	f->learning = f->cut = f->damaged = false;
	if (f->zstd)
		perfdata_zstd_reset(f->zstd);
}

static int end_here(struct perfdata_file *f, const char *why)
{
	f->damaged = true;
	f->why = why;
	f->data_end = f->at;
	return 0;
}

/*
 * @nr bytes of the file at f->at in the buffer. Returns 1, 0 where the file does not have
 * them, or a negative errno.
 */
static int have(struct perfdata_file *f, size_t nr, struct error *err)
{
	size_t before = f->at - f->buf_at, want;
	ssize_t got;

	if (nr > f->data_end - f->at)
		return 0;
	if (f->at >= f->buf_at && before <= f->buf_nr && f->buf_nr - before >= nr)
		return 1;
	want = f->data_end - f->at < BUF_BYTES ? f->data_end - f->at : BUF_BYTES;
	got = pread(f->fd, f->buf, want, f->at);
	if (got < 0)
		return error_set(err, -errno, "cannot read on: %s", strerror(errno));
	f->buf_at = f->at;
	f->buf_nr = got;
	return f->buf_nr >= nr;
}

/* The record at f->at as a whole, with its head. Returns as have(). */
static int next_outer(struct perfdata_file *f, const uint8_t **rec, struct perf_event_header *head,
		      struct error *err)
{
	int ret = have(f, sizeof(*head), err);

	if (ret > 0) {
		memcpy(head, f->buf + (f->at - f->buf_at), sizeof(*head));
		if (head->size < sizeof(*head))
			return end_here(f, "a record without a size");
		ret = have(f, head->size, err);
	}
	if (!ret)
		f->cut = f->at < f->data_end;
	if (ret > 0)
		*rec = f->buf + (f->at - f->buf_at);
	return ret;
}

/* Step over what follows a record and is no record; @nr: bytes of it. */
static int skip_behind(struct perfdata_file *f, uint64_t nr)
{
	if (nr > f->data_end - f->at) {
		f->cut = true;
		f->at = f->data_end;
		return 0;
	}
	f->at += nr;
	return 1;
}

static int read_formats(struct perfdata_file *f, uint64_t nr)
{
	void *data = f->learning ? read_part(f, f->at, nr) : NULL;

	if (data)
		read_feature(f, FEATURE_TRACING_DATA, data, nr);
	free(data);
	return skip_behind(f, (nr + 7) / 8 * 8);
}

/* Pipe mode: struct perf_event_attr with its size in it, then the ids. */
static int read_header_attr(struct perfdata_file *f, struct cursor c)
{
	struct cursor attr = c;
	uint32_t bytes;

	take_u32(&c);
	bytes = take_u32(&c) ?: PERF_ATTR_SIZE_VER0;
	if (c.bad || bytes < PERF_ATTR_SIZE_VER0 || bytes > cursor_left(&attr))
		return 0;
	attr.end = attr.at + bytes;
	c.at = attr.end;
	return add_attr(f, attr, c);
}

/* A record that is about the file. Returns 1, 0 at the end, or a negative errno. */
static int note_outer(struct perfdata_file *f, const struct perf_event_header *head,
		      struct cursor c)
{
	int ret = 1;

	switch (head->type) {
	case PERFDATA_TRACING_DATA:
		return read_formats(f, take_u32(&c));
	case PERFDATA_AUXTRACE:
		return skip_behind(f, take_u64(&c));
	case PERFDATA_HEADER_ATTR:
		if (f->learning)
			ret = read_header_attr(f, c) ?: 1;
		break;
	case PERFDATA_HEADER_FEATURE:
		if (f->learning) {
			uint64_t id = take_u64(&c);

			if (!c.bad && id != FEATURE_TRACING_DATA)
				read_feature(f, id, c.at, cursor_left(&c));
		}
		break;
	default:
		break;
	}
	return ret;
}

/* A piece of the compressed records. Returns 1 or a negative errno. */
static int feed(struct perfdata_file *f, uint32_t type, struct cursor c)
{
	uint64_t nr = type == PERFDATA_COMPRESSED2 ? take_u64(&c) : cursor_left(&c);
	const void *data = take(&c, nr);

	if (!f->zstd) {
		f->zstd = perfdata_zstd_new();
		if (!f->zstd)
			return -ENOMEM;
	}
	if (data)
		perfdata_zstd_feed(f->zstd, data, nr);
	return 1;
}

static void set_record(struct perfdata_record *rec, const void *data, size_t nr)
{
	struct perf_event_header head;

	memcpy(&head, data, sizeof(head));
	rec->type = head.type;
	rec->misc = head.misc;
	rec->body = cursor_of((const uint8_t *)data + sizeof(head), nr - sizeof(head));
}

int perfdata_next(struct perfdata_file *f, struct perfdata_record *rec, struct error *err)
{
	struct perf_event_header head;
	const void *inner;
	const uint8_t *data;
	size_t nr;
	int ret;

	for (;;) {
		ret = f->zstd ? perfdata_zstd_next(f->zstd, &inner, &nr) : 0;
		if (ret > 0) {
			set_record(rec, inner, nr);
			return 1;
		}
		if (ret < 0)
			return end_here(f, "what is compressed cannot be uncompressed");
		ret = next_outer(f, &data, &head, err);
		if (ret <= 0)
			return ret;
		f->at += head.size;
		set_record(rec, data, head.size);
		if (head.type == PERFDATA_COMPRESSED || head.type == PERFDATA_COMPRESSED2)
			ret = feed(f, head.type, rec->body);
		else if (head.type < PERFDATA_HEADER_ATTR || head.type == PERFDATA_FINISHED_ROUND)
			return 1;
		else
			ret = note_outer(f, &head, rec->body);
		if (ret == -ENOMEM)
			return error_set(err, ret, "out of memory");
		if (ret <= 0)
			return ret;
	}
}
