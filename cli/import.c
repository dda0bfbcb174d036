// SPDX-License-Identifier: GPL-2.0-only
/*
 * rmapscope import: convert a file of trace-cmd, perf or Perfetto into a database.
 *
 * The trace libraries may crash on a damaged file. The import runs in a process of its
 * own, so that even a crash ends with one error line and leaves no partial file.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/recording.h"
#include "cli/watch.h"
#include "collector/source.h"
#include "lib/text.h"
#include "schema/meta.h"
#include "schema/output_file.h"

enum {
	OPT_FORCE = 0x100,
	OPT_KALLSYMS,
};

struct args {
	struct recording_options rec;
	const char *trace;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "database to create (default " DEFAULT_OUTPUT ")", 0 },
	{ "force", OPT_FORCE, NULL, 0, "replace FILE if it exists", 0 },
	{ "kallsyms", OPT_KALLSYMS, "FILE", 0,
	  "kernel symbols for a perf.data file: a copy of /proc/kallsyms made as root on the "
	  "machine that recorded, before its next boot",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'o':
		a->rec.path = arg;
		return 0;
	case OPT_FORCE:
		a->rec.force = true;
		return 0;
	case OPT_KALLSYMS:
		a->rec.kallsyms = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->trace)
			cli_wrong(state, "one TRACE at a time");
		a->trace = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_wrong(state, "which TRACE?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "TRACE",
	.doc = "Import a file of trace-cmd record or trace-cmd extract (versions 6 and 7, also "
	       "compressed), of perf record (perf.data; also of perf record -o - and -z), or a trace "
	       "of Perfetto. Its content decides which it is, and a line says which. gzip or zstd "
	       "may be around it. TRACE may be - for standard input.\v"
	       "Waits need the events lock:contention_begin and lock:contention_end; a stacktrace "
	       "trigger on the former, or perf record -g, adds call sites and lock classes. Sleeps "
	       "and their wakers need sched:sched_switch and sched:sched_waking. perf record -k mono "
	       "gives times of CLOCK_MONOTONIC. "
	       "What is packed or comes through a pipe is copied to a temporary file without a "
	       "name, in $TMPDIR if that is set, else beside FILE. "
	       "Exit codes: 0 done, 1 failed (no FILE is left), 2 wrong usage.",
};

/* Whether the file to import is at @path. */
static bool same_file(const char *trace, const char *path)
{
	bool is_stdin = !strcmp(trace, SOURCE_FILE_STDIN);
	struct stat sa, sb;

	return !(is_stdin ? fstat(STDIN_FILENO, &sa) : stat(trace, &sa)) && !stat(path, &sb) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/* Shared memory of the two processes. */
struct job {
	const struct args *args;
	char beside[PATH_MAX];	      /* the output's directory */
	const char *dir;	      /* for temporary files */
	char kind[PATH_MAX];	      /* "FILE: what it was taken for"; "": not known yet */
	char limits[META_LIMITS_LEN]; /* what it cannot show, one line each */
	struct recording_result result;
	struct error err;
};

/* What was imported, for the progress line and for the end. */
static void take_kind(struct job *job, const struct recording *rec)
{
	snprintf(job->kind, sizeof(job->kind), "%s: %s", source_file_name(job->args->trace),
		 recording_kind(rec));
	snprintf(job->limits, sizeof(job->limits), "%s", recording_limits(rec));
}

/* What the file was taken for, and what it cannot show. */
static void print_kind(const struct job *job)
{
	const char *limits = job->limits;
	char line[PATH_MAX];

	puts(text_shown(line, sizeof(line), job->kind));
	while (text_next_line(line, sizeof(line), &limits))
		printf("  %s\n", line);
}

/* Runs in the child process. */
static int import_file(void *ctx)
{
	struct job *job = ctx;
	struct recording_options opt = job->args->rec;
	struct source_file trace;
	struct recording *rec;
	struct progress progress;
	enum watch_end end;
	int stderr_fd;

	/*
	 * all threads use one heap: a heap per thread would grow by mprotect(2), one page per call
	 */
	mallopt(M_ARENA_MAX, 1);
	progress_begin(&progress, source_file_name(job->args->trace), 0);
	/* collect the library's messages about the file in memory */
	stderr_fd = memfd_create("stderr", MFD_CLOEXEC);
	if (stderr_fd < 0 || dup2(stderr_fd, STDERR_FILENO) < 0 ||
	    dup2(stderr_fd, STDOUT_FILENO) < 0) {
		error_set(&job->err, -errno, "cannot redirect stderr: %s", strerror(errno));
		return EXIT_FAILED;
	}
	/*
	 * a signal ends this process at once: a pipe may deliver no data, and there is nothing to
	 * remove
	 */
	if (source_file_open(&trace, job->args->trace, job->dir, source_check_kind, &job->err))
		return EXIT_FAILED;
	watch_block_signals(false);
	trace.stderr_fd = stderr_fd;
	if (recording_import(&rec, &trace, &opt, &job->err))
		return EXIT_FAILED;
	take_kind(job, rec);
	progress.what = job->kind;
	end = watch(rec, NULL, 0, &progress, NULL);
	if (end == WATCH_SIGNAL)
		recording_abort(rec);
	progress_end(&progress);
	return recording_finish(rec, &job->result, &job->err) ? EXIT_FAILED : EXIT_DONE;
}

/* The error for a child that did not end with success and set no error itself. */
static int died_of(struct job *job, int status)
{
	const char *trace = source_file_name(job->args->trace);
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	/* an error that was set before a crash is not its cause */
	if (sig)
		memset(&job->err, 0, sizeof(job->err));
	switch (sig) {
	case 0:
		return error_set(&job->err, -EIO,
				 "cannot import %s: a library ended the import without a reason "
				 "(exit code %d); is there enough memory?",
				 trace, WEXITSTATUS(status));
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGABRT:
		return error_set(
			&job->err, -EBADMSG,
			"cannot import %s: a trace library crashed on it (%s): the "
			"file is damaged, cut short, or there was no memory; copy it again, "
			"and try trace-cmd report",
			trace, strsignal(sig));
	case SIGKILL:
		return error_set(&job->err, -EINTR,
				 "cannot import %s: the import was killed (SIGKILL); if the kernel "
				 "ran out of memory, dmesg says so",
				 trace);
	default:
		return error_set(&job->err, -EINTR,
				 "cannot import %s: the import was ended by signal %d (%s)", trace,
				 sig, strsignal(sig));
	}
}

/* Run the import in a child process and wait for it. Returns 0 or a negative errno. */
static int run_apart(struct job *job)
{
	struct child child;
	int ret;

	ret = child_fork_fn(&child, "rmapscope", import_file, job, &job->err);
	if (!ret)
		ret = child_go(&child, "the import", &job->err);
	if (ret)
		return ret;
	if (watch_child(&child))
		child_kill(&child, SIGTERM);
	child_wait(&child);
	child_close(&child);
	if (!child.status)
		return 0;
	/* the child may have left its temporary directory */
	scratch_sweep(job->beside);
	return died_of(job, child.status);
}

/* Temporary files are beside the output, which needs room as well, or where the user says. */
static void place_files(struct job *job)
{
	const char *tmpdir = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", job->args->rec.path);
	snprintf(job->beside, sizeof(job->beside), "%s", dirname(path));
	job->dir = tmpdir && *tmpdir ? tmpdir : job->beside;
}

static int run(struct job *job)
{
	const char *path = job->args->rec.path;
	int ret;

	watch_block_signals(false);
	if (same_file(job->args->trace, path))
		ret = error_set(&job->err, -EINVAL,
				"%s is the file to import; give the database another name with -o",
				path);
	else
		ret = output_path_free(path, job->args->rec.force, &job->err);
	if (ret)
		return cli_fail(&job->err);
	if (run_apart(job))
		return cli_fail(&job->err);
	print_kind(job);
	cli_summary(path, &job->result);
	return EXIT_DONE;
}

static int import(int argc, char **argv)
{
	struct args a = { .rec.path = DEFAULT_OUTPUT };
	char command[1024];
	struct job *job;

	cli_join(command, sizeof(command), argv);
	a.rec.command = command;
	cli_parse(&argp, argc, argv, &a);

	job = mmap(NULL, sizeof(*job), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (job == MAP_FAILED) {
		fprintf(stderr, "rmapscope: out of memory\n");
		return EXIT_FAILED;
	}
	job->args = &a;
	place_files(job);
	return run(job);
}

const struct subcommand cmd_import = {
	.name = "import",
	.help = "turn a file of trace-cmd, perf or Perfetto into a database",
	.run = import,
};
