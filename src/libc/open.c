/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * open() in the place of musl's, which for Linux before 2.6.23 says a second time
 * that the file is to be closed on exec: one system call in twelve. Found first
 * by the linker.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE,
			    mode);
}
