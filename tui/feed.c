// SPDX-License-Identifier: GPL-2.0-only
#include "tui/feed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/filter.h"
#include "lib/clock.h"
#include "tui/signals.h"

/* A live recorder writes four times a second, also when nothing happens. */
#define SILENT_NS (5 * NSEC_PER_SEC)

static int read_info(struct feed *f, struct error *err)
{
	struct capture_info info;
	int ret = capture_info_read(&info, f->db, err);

	if (ret)
		return ret;
	if (info.last_ns != f->info.last_ns || !f->grown_ns)
		f->grown_ns = now_ns();
	f->info = info;
	return 0;
}

static int open_file(struct feed *f, struct error *err)
{
	int ret = db_open(&f->db, f->path, err);

	if (ret) {
		f->db = NULL;
		return ret;
	}
	/* a signal that ends the screens interrupts a long query, too */
	db_stop_when(f->db, signals_quit);
	if (f->filter)
		ret = filter_apply(f->db, f->filter, err);
	if (ret) {
		feed_close(f);
		return ret;
	}
	if (stat(f->path, &f->file))
		memset(&f->file, 0, sizeof(f->file));
	return 0;
}

int feed_open(struct feed *f, const char *path, unsigned int delay_ms, const struct filter *filter,
	      struct error *err)
{
	int ret;

	memset(f, 0, sizeof(*f));
	f->path = path;
	f->delay_ms = delay_ms;
	f->filter = filter;
	ret = open_file(f, err);
	if (!ret)
		ret = db_begin(f->db, err);
	if (!ret) {
		ret = read_info(f, err);
		db_end(f->db);
	}
	if (ret)
		feed_close(f);
	return ret;
}

void feed_close(struct feed *f)
{
	db_close(f->db);
	f->db = NULL;
}

static bool same_content(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool feed_changed(struct feed *f)
{
	struct stat now;

	f->missing = stat(f->path, &now) != 0;
	if (f->missing)
		return !f->db;
	if (f->db && (now.st_dev != f->file.st_dev || now.st_ino != f->file.st_ino)) {
		/* the path now names another file: open it */
		feed_close(f);
		memset(&f->info, 0, sizeof(f->info));
	}
	return !f->db || f->info.recording || !same_content(&now, &f->file);
}

/*
 * Wait longer before the next attempt if this one took long: waiting for a lock must
 * not delay the handling of keys.
 */
static void failed(struct feed *f, uint64_t began_ns, const struct error *err)
{
	uint64_t now = now_ns(), pause_ns = 2 * (now - began_ns);

	if (pause_ns < f->delay_ms * NSEC_PER_MSEC)
		pause_ns = f->delay_ms * NSEC_PER_MSEC;
	f->next_ns = now + pause_ns;
	f->problem = *err;
	feed_close(f);
}

static int begin(struct feed *f, struct error *err)
{
	int ret = f->db ? 0 : open_file(f, err);

	if (!ret)
		ret = db_begin(f->db, err);
	if (ret)
		return ret;
	ret = filter_refresh(f->db, err);
	if (!ret)
		ret = read_info(f, err);
	if (ret)
		db_end(f->db);
	return ret;
}

int feed_begin(struct feed *f)
{
	uint64_t began_ns = now_ns();
	struct error err = { "" };
	struct stat now;
	int ret = 0;

	if (began_ns < f->next_ns)
		return -EAGAIN;
	if (!stat(f->path, &now)) {
		/* we read a copy, which does not change with the file */
		if (f->db && db_is_copy(f->db) &&
		    (f->info.recording || !same_content(&now, &f->file)))
			feed_close(f);
		f->file = now;
	}
	ret = begin(f, &err);
	if (ret == -ESTALE) {
		err.msg[0] = '\0';
		feed_close(f);
		ret = begin(f, &err);
	}
	if (ret)
		failed(f, began_ns, &err);
	return ret;
}

void feed_end(struct feed *f, int ret, const struct error *err)
{
	db_end(f->db);
	if (ret)
		failed(f, now_ns(), err);
	else
		f->problem.msg[0] = '\0';
}

const char *feed_notice(const struct feed *f, char *buf, size_t room)
{
	const char *name = strrchr(f->path, '/');
	uint64_t silent_ns = now_ns() - f->grown_ns;

	if (f->missing) {
		snprintf(buf, room, "%s is gone: what was read of it is shown",
			 name ? name + 1 : f->path);
		return buf;
	}
	if (f->problem.msg[0])
		return f->problem.msg;
	if (f->info.failure[0]) {
		snprintf(buf, room, "the recorder failed: %s", f->info.failure);
		return buf;
	}
	if (f->info.recording && f->info.recorder_gone) {
		snprintf(buf, room, "the recorder was killed or failed, or is on another machine");
		return buf;
	}
	if (f->info.trouble[0]) {
		snprintf(buf, room, "not recorded now: %s", f->info.trouble);
		return buf;
	}
	if (f->info.recording && silent_ns >= SILENT_NS) {
		snprintf(buf, room, "nothing new for %llu s: the recorder was stopped or killed",
			 (unsigned long long)(silent_ns / NSEC_PER_SEC));
		return buf;
	}
	return NULL;
}
