/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of results: columns declared once, rows read by a query.
 *
 * A struct table_def is what a screen, a report section, CSV and JSON have in
 * common: the SQL that gives the rows and, for each of its result columns in
 * order and by its name (AS), unit, title, width and help. Renderers are in
 * output/ and tui/.
 */
#ifndef RMAPSCOPE_TABLE_H
#define RMAPSCOPE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"
#include "analysis/seen.h"
#include "lib/error.h"

/* How a cell is shown to people; CSV and JSON give the plain value. */
enum unit {
	UNIT_TEXT,     /* left-aligned */
	UNIT_ID,       /* right-aligned, no thousands separators: pid, tid */
	UNIT_COUNT,    /* thousands separated */
	UNIT_NS,       /* nanoseconds, shown in milliseconds with 3 decimals */
	UNIT_NS_PER_S, /* nanoseconds per second, shown in ms/s, 1 decimal */
	UNIT_PER_S,    /* events per second, 1 decimal */
	UNIT_ADDRESS,  /* hexadecimal */
	UNIT_RATIO,    /* so many per something, 2 decimals */
	UNIT_TIME,     /* nanoseconds since the capture's start, shown in seconds, 3 decimals */
	UNIT_SERIES,   /* numbers separated by blanks, shown as a line of bars */
};

struct column {
	const char *name;  /* of the result column, CSV and JSON */
	const char *title; /* heading for people, unit included */
	enum unit unit;
	unsigned int width; /* least, in terminal columns */
	const char *help;   /* one line */
	bool detail;	    /* CSV and JSON only: not shown to people */
};

struct table_def {
	const char *name;  /* "locks": CLI word and JSON key */
	const char *title; /* "Locks" */
	const char *help;  /* one line */
	const char *sql;
	const struct column *columns; /* ends with an empty name */
	unsigned int sort;	      /* default sort column, or SORT_AS_READ */
	/*
	 * Column 0 is the depth of the row in a tree, which is in the order to
	 * show: the first column that people see is indented by it.
	 */
	bool tree;
	enum sight sight;	 /* what its rows tell of */
	unsigned int unfiltered; /* FILTER_* of filter.h that its rows cannot be told apart by */
};

/* The order of the query means something: of time, of a tree. */
#define SORT_AS_READ (~0U)

/* Numbers in a cell of UNIT_SERIES. */
#define SERIES_MAX 64

enum cell_type {
	CELL_NULL,
	CELL_INT,
	CELL_REAL,
	CELL_TEXT,
};

struct cell {
	enum cell_type type;
	union {
		int64_t i;
		double r;
		const char *text; /* owned by the table */
	};
};

/* The number of @c, cut to what an integer holds; @unknown where it is none. */
int64_t cell_int(const struct cell *c, int64_t unknown);
/* The text of @c, "" where it is none. */
const char *cell_text(const struct cell *c);

struct table {
	const struct table_def *def;
	unsigned int nr_columns;
	size_t nr_rows;
	size_t room;		  /* rows that cells has memory for */
	struct cell *cells;	  /* [nr_rows][nr_columns] */
	struct cell **rows;	  /* [nr_rows], in the order to show */
	struct text_chunk *texts; /* what the text cells point into */
};

/*
 * A part of the capture's time, start inclusive, end exclusive. The start is
 * at a whole second, as roll-ups are; so is the end, or it is where the events
 * have come. What is shown of an instant is of @at_ns and never of the end.
 */
struct window {
	int64_t start_ns, end_ns;
	int64_t at_ns;	     /* the instant; 0: the last of the window */
	unsigned int slot_s; /* charts over time: seconds to a column; 0: a sixtieth */
};

static inline int64_t window_at(const struct window *window)
{
	return window->at_ns ? window->at_ns : window->end_ns - 1;
}

/* Seconds to a column of a chart over @window. */
unsigned int window_slot(const struct window *window);

/* A value for the :name of a query. A list of them ends without a name. */
struct param {
	const char *name;
	int64_t value;
};

/*
 * table_read - run the query of @def
 * @window: bound to :start_ns, :end_ns, :at_ns and :slot_s; NULL when the SQL has none
 *
 * @t is the caller's to free with table_free(). Returns 0 or a negative errno.
 */
int table_read(struct table *t, const struct table_def *def, struct db *db,
	       const struct window *window, struct error *err);
/* Likewise, of a thing that @params tell: a lock by its :lock_id. May be NULL. */
int table_read_of(struct table *t, const struct table_def *def, struct db *db,
		  const struct window *window, const struct param *params, struct error *err);
void table_free(struct table *t);

/*
 * A table whose rows are made by a program: table_begin(), table_add() for each
 * row, table_end(). After a failure, table_free().
 */
void table_begin(struct table *t, const struct table_def *def);
/* The cells of a new row, all NULL, good until the next row. NULL: no memory. */
struct cell *table_add(struct table *t);
/* Sets *cell to a copy of @text; NULL is unknown. Returns 0 or -ENOMEM. */
int table_set_text(struct table *t, struct cell *cell, const char *text);
int table_end(struct table *t);

/*
 * table_check_columns - that the statement gives the table's columns, by their names
 *
 * Returns 0, or -EINVAL with the first column that differs and the name that is wanted.
 */
struct sqlite3_stmt;
int table_check_columns(const struct table *t, struct sqlite3_stmt *stmt, struct error *err);

/* Rows that a statement gives, one cell for each of its columns; any number of times. */
int table_add_rows(struct table *t, struct db *db, struct sqlite3_stmt *stmt, struct error *err);

unsigned int table_nr_columns(const struct table_def *def);

/* Column number by name, -1 when there is none. */
int table_column(const struct table_def *def, const char *name);

/* Sort rows by @column; stable, NULLs last either way. */
void table_sort(struct table *t, unsigned int column, bool descending);

/*
 * cell_format - a cell as people read it: "-" for NULL
 *
 * Returns the length as snprintf() does.
 */
int cell_format(char *buf, size_t room, const struct column *col, const struct cell *cell);

/* The numbers of a UNIT_SERIES cell. Returns how many. */
unsigned int series_parse(const char *text, int64_t value[SERIES_MAX]);

/* Whether a column's cells are aligned to the right. */
static inline bool column_is_number(const struct column *col)
{
	return col->unit != UNIT_TEXT && col->unit != UNIT_SERIES;
}

#endif
