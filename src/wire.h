/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

#include <xen/io/xs_wire.h>

struct store_answer;

/*
 * xenstore's wire protocol, for many requests at once: libxenstore waits for
 * each answer before it sends the next request, which for the nodes of a
 * domain means eighty round trips in place of one.
 */

/*
 * Talk on FD, a connection to xenstored, or stop with -1. BUS: it leads to the
 * kernel's device, which takes one request at a time.
 */
void wire_use(int fd, int bus);

/*
 * Queue a request of TYPE, in transaction TX (0: none), with SIZE bytes of
 * PAYLOAD. What does not fit the queue any more is sent, and answered, on the
 * way. The answer goes to ANSWER (store.h), which must stay until the flush;
 * NULL: only an error matters.
 */
void wire_put(enum xsd_sockmsg_type type, uint32_t tx, const void *payload,
	      size_t size, struct store_answer *answer);

/* How many bytes are queued. */
size_t wire_queued(void);

/*
 * Send what is queued and read all answers. 0, or the first error since the
 * last call, -errno, of the connection or of a request without an ANSWER;
 * -EPROTO: xenstored answered another request.
 */
int wire_flush(void);

#endif
