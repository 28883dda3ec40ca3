/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The connection to xenstored, by libxenstore, with a deadline on everything.
 * Functions that return int give 0 or -errno and print nothing: -ETIMEDOUT when
 * the deadline passed, -ENOTCONN after the connection broke, else what
 * xenstored answered (-ENOENT: no such node). Many requests at once: batch.h.
 */

enum {
	STORE_PATH_MAX = 256,	/* bytes, of the paths this project makes */
	STORE_VALUE_MAX = 4096,	/* XENSTORE_PAYLOAD_MAX, public/io/xs_wire.h */
};

/*
 * Connect to xenstored, waiting until DEADLINE (clock.h) for it to be there
 * and to answer. -ENOENT: it was not there at all; -ETIMEDOUT: it was, and did
 * not answer; -ELOOP: what stands in its socket's place, a link or another
 * user's, is not trusted. XENSTORED_PATH, which is, and XENSTORED_RUNDIR are
 * honoured. SELF is our own domid: if it is not 0 and there is no socket,
 * xenstored runs elsewhere and the kernel's /dev/xen/xenbus leads to it. So it
 * does with ELSEWHERE in any domain, and no socket is waited for. DEADLINE
 * holds for every later call, too; one that has passed leaves three seconds,
 * so that a single try can succeed on a busy machine. Where there is a
 * connection that works, only the deadline is new.
 */
int store_open(int64_t deadline, uint16_t self, bool elsewhere);
void store_close(void);

/*
 * Read a node into BUF, NUL-terminated. The value's length in bytes or
 * -errno; -E2BIG if it does not fit, -EILSEQ if it holds a NUL.
 */
int store_read(const char *path, char *buf, size_t size);

/* Make xenstored serve the domain whose ring is at GFN. If the answer is lost,
 * nobody knows whether it does. */
int store_introduce(uint16_t domid, uint64_t gfn, uint32_t port);

/*
 * 1: xenstored finds the domain when it asks Xen, or found another one since
 * it was connected; 0: it does not, as one that was made for another release
 * of Xen; -errno: could not ask. oxenstored does not ask Xen, and gives 1.
 */
int store_finds(uint16_t domid);

/*
 * A transaction: what is written in TX happens when it is committed, all
 * together, or not at all. -EAGAIN from a commit: somebody else changed what it
 * touched, and nothing was written: begin again.
 */
int store_begin(uint32_t *tx);
int store_commit(uint32_t tx);
void store_abort(uint32_t tx);

/*
 * For batch.c: bytes on the same connection. store_send() sends all SIZE bytes.
 * store_receive() waits for at least LEAST bytes and takes no more than SIZE;
 * how many, or -errno. One that fails breaks the connection.
 */
int store_send(const void *data, size_t size);
ssize_t store_receive(void *buf, size_t least, size_t size);

/* The connection is broken, because what comes next on it cannot be
 * understood. */
void store_break(void);

/* Does the connection lead to the kernel's device? It takes one request at a
 * time. */
bool store_is_bus(void);

/* The domid we run in. */
uint16_t store_self(void);

/* libxenstore calls these in the place of connect() and read(): xen/libs.mk. */
struct sockaddr;
int store_io_connect(int new, const struct sockaddr *addr, unsigned int size);
ssize_t store_io_read(int from, void *buf, size_t size);

#endif
