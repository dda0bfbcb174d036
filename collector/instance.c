// SPDX-License-Identifier: GPL-2.0-only
#include "collector/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "lib/crash.h"
#include "lib/process.h"

/* for printf() and scanf(): pid, start time, and since 2.1 the PID namespace */
#define OLD_NAME_FORMAT "rmapscope.%d.%" PRIu64
#define NAME_FORMAT	OLD_NAME_FORMAT ".%" PRIu64

/* An instance is locked this soon after it was made, even on a busy machine. */
#define LOCKED_WITHIN_S 60

/* The locks of this process's instances. */
static struct {
	struct tracefs_instance *inst;
	int fd;
} held[2] = { { NULL, -1 }, { NULL, -1 } };

#define NR_HELD (sizeof(held) / sizeof(*held))

const char *tracing_dir(void)
{
	static const char *dir;

	/* where this user may not look into it, the library loses memory with each call */
	if (!dir)
		dir = tracefs_tracing_dir();
	return dir;
}

int tracefs_usable(struct error *err)
{
	tracefs_set_loglevel(TEP_LOG_NONE);
	if (geteuid() != 0 && access("/sys/kernel/tracing/instances", W_OK))
		return error_set(err, -EPERM,
				 "live capture needs root: the kernel's tracing files are not "
				 "open to this user; run it with sudo");
	/* mounts tracefs at its usual place if it is not mounted yet */
	if (!tracing_dir())
		return error_set(err, -ENODEV,
				 "no tracefs here (a container, or a kernel without "
				 "CONFIG_FTRACE); on the host: mount -t tracefs nodev "
				 "/sys/kernel/tracing");
	if (access(tracing_dir(), W_OK))
		return error_set(err, -errno,
				 "%s is not writable (%s): lockdown or a read-only container; "
				 "run it on the host as root",
				 tracing_dir(), strerror(errno));
	return 0;
}

static void dir_of(char dir[PATH_MAX], const char *name)
{
	snprintf(dir, PATH_MAX, "%s/instances/%s", tracing_dir(), name);
}

/* Open and lock the directory of the instance; -EWOULDBLOCK: somebody else has the lock. */
static int open_locked(const char *name)
{
	char path[PATH_MAX];
	int fd, ret;

	dir_of(path, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/* The process that made an instance, by its name; @pid_ns 0: made before 2.1. */
struct maker {
	int pid;
	uint64_t start, pid_ns;
};

/* Whether @name has the form of the names that rmapscope gives. */
static bool parse_name(const char *name, struct maker *m)
{
	int len = 0;

	m->pid_ns = 0;
	if (sscanf(name, OLD_NAME_FORMAT "%n", &m->pid, &m->start, &len) == 2 && !name[len])
		return true;
	return sscanf(name, NAME_FORMAT "%n", &m->pid, &m->start, &m->pid_ns, &len) == 3 &&
	       (!name[len] || !strcmp(name + len, INSTANCE_IDS));
}

/*
 * Whether the process that made an instance may still run although its lock is free:
 * before 2.1 there was no lock, and since then the process may be about to take it.
 */
static bool may_live(const struct maker *m, int fd)
{
	struct stat st;

	if (!m->pid_ns || m->pid_ns == process_pid_ns())
		return process_start_time(m->pid) == m->start;
	return fstat(fd, &st) || time(NULL) - st.st_mtime < LOCKED_WITHIN_S;
}

static int remove_if_orphan(const char *name, void *nr_removed)
{
	struct tracefs_instance *inst;
	struct maker maker;
	int fd;

	if (!parse_name(name, &maker))
		return 0;
	fd = open_locked(name);
	if (fd < 0)
		return 0;
	inst = may_live(&maker, fd) ? NULL : tracefs_instance_create(name);
	if (inst) {
		tracefs_trace_off(inst);
		if (!tracefs_instance_destroy(inst))
			++*(int *)nr_removed;
		tracefs_instance_free(inst);
	}
	close(fd);
	return 0;
}

int tracefs_has_event(const char *system, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/events/%s/%s/format", tracing_dir() ?: "", system, name);
	if (!access(path, F_OK))
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

bool tracefs_has_rmap_events(void)
{
	return tracefs_has_event("rmap", "anon_vma_contention_begin") == 1;
}

int instance_remove_orphans(void)
{
	int nr_removed = 0;

	tracefs_instances_walk(remove_if_orphan, &nr_removed);
	return nr_removed;
}

static void hold(struct tracefs_instance *inst, int fd)
{
	unsigned int i;

	for (i = 0; i < NR_HELD && held[i].inst; i++)
		;
	if (i == NR_HELD) {
		close(fd);
		return;
	}
	held[i].inst = inst;
	held[i].fd = fd;
}

static void let_go(struct tracefs_instance *inst)
{
	unsigned int i;

	for (i = 0; i < NR_HELD; i++) {
		if (held[i].inst != inst)
			continue;
		close(held[i].fd);
		held[i].inst = NULL;
	}
}

int instance_create_bare(struct tracefs_instance **instp, const char *what, struct error *err)
{
	struct tracefs_instance *inst;
	char name[96], dir[PATH_MAX];
	int fd, ret;

	snprintf(name, sizeof(name), NAME_FORMAT "%s", getpid(), process_start_time(getpid()),
		 process_pid_ns(), what);
	dir_of(dir, name);
	/* register it before it exists, so that it is removed whatever ends this process */
	crash_add_instance(dir);
	errno = 0;
	inst = tracefs_instance_create(name);
	if (!inst) {
		ret = -errno ?: -ENOMEM;
		crash_remove_instance(dir);
		return error_set(err, ret,
				 "cannot create a tracefs instance: %s; live capture needs root "
				 "and a writable %s",
				 strerror(-ret), tracing_dir());
	}
	/* this tracefs cannot be locked: rely on the name */
	fd = open_locked(name);
	if (fd >= 0)
		hold(inst, fd);
	tracefs_trace_off(inst);
	*instp = inst;
	return 0;
}

int instance_create(struct tracefs_instance **instp, struct error *err)
{
	struct error ignored = { 0 };
	int ret = tracefs_usable(err);

	if (ret)
		return ret;
	instance_remove_orphans();
	ret = instance_create_bare(instp, "", err);
	if (ret)
		return ret;
	errno = 0;
	if (tracefs_instance_file_write(*instp, "trace_clock", "mono") < 0) {
		ret = errno == ENOMEM ? error_set(err, -ENOMEM, "out of memory")
				      : error_set(err, -ENOTSUP,
						  "this kernel has no trace clock 'mono' (before "
						  "3.17); it cannot be traced");
		instance_destroy(*instp, &ignored);
		*instp = NULL;
	}
	return ret;
}

/* Without libtracefs, which would allocate memory. */
int instance_destroy(struct tracefs_instance *inst, struct error *err)
{
	char dir[PATH_MAX];
	int ret;

	dir_of(dir, tracefs_instance_get_name(inst));
	ret = crash_remove_instance(dir);
	if (ret)
		error_set(err, ret,
			  "cannot remove the tracefs instance %s: %s; remove it with rmdir in "
			  "%s/instances",
			  tracefs_instance_get_name(inst), strerror(-ret), tracing_dir());
	let_go(inst);
	tracefs_instance_free(inst);
	return ret;
}
