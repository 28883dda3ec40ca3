/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "userdata.h"
#include "world.h"

/*
 * The file system calls of userdata.c, in place of libc's: below userdata_dir
 * they are the world's calls, which fail and are where a process dies.
 */

enum { FILES = 8 };

static int files[FILES], nfiles;

static bool counts(const char *path)
{
	return world->file_calls &&
	       !strncmp(path, userdata_dir, strlen(userdata_dir));
}

static bool is_ours(int fd)
{
	int i;

	for (i = 0; i < nfiles; i++)
		if (files[i] == fd)
			return true;
	return false;
}

void files_close_all(void)
{
	while (nfiles)
		syscall(SYS_close, files[--nfiles]);
}

/* A file of the board's or the kernel's that holds TEXT. */
static int small_file(const char *text)
{
	int fd;

	if (!*text) {
		errno = ENOENT;
		return -1;
	}
	fd = memfd_create("small", MFD_CLOEXEC);
	if (fd < 0 || syscall(SYS_write, fd, text, strlen(text)) < 0)
		abort();
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static const char *last(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

static int failed(int rc)
{
	errno = -rc;
	return world_done(-1);
}

int open(const char *path, int flags, ...)
{
	int mode, fd, rc = 0;
	va_list args;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	if (!strcmp(path, world->identity_file))
		return small_file(world->identity);
	if (!strcmp(path, "/proc/cmdline"))
		return small_file(world->kernel_line);
	if (!strcmp(path, "/etc/machine-id") ||
	    !strcmp(path, "/proc/device-tree/serial-number"))
		return errno = ENOENT, -1;
	if (!counts(path))
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	rc = world_call(CALL_CHANGE, "open %.10s", last(path));
	if (rc)
		return failed(rc);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd >= 0 && nfiles < FILES)
		files[nfiles++] = fd;
	return world_done(fd);
}

/* At most 100 bytes at once, as a file system may. */
ssize_t write(int fd, const void *buf, size_t size)
{
	ssize_t n;
	int rc;

	if (!is_ours(fd))
		return syscall(SYS_write, fd, buf, size);
	rc = world_call(CALL_CHANGE, "write");
	if (rc)
		return failed(rc);
	n = syscall(SYS_write, fd, buf, size < 100 ? size : 100);
	world_done(0);
	return n;
}

int flock(int fd, int operation)
{
	int rc = is_ours(fd) ? world_call(CALL_READ, "flock") : 0;

	return rc ? failed(rc) : world_done((int)syscall(SYS_flock, fd,
							  operation));
}

int close(int fd)
{
	int i, rc = 0;

	for (i = 0; i < nfiles && files[i] != fd; i++)
		;
	if (i < nfiles) {
		rc = world_call(CALL_READ, "close");
		files[i] = files[--nfiles];
	}
	if (syscall(SYS_close, fd))
		return -1;
	return rc ? failed(rc) : world_done(0);
}

int unlink(const char *path)
{
	int rc = counts(path) ? world_call(CALL_CHANGE, "unlink %.10s",
					   last(path)) : 0;

	return rc ? failed(rc) : world_done((int)syscall(SYS_unlinkat,
						AT_FDCWD, path, 0));
}

int mkdir(const char *path, mode_t mode)
{
	int rc = counts(path) ? world_call(CALL_CHANGE, "mkdir %.10s",
					   last(path)) : 0;

	return rc ? failed(rc) : world_done((int)syscall(SYS_mkdirat,
						AT_FDCWD, path, mode));
}

int rename(const char *from, const char *to)
{
	int rc = counts(to) ? world_call(CALL_CHANGE, "rename %.10s",
					 last(to)) : 0;

	return rc ? failed(rc) : world_done((int)syscall(SYS_renameat2,
					AT_FDCWD, from, AT_FDCWD, to, 0));
}
