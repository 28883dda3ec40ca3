/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <xenstore.h>

#include "clock.h"
#include "store.h"

_Static_assert(STORE_VALUE_MAX == XENSTORE_PAYLOAD_MAX, "xs_wire.h");

enum {
	RETRY_MS = 20,		/* between two looks for xenstored */
	ONE_TRY_MS = 1000,	/* what a single try may take */
	OWNER_AND_READER = 2,
};

static struct xs_handle *xs;
static xs_transaction_t tx = XBT_NULL;
static int tx_error;
static int64_t limit;

/*
 * libxenstore waits for ever in read(), write() and connect(). The build gives
 * it these instead (xen/libs.mk): the same calls with the deadline, on a
 * descriptor that does not block.
 */
ssize_t store_io_read(int fd, void *buf, size_t size);
ssize_t store_io_write(int fd, const void *buf, size_t size);
int store_io_connect(int fd, const struct sockaddr *addr, socklen_t size);

/* 0 when FD is ready, -1 and errno when the deadline passed. */
static int io_wait(int fd, short events)
{
	struct pollfd poller = { .fd = fd, .events = events };
	int r;

	do {
		r = poll(&poller, 1, clock_left(limit));
	} while (r < 0 && errno == EINTR && clock_left(limit));
	if (r > 0)
		return 0;
	if (!r)
		errno = ETIMEDOUT;
	return -1;
}

/* The kernel's /dev/xen/xenbus is opened blocking, and only by the library. */
static void io_unblock(int fd)
{
	static int done = -1;

	if (fd == done)
		return;
	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	done = fd;
}

static bool io_again(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

ssize_t store_io_read(int fd, void *buf, size_t size)
{
	ssize_t n;

	io_unblock(fd);
	while (io_again(n = read(fd, buf, size)))
		if (io_wait(fd, POLLIN))
			return -1;
	return n;
}

ssize_t store_io_write(int fd, const void *buf, size_t size)
{
	ssize_t n;

	io_unblock(fd);
	while (io_again(n = write(fd, buf, size)))
		if (io_wait(fd, POLLOUT))
			return -1;
	return n;
}

/* A full backlog (EAGAIN) cannot be polled for; look again until it is not. */
int store_io_connect(int fd, const struct sockaddr *addr, socklen_t size)
{
	int r;

	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	while ((r = connect(fd, addr, size)) && errno == EAGAIN) {
		if (!clock_left(limit)) {
			errno = ETIMEDOUT;
			break;
		}
		clock_nap(RETRY_MS, limit);
	}
	return r;
}

static bool is_socket(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISSOCK(st.st_mode);
}

/*
 * Where xenstored's socket is, if it is: the two places that a xenstored can
 * have been built for, unless the environment names one.
 */
static bool find_socket(char *path, size_t size)
{
	static const char *const rundirs[] = {
		"/run/xenstored", "/var/run/xenstored",
	};
	const char *dir = getenv("XENSTORED_RUNDIR");
	unsigned int i;

	if (dir) {
		snprintf(path, size, "%s/socket", dir);
		return is_socket(path);
	}
	for (i = 0; i < sizeof(rundirs) / sizeof(*rundirs); i++) {
		snprintf(path, size, "%s/socket", rundirs[i]);
		if (is_socket(path))
			return true;
	}
	return false;
}

/*
 * XENSTORED_PATH is what the library tries both as a socket and in place of
 * /dev/xen/xenbus, which would block in dom0 for as long as there is no
 * xenstored: naming the path here keeps it from ever falling back to that.
 */
static int find_daemon(bool bus)
{
	static bool ours;
	char path[STORE_PATH_MAX];
	const char *named = ours ? NULL : getenv("XENSTORED_PATH");

	if (named)
		return access(named, F_OK) ? -ENOENT : 0;
	if (!find_socket(path, sizeof(path))) {
		if (!bus || access("/dev/xen/xenbus", F_OK))
			return -ENOENT;
		snprintf(path, sizeof(path), "/dev/xen/xenbus");
	}
	ours = true;
	return setenv("XENSTORED_PATH", path, 1) ? -errno : 0;
}

/* A socket may belong to a dead or stopped xenstored: only an answer counts. */
static int try_open(bool bus)
{
	char root[STORE_VALUE_MAX];
	int rc = find_daemon(bus);

	if (rc)
		return rc;
	xs = xs_open(0);
	if (!xs)
		return -errno;
	rc = store_read("/", root, sizeof(root));
	if (rc >= 0 || rc == -ENOENT || rc == -EACCES)
		return 0;
	store_close();
	return rc;
}

int store_open(int64_t deadline, bool bus)
{
	int64_t start = clock_ms();
	int rc;

	limit = deadline > start + ONE_TRY_MS ? deadline : start + ONE_TRY_MS;
	while ((rc = try_open(bus))) {
		if (rc == -EACCES || rc == -EPERM || rc == -ETIMEDOUT ||
		    !clock_left(deadline))
			break;
		clock_nap(RETRY_MS, deadline);
	}
	return rc == -ECONNREFUSED ? -ENOENT : rc;
}

void store_close(void)
{
	xs_close(xs);
	xs = NULL;
}

/* A request failed: why, as -errno. */
static int failure(void)
{
	return errno ? -errno : -EIO;
}

static int not_open(void)
{
	if (!xs)
		return -ENOTCONN;
	return clock_left(limit) ? 0 : -ETIMEDOUT;
}

int store_read(const char *path, char *buf, size_t size)
{
	unsigned int len = 0;
	char *value;
	int rc = not_open();

	if (rc)
		return rc;
	value = xs_read(xs, tx, path, &len);
	if (!value)
		return failure();
	if (len >= size)
		rc = -E2BIG;
	else if (memchr(value, '\0', len))
		rc = -EILSEQ;
	else
		memcpy(buf, value, len + 1);
	free(value);
	return rc ? rc : (int)len;
}

/* The library says false for an error as well; only errno tells them apart. */
int store_is_introduced(uint16_t domid)
{
	int rc = not_open();

	if (rc)
		return rc;
	errno = 0;
	if (xs_is_domain_introduced(xs, domid))
		return 1;
	return errno && errno != EINTR && errno != EAGAIN ? -errno : 0;
}

int store_introduce(uint16_t domid, uint64_t gfn, uint32_t port)
{
	int rc = not_open();

	if (rc)
		return rc;
	return xs_introduce_domain(xs, domid, gfn, port) ? 0 : failure();
}

int store_begin(void)
{
	tx_error = not_open();
	if (tx_error)
		return tx_error;
	tx = xs_transaction_start(xs);
	return tx == XBT_NULL ? failure() : 0;
}

void store_write(const char *path, const char *value)
{
	if (!tx_error && !xs_write(xs, tx, path, value,
				   (unsigned int)strlen(value)))
		tx_error = failure();
}

void store_make(const char *path)
{
	if (!tx_error && !xs_mkdir(xs, tx, path))
		tx_error = failure();
}

/* Owner first, with what everybody else may do; then one other domain. */
void store_perms(const char *path, enum store_perm perm, uint16_t domid)
{
	struct xs_permissions perms[OWNER_AND_READER] = {
		{ .id = perm == STORE_PERM_OWN ? domid : 0,
		  .perms = XS_PERM_NONE },
		{ .id = domid, .perms = XS_PERM_READ },
	};
	unsigned int n = perm == STORE_PERM_READ ? OWNER_AND_READER : 1;

	if (!tx_error && !xs_set_permissions(xs, tx, path, perms, n))
		tx_error = failure();
}

int store_commit(void)
{
	xs_transaction_t t = tx;

	tx = XBT_NULL;
	if (!xs_transaction_end(xs, t, tx_error != 0) && !tx_error)
		tx_error = failure();
	return tx_error;
}
