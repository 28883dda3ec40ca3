/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "script.h"
#include "tap.h"

/* Real programs, in a folder of their own. */
static char dir[] = "/tmp/dom0less-script-XXXXXX";
static char script[64], result[64];

static void make_script(const char *text)
{
	FILE *f = fopen(script, "w");

	if (!f)
		abort();
	fprintf(f, "#!/bin/sh\n%s\n", text);
	fclose(f);
	chmod(script, 0700);
	unlink(result);
}

static const char *said(void)
{
	static char text[512];
	FILE *f = fopen(result, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static int run(int64_t ms)
{
	const char *const argv[] = { script, "online", "type_if=vif", NULL };
	const char *const env[] = { "RESULT", result, "XENBUS_TYPE", "vif",
				    NULL };

	return script_run(argv, env, clock_ms() + ms);
}

static void running(void)
{
	make_script("echo \"$# $1 $2 $XENBUS_TYPE $HOME\" >\"$RESULT\"");
	setenv("HOME", "/h", 1);
	is_int(run(5000), 0, "a script");
	is_str(said(), "2 online type_if=vif vif /h\n",
	       "has its arguments, its environment and ours");
	ok(!getenv("XENBUS_TYPE"), "ours is as it was");
	make_script("exit 7");
	is_int(run(5000), -ECANCELED, "one that says no");
	make_script("kill -9 $$");
	is_int(run(5000), -ECANCELED, "one that is killed");
	make_script("cat >\"$RESULT\"; echo read >>\"$RESULT\"");
	is_int(run(5000), 0, "one that reads");
	is_str(said(), "read\n", "finds nothing");
	make_script("kill -PIPE $$; echo no >\"$RESULT\"");
	signal(SIGPIPE, SIG_IGN);
	is_int(run(5000), -ECANCELED, "SIGPIPE ends it");
	signal(SIGPIPE, SIG_DFL);
	is_str(said(), "", "as usual");
}

/* What it prints must not get among an applet's results. */
static void printing(void)
{
	int old = dup(STDERR_FILENO), pipes[2];
	char text[64] = "";

	if (pipe(pipes))
		abort();
	make_script("echo to stdout; echo to stderr >&2");
	fflush(stdout);
	dup2(pipes[1], STDERR_FILENO);
	close(pipes[1]);
	is_int(run(5000), 0, "one that prints");
	dup2(old, STDERR_FILENO);
	close(old);
	while (read(pipes[0], text + strlen(text), 32) > 0)
		;
	close(pipes[0]);
	is_str(text, "to stdout\nto stderr\n", "does so where messages go");
}

static void refusing(void)
{
	make_script("exit 0");
	chmod(script, 0600);
	if (!geteuid())
		is_int(run(5000), -EACCES, "no program, not even for root");
	else
		is_int(run(5000), -EACCES, "no program");
	unlink(script);
	is_int(run(5000), -ENOENT, "no file");
	make_script("");
	is_int(truncate(script, 0), 0, "an empty file");
	is_int(run(5000), -ECANCELED, "cannot be run");
}

/* It is killed with what it has started, and nothing else is. */
static void late(void)
{
	int64_t began = clock_ms();
	pid_t child;

	make_script("sleep 60 & echo $! >\"$RESULT\"; sleep 60");
	is_int(run(300), -ETIMEDOUT, "one that hangs");
	ok(clock_ms() - began < 10000, "is not waited for");
	clock_nap(50, clock_ms() + 50);
	child = (pid_t)strtol(said(), NULL, 10);
	ok(child > 1, "it had a child");
	/* who killed it is its parent no more: somebody reaps it, soon */
	while (!kill(child, 0) && clock_ms() - began < 10000)
		clock_nap(50, clock_ms() + 50);
	ok(kill(child, 0) && errno == ESRCH, "which is gone, too");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	snprintf(script, sizeof(script), "%s/script", dir);
	snprintf(result, sizeof(result), "%s/result", dir);
	running();
	printing();
	refusing();
	late();
	unlink(script);
	unlink(result);
	ok(!rmdir(dir), "nothing is left behind");
	return done();
}
