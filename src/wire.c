/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include <xen/io/xs_wire.h>

#include "store.h"
#include "wire.h"

_Static_assert(sizeof(struct xsd_sockmsg) == 16, "xs_wire.h");
_Static_assert(WIRE_START == (int)XS_TRANSACTION_START, "xs_wire.h");
_Static_assert(WIRE_END == (int)XS_TRANSACTION_END, "xs_wire.h");
_Static_assert(WIRE_WRITE == (int)XS_WRITE, "xs_wire.h");
_Static_assert(WIRE_MKDIR == (int)XS_MKDIR, "xs_wire.h");
_Static_assert(WIRE_SET_PERMS == (int)XS_SET_PERMS, "xs_wire.h");

enum { OUT_SIZE = 8192, IN_SIZE = 4096 };

static int wire_fd = -1;
static bool one_by_one;
static int error;		/* the first, 0: none */
static char out[OUT_SIZE];
static size_t queued;		/* bytes */
static uint32_t requests;	/* in them */
static char in[IN_SIZE];
static size_t in_from, in_to;	/* what is read and not yet used */

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
	size_t part;
	ssize_t n;

	for (; size; size -= part) {
		if (in_from == in_to) {
			n = store_io_read(wire_fd, in, IN_SIZE);
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

/* One answer, to request ID. Its text in TEXT; its error is remembered. */
static int receive_answer(uint32_t id, char *text, size_t size)
{
	struct xsd_sockmsg header = { 0 };
	size_t part;
	int rc = receive((char *)&header, sizeof(header));

	if (rc)
		return rc;
	if (header.req_id != id || header.len > XENSTORE_PAYLOAD_MAX)
		return -EPROTO;
	part = header.len < size ? header.len : size - 1;
	rc = receive(text, part);
	if (!rc)
		rc = receive(NULL, header.len - part);
	text[part] = '\0';
	if (!rc && header.type == XS_ERROR && !error)
		error = error_named(text);
	return rc;
}

/* After a broken connection nothing more is tried on it. */
static void exchange(char *text, size_t size)
{
	uint32_t id, last = requests;
	int rc = wire_fd < 0 ? -ENOTCONN : 0;

	if (!rc)
		rc = send_all();
	for (id = 0; !rc && id < last; id++)
		rc = receive_answer(id, text, size);
	if (rc) {
		rc = error ? error : rc;
		wire_use(-1, one_by_one);
		error = rc;
	}
	queued = 0;
	requests = 0;
}

void wire_put(enum wire_type type, uint32_t tx, const void *payload,
	      size_t size)
{
	struct xsd_sockmsg header = {
		.type = type, .tx_id = tx, .len = (uint32_t)size,
	};
	char text[32];

	if (size > XENSTORE_PAYLOAD_MAX) {
		if (!error)
			error = -E2BIG;
		return;
	}
	if (requests && (one_by_one ||
			 queued + sizeof(header) + size > OUT_SIZE))
		exchange(text, sizeof(text));
	header.req_id = requests++;
	memcpy(out + queued, &header, sizeof(header));
	memcpy(out + queued + sizeof(header), payload, size);
	queued += sizeof(header) + size;
}

int wire_flush(char *reply, size_t size)
{
	char text[32];
	int rc;

	exchange(reply ? reply : text, reply ? size : sizeof(text));
	rc = error;
	error = 0;
	return rc;
}
