// SPDX-License-Identifier: GPL-2.0-only
#include "collector/self.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "collector/instance.h"
#include "lib/process.h"

/*
 * "   rmapscope-4711    [001] .....   1.000000: tracing_mark_write: ...": the id is
 * behind the last dash in front of the CPU that a digit follows.
 */
static int32_t tid_of_line(const char *line)
{
	const char *cpu = strchr(line, '['), *dash = NULL, *p;

	for (p = line; cpu && p < cpu; p++)
		if (*p == '-' && isdigit((unsigned char)p[1]))
			dash = p;
	return dash ? atoi(dash + 1) : 0;
}

/* The kernel records which thread writes a mark: write one and read it back. */
static int32_t tid_by_mark(struct self *self)
{
	char mark[64], *text, *line, *rest;
	int32_t tid = 0;

	snprintf(mark, sizeof(mark), "rmapscope thread %d.", gettid());
	if (tracefs_instance_file_write(self->marks, "trace_marker", mark) < 0)
		return 0;
	text = tracefs_instance_file_read(self->marks, "trace", NULL);
	for (rest = text; rest && !tid && (line = strsep(&rest, "\n"));)
		if (*line != '#' && strstr(line, mark))
			tid = tid_of_line(line);
	free(text);
	return tid;
}

int32_t self_tid(struct self *self)
{
	int32_t tid;

	if (self->initial)
		return gettid();
	if (!self->marks)
		return 0;
	pthread_mutex_lock(&self->lock);
	tid = tid_by_mark(self);
	pthread_mutex_unlock(&self->lock);
	return tid;
}

/*
 * Whether /proc is of the initial namespace, as in a container that is shown the
 * host's: then it has our id there, and ours here behind it.
 */
static bool proc_is_initial(int32_t tid)
{
	FILE *f = fopen("/proc/thread-self/status", "re");
	int outer = 0, inner, nr = 0;
	char line[256];

	while (f && nr <= 0 && fgets(line, sizeof(line), f))
		nr = sscanf(line, "NSpid: %d %d", &outer, &inner);
	if (f)
		fclose(f);
	return nr == 2 && outer == tid && tid > 0;
}

int self_init(struct self *self, struct error *err)
{
	int ret;

	*self = (struct self){
		.initial = process_pid_ns() == PROCESS_INITIAL_PID_NS,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	if (self->initial) {
		self->proc = true;
		self->tgid = getpid();
		return 0;
	}
	ret = instance_create_bare(&self->marks, INSTANCE_IDS, err);
	if (ret)
		return ret;
	tracefs_trace_on(self->marks);
	self->tgid = self_tid(self);
	self->proc = proc_is_initial(self->tgid);
	return 0;
}

void self_free(struct self *self)
{
	struct error ignored = { 0 };

	if (self->marks)
		instance_destroy(self->marks, &ignored);
	self->marks = NULL;
}
