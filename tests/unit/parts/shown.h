/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHOWN_H
#define SHOWN_H

#include <stdio.h>

#include "world.h"

/* Does another domain have xenstore? Xen tells. */
static inline bool shown_elsewhere(void)
{
	const struct world_domain *d;

	for (d = world->domains; d < world->domains + WORLD_DOMAINS; d++)
		if (d->exists && d->info.flags & HYP_XS_DOMAIN)
			return true;
	return false;
}

/* A device as the toolstack has made it, with its ends in these states. */
static inline void shown_device(unsigned int guest, const char *kind,
				unsigned int devid, const char *key,
				const char *target, const char *front,
				const char *back)
{
	char path[128], text[64];

	snprintf(text, sizeof(text), "/local/domain/0/backend/%s/%u/%u", kind,
		 guest, devid);
	snprintf(path, sizeof(path), "/libxl/%u/device/%s/%u/backend", guest,
		 kind, devid);
	world_write(path, text, NULL);
	snprintf(path, sizeof(path), "/libxl/%u/device/%s/%u/%s", guest, kind,
		 devid, key);
	world_write(path, target, NULL);
	snprintf(path, sizeof(path), "%s/state", text);
	world_write(path, back, NULL);
	snprintf(path, sizeof(path), "/local/domain/%u/device/%s/%u/state",
		 guest, kind, devid);
	if (front)
		world_write(path, front, NULL);
}

/* Of domain 1, and one of domain 3 that hangs. */
static inline void shown_devices(void)
{
	shown_device(1, "vif", 0, "bridge", "xenbr0", "4", "4");
	shown_device(1, "vbd", 51728, "params", "/dev/a", "4", "4");
	shown_device(3, "vif", 0, "bridge", "xenbr0", "1", "2");
	world_write("/local/domain/0/error/backend/vbd/1/51728/error",
		    "2 was\nnot there", NULL);
	/* a console has no two ends that connect */
	world_write("/libxl/3/device/console/0/backend",
		    "/local/domain/0/backend/console/3/0", NULL);
}

#endif
