/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XENSTORED_H
#define XENSTORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A xenstored that a test runs in its own process: it answers what has come in
 * whenever xenstored_serve() is called. Nodes are in a short list; what is written
 * in a transaction counts when that is committed.
 */
enum { XENSTORED_OPS = 64, XENSTORED_CLIENTS = 128 };

struct xenstored {
	unsigned int most;	/* requests that it answers; 0: all */
	unsigned int again;	/* so many commits fail with EAGAIN */
	const char *refuses;	/* the next write is answered so */
	const char *begins;	/* and the next transaction is called so */
	const char *children;	/* of every node, each with its NUL; NULL: none */
	size_t children_size;	/* bytes */
	/* how it takes a new owner of "//"; NULL: EINVAL, "": well */
	const char *owns;
	unsigned int accepted, requests;
	unsigned int begun, aborted, introduced;
	unsigned int commits;	/* that went well */
	unsigned int ops;	/* of the latest of them */
	/* what the latest SET_PERMS said: path and permissions, each with its
	 * NUL */
	char perms[512];
	size_t perms_size;	/* bytes */
};

extern struct xenstored xenstored;

/* Listen at PATH; as if nothing had been asked so far. */
void xenstored_start(const char *path);
void xenstored_reset(void);
void xenstored_serve(void);

/* The other end of a connection of ours is FD: the kernel's device. */
void xenstored_adopt(int fd);

/* Close all connections; what is in them is lost. */
void xenstored_drop(void);

#endif
