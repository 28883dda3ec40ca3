/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DTB_H
#define DTB_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The domains that a host device tree declares: the children of /chosen that
 * are compatible with "xen,domain" (docs/misc/arm/device-tree/booting.txt in
 * Xen's sources). Xen numbers them from 1 in the order of the tree (xen/FACTS,
 * domids).
 */

/* What the property xen,enhanced asks for. */
enum dtb_enhanced {
	DTB_PLAIN,		/* absent or "disabled" */
	DTB_ENHANCED,		/* empty or "enabled" */
	DTB_NO_XENSTORE,
	DTB_LEGACY,		/* Xen 4.21 and later */
	DTB_UNKNOWN,
};

struct dtb_domain {
	char name[64];		/* of the node */
	uint64_t memory;	/* KiB, 0: not said */
	uint32_t cpus;		/* 0: not said */
	enum dtb_enhanced enhanced;
	bool direct_map;
	bool static_mem;
};

/*
 * Read the flattened tree in the file PATH. 0; -EINVAL: it is no device tree
 * or a broken one; -EFBIG: larger than any kernel takes; else why it could not
 * be read. The tree stays loaded until the next call. CHECK all of it; without,
 * what is broken inside is only left out.
 */
int dtb_load(const char *path, bool check);

/* How many domains the loaded tree declares, 0 if none is loaded. */
unsigned int dtb_domains(void);

/* The domain that the loaded tree makes DOMID, or -ENOENT. */
int dtb_domain(uint16_t domid, struct dtb_domain *domain);

/* Only the name of its node; NULL: there is none. */
const char *dtb_name(uint16_t domid);

#endif
