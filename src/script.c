/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "script.h"

enum { POLL_MS = 5, CANNOT_RUN = 126 };

/* The child becomes the script. */
static void become(const char *const *argv, const char *const *env)
{
	int null = open("/dev/null", O_RDONLY);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	for (; *env; env += 2)
		if (setenv(env[0], env[1], 1))
			return;
	/* execv() takes no const, and changes nothing */
	execv(argv[0], (char *const *)argv);
}

static int result_of(int status)
{
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECANCELED;
}

int script_run(const char *const *argv, const char *const *env,
	       int64_t deadline)
{
	pid_t child, ended;
	int status = 0;

	if (access(argv[0], X_OK))
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		become(argv, env);
		_exit(CANNOT_RUN);
	}
	while (!(ended = waitpid(child, &status, WNOHANG)) &&
	       clock_left(deadline))
		clock_nap(POLL_MS, deadline);
	if (ended == child)
		return result_of(status);
	/* its whole process group, with all that it has started */
	kill(-child, SIGKILL);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return ended < 0 ? -ECHILD : -ETIMEDOUT;
}
