// SPDX-License-Identifier: GPL-2.0-only
#include "cli/asleep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "collector/model/lock.h"
#include "collector/model/site.h"
#include "collector/proc_worker.h"

#define MAX_FRAMES 16
#define MAX_NAMED  5

struct asleep {
	int32_t tid;
	uint64_t nr_switches;
	char function[64]; /* where it sleeps */
	struct asleep *next;
};

/*
 * takes_lock - whether a function on the stack takes an rwsem, by the table of call sites
 * @text: content of /proc/PID/stack, lines of "[<0>] function+0x10/0x20"; modified
 * @function: set to the innermost function; points into @text
 */
static bool takes_lock(char *text, const char **function)
{
	const char *names[MAX_FRAMES];
	struct stack_reading reading;
	unsigned int nr = 0;
	char *save, *line;

	for (line = strtok_r(text, "\n", &save); line && nr < MAX_FRAMES;
	     line = strtok_r(NULL, "\n", &save)) {
		char *name = strchr(line, ' ');

		if (!name)
			return false;
		name[1 + strcspn(name + 1, "+.")] = '\0';
		names[nr++] = name + 1;
	}
	if (!nr)
		return false;
	*function = names[0];
	read_stack_names(names, nr, &reading);
	return !reading.io_wait &&
	       (reading.classes[0] != CLASS_ANY || reading.classes[1] != CLASS_ANY);
}

struct look {
	struct proc_workers *workers;
	struct asleep *found;
};

static void add_if_asleep(void *ctx, int32_t tid, int32_t tgid)
{
	struct proc_answer stack = { .question = PROC_STACK, .id = tid };
	struct look *look = ctx;
	const char *function;
	uint64_t nr_switches;
	struct asleep *a;

	(void)tgid;
	if (!proc_sleeps(tid, &nr_switches) || proc_workers_ask(look->workers, &stack) ||
	    !takes_lock(stack.stack, &function))
		return;
	a = calloc(1, sizeof(*a));
	if (!a)
		return;
	a->tid = tid;
	a->nr_switches = nr_switches;
	snprintf(a->function, sizeof(a->function), "%s", function);
	LL_PREPEND(look->found, a);
}

struct asleep *asleep_now(struct proc_workers *w)
{
	struct look look = { .workers = w };

	proc_for_each_thread(add_if_asleep, &look);
	return look.found;
}

void asleep_since(const struct asleep *before, char *text, size_t room)
{
	const struct asleep *a;
	unsigned int nr = 0;
	size_t len = 0;

	text[0] = '\0';
	LL_FOREACH(before, a)
	{
		char comm[COMM_LEN];
		uint64_t nr_switches;

		if (!proc_sleeps(a->tid, &nr_switches) || nr_switches != a->nr_switches ||
		    proc_comm(a->tid, comm) || ++nr > MAX_NAMED || len >= room)
			continue;
		len += snprintf(text + len, room - len, "%s%s/%" PRId32 " in %s", len ? ", " : "",
				comm, a->tid, a->function);
	}
	if (nr > MAX_NAMED && len < room)
		snprintf(text + len, room - len, ", %u others", nr - MAX_NAMED);
}

void asleep_free(struct asleep *before)
{
	struct asleep *a, *tmp;

	LL_FOREACH_SAFE(before, a, tmp)
	free(a);
}
