/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RUN_H
#define RUN_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "msg.h"
#include "tap.h"
#include "world.h"

/* Applets in the model world, each run in a process of its own. */

enum { RUN_ARGS = 24, RUN_OUT = 1 << 18 };

static char run_dir[] = "/tmp/dom0less-unit-XXXXXX";
static const char *run_stdout;	/* a file to write to; NULL: OUT */
static char out[RUN_OUT], err[1 << 16];

static inline void slurp(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	close(fd);
}

static inline int run_file(void)
{
	return open(run_dir, O_TMPFILE | O_RDWR, 0600);
}

/* ARGUMENTS with a blank between; the exit status, -1 if it crashed. The
 * fault that is set happens to it. */
static inline int run_applet(int (*applet)(int, char **), const char *name,
			     const char *arguments)
{
	static char words[512];
	char *argv[RUN_ARGS + 1] = { (char *)name }, *rest;
	int files[2], argc = 1, status;
	struct world_fault fault = world->fault;
	pid_t pid;

	strcpy(words, arguments);
	while ((argv[argc] = strtok_r(argc == 1 ? words : NULL, " ", &rest)))
		argc++;
	world_forget();
	world->fault = fault;
	files[0] = run_stdout ? open(run_stdout, O_WRONLY) : run_file();
	files[1] = run_file();
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(files[0], STDOUT_FILENO);
		dup2(files[1], STDERR_FILENO);
		msg_applet(name);
		status = applet(argc, argv);
		fflush(stdout);
		_exit(status);
	}
	waitpid(pid, &status, 0);
	world->fault.at = 0;
	slurp(files[0], out, sizeof(out));
	slurp(files[1], err, sizeof(err));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline unsigned int lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Exactly one line on stderr, which begins like this and holds that. */
__attribute__((unused))
static bool one_line(const char *start, const char *part)
{
	bool good = lines(err) == 1 && !strncmp(err, start, strlen(start)) &&
		    strstr(err, part);

	if (!good) {
		tap_note("stderr", err);
		printf("# wanted %s...%s...\n", start, part);
	}
	return good;
}

/* Each errno that a call may give; the faults below go through all. */
static const int run_errors[] = {
	EIO, EPERM, EACCES, ENOMEM, ENOSPC, EINVAL, EAGAIN, ENOENT, ETIMEDOUT,
	EBUSY, EROFS, EPIPE, EOPNOTSUPP, EINTR, ESRCH, EFAULT, EPROTO,
};

enum { RUN_ERRORS = sizeof(run_errors) / sizeof(*run_errors) };

/* All that it said are lines of its own. */
__attribute__((unused))
static bool said_by(const char *name)
{
	const char *line = err;
	size_t n = strlen(name);

	for (; *line; line = strchr(line, '\n') + 1)
		if (strncmp(line, name, n) || strncmp(line + n, ": ", 2) ||
		    !strchr(line, '\n'))
			return false;
	return true;
}

/*
 * NAME, which only looks at the world that MAKE makes: any one call fails, in any
 * way, which does no harm and gives a status that is documented.
 */
__attribute__((unused))
static void run_fail_anywhere(const char *name, void (*make)(void),
			      int (*run)(const char *))
{
	unsigned int at, i, n = 0, bad = 0, touched = 0;
	bool more = true;
	int status;

	for (at = 1; more; at++) {
		for (i = 0; i < RUN_ERRORS; i++) {
			make();
			world->fault = (struct world_fault){
				.at = at, .rc = -run_errors[i] };
			world_remember();
			status = run("");
			more = world->fault.fired;
			if (!more)
				break;
			n++;
			bad += (status != 0 && status != 1 && status != 3) ||
			       (status == 3 && !*err) || !said_by(name);
			touched += !world_is_unchanged() || world->mapped ||
				   world->changes;
		}
	}
	ok(n > 200, "one call fails in %u ways", n);
	is_int(bad, 0, "the status is one of those documented");
	is_int(touched, 0, "and nothing is changed");
	printf("# sum: %u calls failed once\n", n);
}

/* What jq makes of TEXT by FILTER, "" if it is no JSON. */
__attribute__((unused))
static const char *jq(const char *filter, const char *text)
{
	static char answer[1 << 22];
	char command[1024];
	int fd = run_file();
	size_t n;
	FILE *f;

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	snprintf(command, sizeof(command), "jq -c '%s' </proc/%d/fd/%d",
		 filter, getpid(), fd);
	f = popen(command, "r");
	if (!f)
		abort();
	n = fread(answer, 1, sizeof(answer) - 1, f);
	answer[n] = '\0';
	if (pclose(f))
		*answer = '\0';
	close(fd);
	return answer;
}

#endif
