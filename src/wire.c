/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "store.h"
#include "wire.h"

_Static_assert(sizeof(struct xsd_sockmsg) == 16, "xs_wire.h");

enum {
	OUT_SIZE = 8192, IN_SIZE = 4096, REQUESTS_MAX = 128,
	/* oxenstored keeps to XENSTORE_PAYLOAD_MAX on rings only (packet_of,
	 * connection.ml): on a socket a list is as long as it is. More than
	 * this, in bytes, is no list but a broken connection. */
	ANSWER_MAX = 1 << 20,
	OK_SIZE = sizeof("OK"),	/* answers that are not asked for: no error is shorter */
};

static int wire_fd = -1;
static bool one_by_one;
static int error;		/* the first, 0: none */
static char out[OUT_SIZE];
static size_t queued;		/* bytes */
static uint32_t requests;	/* in them */
static struct store_answer *answers[REQUESTS_MAX];	/* to them, or NULL */
static char in[IN_SIZE];
static size_t in_from, in_to;	/* what is read and not yet used */
static size_t to_come;		/* bytes, after what is waited for, at least */
static bool no_more;		/* and, if nothing has failed, at most */

void wire_use(int fd, int bus)
{
	wire_fd = fd;
	one_by_one = bus;
	queued = 0;
	requests = 0;
	in_from = in_to = 0;
	error = 0;
}

static int send_all(void)
{
	const char *data = out;
	ssize_t n;

	for (; queued; queued -= (size_t)n, data += n) {
		n = store_io_write(wire_fd, data, queued);
		if (n <= 0)
			return n ? -errno : -EPIPE;
	}
	return 0;
}

/* SIZE bytes of the answer to DATA, which may be NULL to pass over them. */
static int receive(char *data, size_t size)
{
	size_t part, want;
	ssize_t n;

	for (; size; size -= part) {
		if (in_from == in_to) {
			want = size + to_come < IN_SIZE ? size + to_come
							: IN_SIZE;
			n = store_io_take(wire_fd, in, want,
					  no_more ? want : IN_SIZE);
			if (n <= 0)
				return n ? -errno : -EPIPE;
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

/* xenstored names its error; one that nobody knows is still an error. */
static int error_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(xsd_errors) / sizeof(*xsd_errors); i++)
		if (!strcmp(name, xsd_errors[i].errstring))
			return -xsd_errors[i].errnum;
	return -EIO;
}

/*
 * What an answer of LENGTH bytes says, of which TEXT has SIZE. Some end with a
 * NUL that does not count; one inside means that it is no text.
 */
static int length_of(char *text, size_t size, size_t length)
{
	if (size && size == length && !text[size - 1])
		size = --length;
	return memchr(text, '\0', size) ? -EILSEQ : (int)length;
}

/* Names, each with a NUL at its end: "/" can be in none of them. */
static int length_of_list(char *text, size_t size, size_t length)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!text[i])
			text[i] = '/';
	return (int)length;
}

/* SIZE bytes of an answer of LENGTH, or all; half an answer says nothing. */
static int receive_text(char *text, size_t size, size_t length)
{
	int rc = receive(text, size);

	text[size] = '\0';
	return rc ? rc : receive(NULL, length - size);
}

/* One that nobody waits for is remembered. */
static int receive_error(uint32_t id, size_t length)
{
	char name[32];
	int rc = receive_text(name, length < sizeof(name) ? length :
			      sizeof(name) - 1, length);

	if (rc)
		return rc;
	rc = error_named(name);
	if (answers[id])
		answers[id]->rc = rc;
	else if (!error)
		error = rc;
	return 0;
}

/* An answer that is longer than the protocol allows is read and refused; the
 * answers behind it are good. */
static int receive_too_long(uint32_t id, size_t length)
{
	if (length > ANSWER_MAX)
		return -EPROTO;
	if (answers[id])
		answers[id]->rc = -E2BIG;
	else if (!error)
		error = -E2BIG;
	return receive(NULL, length);
}

/* One answer, to request ID. */
static int receive_answer(uint32_t id)
{
	struct store_answer *answer = answers[id];
	struct xsd_sockmsg header = { 0 };
	size_t part;
	int rc;

	to_come -= sizeof(header);
	rc = receive((char *)&header, sizeof(header));
	if (rc)
		return rc;
	to_come -= answer ? 0 : OK_SIZE;
	if (header.req_id != id)
		return -EPROTO;
	if (header.len > XENSTORE_PAYLOAD_MAX)
		return receive_too_long(id, header.len);
	if (header.type == XS_ERROR)
		return receive_error(id, header.len);
	if (!answer)
		return receive(NULL, header.len);
	part = header.len < answer->size ? header.len : answer->size - 1;
	rc = receive_text(answer->text, part, header.len);
	if (rc)
		return rc;
	answer->rc = (header.type == XS_DIRECTORY ? length_of_list : length_of)
		     (answer->text, part, header.len);
	return 0;
}

/* After a broken connection nothing more is tried on it. */
static void exchange(void)
{
	uint32_t id, last = requests;
	int rc = wire_fd < 0 ? -ENOTCONN : 0;

	to_come = last * sizeof(struct xsd_sockmsg);
	no_more = true;
	for (id = 0; id < last; id++) {
		to_come += answers[id] ? 0 : OK_SIZE;
		no_more = no_more && !answers[id];
	}
	if (!rc)
		rc = send_all();
	for (id = 0; !rc && id < last; id++)
		rc = receive_answer(id);
	if (rc) {
		rc = error ? error : rc;
		wire_use(-1, one_by_one);
		error = rc;
	}
	queued = 0;
	requests = 0;
}

void wire_put(enum xsd_sockmsg_type type, uint32_t tx, const void *payload,
	      size_t size, struct store_answer *answer)
{
	struct xsd_sockmsg header = {
		.type = type, .tx_id = tx, .len = (uint32_t)size,
	};

	if (size > XENSTORE_PAYLOAD_MAX) {
		if (answer)
			answer->rc = -E2BIG;
		else if (!error)
			error = -E2BIG;
		return;
	}
	if (requests && (one_by_one || requests == REQUESTS_MAX ||
			 queued + sizeof(header) + size > OUT_SIZE))
		exchange();
	answers[requests] = answer;
	header.req_id = requests++;
	memcpy(out + queued, &header, sizeof(header));
	memcpy(out + queued + sizeof(header), payload, size);
	queued += sizeof(header) + size;
}

size_t wire_queued(void)
{
	return queued;
}

int wire_flush(void)
{
	int rc;

	exchange();
	rc = error;
	error = 0;
	return rc;
}
