// SPDX-License-Identifier: GPL-2.0-only
#include "cli/flight.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analysis/db_snapshot.h"
#include "analysis/trigger.h"
#include "cli/progress.h"
#include "lib/clock.h"
#include "lib/text.h"

/* After a capture its trigger is quiet for this long: one cause gives one capture. */
#define QUIET_NS      (60 * (int64_t)NSEC_PER_SEC)
/* The database lags behind the events by less than this. */
#define LATE_NS	      (2 * NSEC_PER_SEC)
/* Captures of one second. */
#define SAME_TIME_MAX 100

struct watched {
	struct trigger trigger;
	uint64_t quiet_until_ns;
};

struct flight {
	const struct flight_options *opt;
	struct progress *progress;
	struct db *db;
	struct watched watched[FLIGHT_TRIGGERS_MAX];
	uint64_t due_ns;   /* when the capture is to be written; 0: none is due */
	char why[512];	   /* its trigger */
	uint64_t nr_fired; /* triggers in all */
	uint64_t nr_written, nr_refused;
	char **written; /* [nr_kept] paths, the oldest first */
	size_t nr_kept;
	pid_t command; /* that runs; 0: none */
};

int flight_check(const struct flight_options *opt, struct error *err)
{
	struct trigger t;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < opt->nr_triggers; i++)
		ret = trigger_parse(&t, opt->trigger[i], err);
	return ret;
}

static void say(const struct flight *f, const char *text)
{
	char shown[1024];

	progress_say(f->progress, text_shown(shown, sizeof(shown), text));
}

/* A trigger that cannot fire must not look like one that had no reason to fire. */
static int say_unseen(const struct flight *f, const struct trigger *t, struct error *err)
{
	char reason[SEEN_REASON_LEN], text[SEEN_REASON_LEN + 128];
	int ret = db_begin(f->db, err);

	if (ret)
		return ret;
	ret = trigger_unseen(t, reason, f->db, err);
	db_end(f->db);
	if (ret || !reason[0])
		return ret;
	snprintf(text, sizeof(text), "--trigger %.64s does not fire, or not always: %s", t->text,
		 reason);
	say(f, text);
	return 0;
}

int flight_open(struct flight **flight, const struct flight_options *opt, const char *db_path,
		struct progress *progress, struct error *err)
{
	struct flight *f = calloc(1, sizeof(*f));
	unsigned int i;
	int ret;

	if (!f)
		return error_set(err, -ENOMEM, "out of memory");
	f->opt = opt;
	f->progress = progress;
	ret = db_open(&f->db, db_path, err);
	for (i = 0; !ret && i < opt->nr_triggers; i++)
		ret = trigger_parse(&f->watched[i].trigger, opt->trigger[i], err)
			      ?: say_unseen(f, &f->watched[i].trigger, err);
	if (ret) {
		db_close(f->db);
		free(f);
		return ret;
	}
	*flight = f;
	return 0;
}

/* --- the file of a capture */

/* Replace %t in the path of the captures by the time, and %% by %. Returns false: too long. */
static bool expand(char *path, size_t room, const char *pattern, const char *when)
{
	size_t len = 0, nr;

	for (; *pattern; pattern++) {
		const bool time = pattern[0] == '%' && pattern[1] == 't';
		const char *from = time ? when : pattern;

		nr = time ? strlen(when) : 1;
		if (len + nr >= room)
			return false;
		memcpy(path + len, from, nr);
		len += nr;
		if (pattern[0] == '%' && (pattern[1] == 't' || pattern[1] == '%'))
			pattern++;
	}
	path[len] = '\0';
	return true;
}

/* A path that does not exist yet. Returns 0 or a negative errno. */
static int new_path(const struct flight *f, char path[PATH_MAX], struct error *err)
{
	const time_t now = time(NULL);
	char clock[32], when[48];
	struct tm tm;
	int i;

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%Y%m%d-%H%M%S", &tm);
	for (i = 0; i < SAME_TIME_MAX; i++) {
		snprintf(when, sizeof(when), i ? "%s-%d" : "%s", clock, i);
		if (!expand(path, PATH_MAX, f->opt->path, when))
			return error_set(err, -ENAMETOOLONG, "the path of a capture is too long");
		if (access(path, F_OK) && errno == ENOENT)
			return 0;
	}
	return error_set(err, -EEXIST, "%s exists already", path);
}

/* Whether there may be one more; removes the oldest if that was asked for. */
static bool make_room(struct flight *f)
{
	if (!f->opt->max_captures || f->nr_kept < f->opt->max_captures)
		return true;
	if (!f->opt->rotate)
		return false;
	unlink(f->written[0]);
	free(f->written[0]);
	memmove(f->written, f->written + 1, --f->nr_kept * sizeof(*f->written));
	return true;
}

static void keep_path(struct flight *f, const char *path)
{
	char **grown = realloc(f->written, (f->nr_kept + 1) * sizeof(*grown));

	if (!grown)
		return;
	f->written = grown;
	f->written[f->nr_kept] = strdup(path);
	if (f->written[f->nr_kept])
		f->nr_kept++;
}

/* Run the command, unless the one before still runs. */
static void run_command(struct flight *f, const char *path)
{
	if (!f->opt->command)
		return;
	if (f->command) {
		say(f, "the command of the capture before still runs: it is not run for this one");
		return;
	}
	f->command = fork();
	if (f->command < 0) {
		f->command = 0;
		say(f, "cannot run the command: fork failed");
	} else if (!f->command) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execl("/bin/sh", "sh", "-c", f->opt->command, "sh", path, (char *)NULL);
		_exit(127);
	}
}

static void reap_command(struct flight *f)
{
	if (f->command && waitpid(f->command, NULL, WNOHANG) != 0)
		f->command = 0;
}

static void write_capture(struct flight *f)
{
	char path[PATH_MAX], text[PATH_MAX + 600];
	struct error err = { 0 };
	int ret = 0;

	f->due_ns = 0;
	if (!make_room(f))
		ret = error_set(&err, -EDQUOT, "there are %u captures already (--max-captures)",
				f->opt->max_captures);
	if (!ret)
		ret = new_path(f, path, &err);
	if (!ret)
		ret = db_snapshot(f->db, path, f->why, &err);
	if (ret) {
		f->nr_refused++;
		snprintf(text, sizeof(text), "no capture for %s: %s; recording goes on", f->why,
			 err.msg);
		say(f, text);
		return;
	}
	f->nr_written++;
	keep_path(f, path);
	/* the heap has grown for the copy, and would stay so: a recorder runs for days */
	malloc_trim(0);
	snprintf(text, sizeof(text), "%s: %s", path, f->why);
	say(f, text);
	run_command(f, path);
}

/*
 * Whether the database covers the time of the capture. A recorder that hangs must not delay it for
 * ever.
 */
static bool is_ready(const struct flight *f)
{
	struct error ignored = { 0 };
	int64_t reach_ns;

	if (now_ns() < f->due_ns)
		return false;
	return now_ns() - f->due_ns > LATE_NS ||
	       (!db_meta_int(f->db, "last_ns", &reach_ns, &ignored) &&
		reach_ns >= (int64_t)f->due_ns);
}

/* --- triggers */

/* Choose @text as the reason of a capture, unless one is due already. */
static bool schedule(struct flight *f, uint64_t due_ns, const char *text)
{
	if (f->due_ns)
		return false;
	f->due_ns = due_ns;
	snprintf(f->why, sizeof(f->why), "%s", text);
	return true;
}

static int look(struct flight *f, struct watched *w, struct error *err)
{
	struct trigger_event ev;
	char text[400];
	uint64_t nr;
	int ret = trigger_look(&w->trigger, f->db, &nr, &ev, err);

	if (ret || !nr)
		return ret;
	f->nr_fired += nr;
	snprintf(text, sizeof(text), "%s: %s", w->trigger.text, ev.what);
	if (now_ns() >= w->quiet_until_ns && schedule(f, now_ns() + f->opt->after_ns, text))
		w->quiet_until_ns = now_ns() + QUIET_NS;
	return 0;
}

static int look_and_write(struct flight *f, bool now, struct error *err)
{
	unsigned int i;
	int ret = db_begin(f->db, err);

	if (ret)
		return ret;
	for (i = 0; !ret && i < f->opt->nr_triggers; i++)
		ret = look(f, &f->watched[i], err);
	if (!ret && f->due_ns && (now || is_ready(f)))
		write_capture(f);
	db_end(f->db);
	return ret;
}

void flight_tick(struct flight *f, bool asked)
{
	struct error err = { 0 };

	reap_command(f);
	if (asked)
		schedule(f, now_ns(), "requested by SIGUSR1");
	if (look_and_write(f, asked, &err))
		say(f, err.msg);
}

void flight_close(struct flight *f)
{
	struct error err = { 0 };
	char text[256];
	size_t i;

	if (look_and_write(f, true, &err))
		say(f, err.msg);
	snprintf(text, sizeof(text),
		 "%" PRIu64 " captures written, %" PRIu64 " refused; triggers fired %" PRIu64
		 " times",
		 f->nr_written, f->nr_refused, f->nr_fired);
	say(f, text);
	for (i = 0; i < f->nr_kept; i++)
		free(f->written[i]);
	free(f->written);
	db_close(f->db);
	free(f);
}
