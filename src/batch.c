/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <xen/io/xs_wire.h>

#include "batch.h"
#include "clock.h"
#include "store.h"

_Static_assert(STORE_VALUE_MAX == XENSTORE_PAYLOAD_MAX, "xs_wire.h");
_Static_assert(sizeof(struct xsd_sockmsg) == 16, "xs_wire.h");

enum {
	HEADER = sizeof(struct xsd_sockmsg),
	OUT_SIZE = 8192,	/* bytes, room for the nodes of a domain with
				 * four vCPUs: one write sends them */
	IN_SIZE = 4096,
	REQUESTS_MAX = 128,
	RETRY_MS = 1,		/* before a transaction is begun again */
	/* libxenstore's requests have id 0: a late answer to one of them is
	 * never taken for ours */
	FIRST_ID = 1,
	/* Bytes. On a socket oxenstored sends a list however long it is
	 * (xen/FACTS, long). A thousand domains make one of 37 KiB; what claims
	 * to be longer than this is a broken connection. */
	ANSWER_MAX = 1 << 20,
};

/* Requests that were put and are not sent yet. */
static char out[OUT_SIZE];
static size_t queued;		/* bytes */
static uint32_t requests;	/* how many */
static struct batch_answer *answers[REQUESTS_MAX];	/* NULL: not wanted */
static int error;		/* the first since the last flush, 0: none */

/* Bytes that were received and are not used yet. */
static char in[IN_SIZE];
static size_t in_from, in_to;
static size_t to_come;		/* at least so many bytes of answers follow */

/*
 * Receive SIZE bytes of an answer into DATA; NULL: drop them. One call also
 * waits for the answers that follow, as far as they fit: that saves system
 * calls.
 */
static int receive(char *data, size_t size)
{
	size_t part, want;
	ssize_t n;

	for (; size; size -= part) {
		if (in_from == in_to) {
			want = size + to_come;
			n = store_receive(in, want < IN_SIZE ? want : IN_SIZE,
					  IN_SIZE);
			if (n < 0)
				return (int)n;
			in_from = 0;
			in_to = (size_t)n;
		}
		part = in_to - in_from < size ? in_to - in_from : size;
		if (data) {
			memcpy(data, in + in_from, part);
			data += part;
		}
		in_from += part;
	}
	return 0;
}

/* The -errno that xenstored calls NAME. A name that nobody knows is an error,
 * too. */
static int error_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(xsd_errors) / sizeof(*xsd_errors); i++)
		if (!strcmp(name, xsd_errors[i].errstring))
			return -xsd_errors[i].errnum;
	return -EIO;
}

/*
 * The length of an answer's text, or -EILSEQ. The answer has LENGTH bytes, of
 * which SIZE are in TEXT. A NUL at its end does not count. One before that
 * means that it is no text.
 */
static int length_of(char *text, size_t size, size_t length)
{
	if (size && size == length && !text[size - 1])
		size = --length;
	return memchr(text, '\0', size) ? -EILSEQ : (int)length;
}

/* The same of a list: names, or who may do what, each with a NUL behind it,
 * which becomes a "/". No name can have one. */
static int length_of_list(char *text, size_t size, size_t length)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!text[i])
			text[i] = '/';
	return (int)length;
}

/* Request ID failed with RC. If nobody wants its answer, the flush tells of
 * it. */
static void refused(uint32_t id, int rc)
{
	if (answers[id])
		answers[id]->rc = rc;
	else if (!error)
		error = rc;
}

/* Receive the text of the answer that HEADER begins, and understand it. */
static int receive_text(const struct xsd_sockmsg *header,
			struct batch_answer *answer)
{
	size_t part = header->len < answer->size ? header->len
						 : answer->size - 1;
	int rc = receive(answer->text, part);
	bool list;

	answer->text[part] = '\0';
	if (!rc)
		rc = receive(NULL, header->len - part);
	if (rc)
		return rc;
	list = header->type == XS_DIRECTORY || header->type == XS_GET_PERMS;
	answer->rc = (list ? length_of_list : length_of)(answer->text, part,
							 header->len);
	return 0;
}

static int receive_error(const struct xsd_sockmsg *header, uint32_t id)
{
	char name[32];
	struct batch_answer said = { name, sizeof(name), 0 };
	int rc = receive_text(header, &said);

	if (!rc)
		refused(id, error_named(name));
	return rc;
}

/* The least bytes that the answer to request ID can have. One that is not
 * wanted is "OK" or the name of an error. */
static size_t answer_least(uint32_t id)
{
	return HEADER + (answers[id] ? 0 : sizeof("OK"));
}

static int receive_answer(uint32_t id)
{
	struct xsd_sockmsg header = { 0 };
	int rc;

	to_come -= answer_least(id);
	rc = receive((char *)&header, HEADER);

	if (rc)
		return rc;
	if (header.req_id != FIRST_ID + id || header.len > ANSWER_MAX)
		return -EPROTO;
	if (header.len > XENSTORE_PAYLOAD_MAX)
		refused(id, -E2BIG);
	else if (header.type == XS_ERROR)
		return receive_error(&header, id);
	else if (answers[id])
		return receive_text(&header, answers[id]);
	return receive(NULL, header.len);
}

/* Send what is queued and read all answers. */
static void exchange(void)
{
	int rc = requests ? store_send(out, queued) : 0;
	uint32_t id;

	for (id = 0, to_come = 0; id < requests; id++)
		to_come += answer_least(id);
	for (id = 0; !rc && id < requests; id++)
		rc = receive_answer(id);
	if (rc)
		store_break();
	if (rc && !error)
		error = rc;
	queued = requests = 0;
	in_from = in_to = 0;
}

int batch_flush(void)
{
	int rc;

	exchange();
	rc = error;
	error = 0;
	return rc;
}

static void batch_put(enum xsd_sockmsg_type type, uint32_t tx,
		      const void *payload, size_t size,
		      struct batch_answer *answer)
{
	struct xsd_sockmsg header = {
		.type = type, .tx_id = tx, .len = (uint32_t)size,
	};

	if (requests && (store_is_bus() || requests == REQUESTS_MAX ||
			 queued + HEADER + size > OUT_SIZE))
		exchange();
	answers[requests] = answer;
	header.req_id = FIRST_ID + requests++;
	memcpy(out + queued, &header, HEADER);
	memcpy(out + queued + HEADER, payload, size);
	queued += HEADER + size;
}

/* Put a request that consists of PATH, its NUL, and MORE. One that does not fit
 * is refused. */
static void put_node(enum xsd_sockmsg_type type, uint32_t tx, const char *path,
		     const char *more, size_t size, struct batch_answer *answer)
{
	char payload[XENSTORE_PAYLOAD_MAX];
	size_t at = strlen(path) + 1;

	if (at + size <= sizeof(payload)) {
		memcpy(payload, path, at);
		memcpy(payload + at, more, size);
		batch_put(type, tx, payload, at + size, answer);
	} else if (answer) {
		answer->rc = -E2BIG;
	} else if (!error) {
		error = -E2BIG;
	}
}

void batch_read(uint32_t tx, const char *path, struct batch_answer *answer)
{
	put_node(XS_READ, tx, path, "", 0, answer);
}

void batch_list(uint32_t tx, const char *path, struct batch_answer *answer)
{
	put_node(XS_DIRECTORY, tx, path, "", 0, answer);
}

void batch_who(uint32_t tx, const char *path, struct batch_answer *answer)
{
	put_node(XS_GET_PERMS, tx, path, "", 0, answer);
}

/* The protocol wants numbers as text, each with its NUL. */
void batch_introduced(uint16_t domid, struct batch_answer *answer)
{
	char payload[8];
	int size = snprintf(payload, sizeof(payload), "%u", domid) + 1;

	batch_put(XS_IS_DOMAIN_INTRODUCED, 0, payload, (size_t)size, answer);
}

void batch_write(uint32_t tx, const char *path, const char *value)
{
	put_node(XS_WRITE, tx, path, value, strlen(value), NULL);
}

void batch_make(uint32_t tx, const char *path)
{
	put_node(XS_MKDIR, tx, path, "", 0, NULL);
}

/* The answer is not wanted: that the node was not there is no failure. */
void batch_remove(uint32_t tx, const char *path)
{
	static char text[4];
	static struct batch_answer nobodys = { text, sizeof(text), 0 };

	put_node(XS_RM, tx, path, "", 0, &nobodys);
}

/* The owner comes first, with "n": nobody else may do anything. Then comes who
 * may read. */
static void put_perms(uint32_t tx, const char *path, uint16_t owner,
		      const uint16_t *reader)
{
	char text[16];
	int size = 1 + snprintf(text, sizeof(text), "n%u", owner);

	if (reader)
		size += 1 + snprintf(text + size, sizeof(text) - (size_t)size,
				     "r%u", *reader);
	put_node(XS_SET_PERMS, tx, path, text, (size_t)size, NULL);
}

void batch_perms(uint32_t tx, const char *path, enum batch_perm perm,
		 uint16_t domid)
{
	put_perms(tx, path, perm == BATCH_OWN ? domid : store_self(),
		  perm == BATCH_READ ? &domid : NULL);
}

void batch_share(uint32_t tx, const char *path, uint16_t owner,
		 uint16_t reader)
{
	put_perms(tx, path, owner, &reader);
}

int batch_commit(uint32_t tx)
{
	int rc = batch_flush();

	if (!rc)
		return store_commit(tx);
	store_abort(tx);
	return rc == -EAGAIN ? -EIO : rc;
}

bool batch_commit_again(uint32_t tx, int64_t deadline, int *rc)
{
	*rc = batch_commit(tx);
	if (*rc != -EAGAIN)
		return false;
	clock_nap(RETRY_MS, deadline);
	if (clock_left(deadline))
		return true;
	*rc = -ETIMEDOUT;
	return false;
}
