/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENDS_H
#define ENDS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/*
 * The two ends of every device: dom0's kernel, and guests that have the drivers.
 * They do what there is to do every few milliseconds.
 */
enum { ENDS_MS = 5 };

enum ends_guest { ENDS_GOOD, ENDS_SILENT, ENDS_STUCK, ENDS_DEAF };
static enum ends_guest ends_guest;	/* silent: never there; stuck: never closes;
					 * deaf: good once the device was away */
enum { ENDS_DEAF_MS = 1000 };		/* for so long */

static inline const char *ends_read(const char *place, const char *key)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", place, key);
	return world_read(path) ? world_read(path) : "";
}

static inline void ends_write(const char *place, const char *key,
			      const char *value)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", place, key);
	world_write(path, value, NULL);
}

/* One backend at PATH, whose state is STATE. */
static inline void ends_step(const char *path, int state)
{
	char back[128], front[128], name[32];
	unsigned int guest, devid;
	bool card = strstr(path, "/vif/");

	snprintf(back, sizeof(back), "%.*s", (int)(strrchr(path, '/') - path),
		 path);
	snprintf(front, sizeof(front), "%s", ends_read(back, "frontend"));
	if (sscanf(strstr(back, "/backend/") + 13, "%u/%u", &guest, &devid) !=
	    2)
		return;
	snprintf(name, sizeof(name), "vif%u.%u", guest, devid);
	if (state == 1) {
		if (card)
			world_link(name, false);
		ends_write(back, "state", "2");
	} else if (state == 2 && ends_guest != ENDS_SILENT &&
		   ends_guest != ENDS_DEAF && world_read(front) &&
		   *ends_read(back, card ? "hotplug-status"
					 : "physical-device")) {
		ends_write(front, "state", "4");
		ends_write(back, "state", "4");
		world->served = true;
	} else if (state == 5 && (ends_guest != ENDS_STUCK ||
				  !world_read(front))) {
		if (world_read(front))
			ends_write(front, "state", "6");
		ends_write(back, "state", "6");
	}
}

/* The tree changes on the way. */
static inline void ends_happen(void)
{
	static struct world_tree now;
	static int64_t seen;
	unsigned int i;
	const char *path;

	now = world->tree;
	if (!seen || seen > world->now ||
	    world_read("/local/domain/0/backend/vif/1/0/state")) {
		if (ends_guest == ENDS_DEAF && seen &&
		    world->now - seen >= ENDS_DEAF_MS)
			ends_guest = ENDS_GOOD;
		seen = world->now;
	}
	for (i = 0; i < now.size; i++) {
		path = now.nodes[i].path;
		if (strncmp(path, "/local/domain/0/backend/", 24) ||
		    strlen(path) < 6 ||
		    strcmp(path + strlen(path) - 6, "/state"))
			continue;
		ends_step(path, atoi(now.nodes[i].value));
	}
	world->later = world->now + ENDS_MS;
}

static inline void ends_begin(enum ends_guest guest)
{
	ends_guest = guest;
	world->happens = ends_happen;
	world->later = world->now + ENDS_MS;
}

#endif
