/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "msg.h"

#ifndef VERSION
#define VERSION "0.1"
#endif

static const struct applet {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *summary;
	const char *help;
} applets[] = {
#define APPLET(name, main, summary, help) { name, main, summary, help },
#include "applets.h"
#undef APPLET
};

enum { APPLETS = sizeof(applets) / sizeof(*applets) };

static const struct applet *running;

static const char multiplexer[] = "dom0less";

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Does NAME mean the applet? BRIEF: its name without "dom0less-" or "-dom0less"
 * will do, too. */
static bool called(const struct applet *applet, const char *name, bool brief)
{
	static const char before[] = "dom0less-", after[] = "-dom0less";
	size_t size = strlen(name);

	if (!strcmp(applet->name, name))
		return true;
	if (!brief)
		return false;
	if (!strncmp(applet->name, before, sizeof(before) - 1))
		return !strcmp(applet->name + sizeof(before) - 1, name);
	return !strncmp(applet->name, name, size) &&
	       !strcmp(applet->name + size, after);
}

static const struct applet *find_applet(const char *name, bool brief)
{
	const struct applet *applet;

	for (applet = applets; applet < applets + APPLETS; applet++)
		if (called(applet, name, brief))
			return applet;
	return NULL;
}

static int not_found(const char *name)
{
	msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: applet not found", name);
	return APPLET_UNKNOWN;
}

int applet_help(void)
{
	fputs(running->help, stdout);
	return APPLET_DONE;
}

int applet_version(void)
{
	printf("dom0less %s\n", VERSION);
	return APPLET_DONE;
}

int applet_usage(void)
{
	msg(MSG_ERROR, MSG_NO_DOMAIN, "try '%s --help'",
	    running ? running->name : multiplexer);
	return APPLET_USAGE;
}

static int list_applets(void)
{
	const struct applet *applet;

	for (applet = applets; applet < applets + APPLETS; applet++)
		puts(applet->name);
	return APPLET_DONE;
}

static int overview(void)
{
	const struct applet *applet;

	printf("dom0less %s - xenstore for the domains that Xen starts\n\n"
	       "usage: dom0less APPLET [ARGUMENT]...\n"
	       "       dom0less --list | --version | --help [APPLET]\n"
	       "       dom0less --install [-s] [DIR]\n\n"
	       "A symbolic link to dom0less named like an applet runs it.\n"
	       "--install makes hard links, with -s symbolic ones, in DIR or\n"
	       "beside the binary.\n\n"
	       "applets:\n", VERSION);
	for (applet = applets; applet < applets + APPLETS; applet++)
		printf("  %-16s %s\n", applet->name, applet->summary);
	return APPLET_DONE;
}

/* True also for a hard link, and for a symbolic link to the file. */
static bool is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return !stat(one, &a) && !stat(other, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* link() and symlink() replace nothing. A link of ours that is there is
 * fine. */
static int install_one(const char *self, const char *dir, const char *name,
		       bool symbolic)
{
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= PATH_MAX) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: name too long", dir);
		return APPLET_FAILED;
	}
	r = symbolic ? symlink(self, path) : link(self, path);
	if (!r || (errno == EEXIST && is_same_file(self, path)))
		return APPLET_DONE;
	msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: cannot link: %s", path,
	    strerror(errno));
	return APPLET_FAILED;
}

static int install(int argc, char **argv)
{
	const struct applet *applet;
	bool symbolic = argc > 2 && !strcmp(argv[2], "-s");
	const char *dir = argv[symbolic ? 3 : 2];
	const char *more = dir ? argv[symbolic ? 4 : 3] : NULL;
	char self[PATH_MAX], own_dir[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int status = APPLET_DONE;

	if (more || (dir && *dir == '-')) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: not expected after "
		    "--install", more ? more : dir);
		return applet_usage();
	}
	if (n < 0) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "cannot find my own file: %s",
		    strerror(errno));
		return APPLET_FAILED;
	}
	self[n] = '\0';
	if (!dir) {
		strcpy(own_dir, self);
		own_dir[last_component(self) - self] = '\0';
		dir = own_dir;
	}
	for (applet = applets; applet < applets + APPLETS; applet++)
		status |= install_one(self, dir, applet->name, symbolic);
	return status;
}

/* The applet gets its own name as argv[0], so libc's messages begin with it. */
static int run(const struct applet *applet, int argc, char **argv)
{
	running = applet;
	argv[0] = (char *)applet->name;
	msg_applet(applet->name);
	return applet->main(argc, argv);
}

static int help(const char *name)
{
	if (!name)
		return overview();
	running = find_applet(last_component(name), true);
	return running ? applet_help() : not_found(name);
}

static int multiplex(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct applet *applet;

	if (!word)
		return overview();
	if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		return help(argv[2]);
	if (!strcmp(word, "--version") || !strcmp(word, "-V"))
		return applet_version();
	if (!strcmp(word, "--list"))
		return list_applets();
	if (!strcmp(word, "--install"))
		return install(argc, argv);
	if (*word == '-') {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "%s: unknown option", word);
		return applet_usage();
	}
	applet = find_applet(last_component(word), true);
	return applet ? run(applet, argc - 1, argv + 1) : not_found(word);
}

/* If standard input, output or error is closed, the next file that is opened
 * would get its number, and messages would go to Xen or into that file. */
static void occupy_streams(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int start(int argc, char **argv)
{
	const char *name = argc ? last_component(argv[0]) : multiplexer;
	const struct applet *applet = find_applet(name, false);

	/* whoever may call Xen can do everything: no setuid for that */
	if (getauxval(AT_SECURE)) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "refusing to run setuid");
		return APPLET_NOTHING;
	}
	occupy_streams();
	if (applet)
		return run(applet, argc, argv);
	if (strncmp(name, multiplexer, sizeof(multiplexer) - 1))
		return not_found(name);
	return argc ? multiplex(argc, argv) : overview();
}

int main(int argc, char **argv)
{
	int status = start(argc, argv);

	/* a result that could not be written is a failure */
	if (fflush(stdout) || ferror(stdout)) {
		msg(MSG_ERROR, MSG_NO_DOMAIN, "cannot write to stdout: %s",
		    strerror(errno));
		if (status == APPLET_DONE)
			status = APPLET_FAILED;
	}
	return status;
}
