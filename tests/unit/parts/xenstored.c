/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "xenstored.h"

/* The calls of the test are wrapped: here are meant those of the system. */
ssize_t __real_recv(int fd, void *buf, size_t size, int flags);
ssize_t __real_send(int fd, const void *buf, size_t size, int flags);
int __real_close(int fd);
int __real_socket(int domain, int type, int protocol);

struct xenstored xenstored;
static int listener = -1;
static int clients[XENSTORED_CLIENTS];
static unsigned int nclients;
static unsigned int open_ops;	/* of the transaction */

enum { TRANSACTION = 17 };

#define TEXT(value) value, sizeof(value) - 1
static const struct {
	const char *path, *value;
	size_t size;
} nodes[] = {
	{ "/", TEXT("") },
	{ "/local/domain/1/name", TEXT("web") },
	{ "/local/domain/1/vm", TEXT("/vm/1") },
	{ "/with-nul", TEXT("a\0b") },
};

static void reply(int fd, struct xsd_sockmsg header, const char *text,
		  size_t size)
{
	header.len = (uint32_t)size;
	if (__real_send(fd, &header, sizeof(header), MSG_NOSIGNAL) < 0 ||
	    __real_send(fd, text, size, MSG_NOSIGNAL) < 0)
		return;		/* who asked has gone */
}

static void refuse(int fd, struct xsd_sockmsg header, const char *error)
{
	header.type = XS_ERROR;
	reply(fd, header, error, strlen(error) + 1);
}

static void read_node(int fd, struct xsd_sockmsg header, const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		if (strcmp(nodes[i].path, path))
			continue;
		reply(fd, header, nodes[i].value, nodes[i].size);
		return;
	}
	refuse(fd, header, "ENOENT");
}

static void change(int fd, struct xsd_sockmsg header, const char *payload)
{
	if (header.type == XS_SET_PERMS) {
		xenstored.perms_size = header.len;
		memcpy(xenstored.perms, payload, header.len);
	}
	if (!strcmp(payload, "//") && xenstored.owns && !*xenstored.owns) {
		reply(fd, header, "OK", 3);
	} else if (!strcmp(payload, "//")) {
		refuse(fd, header, xenstored.owns ? xenstored.owns : "EINVAL");
	} else if (header.tx_id != TRANSACTION) {
		refuse(fd, header, "ENOENT");
	} else if (xenstored.refuses) {
		refuse(fd, header, xenstored.refuses);
		xenstored.refuses = NULL;
	} else {
		open_ops++;
		reply(fd, header, "OK", 3);
	}
}

static void end(int fd, struct xsd_sockmsg header, const char *payload)
{
	if (header.tx_id != TRANSACTION) {
		refuse(fd, header, "ENOENT");
		return;
	}
	if (*payload == 'F') {
		xenstored.aborted++;
	} else if (xenstored.again) {
		xenstored.again--;
		refuse(fd, header, "EAGAIN");
		return;
	} else {
		xenstored.commits++;
		xenstored.ops = open_ops;
	}
	reply(fd, header, "OK", 3);
}

static void begin(int fd, struct xsd_sockmsg header)
{
	const char *id = xenstored.begins ? xenstored.begins : "17";

	xenstored.begun++;
	xenstored.begins = NULL;
	open_ops = 0;
	reply(fd, header, id, strlen(id) + 1);
}

static void answer(int fd, struct xsd_sockmsg header, const char *payload)
{
	xenstored.requests++;
	switch (header.type) {
	case XS_READ:
		read_node(fd, header, payload);
		break;
	case XS_DIRECTORY:
		if (xenstored.children)
			reply(fd, header, xenstored.children,
			      xenstored.children_size);
		else
			refuse(fd, header, "ENOENT");
		break;
	case XS_GET_PERMS:
		if (!strcmp(payload, "/local/domain/1/name"))
			reply(fd, header, TEXT("n0\0r1\0"));
		else
			refuse(fd, header, "ENOENT");
		break;
	case XS_TRANSACTION_START:
		begin(fd, header);
		break;
	case XS_TRANSACTION_END:
		end(fd, header, payload);
		break;
	case XS_IS_DOMAIN_INTRODUCED:
		reply(fd, header, "T", 2);
		break;
	case XS_INTRODUCE:
		xenstored.introduced++;
		reply(fd, header, "OK", 3);
		break;
	case XS_WRITE:
	case XS_MKDIR:
	case XS_SET_PERMS:
		change(fd, header, payload);
		break;
	default:
		refuse(fd, header, "ENOSYS");
	}
}

/* One whole request, if it is there. False: not, or the client has gone. */
static bool serve_one(int *fd)
{
	static char data[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX + 1];
	struct xsd_sockmsg header;
	ssize_t n = __real_recv(*fd, data, sizeof(data) - 1,
				MSG_PEEK | MSG_DONTWAIT);

	if (!n || (n < 0 && errno != EAGAIN)) {
		__real_close(*fd);
		*fd = -1;
	}
	if (n < (ssize_t)sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	if ((size_t)n < sizeof(header) + header.len ||
	    header.len > XENSTORE_PAYLOAD_MAX)
		return false;
	if (__real_recv(*fd, data, sizeof(header) + header.len, 0) < 0)
		abort();
	data[sizeof(header) + header.len] = '\0';
	if (!xenstored.most || xenstored.requests < xenstored.most)
		answer(*fd, header, data + sizeof(header));
	return true;
}

void xenstored_adopt(int fd)
{
	if (nclients == XENSTORED_CLIENTS)
		abort();
	clients[nclients++] = fd;
	xenstored.accepted++;
}

void xenstored_serve(void)
{
	unsigned int i, left = 0;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		xenstored_adopt(fd);
	for (i = 0; i < nclients; i++) {
		while (clients[i] >= 0 && serve_one(&clients[i]))
			;
		if (clients[i] >= 0)
			clients[left++] = clients[i];
	}
	nclients = left;
}

void xenstored_drop(void)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		xenstored_adopt(fd);
	while (nclients)
		__real_close(clients[--nclients]);
}

void xenstored_reset(void)
{
	xenstored_drop();
	xenstored = (struct xenstored){ 0 };
	open_ops = 0;
}

void xenstored_start(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	listener = __real_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
				 SOCK_CLOEXEC, 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(listener, XENSTORED_CLIENTS))
		abort();
	xenstored_reset();
}
