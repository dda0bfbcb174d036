// SPDX-License-Identifier: GPL-2.0-only
#include "collector/instance.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "lib/process.h"

/* for printf() and scanf() alike */
#define NAME_FORMAT "rmapscope.%d.%" PRIu64

int tracefs_usable(struct error *err)
{
	tracefs_set_loglevel(TEP_LOG_NONE);
	if (geteuid() != 0 && access("/sys/kernel/tracing/instances", W_OK))
		return error_set(err, -EPERM,
				 "live capture needs root: the kernel's tracing files are not "
				 "open to this user; run it with sudo");
	/* mounts it where it belongs when it is not mounted yet */
	if (!tracefs_tracing_dir())
		return error_set(err, -ENODEV,
				 "no tracefs here (a container, or a kernel without "
				 "CONFIG_FTRACE); on the host: mount -t tracefs nodev "
				 "/sys/kernel/tracing");
	if (access(tracefs_tracing_dir(), W_OK))
		return error_set(err, -errno,
				 "%s is not writable (%s): lockdown or a read-only container; "
				 "run it on the host as root",
				 tracefs_tracing_dir(), strerror(errno));
	return 0;
}

static int remove_if_orphan(const char *name, void *nr_removed)
{
	struct tracefs_instance *inst;
	int pid, len = 0;
	uint64_t start;

	if (sscanf(name, NAME_FORMAT "%n", &pid, &start, &len) != 2 || name[len] ||
	    process_start_time(pid) == start)
		return 0;
	inst = tracefs_instance_create(name);
	if (!inst)
		return 0;
	tracefs_trace_off(inst);
	if (!tracefs_instance_destroy(inst))
		++*(int *)nr_removed;
	tracefs_instance_free(inst);
	return 0;
}

int instance_remove_orphans(void)
{
	int nr_removed = 0;

	tracefs_instances_walk(remove_if_orphan, &nr_removed);
	return nr_removed;
}

int instance_create(struct tracefs_instance **instp, struct error *err)
{
	struct tracefs_instance *inst;
	struct error ignored = { 0 };
	char name[64];
	int ret = tracefs_usable(err);

	if (ret)
		return ret;
	instance_remove_orphans();

	snprintf(name, sizeof(name), NAME_FORMAT, getpid(), process_start_time(getpid()));
	inst = tracefs_instance_create(name);
	if (!inst)
		return error_set(err, -errno,
				 "cannot create a tracefs instance: %s; live capture needs root "
				 "and a writable %s",
				 strerror(errno), tracefs_tracing_dir());
	tracefs_trace_off(inst);
	if (tracefs_instance_file_write(inst, "trace_clock", "mono") < 0) {
		ret = error_set(err, -ENOTSUP,
				"this kernel has no trace clock 'mono' (before "
				"3.17); it cannot be traced");
		instance_destroy(inst, &ignored);
		return ret;
	}
	*instp = inst;
	return 0;
}

int instance_destroy(struct tracefs_instance *inst, struct error *err)
{
	int ret = 0;

	tracefs_trace_off(inst);
	if (tracefs_instance_destroy(inst))
		ret = error_set(err, -errno ?: -EBUSY,
				"cannot remove the tracefs instance %s: %s; remove it with rmdir "
				"in %s/instances",
				tracefs_instance_get_name(inst), strerror(errno),
				tracefs_tracing_dir());
	tracefs_instance_free(inst);
	return ret;
}
