/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run the steps of the schema on an empty database, but for their views: SQLite would read each
 * view again for every column that a later step adds, which takes longer than all the rest.
 */
#ifndef RMAPSCOPE_STEPS_H
#define RMAPSCOPE_STEPS_H

#include <stdint.h>

struct sqlite3;

struct step_view {
	char *name;
	char *sql; /* CREATE VIEW, as the step has it, without the semicolon */
};

/* The views that there are after the steps. */
struct step_views {
	struct step_view *item;
	unsigned int nr;
};

/*
 * steps_run - run the steps up to @version on @db, which is empty
 * @views: set to the views that are to be created; free with step_views_free(), also on failure
 *
 * Returns an SQLite result code.
 */
int steps_run(struct sqlite3 *db, int64_t version, struct step_views *views);
void step_views_free(struct step_views *views);

/* Remove comments and unnecessary blanks from @sql, in place. */
void sql_normalize(char *sql);

#endif
