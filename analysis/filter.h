/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Only a part of a capture: some threads, locks or times, and processes taken
 * together.
 *
 * The filter is in the database, not in the queries: its tables are hidden
 * behind temporary views of the same names that have only the rows that pass.
 * What every report, screen and view of the schema reads is filtered so.
 */
#ifndef RMAPSCOPE_FILTER_H
#define RMAPSCOPE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"

/* What a filter asks for; a table may be unable to tell some of it apart. */
enum filter_part {
	FILTER_COMM = 1 << 0,
	FILTER_PID = 1 << 1,
	FILTER_CGROUP = 1 << 2,
	FILTER_CLASS = 1 << 3,
	FILTER_TIME = 1 << 4,
	FILTER_THREAD = FILTER_COMM | FILTER_PID | FILTER_CGROUP,
};

enum filter_by {
	BY_PROCESS,
	BY_COMM, /* processes of one name are one */
	BY_EXE,
	BY_CGROUP,
};

/* The texts are the caller's, and stay while the database is open. */
struct filter {
	const char *comm;   /* shell pattern: threads of that name and those of such processes */
	const char *cgroup; /* path: this one and those below it */
	const char *class;  /* of the lock, as enum lock_class has it */
	int64_t pid;	    /* of the process; 0: any */
	/* what ended from @since_ns on and before @until_ns; both 0: whenever */
	int64_t since_ns, until_ns;
	enum filter_by by;
};

/* FILTER_* that @f asks for. */
unsigned int filter_parts(const struct filter *f);

/* Whether it changes what is shown at all: it has parts, or takes processes together. */
bool filter_is_set(const struct filter *f);

/* BY_* of "process", "comm", "exe" or "cgroup"; -1 for anything else. */
int filter_by_name(const char *name);

/* The name that filter_by_name() takes; static. */
const char *filter_by_label(enum filter_by by);

/* Room for most of any filter. */
#define FILTER_TEXT_LEN 512

/* "--comm redis --by exe"; times are those of the clock. Returns as snprintf(). */
int filter_text(char *buf, size_t room, const struct filter *f);

/*
 * filter_apply - from now on @db shows only what passes @f, which must live as long
 *
 * Once for an open database, with its transaction open. Returns 0, -EINVAL with
 * the classes that there are, or another negative errno.
 */
int filter_apply(struct db *db, const struct filter *f, struct error *err);

/* What is shown of @db; NULL: all. */
const struct filter *filter_of(const struct db *db);

/* What has come since, of a file that is being written: at each begin of a read. */
int filter_refresh(struct db *db, struct error *err);

/*
 * filter_refuses - why a table that cannot tell @parts apart is not shown
 * @reason: "" when it may be: the filter has none of them
 */
void filter_refuses(char *reason, size_t room, const struct db *db, unsigned int parts);

/*
 * Whether sums per second lack something: they are of whole processes, and a
 * thread of the name that is asked for is in a process of another.
 */
bool filter_sums_are_less(const struct db *db);

/* To be said behind the filter then. */
#define FILTER_SUMS_NOTE "; sums per second are those of processes of that name"

/* Whether a thread, and a lock of @class (a label, or NULL), passes. Returns 1, 0 or a negative errno. */
int filter_passes(struct db *db, int64_t task_id, const char *class, struct error *err);

#endif
