/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Linked into a build of dom0less of its own (crash.mk), this stands between
 * the program and everything it asks of others: Xen, xenstored, the file
 * system. It counts these calls, and before the N-th is made it kills the
 * program, as kill -9 would:
 *
 *   D0L_DIE_AT=N          the N-th call, from 1 on; unset or 0: none
 *   D0L_DIE_FROM=attach   count from where the first domain begins to change,
 *                         else from the beginning
 *   D0L_DIE_PID=PID       kill this process in place of the program, which
 *                         goes on
 *   D0L_DIE_SAY=1         name each call on stderr; the one that it died at
 *                         is named in any case
 *
 * Where a call writes more than a word, dying half-way is a point as well. There
 * is no dying after a call: what the program does between two of them nobody
 * else can see.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "attach.h"
#include "hyp.h"

enum { PAGE = 4096 };

static unsigned long calls;
static bool counting, over;

static bool is(const char *name, const char *wanted)
{
	const char *value = getenv(name);

	return value && !strcmp(value, wanted);
}

ssize_t __real_write(int fd, const void *from, size_t size);

static void say(const char *what, const char *call)
{
	char line[96];
	int size = snprintf(line, sizeof(line), "%s %lu, %s\n", what, calls,
			    call);

	if (__real_write(STDERR_FILENO, line, (size_t)size) < 0)
		_exit(99);
}

/* Count a call: is it the one? Nothing is counted after that. */
static bool due(const char *call)
{
	const char *at = getenv("D0L_DIE_AT");

	counting = counting || !is("D0L_DIE_FROM", "attach");
	if (!counting || over)
		return false;
	calls++;
	over = at && calls == strtoul(at, NULL, 10);
	if (!over && is("D0L_DIE_SAY", "1"))
		say("call", call);
	return over;
}

static void die(const char *call)
{
	const char *victim = getenv("D0L_DIE_PID");

	say("killed at call", call);
	if (victim) {
		kill((pid_t)strtol(victim, NULL, 10), SIGKILL);
		return;
	}
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

static void point(const char *call)
{
	if (due(call))
		die(call);
}

#define WRAP(type, name, declared, passed)			\
	type __real_##name declared;				\
	type __wrap_##name declared;				\
	type __wrap_##name declared				\
	{							\
		point(#name);					\
		return __real_##name passed;			\
	}

WRAP(int, ioctl, (int fd, int request, void *arg), (fd, request, arg))
WRAP(void *, mmap, (void *at, size_t size, int prot, int flags, int fd,
		    off_t offset), (at, size, prot, flags, fd, offset))
WRAP(int, munmap, (void *at, size_t size), (at, size))
WRAP(int, socket, (int domain, int type, int protocol),
     (domain, type, protocol))
WRAP(int, connect, (int fd, const struct sockaddr *to, socklen_t size),
     (fd, to, size))
WRAP(int, open, (const char *path, int flags, int mode), (path, flags, mode))
WRAP(int, access, (const char *path, int mode), (path, mode))
WRAP(int, stat, (const char *path, struct stat *st), (path, st))
WRAP(int, lstat, (const char *path, struct stat *st), (path, st))
WRAP(int, fstat, (int fd, struct stat *st), (fd, st))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, flock, (int fd, int how), (fd, how))
WRAP(int, close, (int fd), (fd))
WRAP(void, hyp_ring_set_connection, (void *page, uint32_t value),
     (page, value))

/*
 * Many requests go to xenstored together, and how many calls their answers take
 * depends on the moment: those are one here.
 */
static bool asked;

ssize_t __real_send(int fd, const void *from, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *from, size_t size, int flags);

ssize_t __wrap_send(int fd, const void *from, size_t size, int flags)
{
	point("send");
	asked = true;
	if (size > 1 && due("half a request")) {
		__real_send(fd, from, size / 2, flags);
		die("half a request");
		return (ssize_t)(size / 2);
	}
	return __real_send(fd, from, size, flags);
}

ssize_t __real_recv(int fd, void *to, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t size, int flags);

ssize_t __wrap_recv(int fd, void *to, size_t size, int flags)
{
	if (asked)
		point("recv");
	asked = false;
	return __real_recv(fd, to, size, flags);
}

/*
 * How many reads a message of xenstored takes depends on the moment. Here it is
 * one call, however many they are, so that the N-th is the same in every run.
 * The size of the message that comes next; 0: no xenstored, or it is gone.
 */
static size_t message_size(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	struct xsd_sockmsg header;
	ssize_t n;

	do {
		n = __real_recv(fd, &header, sizeof(header),
				MSG_PEEK | MSG_DONTWAIT);
		if (n == sizeof(header))
			return sizeof(header) + header.len;
		if (n < 0 && errno == EAGAIN)
			poll(&poller, 1, -1);
	} while (n > 0 || (n < 0 && errno == EAGAIN));
	return 0;
}

ssize_t __real_read(int fd, void *to, size_t size);
ssize_t __wrap_read(int fd, void *to, size_t size);

ssize_t __wrap_read(int fd, void *to, size_t size)
{
	static size_t left;	/* of the present message */
	ssize_t n;

	if (!left) {
		point("read");
		left = message_size(fd);
	}
	n = __real_read(fd, to, left && left < size ? left : size);
	if (n > 0 && left)
		left -= (size_t)n;
	return n;
}

/* What is said is no call. */
ssize_t __wrap_write(int fd, const void *from, size_t size);

ssize_t __wrap_write(int fd, const void *from, size_t size)
{
	ssize_t n;

	if (fd <= STDERR_FILENO)
		return __real_write(fd, from, size);
	point("write");
	if (size > 1 && due("half a write")) {
		n = __real_write(fd, from, size / 2);
		die("half a write");
		return n;
	}
	return __real_write(fd, from, size);
}

/* Memory that others see, half written: the rest is what nobody cleared. */
void __real_hyp_ring_clear(void *page);
void __wrap_hyp_ring_clear(void *page);

void __wrap_hyp_ring_clear(void *page)
{
	point("before clearing the ring");
	if (due("clearing the ring")) {
		memset(page, 0xa5, PAGE);
		memset(page, 0, PAGE / 2 + sizeof(uint32_t));
		die("clearing the ring");
	}
	__real_hyp_ring_clear(page);
}

/* The flags are written last. */
int __real_hyp_grant_set(uint16_t domid, unsigned int ref,
			 const struct hyp_grant *grant);
int __wrap_hyp_grant_set(uint16_t domid, unsigned int ref,
			 const struct hyp_grant *grant);

int __wrap_hyp_grant_set(uint16_t domid, unsigned int ref,
			 const struct hyp_grant *grant)
{
	struct hyp_grant half = *grant;

	if (due("writing the grant")) {
		half.flags = 0;
		__real_hyp_grant_set(domid, ref, &half);
		die("writing the grant");
	}
	return __real_hyp_grant_set(domid, ref, grant);
}

void __real_attach_begin(struct attach *attach);
void __wrap_attach_begin(struct attach *attach);

void __wrap_attach_begin(struct attach *attach)
{
	counting = true;
	__real_attach_begin(attach);
}
