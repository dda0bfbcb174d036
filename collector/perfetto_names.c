// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_names.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/hash.h"

/* A kernel has about 200,000 functions; a file that claims more gets no names for the rest. */
#define MAX_NAMES (1U << 18)

struct perfetto_name {
	UT_hash_handle hh;
	uint32_t nr;
	char text[SYMBOL_LEN];
};

struct iid_key {
	uint32_t sequence;
	uint32_t iid;
};

struct perfetto_iid {
	UT_hash_handle hh;
	struct iid_key key;
	uint32_t nr;	/* of the name */
	uint32_t epoch; /* of the sequence, when it was learnt */
};

/* How often a sequence began anew. */
struct perfetto_epoch {
	UT_hash_handle hh;
	uint32_t sequence;
	uint32_t nr;
};

/* A trace has some hundred writers. */
#define MAX_EPOCHS 65536

/* Without the suffix of a clone, as in struct symbol. */
static void read_function(char to[SYMBOL_LEN], const struct proto_field *f)
{
	proto_text(f, to, SYMBOL_LEN);
	to[strcspn(to, ".")] = '\0';
}

/* InternedData.kernel_symbols */
const struct perfetto_names_kind perfetto_functions = { .field = 26, .read = read_function };

void perfetto_names_rewind(struct perfetto_names *n)
{
	struct perfetto_iid *known, *tmp;
	struct perfetto_epoch *epoch, *tmp2;

	HASH_ITER(hh, n->by_iid, known, tmp) {
		HASH_DEL(n->by_iid, known);
		free(known);
	}
	HASH_ITER(hh, n->epochs, epoch, tmp2) {
		HASH_DEL(n->epochs, epoch);
		free(epoch);
	}
}

void perfetto_names_free(struct perfetto_names *n)
{
	struct perfetto_name *name, *tmp;

	perfetto_names_rewind(n);
	HASH_ITER(hh, n->by_text, name, tmp) {
		HASH_DEL(n->by_text, name);
		free(name);
	}
	free(n->by_nr);
}

/* The name @text, added if it is new. NULL: there are too many; @ret: no memory. */
static struct perfetto_name *name_of(struct perfetto_names *n, const char *text, int *ret)
{
	struct perfetto_name *name, **grown;

	HASH_FIND_STR(n->by_text, text, name);
	if (name || n->nr == MAX_NAMES)
		return name;
	if (n->nr == n->room) {
		n->room = n->room ? 2 * n->room : 64;
		grown = realloc(n->by_nr, n->room * sizeof(*grown));
		if (!grown) {
			*ret = -ENOMEM;
			return NULL;
		}
		n->by_nr = grown;
	}
	name = calloc(1, sizeof(*name));
	if (!name) {
		*ret = -ENOMEM;
		return NULL;
	}
	strcpy(name->text, text);
	name->nr = n->nr;
	n->by_nr[n->nr++] = name;
	HASH_ADD_STR(n->by_text, text, name);
	return name;
}

static uint32_t epoch_of(const struct perfetto_names *n, uint32_t sequence)
{
	const struct perfetto_epoch *epoch;

	HASH_FIND(hh, n->epochs, &sequence, sizeof(sequence), epoch);
	return epoch ? epoch->nr : 0;
}

static int next_epoch(struct perfetto_names *n, uint32_t sequence)
{
	struct perfetto_epoch *epoch;

	HASH_FIND(hh, n->epochs, &sequence, sizeof(sequence), epoch);
	if (!epoch && HASH_COUNT(n->epochs) < MAX_EPOCHS) {
		epoch = calloc(1, sizeof(*epoch));
		if (!epoch)
			return -ENOMEM;
		epoch->sequence = sequence;
		HASH_ADD(hh, n->epochs, sequence, sizeof(epoch->sequence), epoch);
	}
	if (epoch)
		epoch->nr++;
	return 0;
}

static struct perfetto_iid *find(const struct perfetto_names *n, uint32_t sequence, uint32_t iid)
{
	const struct iid_key key = { sequence, iid };
	struct perfetto_iid *known;

	HASH_FIND(hh, n->by_iid, &key, sizeof(key), known);
	return known;
}

static int learn(struct perfetto_names *n, uint32_t sequence, struct cursor c)
{
	struct perfetto_name *name;
	struct perfetto_iid *known;
	char text[SYMBOL_LEN] = "";
	struct proto_field f;
	uint64_t iid = 0;
	int ret = 0;

	while (proto_next(&c, &f)) {
		if (f.number == 1)
			iid = f.value;
		else if (f.number == 2)
			n->kind->read(text, &f);
	}
	if (!iid || iid > UINT32_MAX || !text[0])
		return 0;
	name = name_of(n, text, &ret);
	if (!name)
		return ret;
	known = find(n, sequence, iid);
	if (!known && HASH_COUNT(n->by_iid) == MAX_NAMES)
		return 0;
	if (!known) {
		known = calloc(1, sizeof(*known));
		if (!known)
			return -ENOMEM;
		known->key = (struct iid_key){ sequence, iid };
		HASH_ADD(hh, n->by_iid, key, sizeof(known->key), known);
	}
	known->nr = name->nr;
	known->epoch = epoch_of(n, sequence);
	return 0;
}

int perfetto_names_learn(struct perfetto_names *n, const struct perfetto_packet *p)
{
	struct cursor c = p->names;
	struct proto_field f;
	int ret = 0;

	if (p->cleared)
		ret = next_epoch(n, p->sequence);
	while (!ret && proto_next(&c, &f))
		if (f.number == n->kind->field)
			ret = learn(n, p->sequence, f.bytes);
	return ret;
}

uint32_t perfetto_names_nr(const struct perfetto_names *n, uint32_t sequence, uint64_t iid)
{
	const struct perfetto_iid *known = iid <= UINT32_MAX ? find(n, sequence, iid) : NULL;

	return known && known->epoch == epoch_of(n, sequence) ? known->nr + 1 : 0;
}

uint32_t perfetto_names_add(struct perfetto_names *n, const struct proto_field *f, int *ret)
{
	const struct perfetto_name *name;
	char text[SYMBOL_LEN];

	n->kind->read(text, f);
	name = text[0] ? name_of(n, text, ret) : NULL;
	return name ? name->nr + 1 : 0;
}

const char *perfetto_names_text(const struct perfetto_names *n, uint64_t nr)
{
	return nr && nr <= n->nr ? n->by_nr[nr - 1]->text : NULL;
}

uint64_t perfetto_names_addr(const struct perfetto_names *n, uint32_t sequence, uint64_t iid)
{
	/* a true address: of an old recorder; it stays one */
	return iid > UINT32_MAX ? iid : perfetto_names_nr(n, sequence, iid);
}

void perfetto_names_find(void *ctx, uint64_t addr, struct symbol *sym)
{
	const char *text = perfetto_names_text(ctx, addr);

	if (text)
		strcpy(sym->name, text);
}
