/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Many requests to xenstored at once, on the connection of store.h. libxenstore
 * waits for each answer before it sends the next request: eighty round trips
 * for the nodes of a domain, in place of one.
 *
 * Requests are put one after the other; batch_flush() sends them and reads all
 * answers. More of them than there is room for are sent, and answered, on the
 * way. The order of the answers is that of the requests.
 */

/* One answer. It must stay where it is until the flush. */
struct batch_answer {
	char *text;		/* room for SIZE bytes, at least 1 */
	size_t size;		/* a longer text is cut, NUL-terminated */
	int rc;			/* the text's whole length in bytes, or -errno:
				 * -EILSEQ if it holds a NUL, -E2BIG if it is
				 * longer than the protocol allows */
};

/*
 * In transaction TX of store.h, 0: in none. What is read in one holds when it
 * is committed, too, or that is -EAGAIN.
 */
void batch_read(uint32_t tx, const char *path, struct batch_answer *answer);
/* The names of a node's children, each with a "/" after it. */
void batch_list(uint32_t tx, const char *path, struct batch_answer *answer);
/* Who may do what with a node, "n0/r1/": n, r, w or b for nothing, read, write
 * or both. The first is the owner, who may do all, and what all others may. */
void batch_who(uint32_t tx, const char *path, struct batch_answer *answer);
/* "T" or "F": does xenstored serve the domain? */
void batch_introduced(uint16_t domid, struct batch_answer *answer);

/* Who may do what with a node. T is the toolstack's domain: our own. */
enum batch_perm {
	BATCH_TOOLS,		/* nobody but the toolstack: nT */
	BATCH_READ,		/* the domain may read: nT,rN */
	BATCH_OWN,		/* the domain owns it: nN */
	BATCH_PERMS,
};

/* These have no answer: a failure is the flush's. */
void batch_write(uint32_t tx, const char *path, const char *value);
void batch_make(uint32_t tx, const char *path);	/* empty, unless it exists */
void batch_perms(uint32_t tx, const char *path, enum batch_perm perm,
		 uint16_t domid);

/* A device's node: OWNER's, and READER may read it. */
void batch_share(uint32_t tx, const char *path, uint16_t owner,
		 uint16_t reader);
/* With all below it. What is not there is no failure. */
void batch_remove(uint32_t tx, const char *path);

/*
 * 0, or the first failure since the last flush, as -errno: of the connection,
 * and then no answer means anything, or of a request that has no answer.
 */
int batch_flush(void);

/* Flush, then commit TX; if something failed end it, and nothing is written. */
int batch_commit(uint32_t tx);

/* The same. True: somebody interfered, and there is time to begin again. */
bool batch_commit_again(uint32_t tx, int64_t deadline, int *rc);

#endif
