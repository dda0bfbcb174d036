// SPDX-License-Identifier: GPL-2.0-only
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/stdio.h"
#include "lib/crash.h"

static int open_pipes(int go[2], int status[2])
{
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(status, O_CLOEXEC)) {
		int ret = -errno;

		close(go[0]);
		close(go[1]);
		return ret;
	}
	return 0;
}

/* In the child: wait for the byte of child_go(); exit if the pipe is closed instead. */
static void await_go(int go_fd)
{
	char byte;
	ssize_t n;

	do {
		n = read(go_fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(0);
}

static int do_fork(struct child *c, int go[2], int status[2], struct error *err)
{
	int ret = open_pipes(go, status);

	*c = (struct child){ .pid = -1, .go_fd = -1, .status_fd = -1, .done_fd = -1 };
	if (ret)
		return error_set(err, ret, "cannot make a pipe: %s", strerror(-ret));
	c->pid = fork();
	if (c->pid < 0) {
		ret = -errno;
		close(go[0]);
		close(go[1]);
		close(status[0]);
		close(status[1]);
		return error_set(err, ret, "cannot fork: %s", strerror(-ret));
	}
	if (c->pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		close(go[1]);
		close(status[0]);
		await_go(go[0]);
		return 0;
	}
	close(go[0]);
	close(status[1]);
	c->go_fd = go[1];
	c->status_fd = status[0];
	c->done_fd = syscall(SYS_pidfd_open, c->pid, 0);
	if (c->done_fd < 0) {
		ret = error_set(err, -errno, "cannot watch the child: %s", strerror(errno));
		child_close(c);
	}
	return ret;
}

/* Whether @file is one that can be executed. Returns 0 or a negative errno. */
static int is_program(const char *file)
{
	struct stat st;

	if (stat(file, &st) || access(file, X_OK))
		return -errno;
	return S_ISREG(st.st_mode) ? 0 : S_ISDIR(st.st_mode) ? -EISDIR : -EACCES;
}

/* Find the program as execvp(3) does. Returns 0 or a negative errno. */
static int find_program(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char file[4096];
	int ret = -ENOENT;

	if (strchr(name, '/') || !path)
		return is_program(name);
	for (; *path; path = *end ? end + 1 : end) {
		end = strchrnul(path, ':');
		snprintf(file, sizeof(file), "%.*s/%s", (int)(end - path), path, name);
		if (!is_program(file))
			return 0;
		if (!access(file, F_OK))
			ret = -EACCES;
	}
	return ret;
}

int child_fork_exec(struct child *c, char *const *argv, struct error *err)
{
	int go[2], status[2];
	int ret = find_program(argv[0]);

	/* fail here, before a capture is started for the command */
	c->exec_ret = ret;
	if (ret)
		return error_set(err, ret, "cannot run %s: %s", argv[0], strerror(-ret));
	ret = do_fork(c, go, status, err);
	if (ret || c->pid)
		return ret;
	stdio_restore();
	execvp(argv[0], argv);
	ret = errno;
	if (write(status[1], &ret, sizeof(ret)) < 0)
		_exit(126);
	_exit(127);
}

int child_fork_fn(struct child *c, const char *name, int (*fn)(void *ctx), void *ctx,
		  struct error *err)
{
	const pid_t parent = getpid();
	int go[2], status[2];
	int ret = do_fork(c, go, status, err);

	if (ret || c->pid)
		return ret;
	close(status[1]);
	/* end with the parent; SIGTERM lets it clean up */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	crash_leave_signals();
	/* give the child the name that an executed program would have */
	prctl(PR_SET_NAME, name);
	c->status = fn(ctx);
	/* not exit(): the atexit() handlers are the parent's */
	fflush(NULL);
	_exit(c->status);
}

int child_go(struct child *c, const char *what, struct error *err)
{
	int exec_errno;

	if (write(c->go_fd, "", 1) != 1)
		return error_set(err, -errno, "cannot start %s: %s", what, strerror(errno));
	if (read(c->status_fd, &exec_errno, sizeof(exec_errno)) != sizeof(exec_errno))
		return 0;
	c->exec_ret = -exec_errno;
	return error_set(err, -exec_errno, "cannot run %s: %s", what, strerror(exec_errno));
}

void child_kill(struct child *c, int sig)
{
	if (c->done_fd >= 0)
		syscall(SYS_pidfd_send_signal, c->done_fd, sig, NULL, 0);
}

int child_reap(struct child *c)
{
	return waitpid(c->pid, &c->status, WNOHANG) == c->pid ? 0 : -EAGAIN;
}

void child_wait(struct child *c)
{
	while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
		;
}

void child_close(struct child *c)
{
	if (c->pid <= 0)
		return;
	close(c->go_fd);
	close(c->status_fd);
	if (c->done_fd >= 0)
		close(c->done_fd);
	child_reap(c);
	c->pid = -1;
}
