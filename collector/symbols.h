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

/* The functions in which a thread spins and waits for an rwsem, kernel/locking/rwsem.c. */
#define RWSEM_SLOW_PATHS 2
extern const char *const rwsem_slow_paths[RWSEM_SLOW_PATHS];

/* Where a function is; both 0: not known. */
struct symbol_range {
	uint64_t start, end; /* the first address after it */
};

/* A symbol table. All calls from one thread. */
struct symbols {
	/* Fills @sym, which is empty, or leaves it; NULL: libtraceevent's table is asked. */
	void (*find)(void *ctx, uint64_t addr, struct symbol *sym);
	void *ctx;		/* of find() */
	struct tep_handle *tep; /* the caller's; NULL: no symbols */
	bool load_live;		/* read /proc/kallsyms into it at the first look-up */
	bool none;		/* the table is empty */
	/* of a table that symbols_parse() has read, any thread may look at these */
	struct symbol_range slow_path[RWSEM_SLOW_PATHS];
	/* one symbol of the input's kernel, in its last boot; "": none is known */
	struct symbol_anchor {
		char name[SYMBOL_LEN];
		uint64_t addr;
	} anchor;
};

/*
 * symbols_readable - whether this machine's symbols can be had
 *
 * Returns 0, or a negative errno with the remedy in @err.
 */
int symbols_readable(struct error *err);

/*
 * symbols_live_range - where function @name is in this machine's kernel
 *
 * Returns 0 or a negative errno: there is none, or it is hidden.
 */
int symbols_live_range(const char *name, struct symbol_range *range);

/*
 * symbols_live_addresses - where the @nr symbols @name are in this machine's kernel; 0: it has none
 * of just this name
 *
 * Returns 0 or a negative errno.
 */
int symbols_live_addresses(const char *const *name, unsigned int nr, uint64_t *address);

/* symbols_parse - those of @text, as /proc/kallsyms has them. Returns 0, or -EINVAL: it is no such text. */
int symbols_parse(struct symbols *syms, const char *text);

/* Whether any slow path of the rwsem is known. */
bool symbols_know_slow_paths(const struct symbols *syms);

/*
 * symbols_load - the symbols of a copy of /proc/kallsyms, made on the input's machine
 *
 * Fails with one clear line when it cannot be read, hides its addresses, or is not of
 * the kernel and the boot of the input, as far as the anchor shows.
 */
int symbols_load(struct symbols *syms, const char *path, struct error *err);

/* Resolve @addr; an unknown one gives an empty name and offset 0. */
void symbol_find(struct symbols *syms, uint64_t addr, struct symbol *sym);

#endif
