// SPDX-License-Identifier: GPL-2.0-only
#include "collector/twins.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The fields behind the stack in struct event are its content. */
#define CONTENT_AT    (offsetof(struct event, stack) + sizeof(struct kstack *))
#define CONTENT_WORDS ((sizeof(struct event) - CONTENT_AT) / sizeof(uint64_t))

_Static_assert((sizeof(struct event) - CONTENT_AT) % sizeof(uint64_t) == 0, "words are hashed");

bool twins_same(const struct event *a, const struct event *b)
{
	return a->id == b->id && a->cpu == b->cpu && a->tid == b->tid && a->in_irq == b->in_irq &&
	       !memcmp((const char *)a + CONTENT_AT, (const char *)b + CONTENT_AT,
		       CONTENT_WORDS * sizeof(uint64_t));
}

/* 64 bits of FNV-1a, by words: never the same for two of a few events in practice. */
static uint64_t content_of(const struct event *ev)
{
	uint64_t hash = 0xcbf29ce484222325ULL, word[CONTENT_WORDS + 1];
	unsigned int i;

	word[0] = (uint64_t)(uint32_t)ev->tid << 16 | ev->id << 1 | ev->in_irq;
	memcpy(word + 1, (const char *)ev + CONTENT_AT, CONTENT_WORDS * sizeof(*word));
	for (i = 0; i < CONTENT_WORDS + 1; i++) {
		hash = (hash ^ word[i]) * 0x100000001b3ULL;
		hash ^= hash >> 29;
	}
	return hash ? hash : 1;
}

static int reach_cpu(struct twins *tw, unsigned int cpu)
{
	struct twins_cpu *grown;

	if (cpu < tw->nr_cpus)
		return 0;
	grown = realloc(tw->cpu, (cpu + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memset(grown + tw->nr_cpus, 0, (cpu + 1 - tw->nr_cpus) * sizeof(*grown));
	tw->cpu = grown;
	tw->nr_cpus = cpu + 1;
	return 0;
}

int twins_come_again(struct twins *tw, const struct event *ev, unsigned int buffer)
{
	const uint64_t content = content_of(ev);
	const uint64_t bit = 1ULL << (buffer < TWINS_MAX_BUFFERS ? buffer : TWINS_MAX_BUFFERS - 1);
	struct twins_cpu *cpu;
	unsigned int i;

	/* a gap concerns one buffer only */
	if (ev->id == EVENT_LOSS)
		return 0;
	if (reach_cpu(tw, ev->cpu))
		return -ENOMEM;
	cpu = &tw->cpu[ev->cpu];
	for (i = 0; i < TWINS_RECENT; i++) {
		struct twins_recent *r = &cpu->recent[(cpu->next + i) % TWINS_RECENT];

		if (r->content != content || r->buffers & bit ||
		    ev->time_ns - r->time_ns > TWINS_WITHIN_NS)
			continue;
		r->buffers |= bit;
		return 1;
	}
	cpu->recent[cpu->next] = (struct twins_recent){ content, ev->time_ns, bit };
	cpu->next = (cpu->next + 1) % TWINS_RECENT;
	return 0;
}

void twins_free(struct twins *tw)
{
	free(tw->cpu);
	tw->cpu = NULL;
	tw->nr_cpus = 0;
}
