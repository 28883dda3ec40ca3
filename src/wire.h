/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

/*
 * xenstore's wire protocol, for requests that do not depend on each other's
 * answers: libxenstore waits for each answer before it sends the next request,
 * which for the nodes of a domain means eighty round trips in place of one.
 */

/* Types of requests, public/io/xs_wire.h. */
enum wire_type {
	WIRE_START = 6,		/* a transaction */
	WIRE_END = 7,
	WIRE_WRITE = 11,
	WIRE_MKDIR = 12,
	WIRE_SET_PERMS = 14,
};

/*
 * Talk on FD, a connection to xenstored, or stop with -1. BUS: it leads to the
 * kernel's device, which takes one request at a time.
 */
void wire_use(int fd, int bus);

/*
 * Queue a request in transaction TX (0: none) with SIZE bytes of PAYLOAD. What
 * does not fit the queue any more is sent, and answered, on the way.
 */
void wire_put(enum wire_type type, uint32_t tx, const void *payload,
	      size_t size);

/*
 * Send what is queued and read all answers. 0, or the first error since the
 * last call, -errno; -EPROTO: xenstored answered another request. The last
 * answer's text goes to REPLY, cut at SIZE bytes, unless REPLY is NULL.
 */
int wire_flush(char *reply, size_t size);

#endif
