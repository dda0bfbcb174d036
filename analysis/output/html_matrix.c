// SPDX-License-Identifier: GPL-2.0-only
/* Table blame_matrix as a matrix: shades are shares of the largest cell. */
#include <string.h>

#include "analysis/output/html.h"
#include "analysis/page_tables.h"
#include "analysis/wait_sums.h"

#define NR_MAX	  (BLAME_MATRIX_NAMES + 1)
#define NR_SHADES 5

struct matrix {
	const struct table *t;
	/* rows of the table: of a cell; some one of a waiter, and of what was waited for; or -1 */
	int cell[NR_MAX][NR_MAX], waiter[NR_MAX], holder[NR_MAX];
	int wait_ns;
	int64_t max;
};

/* The number in a column as an index. */
static int index_of(const struct table *t, size_t row, const char *name)
{
	const int64_t nr = t->rows[row][table_column(t->def, name)].i;

	return nr < 1 ? 0 : nr > NR_MAX ? NR_MAX - 1 : nr - 1;
}

static void matrix_init(struct matrix *m, const struct table *t)
{
	size_t row;

	memset(m, -1, sizeof(*m));
	m->t = t;
	m->max = 1;
	m->wait_ns = table_column(t->def, "wait_ns");
	for (row = 0; row < t->nr_rows; row++) {
		const int waiter = index_of(t, row, "waiter_nr"),
			  holder = index_of(t, row, "holder_nr");
		const int64_t ns = t->rows[row][m->wait_ns].i;

		m->cell[waiter][holder] = row;
		m->waiter[waiter] = m->holder[holder] = row;
		m->max = ns > m->max ? ns : m->max;
	}
}

static void print_column(FILE *f, const struct matrix *m, int row, const char *name)
{
	const int i = table_column(m->t->def, name);

	html_cell(f, &m->t->def->columns[i], &m->t->rows[row][i]);
}

static const struct cell *cell_of(const struct matrix *m, int row, const char *name)
{
	return &m->t->rows[row][table_column(m->t->def, name)];
}

/* The columns with the names of a thread and its process, and the process id. */
struct names {
	const char *comm, *process, *tgid;
};

/* "comm (process PID)"; without what is not known, or the same. */
static void print_thread(FILE *f, const struct matrix *m, int row, const struct names *names)
{
	const struct cell *process = cell_of(m, row, names->process);

	print_column(f, m, row, names->comm);
	if (cell_of(m, row, names->tgid)->type == CELL_NULL)
		return;
	fputs(" <small>(", f);
	if (process->type == CELL_TEXT &&
	    strcmp(process->text, cell_text(cell_of(m, row, names->comm)))) {
		print_column(f, m, row, names->process);
		fputc(' ', f);
	}
	print_column(f, m, row, names->tgid);
	fputs(")</small>", f);
}

static void print_holder(FILE *f, const struct matrix *m, int nr)
{
	static const struct names names = { "holder_comm", "holder_process", "holder_tgid" };
	const int row = m->holder[nr];

	fputs("<th scope=\"col\"><span>", f);
	if (nr == NR_MAX - 1) {
		fputs("all others", f);
	} else if (cell_of(m, row, "holder_tgid")->type != CELL_NULL ||
		   cell_of(m, row, "holder_comm")->type != CELL_NULL) {
		print_thread(f, m, row, &names);
	} else {
		print_column(f, m, row, "cause");
		if (!strcmp(cell_text(cell_of(m, row, "cause")), BLAME_HELD))
			fputs(", holder unknown", f);
	}
	fputs("</span></th>", f);
}

static void print_waiter(FILE *f, const struct matrix *m, int nr)
{
	static const struct names names = { "comm", "process", "tgid" };

	fputs("<tr><th scope=\"row\">", f);
	if (nr == NR_MAX - 1)
		fputs("all others", f);
	else
		print_thread(f, m, m->waiter[nr], &names);
	fputs("</th>", f);
}

static void print_cell(FILE *f, const struct matrix *m, int row)
{
	const struct cell *wait;
	int shade;

	if (row < 0) {
		fputs("<td></td>", f);
		return;
	}
	wait = &m->t->rows[row][m->wait_ns];
	shade = (double)wait->i / m->max * NR_SHADES;
	fprintf(f, "<td class=\"n h%d\">", shade < NR_SHADES ? shade + 1 : NR_SHADES);
	html_cell(f, &m->t->def->columns[m->wait_ns], wait);
	fputs("</td>", f);
}

int html_matrix(struct output *o, const struct table *t)
{
	struct matrix m;
	int waiter, holder;

	matrix_init(&m, t);
	fputs("<div class=\"rows\"><table class=\"matrix\">\n<thead><tr><td></td>", o->f);
	for (holder = 0; holder < NR_MAX; holder++)
		if (m.holder[holder] >= 0)
			print_holder(o->f, &m, holder);
	fputs("</tr></thead>\n<tbody>\n", o->f);
	for (waiter = 0; waiter < NR_MAX; waiter++) {
		if (m.waiter[waiter] < 0)
			continue;
		print_waiter(o->f, &m, waiter);
		for (holder = 0; holder < NR_MAX; holder++)
			if (m.holder[holder] >= 0)
				print_cell(o->f, &m, m.cell[waiter][holder]);
		fputs("</tr>\n", o->f);
	}
	fputs("</tbody>\n</table></div>\n", o->f);
	return 0;
}
