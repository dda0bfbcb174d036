// SPDX-License-Identifier: GPL-2.0-only
#include "collector/trace_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "collector/decode.h"
#include "collector/profile.h"

/* Room for the names of all enabled events. */
#define TEXT_MAX 8192

struct watched {
	int fd;
	char what[96];
	char *text; /* the content that we have set */
};

struct trace_watch {
	struct watched *file;
	unsigned int nr;
	bool off; /* tracing_on, the first of the files, has changed */
	char text[TEXT_MAX];
};

/* Read a file, up to TEXT_MAX. Returns 0 or a negative errno. */
static int read_text(struct trace_watch *w, int fd)
{
	size_t len = 0;
	ssize_t n;

	while (len < TEXT_MAX - 1 && (n = pread(fd, w->text + len, TEXT_MAX - 1 - len, len)) > 0)
		len += n;
	w->text[len] = '\0';
	return n < 0 && !len ? -errno : 0;
}

/* A file that does not exist is not watched. */
static int add(struct trace_watch *w, struct tracefs_instance *inst, const char *path,
	       const char *what)
{
	struct watched *grown = realloc(w->file, (w->nr + 1) * sizeof(*grown)), *f;
	int ret;

	if (!grown)
		return -ENOMEM;
	w->file = grown;
	f = &grown[w->nr];
	memset(f, 0, sizeof(*f));
	f->fd = tracefs_instance_file_open(inst, path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return 0;
	w->nr++;
	snprintf(f->what, sizeof(f->what), "%s (%s)", what, path);
	ret = read_text(w, f->fd);
	f->text = strdup(w->text);
	return f->text ? ret : -ENOMEM;
}

/* The files that decide what an event records, if we have set them. */
static int add_event(struct trace_watch *w, struct tracefs_instance *inst,
		     const struct profile_event *pe)
{
	char path[128];
	int ret = 0;

	if (pe->filter) {
		snprintf(path, sizeof(path), "events/%s/%s/filter", event_system(pe->id),
			 event_name(pe->id));
		ret = add(w, inst, path, "a filter was changed");
	}
	if (!ret && pe->trigger) {
		snprintf(path, sizeof(path), "events/%s/%s/trigger", event_system(pe->id),
			 event_name(pe->id));
		ret = add(w, inst, path, "a trigger was changed");
	}
	return ret;
}

/* The files that decide which threads and CPUs have events. */
static int add_whom(struct trace_watch *w, struct tracefs_instance *inst)
{
	char *pids = tracefs_instance_file_read(inst, "set_event_pid", NULL);
	/* the kernel itself writes to a list of processes as these fork and exit */
	const bool is_list = pids && pids[0];

	free(pids);
	return add(w, inst, "tracing_cpumask", "its CPUs were changed")
		       ?: is_list ? 0
				  : add(w, inst, "set_event_pid", "its processes were changed");
}

int trace_watch_open(struct trace_watch **wp, struct tracefs_instance *inst, struct error *err)
{
	struct trace_watch *w = calloc(1, sizeof(*w));
	const struct profile_event *pe;
	int ret = w ? add(w, inst, "tracing_on", "tracing was switched off") : -ENOMEM;

	if (!ret)
		ret = add(w, inst, "set_event", "its events were changed");
	if (!ret)
		ret = add(w, inst, "trace_clock", "its clock was changed");
	if (!ret)
		ret = add_whom(w, inst);
	for (pe = profile_events; !ret && pe->id != NR_EVENTS; pe++)
		ret = add_event(w, inst, pe);
	if (ret) {
		trace_watch_close(w);
		return error_set(err, ret, "cannot watch the tracefs instance %s: %s",
				 tracefs_instance_get_name(inst), strerror(-ret));
	}
	*wp = w;
	return 0;
}

void trace_watch_close(struct trace_watch *w)
{
	unsigned int i;

	for (i = 0; w && i < w->nr; i++) {
		close(w->file[i].fd);
		free(w->file[i].text);
	}
	if (w)
		free(w->file);
	free(w);
}

bool trace_watch_is_off(const struct trace_watch *w)
{
	return w->off;
}

const char *trace_watch_look(struct trace_watch *w)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		if (read_text(w, w->file[i].fd) || strcmp(w->text, w->file[i].text))
			break;
	w->off = !i;
	return i < w->nr ? w->file[i].what : NULL;
}
