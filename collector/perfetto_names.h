/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that a Perfetto trace interns: an event has a number, and the same or an earlier
 * packet of its sequence the name for it (InternedData), until the sequence begins anew.
 * Here each name gets one number of its own.
 *
 * Of kernel functions the trace has no addresses: the number stands for one in the events
 * and in struct symbols.
 */
#ifndef RMAPSCOPE_PERFETTO_NAMES_H
#define RMAPSCOPE_PERFETTO_NAMES_H

#include <stdint.h>

#include "collector/perfetto_packet.h"
#include "collector/symbols.h"

struct perfetto_name;
struct perfetto_iid;
struct perfetto_epoch;

/* What is interned. */
struct perfetto_names_kind {
	uint32_t field; /* of InternedData; each has an iid 1 and a text 2 */
	/* What is kept of a text; "": nothing. */
	void (*read)(char to[SYMBOL_LEN], const struct proto_field *f);
};

extern const struct perfetto_names_kind perfetto_functions;

struct perfetto_names {
	const struct perfetto_names_kind *kind; /* set before anything else */
	struct perfetto_name *by_text, **by_nr;
	struct perfetto_iid *by_iid;
	struct perfetto_epoch *epochs;
	uint32_t nr, room;
};

void perfetto_names_free(struct perfetto_names *n);

/*
 * perfetto_names_learn - the names in a packet, which go for its own events, too
 *
 * The first reading of a file adds the texts; a second finds the same, so that another
 * thread may ask for symbols meanwhile. Returns 0 or -ENOMEM.
 */
int perfetto_names_learn(struct perfetto_names *n, const struct perfetto_packet *p);

/* Forget the numbers, but not the texts: the file is read from the beginning again. */
void perfetto_names_rewind(struct perfetto_names *n);

/* The number of the name that number @iid of sequence @sequence stands for; 0: it has none. */
uint32_t perfetto_names_nr(const struct perfetto_names *n, uint32_t sequence, uint64_t iid);

/* The number of the name @f, which is added if it is new; 0: none, or too many; @ret: -ENOMEM. */
uint32_t perfetto_names_add(struct perfetto_names *n, const struct proto_field *f, int *ret);

/* The name with number @nr; NULL: there is none. */
const char *perfetto_names_text(const struct perfetto_names *n, uint64_t nr);

/* Of functions: the address that stands for number @iid; 0: it has no name. */
uint64_t perfetto_names_addr(const struct perfetto_names *n, uint32_t sequence, uint64_t iid);

/* struct symbols' find(); @ctx is a struct perfetto_names */
void perfetto_names_find(void *ctx, uint64_t addr, struct symbol *sym);

#endif
