/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of results: columns declared once, rows read by a query.
 *
 * A struct table_def is shared by a screen, a report section, CSV and JSON. It has the
 * SQL that returns the rows. For each result column of that, in the same order and with
 * the same name (AS), it has unit, title, width and help. Renderers are in output/ and
 * tui/.
 */
#ifndef RMAPSCOPE_TABLE_H
#define RMAPSCOPE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"
#include "analysis/seen.h"
#include "lib/error.h"

/* How a cell is shown in text and on screens. CSV and JSON have the plain value. */
enum unit {
	UNIT_TEXT,     /* left-aligned */
	UNIT_ID,       /* right-aligned, no thousands separators: pid, tid */
	UNIT_COUNT,    /* thousands separated */
	UNIT_NS,       /* nanoseconds, shown in milliseconds with 3 decimals */
	UNIT_NS_PER_S, /* nanoseconds per second, shown in ms/s, 1 decimal */
	UNIT_PER_S,    /* events per second, 1 decimal */
	UNIT_ADDRESS,  /* hexadecimal */
	UNIT_RATIO,    /* a quotient, 2 decimals */
	UNIT_TIME,     /* nanoseconds since the capture's start, shown in seconds, 3 decimals */
	UNIT_SERIES,   /* numbers separated by blanks, shown as a line of bars */
	UNIT_STACK,    /* functions, a line each */
};

struct column {
	const char *name;  /* of the result column; in CSV and JSON */
	const char *title; /* heading in text and on screens, with the unit */
	enum unit unit;
	unsigned int width; /* minimum, in terminal columns */
	const char *help;   /* one line */
	bool detail;	    /* in CSV and JSON only, not in text or on screens */
};

struct table_def {
	const char *name;  /* "locks": for the command line, and JSON key */
	const char *title; /* "Locks" */
	const char *help;  /* one line */
	/* makes the temporary tables that the SQL reads; NULL: it reads none */
	int (*make)(struct db *db, struct error *err);
	const char *sql;
	/*
	 * Where sql may leave out all but the first :max_rows rows: the number of all rows.
	 * NULL: it does not.
	 */
	const char *count;
	const struct column *columns; /* ends with an empty name */
	/* name of the default sort column; NULL: the order of the query, that of time or of a tree */
	const char *sort;
	/*
	 * The rows are a tree, in the order to show. Column 0 is the depth of a row;
	 * the first column that is not a detail is indented by it.
	 */
	bool tree;
	enum sight sight;	 /* what must be recorded for it, see seen.h */
	unsigned int unfiltered; /* FILTER_* of filter.h that it cannot be filtered by */
};

/* Instead of the index of a sort column: the order of the query. */
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

/* The number in @c, cut to the range of int64_t; @unknown if it is not a number. */
int64_t cell_int(const struct cell *c, int64_t unknown);
/* The text in @c; "" if it is not a text. */
const char *cell_text(const struct cell *c);

struct table {
	const struct table_def *def;
	unsigned int nr_columns;
	size_t nr_rows;
	size_t nr_more;		  /* rows that were not read because of :max_rows */
	size_t room;		  /* rows that cells has memory for */
	struct cell *cells;	  /* [nr_rows][nr_columns] */
	struct cell **rows;	  /* [nr_rows], in the order to show */
	struct text_chunk *texts; /* memory of the text cells */
};

/*
 * A part of the capture's time; the start is inclusive, the end exclusive. The start is
 * a whole second, as roll-ups are per second; so is the end, unless it is the end of the
 * events so far. What belongs to one instant (a queue, a tree) is shown for @at_ns.
 */
struct window {
	int64_t start_ns, end_ns;
	int64_t at_ns;	     /* the instant; 0: the last nanosecond of the window */
	unsigned int slot_s; /* charts over time: seconds per column; 0: 1/60 of the window */
};

static inline int64_t window_at(const struct window *window)
{
	return window->at_ns ? window->at_ns : window->end_ns - 1;
}

/* Seconds per column of a chart over @window. */
unsigned int window_slot(const struct window *window);

/* A value for parameter :name of a query. A list ends with a NULL name. */
struct param {
	const char *name;
	int64_t value;
};

/*
 * table_read - run the query of @def
 * @window: bound to :start_ns, :end_ns, :at_ns, :slot_s and :seconds; NULL if the SQL has none
 * of them
 *
 * Free @t with table_free(). Returns 0 or a negative errno.
 */
int table_read(struct table *t, const struct table_def *def, struct db *db,
	       const struct window *window, struct error *err);
/*
 * The same with more parameters, such as :lock_id; @params may be NULL. Parameter
 * :max_rows is -1, all rows, if it is not among them.
 */
int table_read_of(struct table *t, const struct table_def *def, struct db *db,
		  const struct window *window, const struct param *params, struct error *err);
void table_free(struct table *t);

/* Takes some rows of a table, which are freed afterwards. Returns 0 or a negative errno. */
typedef int table_take(void *ctx, const struct table *t, struct error *err);

/*
 * table_read_pieces - run the query of @def, and give its rows to @take piece by piece
 *
 * For results that may not fit into memory. @take is called at least once; if there are no
 * rows, with an empty table. It must not read the database. Returns 0 or a negative errno.
 */
int table_read_pieces(const struct table_def *def, struct db *db, const struct param *params,
		      table_take *take, void *ctx, struct error *err);

/*
 * A table whose rows are made by C code: table_begin(), table_add() for each
 * row, table_end(). Call table_free() also after a failure.
 */
void table_begin(struct table *t, const struct table_def *def);
/* Add a row. Returns its cells, all CELL_NULL, valid until the next row; NULL: no memory. */
struct cell *table_add(struct table *t);
/* Set *@cell to a copy of @text; NULL: unknown. Returns 0 or -ENOMEM. */
int table_set_text(struct table *t, struct cell *cell, const char *text);
int table_end(struct table *t);

/*
 * table_check_columns - check that the statement returns the table's columns, by name
 *
 * Returns 0, or -EPROTO with @err naming the first column that differs: a mistake of ours, which
 * tests/unit/all_tables_test.c finds.
 */
struct sqlite3_stmt;
int table_check_columns(const struct table *t, struct sqlite3_stmt *stmt, struct error *err);

/*
 * Bind parameter :seconds, what a rate over @window is divided by, if the statement has it: the
 * time that was watched, or NULL if none was. Returns 0 or a negative errno.
 */
int table_bind_seconds(struct sqlite3_stmt *stmt, struct db *db, const struct window *window,
		       struct error *err);

/* Add all rows of a statement. May be called several times. Returns 0 or a negative errno. */
int table_add_rows(struct table *t, struct db *db, struct sqlite3_stmt *stmt, struct error *err);

unsigned int table_nr_columns(const struct table_def *def);

/* The index of a column by its name; -1: there is none. */
int table_column(const struct table_def *def, const char *name);

/* The index of the default sort column, or SORT_AS_READ. */
unsigned int table_default_sort(const struct table_def *def);

/* Sort the rows by @column. The sort is stable; NULLs are last in either direction. */
void table_sort(struct table *t, unsigned int column, bool descending);

/*
 * cell_format - format a cell for text and screens; NULL is "-"
 *
 * Returns the length as snprintf() does.
 */
int cell_format(char *buf, size_t room, const struct column *col, const struct cell *cell);

/* Parse the numbers of a UNIT_SERIES cell. Returns how many there are. */
unsigned int series_parse(const char *text, int64_t value[SERIES_MAX]);

/* Whether a column's cells are aligned to the right. */
static inline bool column_is_number(const struct column *col)
{
	return col->unit != UNIT_TEXT && col->unit != UNIT_SERIES && col->unit != UNIT_STACK;
}

#endif
