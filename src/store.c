/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <xenstore.h>

#include "clock.h"
#include "store.h"

enum {
	RETRY_MS = 20,		/* between two looks for xenstored */
	/* What a single try may take, whatever the deadline: xenstored on a
	 * busy machine answers within it. */
	ONE_TRY_MS = 3000,
	/* How long after the deadline a wait may end. A socket is told how long
	 * to wait by a system call; within this time the last one is good
	 * enough. */
	LATE_MS = 500,
};

static const char device[] = "/dev/xen/xenbus";

static struct xs_handle *xs;
static int fd = -1;		/* the same connection, for batch.c */
static bool bus;		/* it leads to the kernel's device */
static bool broken;		/* the connection: use it no more */
static bool finds;		/* xenstored has found a domain in Xen */
static uint16_t own;		/* the domid we run in */
static int64_t limit;		/* the deadline of everything */
static int waits;		/* ms, that the socket waits; 0: not told yet */

/*
 * libxenstore waits for ever in connect() and read(). In their place the build
 * gives it store_io_connect() and store_io_read() below. The library closes its
 * descriptor when the connection breaks, and the next file that is opened gets
 * the same number. So we keep a duplicate of the descriptor.
 */

static int store_failure(void)
{
	return errno ? -errno : -EIO;
}

/* Let sending and receiving on SOCKET wait until the deadline. What it was told
 * before is kept if that is at most LATE_MS too long. */
static int set_wait(int socket)
{
	int left = clock_left(limit);
	struct timeval time = {
		.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000L,
	};

	if (!left) {
		errno = ETIMEDOUT;	/* 0 would be for ever */
		return -1;
	}
	if (left <= waits && waits - left < LATE_MS)
		return 0;
	waits = 0;
	if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) ||
	    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)))
		return -1;
	waits = left;
	return 0;
}

/* The kernel's device cannot be told how long to wait: poll it first. */
static int wait_for_bus(int bus_fd)
{
	struct pollfd poller = { .fd = bus_fd, .events = POLLIN };
	int r;

	do {
		r = poll(&poller, 1, clock_left(limit));
	} while (r < 0 && errno == EINTR);
	if (!r)
		errno = ETIMEDOUT;
	return r > 0 ? 0 : -1;
}

/* The result R of a system call; EAGAIN, by which the socket says that its time
 * is over, becomes ETIMEDOUT. */
static ssize_t or_late(ssize_t r)
{
	if (r < 0 && errno == EAGAIN)
		errno = ETIMEDOUT;
	return r;
}

static int store_keep(int new)
{
	fd = fcntl(new, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -1 : 0;
}

/* connect() waits while xenstored's backlog is full: that has the deadline,
 * too. */
int store_io_connect(int new, const struct sockaddr *addr, unsigned int size)
{
	waits = 0;		/* it is another socket */
	if (set_wait(new) || or_late(connect(new, addr, size)))
		return -1;
	return store_keep(new);
}

ssize_t store_io_read(int from, void *buf, size_t size)
{
	ssize_t n = -1;

	/* the device is opened, not connected */
	if ((fd >= 0 || !store_keep(from)) && (!bus || !wait_for_bus(from)))
		n = or_late(read(from, buf, size));
	broken = broken || !n || (n < 0 && errno != EINTR);
	return n;
}

int store_send(const void *data, size_t size)
{
	const char *at = data;
	ssize_t n;

	if (!clock_left(limit))
		return -ETIMEDOUT;
	if (broken || fd < 0)
		return -ENOTCONN;
	for (; size; size -= (size_t)n, at += n) {
		do {
			/* a dead xenstored is an error, not a SIGPIPE */
			n = bus ? write(fd, at, size)
				: send(fd, at, size, MSG_NOSIGNAL);
		} while (n < 0 && errno == EINTR);
		if (n > 0)
			continue;
		broken = true;
		return or_late(n) ? store_failure() : -EPIPE;
	}
	return 0;
}

ssize_t store_receive(void *buf, size_t least, size_t size)
{
	ssize_t n = -1;

	if (broken)
		return -ENOTCONN;
	do {
		if (!bus)
			n = set_wait(fd) ? -1 :
			    recv(fd, buf, least, MSG_WAITALL);
		else if (!wait_for_bus(fd))
			n = read(fd, buf, size);
	} while (n < 0 && errno == EINTR);
	broken = n <= 0;
	if (n <= 0)
		return or_late(n) ? store_failure() : -EPIPE;
	return n;
}

static bool is_socket(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISSOCK(st.st_mode);
}

/* 0, or -ELOOP: a link, or a socket of another user, could lead to somebody who
 * answers in xenstored's place. */
static int look_at_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) || !(S_ISSOCK(st.st_mode) || S_ISLNK(st.st_mode)))
		return -ENOENT;
	return S_ISSOCK(st.st_mode) && (!st.st_uid || st.st_uid == geteuid()) ?
	       0 : -ELOOP;
}

/*
 * Find xenstored's socket: in the folder that the environment names, else in
 * the two that a xenstored can have been built for. -ENOENT: it is in none;
 * -ELOOP: what is there is not to be trusted.
 */
static int find_socket(char *path, size_t size)
{
	static const char *const rundirs[] = {
		"/run/xenstored", "/var/run/xenstored",
	};
	const char *dir = getenv("XENSTORED_RUNDIR");
	unsigned int i;
	int rc, worst = -ENOENT;

	if (dir) {
		snprintf(path, size, "%s/socket", dir);
		return look_at_socket(path);
	}
	for (i = 0; i < sizeof(rundirs) / sizeof(*rundirs); i++) {
		snprintf(path, size, "%s/socket", rundirs[i]);
		rc = look_at_socket(path);
		if (!rc)
			return 0;
		if (rc != -ENOENT)
			worst = rc;
	}
	return worst;
}

/*
 * Tell the library where xenstored is, by XENSTORED_PATH. Without that variable
 * the library falls back to /dev/xen/xenbus, which in dom0 blocks for as long
 * as there is no xenstored. BUS_TOO: we are not dom0, so the device may be
 * used.
 */
static int find_daemon(bool bus_too)
{
	static bool ours;	/* the variable was set here, not by the user */
	char path[STORE_PATH_MAX];
	const char *named = ours ? NULL : getenv("XENSTORED_PATH");
	int rc;

	if (named) {
		bus = !is_socket(named);
		return access(named, F_OK) ? -ENOENT : 0;
	}
	rc = find_socket(path, sizeof(path));
	bus = rc;
	if (bus && (!bus_too || access(device, F_OK)))
		return rc;
	ours = true;
	return setenv("XENSTORED_PATH", bus ? device : path, 1) ? -errno : 0;
}

/* A socket may belong to a dead or stopped xenstored: only an answer counts. */
static int try_open(bool bus_too)
{
	char root[STORE_VALUE_MAX];
	int rc = find_daemon(bus_too);

	if (rc)
		return rc;
	errno = 0;
	xs = xs_open(0);
	rc = xs ? store_read("/", root, sizeof(root)) : store_failure();
	if (rc >= 0 || (xs && (rc == -ENOENT || rc == -EACCES)))
		return 0;
	store_close();
	return rc;
}

int store_open(int64_t deadline, uint16_t self, bool elsewhere)
{
	int64_t one_try = clock_ms() + ONE_TRY_MS;
	int rc;

	limit = deadline > one_try ? deadline : one_try;
	if (broken)
		store_close();
	if (xs)
		return 0;
	own = self;
	while ((rc = try_open(self != 0 || elsewhere))) {
		if (rc == -EACCES || rc == -EPERM || rc == -ELOOP ||
		    rc == -ETIMEDOUT || (elsewhere && rc == -ENOENT) ||
		    !clock_left(deadline))
			break;
		clock_nap(RETRY_MS, deadline);
	}
	return rc == -ECONNREFUSED ? -ENOENT : rc;
}

void store_close(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
	waits = 0;
	broken = finds = false;
	xs_close(xs);
	xs = NULL;
}

void store_break(void)
{
	broken = true;
}

bool store_is_bus(void)
{
	return bus;
}

uint16_t store_self(void)
{
	return own;
}

/* To be called before each request of the library. */
static int ready(void)
{
	if (!clock_left(limit))
		return -ETIMEDOUT;
	if (!xs || broken)
		return -ENOTCONN;
	errno = 0;
	if (!bus && fd >= 0 && set_wait(fd))
		return store_failure();
	return 0;
}

/* 0 or -errno of a request of the library that returned OK. */
static int outcome(bool ok)
{
	int rc = ok ? 0 : store_failure();

	/* the library says EBADF when the connection has ended */
	if (rc == -EBADF)
		rc = -EPIPE;
	/* EAGAIN is a conflict, or a socket that took no more in time */
	if (rc == -EAGAIN && !clock_left(limit))
		rc = -ETIMEDOUT;
	broken = broken || rc == -EPIPE;
	return rc;
}

int store_read(const char *path, char *buf, size_t size)
{
	unsigned int len = 0;
	char *value;
	int rc = ready();

	if (rc)
		return rc;
	value = xs_read(xs, XBT_NULL, path, &len);
	if (!value)
		return outcome(false);
	if (len >= size)
		rc = -E2BIG;
	else if (memchr(value, '\0', len))
		rc = -EILSEQ;
	else
		memcpy(buf, value, len + 1);
	free(value);
	return rc ? rc : (int)len;
}

int store_introduce(uint16_t domid, uint64_t gfn, uint32_t port)
{
	int rc = ready();

	if (rc)
		return rc;
	return outcome(xs_introduce_domain(xs, domid, (unsigned long)gfn,
					   port));
}

/*
 * C xenstored asks Xen about the domain that is to own a node before it looks
 * at the node's path (xen/FACTS, asks). "//" is never a path, so the request
 * fails and changes nothing. The error tells whether xenstored found the
 * domain.
 */
int store_finds(uint16_t domid)
{
	struct xs_permissions owner = { .id = domid };
	int rc = ready();

	if (rc || finds)
		return rc ? rc : 1;
	rc = outcome(xs_set_permissions(xs, XBT_NULL, "//", &owner, 1));
	finds = rc == -EINVAL;
	if (finds || rc == -ENOENT)
		return finds;
	return rc ? rc : -EPROTO;
}

int store_begin(uint32_t *tx)
{
	int rc = ready();

	if (rc)
		return rc;
	*tx = xs_transaction_start(xs);
	return outcome(*tx != XBT_NULL);
}

int store_commit(uint32_t tx)
{
	int rc = ready();

	return rc ? rc : outcome(xs_transaction_end(xs, tx, false));
}

void store_abort(uint32_t tx)
{
	if (!ready())
		outcome(xs_transaction_end(xs, tx, true));
}
