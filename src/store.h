/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/*
 * xenstore in plain types, with a deadline on everything. Functions that
 * return int give 0 or -errno and print nothing: -ETIMEDOUT when the deadline
 * passed, else what xenstored answered (-ENOENT: no such node). After a
 * timeout or a broken connection every further call fails at once.
 */

enum {
	STORE_PATH_MAX = 256,	/* bytes, of the paths this project makes */
	STORE_VALUE_MAX = 4096,	/* XENSTORE_PAYLOAD_MAX, public/io/xs_wire.h */
};

/* Who may do what with a node. T is the toolstack's domain: our own. */
enum store_perm {
	STORE_PERM_TOOLS,	/* nobody but the toolstack: nT */
	STORE_PERM_READ,	/* the domain may read: nT,rN */
	STORE_PERM_OWN,		/* the domain owns it: nN */
	STORE_PERMS,
};

/*
 * Connect to xenstored, waiting until DEADLINE (clock.h) for it to be there
 * and to answer. -ENOENT: it was not there at all; -ETIMEDOUT: it was, and did
 * not answer. XENSTORED_PATH and XENSTORED_RUNDIR are honoured. SELF is our
 * own domid: if it is not 0 and there is no socket, xenstored runs elsewhere
 * and the kernel's /dev/xen/xenbus leads to it. DEADLINE holds for every later
 * call, too; one that has passed leaves three seconds, so that a single try can
 * succeed on a busy machine. Where there is a connection already, only the
 * deadline is new.
 */
int store_open(int64_t deadline, uint16_t self);
void store_close(void);

/*
 * One answer among many. What was asked is sent, and all answers are there,
 * after store_answers(): so a hundred take one round trip. Asked is in the
 * order of the calls. An answer must stay where it is until then.
 */
struct store_answer {
	char *text;		/* room for SIZE bytes, at least 1 */
	size_t size;		/* a longer text is cut, NUL-terminated */
	int rc;			/* the text's whole length in bytes, or
				 * -errno; -EILSEQ if it holds a NUL */
};

void store_ask(const char *path, struct store_answer *answer);
/* The names of a node's children, each with a "/" after it. */
void store_ask_list(const char *path, struct store_answer *answer);
/* "T" or "F": does xenstored serve the domain? */
void store_ask_introduced(uint16_t domid, struct store_answer *answer);

/* Not a question: serve the domain. An answer that was lost says nothing. */
void store_ask_introduce(uint16_t domid, uint64_t gfn, uint32_t port,
			 struct store_answer *answer);

/* 0; else why the connection failed: then no answer means anything. */
int store_answers(void);

/*
 * Read a node into BUF, NUL-terminated. The value's length in bytes or
 * -errno; -E2BIG if it does not fit, -EILSEQ if it holds a NUL.
 */
int store_read(const char *path, char *buf, size_t size);

/*
 * 1: xenstored finds the domain when it asks Xen, or found another one since
 * it was connected; 0: it does not, as one that was made for another release
 * of Xen; -errno: could not ask. oxenstored does not ask Xen, and gives 1.
 */
int store_finds(uint16_t domid);

/*
 * One transaction. Writes between begin and commit happen
 * together or not at all; the first failure is kept and reported by commit,
 * which then has written nothing. -EAGAIN from commit: somebody else changed
 * what this touched, begin again. Reads see nothing of it. MORE: another one
 * is going to follow. It is begun ahead, and what xenstored says to this commit
 * need not be waited for: then -EINPROGRESS, and it will be in ANSWER, in which
 * rc is -EINPROGRESS until then, after the next commit or store_answers().
 */
int store_begin(bool more);
void store_write(const char *path, const char *value);
void store_make(const char *path);	/* empty, unless it exists */
void store_perms(const char *path, enum store_perm perm, uint16_t domid);
int store_commit(bool more, struct store_answer *answer);

/*
 * read(), write() and connect() on a connection to xenstored, with the
 * deadline: -1 and ETIMEDOUT once it has passed. libxenstore uses them, too;
 * what it writes goes out when it reads.
 */
ssize_t store_io_read(int fd, void *buf, size_t size);
ssize_t store_io_write(int fd, const void *buf, size_t size);
int store_io_connect(int fd, const struct sockaddr *addr, socklen_t size);

/* Read on our own connection: waits for LEAST bytes if it can, in one call, in
 * however many pieces they come, and takes up to SIZE. */
ssize_t store_io_take(int fd, void *buf, size_t least, size_t size);

#endif
