/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xenstored answers: src/store.c, src/batch.c and Xen's own libxenstore on
 * a connection whose other end is the input. Its records are a byte of flags, one
 * of length and so many bytes; they answer the requests in turn, in a header
 * that fits, or, if the flags say so, are what comes next on the connection as it is.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "batch.h"
#include "clock.h"
#include "fuzz.h"
#include "store.h"

enum { REQUESTS = 64, RAW = 1, IS_ERROR = 2, LONG = 4, SHORT = 8, OTHER_ID = 16 };

static struct input input;
static struct xsd_sockmsg requests[REQUESTS];
static unsigned int asked, answered;
static uint8_t sent[1 << 16], got[8192];
static size_t nsent, ngot, from;
static bool short_reads;

/* In place of the system's, see fuzz.mk. */
ssize_t fuzz_read(int fd, void *buf, size_t size);
ssize_t fuzz_write(int fd, const void *buf, size_t size);
ssize_t fuzz_send(int fd, const void *buf, size_t size, int flags);
ssize_t fuzz_writev(int fd, const struct iovec *parts, int count);
ssize_t fuzz_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t fuzz_recv(int fd, void *buf, size_t size, int flags);
int fuzz_setsockopt(int fd, int level, int option, const void *value,
		    socklen_t size);
int fuzz_connect(int fd, const struct sockaddr *addr, socklen_t size);
int fuzz_poll(struct pollfd *polled, nfds_t n, int ms);

/* Cut what was written into requests. */
static void look_at_sent(void)
{
	struct xsd_sockmsg header;
	size_t whole;

	while (nsent >= sizeof(header)) {
		memcpy(&header, sent, sizeof(header));
		MUST(header.len <= XENSTORE_PAYLOAD_MAX);
		whole = sizeof(header) + header.len;
		if (nsent < whole)
			return;
		if (asked - answered < REQUESTS)
			requests[asked++ % REQUESTS] = header;
		memmove(sent, sent + whole, nsent -= whole);
	}
}

ssize_t fuzz_write(int fd, const void *buf, size_t size)
{
	(void)fd;
	MUST(size <= sizeof(sent) - nsent);
	memcpy(sent + nsent, buf, size);
	nsent += size;
	look_at_sent();
	return (ssize_t)size;
}

ssize_t fuzz_send(int fd, const void *buf, size_t size, int flags)
{
	MUST(flags == MSG_NOSIGNAL);
	return fuzz_write(fd, buf, size);
}

ssize_t fuzz_writev(int fd, const struct iovec *parts, int count)
{
	ssize_t size = 0;

	for (; count; count--, parts++)
		size += fuzz_write(fd, parts->iov_base, parts->iov_len);
	return size;
}

ssize_t fuzz_sendmsg(int fd, const struct msghdr *message, int flags)
{
	MUST(flags == MSG_NOSIGNAL);
	return fuzz_writev(fd, message->msg_iov, (int)message->msg_iovlen);
}

int fuzz_connect(int fd, const struct sockaddr *addr, socklen_t size)
{
	(void)fd;
	(void)addr;
	(void)size;
	return 0;
}

int fuzz_poll(struct pollfd *polled, nfds_t n, int ms)
{
	(void)ms;
	polled->revents = polled->events;
	return (int)n;
}

/* The next record of the input becomes what can be read. */
static void answer(void)
{
	struct xsd_sockmsg header = { 0 };
	unsigned int flags = take(&input);
	size_t n = take(&input);

	if (flags & LONG)
		n = n << 4 | 15;
	n = n < input.size ? n : input.size;
	short_reads = flags & SHORT;
	ngot = from = 0;
	if (!(flags & RAW) && asked != answered) {
		header = requests[answered++ % REQUESTS];
		header.len = (uint32_t)n;
		header.type = flags & IS_ERROR ? XS_ERROR : header.type;
		header.req_id += flags & OTHER_ID ? 1 : 0;
		memcpy(got, &header, sizeof(header));
		ngot = sizeof(header);
	}
	memcpy(got + ngot, input.data, n);
	ngot += n;
	input.data += n;
	input.size -= n;
}

ssize_t fuzz_read(int fd, void *buf, size_t size)
{
	size_t n;

	(void)fd;
	while (from == ngot && input.size)
		answer();
	n = ngot - from < size ? ngot - from : size;
	if (short_reads && n > 3)
		n = 3;
	memcpy(buf, got + from, n);
	from += n;
	return (ssize_t)n;
}

ssize_t fuzz_recv(int fd, void *buf, size_t size, int flags)
{
	MUST(flags == MSG_WAITALL);
	return fuzz_read(fd, buf, size);
}

int fuzz_setsockopt(int fd, int level, int option, const void *value,
		    socklen_t size)
{
	(void)fd;
	(void)value;
	(void)size;
	MUST(level == SOL_SOCKET && (option == SO_RCVTIMEO ||
				     option == SO_SNDTIMEO));
	return 0;
}

/* A socket for libxenstore to find; nobody is behind it. */
static char place[] = "/tmp/dom0less-fuzz-XXXXXX";

static void remove_socket(void)
{
	const char *path = getenv("XENSTORED_PATH");

	if (path)
		unlink(path);
	rmdir(place);
}

static void make_socket(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (!mkdtemp(place))
		abort();
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/socket", place);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setenv("XENSTORED_PATH", addr.sun_path, 1))
		abort();
	close(fd);
	atexit(remove_socket);
}

static void read_one(const char *path, char *buf, size_t size)
{
	int rc;

	memset(buf, 'x', size);
	rc = store_read(path, buf, size);
	if (rc >= 0)
		MUST((size_t)rc < size && strlen(buf) == (size_t)rc);
}

/* Many at once; one that does not fit is cut. */
static void ask_many(void)
{
	static char texts[40][12];
	struct batch_answer answers[40];
	unsigned int i;

	memset(texts, 'x', sizeof(texts));
	for (i = 0; i < 40; i++) {
		answers[i] = (struct batch_answer){ texts[i], 8, 0 };
		if (i % 4)
			batch_read(0, "/local/domain/1/vm", &answers[i]);
		else
			batch_introduced(1, &answers[i]);
	}
	if (batch_flush())
		return;
	for (i = 0; i < 40; i++) {
		MUST(answers[i].rc <= STORE_VALUE_MAX && texts[i][8] == 'x');
		if (answers[i].rc >= 0)
			MUST(strlen(texts[i]) == (size_t)(answers[i].rc < 8 ?
							  answers[i].rc : 7));
	}
}

static void transaction(void)
{
	uint32_t tx;
	int rc = store_begin(&tx);

	MUST(rc <= 0);
	if (rc)
		return;
	batch_write(tx, "/local/domain/1/name", "web");
	batch_make(tx, "/local/domain/1/data");
	batch_perms(tx, "/local/domain/1/data", BATCH_OWN, 1);
	batch_perms(tx, "/local/domain/1/name", BATCH_READ, 1);
	rc = batch_flush();
	MUST(rc <= 0);
	if (rc)
		store_abort(tx);
	else
		MUST(store_commit(tx) <= 0);
}

static void introduce(void)
{
	MUST(store_introduce(1, 0x39001, 1) <= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char small[16], large[STORE_VALUE_MAX + 1];
	int rc;

	if (!getenv("XENSTORED_PATH"))
		make_socket();
	input = (struct input){ data, size };
	asked = answered = 0;
	nsent = ngot = from = 0;
	short_reads = false;
	rc = store_open(0, false, false);
	MUST(rc <= 0);
	if (rc)
		return 0;
	read_one("/local/domain/1/name", large, sizeof(large));
	read_one("/libxl/1/type", small, sizeof(small));
	ask_many();
	transaction();
	introduce();
	transaction();
	store_close();
	return 0;
}
