/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Show only a part of a capture: some threads, locks or times; and show several
 * processes as one.
 *
 * The filter is in the database, not in the queries. Temporary views with the names of
 * the tables hide these, and have only the rows that pass. So everything that a
 * report, a screen or a view of the schema reads is filtered.
 */
#ifndef RMAPSCOPE_FILTER_H
#define RMAPSCOPE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"

/* The parts of a filter. Some tables cannot be filtered by all of them. */
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

/* The texts belong to the caller and must live while the database is open. */
struct filter {
	const char *comm;   /* shell pattern for the name of a thread or its process */
	const char *cgroup; /* path of a cgroup; those below it are included */
	const char *class;  /* lock class, a label of enum lock_class */
	int64_t pid;	    /* of the process; 0: any */
	/* what ended at or after @since_ns and before @until_ns; both 0: any time */
	int64_t since_ns, until_ns;
	enum filter_by by;
};

/* The FILTER_* bits that @f uses. */
unsigned int filter_parts(const struct filter *f);

/* Whether it changes what is shown: it has parts, or groups processes. */
bool filter_is_set(const struct filter *f);

/* BY_* for "process", "comm", "exe" or "cgroup"; -1 for anything else. */
int filter_by_name(const char *name);

/* The name that filter_by_name() takes; static. */
const char *filter_by_label(enum filter_by by);

/* Room for most filters; a longer text is cut. */
#define FILTER_TEXT_LEN 512

/*
 * The filter as options: "--comm redis --by exe"; times in nanoseconds of the clock. Returns
 * as snprintf().
 */
int filter_text(char *buf, size_t room, const struct filter *f);

/*
 * filter_apply - make @db show only what passes @f, which must live as long as @db
 *
 * Call this once for an open database, with its transaction open. Returns 0, -EINVAL for
 * an unknown class, or another negative errno.
 */
int filter_apply(struct db *db, const struct filter *f, struct error *err);

/*
 * Set *@nobody when the filter of @db is by thread and no thread of the capture passes it.
 * Returns 0 or a negative errno.
 */
int filter_passes_nobody(struct db *db, bool *nobody, struct error *err);

/*
 * Set *@pid to the process that the filter of @db asks for by its id alone, if the capture
 * has no such process; otherwise to 0. Returns 0 or a negative errno.
 */
int filter_missing_pid(struct db *db, int64_t *pid, struct error *err);

/* The filter of @db; NULL: none. */
const struct filter *filter_of(const struct db *db);

/* Include new rows of a file that is being recorded. Call this after each db_begin(). */
int filter_refresh(struct db *db, struct error *err);

/*
 * filter_refuses - why a table that cannot be filtered by @parts is not shown
 * @reason: "": it is shown, since the filter has none of these parts
 */
void filter_refuses(char *reason, size_t room, const struct db *db, unsigned int parts);

/*
 * Whether sums per second are incomplete: they are kept per process, and a thread with
 * the name of the filter is in a process with another name.
 */
bool filter_sums_are_less(const struct db *db);

/* Let SQL ask this: sums_are_less(), 0 or 1. Returns SQLITE_OK or an SQLite error code. */
int filter_sql_register(struct db *db);

/* The note to print behind the filter in that case. */
#define FILTER_SUMS_NOTE "; sums per second are those of processes of that name"

/*
 * Whether a wait of this thread for a lock of @class (a label, or NULL) passes. Returns 1, 0
 * or a negative errno.
 */
int filter_passes(struct db *db, int64_t task_id, const char *class, struct error *err);

#endif
