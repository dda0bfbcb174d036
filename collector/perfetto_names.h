/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel functions of a Perfetto trace. It has no addresses: an event has a number, and
 * the same or an earlier packet of its sequence the name for it (InternedData), until
 * the sequence begins anew. Here each name gets one number of its own, which stands for
 * an address in the events and in struct symbols.
 */
#ifndef RMAPSCOPE_PERFETTO_NAMES_H
#define RMAPSCOPE_PERFETTO_NAMES_H

#include <stdint.h>

#include "collector/perfetto_packet.h"
#include "collector/symbols.h"

struct perfetto_name;
struct perfetto_iid;
struct perfetto_epoch;

struct perfetto_names {
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

/* The address that stands for number @iid of sequence @sequence; 0: it has no name. */
uint64_t perfetto_names_addr(const struct perfetto_names *n, uint32_t sequence, uint64_t iid);

/* struct symbols' find(); @ctx is a struct perfetto_names */
void perfetto_names_find(void *ctx, uint64_t addr, struct symbol *sym);

#endif
