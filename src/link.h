/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Network interfaces of this kernel's, by rtnetlink. Functions give 0 or -errno
 * and print nothing; -ENODEV: there is no such interface.
 */
enum { LINK_NAME_MAX = 16 };	/* bytes, IFNAMSIZ */

struct link {
	char name[LINK_NAME_MAX];
	uint32_t index, mtu;
	uint32_t master;	/* the index of its bridge, 0: none */
	bool bridge, up;
};

int link_find(const char *name, struct link *link);

/* The names of all bridges, with a blank between, cut at SIZE bytes. */
int link_bridges(char *names, size_t size);

/*
 * Change what is not 0 or NULL in CHANGE of the interface with its index: name,
 * MTU, master; and take it up, all at once.
 */
struct link_change {
	uint32_t index, mtu, master;
	const char *name;
};

int link_set_up(const struct link_change *change);

/* Make a bridge. -EEXIST: there is an interface of that name. */
int link_make_bridge(const char *name);

#endif
