/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel addresses to function names. */
#ifndef RMAPSCOPE_SYMBOLS_H
#define RMAPSCOPE_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

struct tep_handle;

/* GCC's and LLVM's suffixed clones fit; longer names are cut. */
#define SYMBOL_LEN 96

struct symbol {
	char name[SYMBOL_LEN]; /* without .isra, .constprop, ...; "" unknown */
	uint32_t offset;       /* bytes into the function */
};

/* A symbol table. All calls from one thread. */
struct symbols {
	/* Fills @sym, which is empty, or leaves it; NULL: libtraceevent's table is asked. */
	void (*find)(void *ctx, uint64_t addr, struct symbol *sym);
	void *ctx;		/* of find() */
	struct tep_handle *tep; /* the caller's; NULL: no symbols */
	bool load_live;		/* read /proc/kallsyms into it at the first look-up */
};

/*
 * symbols_readable - whether this machine's symbols can be had
 *
 * Returns 0, or a negative errno with the remedy in @err.
 */
int symbols_readable(struct error *err);

/* Resolve @addr; an unknown one gives an empty name and offset 0. */
void symbol_find(struct symbols *syms, uint64_t addr, struct symbol *sym);

#endif
