// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/diff_samples.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/saturate.h"

#define SEC ((int64_t)NSEC_PER_SEC)

/* A longer capture gets longer slices, not more of them. */
#define SLICES_MAX 120

static int no_memory(struct error *err)
{
	return error_set(err, -ENOMEM, "out of memory");
}

/* --- captures and their slices */

/* The whole seconds that @c has sums with names of. */
static void find_seconds(struct diff_capture *c)
{
	const struct capture_info *i = &c->info;
	int64_t from_ns = i->first_ns;

	from_ns = i->rollups_from_ns > from_ns ? i->rollups_from_ns : from_ns;
	from_ns = i->names_from_ns > from_ns ? i->names_from_ns : from_ns;
	c->first = (sat_add(from_ns, SEC - 1)) / SEC;
	c->last = i->last_ns / SEC - 1;
}

static int open_capture(struct diff_capture *c, const char *path, struct error *err)
{
	int ret;

	c->path = path;
	ret = db_open(&c->db, path, err);
	if (!ret)
		ret = db_begin(c->db, err);
	if (!ret)
		ret = capture_info_read(&c->info, c->db, err);
	if (!ret && db_meta_int(c->db, "rung", &c->rung, err))
		c->rung = 0;
	if (!ret)
		find_seconds(c);
	return ret;
}

static int open_side(struct diff_samples *s, enum diff_side side, const char *const *paths,
		     struct error *err)
{
	size_t nr = 0;
	int ret = 0;

	while (paths[nr])
		nr++;
	s->capture[side] = calloc(nr + 1, sizeof(struct diff_capture));
	if (!s->capture[side])
		return no_memory(err);
	for (; !ret && s->nr_captures[side] < nr; s->nr_captures[side]++)
		ret = open_capture(&s->capture[side][s->nr_captures[side]],
				   paths[s->nr_captures[side]], err);
	return ret;
}

/* Slices of one length for all: an interval compares like with like. */
static int64_t slice_length(const struct diff_samples *s)
{
	int64_t longest = 0, seconds;
	unsigned int side;
	size_t i;

	for (side = 0; side < NR_SIDES; side++)
		for (i = 0; i < s->nr_captures[side]; i++) {
			const struct diff_capture *c = &s->capture[side][i];

			seconds = sat_sub(c->last, c->first);
			longest = seconds > longest ? seconds : longest;
		}
	return longest / SLICES_MAX + 1;
}

/* The slice of @c that @second is in, among all that it could have; -1: none. */
static int64_t slice_of(const struct diff_samples *s, const struct diff_capture *c, int64_t second)
{
	const int64_t nr = c->last < c->first ? 0 : (c->last - c->first + 1) / s->slice_s;
	const int64_t at = second < c->first ? -1 : (second - c->first) / s->slice_s;

	return at < nr ? at : -1;
}

/* Leave out the slices in which events were lost. */
static int leave_out_gaps(struct diff_samples *s, struct diff_capture *c, int64_t nr,
			  struct error *err)
{
	sqlite3_stmt *stmt;
	int64_t from, to, i;
	int rc, ret = db_prepare(c->db, "SELECT start_ns, end_ns FROM loss", &stmt, err);

	if (ret)
		return ret;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		from = sqlite3_column_type(stmt, 0) == SQLITE_NULL
			       ? c->first
			       : sqlite3_column_int64(stmt, 0) / SEC;
		to = sqlite3_column_type(stmt, 1) == SQLITE_NULL
			     ? c->last
			     : sqlite3_column_int64(stmt, 1) / SEC;
		from = from < c->first ? c->first : from;
		for (i = slice_of(s, c, from); i >= 0 && i < nr && to >= c->first; i++) {
			if (c->first + i * s->slice_s > to)
				break;
			c->index[i] = -1;
		}
	}
	db_release(c->db, stmt);
	return rc == SQLITE_DONE ? 0 : db_fail(c->db, err);
}

static int find_slices(struct diff_samples *s, enum diff_side side, struct diff_capture *c,
		       struct error *err)
{
	const int64_t nr = c->last < c->first ? 0 : (c->last - c->first + 1) / s->slice_s;
	int64_t i;
	int ret;

	c->index = calloc(nr + 1, sizeof(*c->index));
	if (!c->index)
		return no_memory(err);
	ret = leave_out_gaps(s, c, nr, err);
	c->at = s->nr_slices[side];
	for (i = 0; i < nr; i++)
		if (c->index[i] < 0)
			c->nr_left_out++;
		else
			c->index[i] = s->nr_slices[side] + c->nr_slices++;
	s->nr_slices[side] += c->nr_slices;
	return ret;
}

int diff_samples_open(struct diff_samples *s, const char *const *const paths[NR_SIDES],
		      struct error *err)
{
	unsigned int side;
	size_t i;
	int ret = 0;

	memset(s, 0, sizeof(*s));
	for (side = 0; !ret && side < NR_SIDES; side++)
		ret = open_side(s, side, paths[side], err);
	if (ret)
		return ret;
	s->slice_s = slice_length(s);
	for (side = 0; side < NR_SIDES; side++)
		for (i = 0; !ret && i < s->nr_captures[side]; i++)
			ret = find_slices(s, side, &s->capture[side][i], err);
	return ret;
}

/* --- groups */

static struct diff_group *new_group(struct diff_samples *s, const struct diff_kind *kind,
				    const char *label, const char *key)
{
	struct diff_group *g = calloc(1, sizeof(*g) + strlen(key) + 1);
	unsigned int side;

	if (!g)
		return NULL;
	g->kind = kind;
	g->label = strdup(label);
	strcpy(g->key, key);
	for (side = 0; side < NR_SIDES; side++)
		g->slice[side] = calloc(s->nr_slices[side] + 1, sizeof(struct diff_slice));
	HASH_ADD_STR(s->groups, key, g);
	return g->label && g->slice[SIDE_A] && g->slice[SIDE_B] ? g : NULL;
}

static struct diff_group *group_of(struct diff_samples *s, const struct diff_kind *kind,
				   const char *label)
{
	struct diff_group *g = NULL;
	char *key = sqlite3_mprintf("%s %s", kind->name, label);

	if (!key)
		return NULL;
	HASH_FIND_STR(s->groups, key, g);
	if (!g)
		g = new_group(s, kind, label, key);
	sqlite3_free(key);
	return g;
}

struct reader {
	struct diff_samples *s;
	const struct diff_kind *kind;
	struct diff_capture *capture;
	enum diff_side side;
	struct error *err;
};

static int add_row(const struct reader *r, sqlite3_stmt *stmt)
{
	const char *label = (const char *)sqlite3_column_text(stmt, 0);
	const int64_t at = slice_of(r->s, r->capture, sqlite3_column_int64(stmt, 1));
	struct diff_group *g;
	struct diff_slice *slice;
	int ret;

	if (at < 0 || r->capture->index[at] < 0)
		return 0;
	g = group_of(r->s, r->kind, label ? label : "");
	if (!g)
		return no_memory(r->err);
	slice = &g->slice[r->side][r->capture->index[at]];
	slice->nr += sqlite3_column_double(stmt, 2);
	slice->total += sqlite3_column_double(stmt, 3);
	g->total[r->side] += sqlite3_column_double(stmt, 3);
	if (sqlite3_column_type(stmt, 4) == SQLITE_NULL)
		return 0;
	ret = hist_decode_add(&slice->hist, sqlite3_column_blob(stmt, 4),
			      sqlite3_column_bytes(stmt, 4));
	if (ret == -EBADMSG)
		return error_set(r->err, ret, "%s is damaged: not a histogram in its sums",
				 r->capture->path);
	return ret ? no_memory(r->err) : 0;
}

static int read_capture(const struct reader *r)
{
	sqlite3_stmt *stmt;
	int rc = SQLITE_DONE, ret = db_prepare(r->capture->db, r->kind->sql, &stmt, r->err);

	if (ret)
		return ret;
	sqlite3_bind_int64(stmt, 1, r->capture->first);
	sqlite3_bind_int64(stmt, 2, r->capture->last);
	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		ret = db_take(r->capture->db, sizeof(struct diff_group), r->err);
		if (!ret)
			ret = add_row(r, stmt);
	}
	if (!ret && rc != SQLITE_DONE)
		ret = db_fail(r->capture->db, r->err);
	db_release(r->capture->db, stmt);
	return ret;
}

int diff_samples_read(struct diff_samples *s, const struct diff_kind *kind, struct error *err)
{
	struct reader r = { .s = s, .kind = kind, .err = err };
	char reason[SEEN_REASON_LEN];
	size_t i;
	int ret = 0;

	for (r.side = 0; r.side < NR_SIDES; r.side++) {
		s->unseen[r.side][0] = '\0';
		for (i = 0; !ret && i < s->nr_captures[r.side]; i++) {
			r.capture = &s->capture[r.side][i];
			ret = seen_reason(reason, r.capture->db, kind->sight, err);
			if (!ret && reason[0])
				memcpy(s->unseen[r.side], reason, sizeof(reason));
			if (!ret)
				ret = read_capture(&r);
		}
	}
	return ret;
}

static void free_group(struct diff_samples *s, struct diff_group *g)
{
	unsigned int side;
	size_t i;

	for (side = 0; side < NR_SIDES; side++) {
		for (i = 0; g->slice[side] && i < s->nr_slices[side]; i++)
			hist_free(&g->slice[side][i].hist);
		free(g->slice[side]);
	}
	free(g->label);
	free(g);
}

void diff_samples_close(struct diff_samples *s)
{
	struct diff_group *g, *next;
	unsigned int side;
	size_t i;

	HASH_ITER(hh, s->groups, g, next) {
		HASH_DEL(s->groups, g);
		free_group(s, g);
	}
	for (side = 0; side < NR_SIDES; side++) {
		for (i = 0; i < s->nr_captures[side]; i++) {
			struct diff_capture *c = &s->capture[side][i];

			if (c->db)
				db_end(c->db);
			db_close(c->db);
			free(c->index);
		}
		free(s->capture[side]);
	}
	memset(s, 0, sizeof(*s));
}
