/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests that a xenstored without the repair does not survive. */
#include "guest.h"

enum { NODES = 60 };

/* The number that starting a transaction answers. */
static uint32_t start_transaction(void)
{
	const char *at = store_answer;
	uint32_t number = 0;

	if (store_ask(XS_TRANSACTION_START, "", 1) < 0)
		say("cannot start a transaction: %s", store_answer);
	for (; *at >= '0' && *at <= '9'; at++)
		number = number * 10 + (uint32_t)(*at - '0');
	return number;
}

/* XSA-484: the reset is part of one of the transactions that it ends. */
void fatal_reset(unsigned int unused)
{
	(void)unused;
	store_transaction = start_transaction();
	store_ask(XS_RESET_WATCHES, "", 1);
	store_transaction = 0;
	say("has reset its watches in a transaction");
}

static void name_node(char path[16], uint32_t number)
{
	memcpy(path, "data/fatal/  ", 14);
	path[11] = (char)('a' + number / 16);
	path[12] = (char)('a' + number % 16);
}

static void delete_nodes(uint32_t transaction)
{
	char path[16];
	uint32_t i;

	store_transaction = transaction;
	for (i = 0; i < NODES; i++) {
		name_node(path, i);
		store_ask(XS_RM, path, strlen(path) + 1);
	}
	store_transaction = 0;
}

static void end_transaction(uint32_t transaction)
{
	store_transaction = transaction;
	store_ask(XS_TRANSACTION_END, "T", 2);
	store_transaction = 0;
}

/* XSA-440: what a transaction deletes, another has deleted already. */
void fatal_deletes(unsigned int unused)
{
	char path[16];
	uint32_t i, done = 0, first, second;

	(void)unused;
	for (i = 0; i < NODES; i++) {
		name_node(path, i);
		done += store_write(path, path, strlen(path));
	}
	first = start_transaction();
	second = start_transaction();
	delete_nodes(first);
	delete_nodes(second);
	end_transaction(first);
	end_transaction(second);
	say("has deleted %u nodes twice", done);
}

/* XSA-481: the beginning of a domain's path, and no domain. */
void fatal_slash(unsigned int unused)
{
	static const char path[] = "/local/domain/";

	(void)unused;
	store_ask(XS_READ, path, sizeof(path));
	say("has read a path that ends in a slash");
}
