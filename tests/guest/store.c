/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest.h"

#include <xen/hvm/params.h>

uint32_t store_port;
volatile struct xenstore_domain_interface *store_ring;
char store_answer[XENSTORE_PAYLOAD_MAX + 1];

/* Xen's mark for "there is none yet", in place of a page's number. */
#define NO_PAGE (~(uint64_t)0)

static void barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Is the page named, and the ring in it xenstored's? */
static bool connected(void)
{
	static bool said;
	uint64_t page = 0;

	xen_param(HVM_PARAM_STORE_PFN, &page);
	if (!page)
		return false;
	if (page == NO_PAGE) {
		if (!said)
			say("waits for its xenstore page");
		said = true;
		return false;
	}
	store_ring = (void *)(page * PAGE);
	if (store_ring->connection && !said) {
		say("waits for the connection, page %x", page);
		said = true;
	}
	return !store_ring->connection;
}

/* In this order an event between the look and the sleep is not lost. */
void store_connect(void)
{
	for (;;) {
		event_clear(store_port);
		if (connected())
			return;
		event_sleep(store_port);
	}
}

void store_send(const void *data, size_t size)
{
	const char *from = data;
	uint32_t prod;

	while (size) {
		event_clear(store_port);
		prod = store_ring->req_prod;
		barrier();
		if (prod - store_ring->req_cons >= XENSTORE_RING_SIZE) {
			event_sleep(store_port);
			continue;
		}
		while (size && prod - store_ring->req_cons <
			       XENSTORE_RING_SIZE) {
			/* NOLINTNEXTLINE(*.uninitialized.Assign): of a struct */
			store_ring->req[MASK_XENSTORE_IDX(prod)] = *from++;
			prod++;
			size--;
		}
		barrier();
		store_ring->req_prod = prod;
		barrier();
		event_send(store_port);
	}
}

static void receive(void *data, size_t size)
{
	char *to = data;
	uint32_t cons;

	while (size) {
		event_clear(store_port);
		cons = store_ring->rsp_cons;
		barrier();
		if (cons == store_ring->rsp_prod) {
			event_sleep(store_port);
			continue;
		}
		while (size && cons != store_ring->rsp_prod) {
			*to++ = store_ring->rsp[MASK_XENSTORE_IDX(cons)];
			cons++;
			size--;
		}
		barrier();
		store_ring->rsp_cons = cons;
		barrier();
		event_send(store_port);
	}
}

/* One message; its length. */
static int receive_message(struct xsd_sockmsg *header)
{
	receive(header, sizeof(*header));
	if (header->len > XENSTORE_PAYLOAD_MAX) {
		say("xenstored sent %u bytes at once", header->len);
		xen_stop();
	}
	receive(store_answer, header->len);
	store_answer[header->len] = '\0';
	return (int)header->len;
}

uint32_t store_transaction;

int store_ask(enum xsd_sockmsg_type type, const void *payload, size_t size)
{
	static uint32_t id;
	struct xsd_sockmsg header = {
		.type = type, .req_id = ++id, .tx_id = store_transaction,
		.len = (uint32_t)size,
	};
	int length;

	store_send(&header, sizeof(header));
	store_send(payload, size);
	do {
		length = receive_message(&header);
	} while (header.type == XS_WATCH_EVENT || header.req_id != id);
	return header.type == XS_ERROR ? -1 : length;
}

const char *store_read(const char *path)
{
	int length = store_ask(XS_READ, path, strlen(path) + 1);

	return length < 0 ? NULL : store_answer;
}

bool store_write(const char *path, const void *value, size_t size)
{
	static char payload[XENSTORE_PAYLOAD_MAX];
	size_t at = strlen(path) + 1;

	memcpy(payload, path, at);
	memcpy(payload + at, value, size);
	return store_ask(XS_WRITE, payload, at + size) >= 0;
}

void store_wait_watch(void)
{
	struct xsd_sockmsg header;

	do {
		receive_message(&header);
	} while (header.type != XS_WATCH_EVENT);
}
