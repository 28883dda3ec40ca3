/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NODES_H
#define NODES_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/* What the nodes of one domain are made from. */
struct nodes {
	uint16_t domid;
	const char *name;
	const char *uuid;	/* as text */
	uint64_t memory;	/* KiB of RAM */
	uint32_t vcpus;		/* how many, 0 if nobody knows */
	uint32_t port;		/* the guest's xenstore event channel */
	uint64_t gfn;		/* of the ring page */
	bool driver_domain;	/* it will run backends and libxl itself */
	bool fresh;		/* nothing of it, or of its UUID, is there */
	bool more;		/* other domains' nodes come next */
};

/*
 * Write all nodes of a domain, with libxl's values and permissions, in one
 * transaction; begin again as long as somebody else interferes, until
 * DEADLINE. 0, -ETIMEDOUT, or why xenstored refused; then nothing was written.
 * -EINPROGRESS, if MORE come next: it will be in ANSWER, see store_commit().
 */
int nodes_write(const struct nodes *nodes, struct store_answer *answer,
		int64_t deadline);

/* The same for the control domain, as xen-init-dom0 does. */
int nodes_write_control(uint16_t domid, int64_t deadline);

#endif
