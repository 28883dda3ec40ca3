/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NODES_H
#define NODES_H

#include <stdbool.h>
#include <stdint.h>

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
};

/*
 * Write all nodes of a domain but the last, with libxl's values and
 * permissions, in one transaction. 0; -EAGAIN: somebody else interfered, try
 * again; or why xenstored refused. Unless it is 0 nothing was written.
 */
int nodes_write(const struct nodes *nodes);

/* The last: scripts wait for it, so all else is done when it appears. */
int nodes_finish(uint16_t domid);

/* The same for the control domain, as xen-init-dom0 does; -EAGAIN as above. */
int nodes_write_control(uint16_t domid);

#endif
