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
 *
 * A guest is as Linux 6.1's drivers/xen/xenbus/xenbus_probe.c: xenbus_dev_changed()
 * learns that some node of a device has changed, a while later. If the device is
 * not there then, it is unregistered, and its event channel given back
 * (xen-netfront.c, xennet_remove(); xen-blkfront.c, blkfront_remove()); if it is
 * there, and was not registered, it is registered. A registered device has a state
 * of its own, so one that has closed, and whose nodes went and came meanwhile, never
 * connects again.
 */
enum { ENDS_MS = 5 };

enum ends_guest { ENDS_GOOD, ENDS_SILENT, ENDS_STUCK };
static enum ends_guest ends_guest;	/* silent: has no driver; stuck: never closes */
static int64_t ends_slow;		/* ms after which the guest looks */
static int64_t ends_driver;		/* when a silent guest loads it, 0: never */
static bool ends_portless;		/* gives its event channels back at once */
static bool ends_busy;			/* never blocks */
static bool ends_late;			/* listens only after a device came: sees it
					 * when a node of it is written once more */
static unsigned int ends_changes;	/* of the world, since the backend is ready */

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

/* What the guest knows of a device: its own state, what it has seen last and when,
 * and whether that is still to be looked at. In the tree, for all processes. */
struct ends_known {
	int state;		/* 0: it is not registered */
	int there;
	long long changed;	/* 0: nothing */
};

static inline void ends_know(const char *place, struct ends_known *known)
{
	*known = (struct ends_known){ 0 };
	sscanf(ends_read(place, "known"), "%d %d %lld", &known->state,
	       &known->there, &known->changed);
}

static inline void ends_keep(const char *place, const struct ends_known *known)
{
	char text[64];

	snprintf(text, sizeof(text), "%d %d %lld", known->state, known->there,
		 known->changed);
	ends_write(place, "known", text);
}

/* The port of a device's event channel, and whether the guest has it. */
static inline void ends_port(unsigned int guest, bool card, unsigned int devid,
			     const char *front, bool has)
{
	unsigned int number = (card ? 0 : 8) + (card ? devid : devid >> 4) % 8;
	struct world_domain *d = world_find((uint16_t)guest);
	char text[16];

	if (!d)
		return;
	d->ports &= ~(1u << number);
	d->ports |= (uint32_t)has << number;
	snprintf(text, sizeof(text), "%u", WORLD_GUEST_PORT + number);
	if (has)
		ends_write(front, card ? "event-channel-tx" : "event-channel",
			   text);
}

/* The guest's end of the device at FRONT. */
static inline void ends_front(const char *front, unsigned int guest, bool card,
			      unsigned int devid, const char *back)
{
	char state[160], place[64];
	struct ends_known known;
	bool there, ready;

	ready = !strcmp(ends_read(back, "state"), "2") &&
		*ends_read(back, card ? "hotplug-status" : "physical-device");
	snprintf(state, sizeof(state), "%s/state", front);
	snprintf(place, sizeof(place), "/guest/%u/%d/%u", guest, card, devid);
	ends_know(place, &known);
	there = world_read(state);
	if (there != known.there) {
		known.there = there;
		known.changed = ends_late ? 0 : world->now;
	}
	if (ends_late && ready) {
		if (ends_changes && ends_changes != world->changes) {
			known.changed = world->now;
			ends_late = false;
		}
		ends_changes = world->changes;
	}
	if (known.changed && world->now - known.changed >= ends_slow) {
		known.changed = 0;
		if (!there && known.state) {
			known.state = 0;
			ends_port(guest, card, devid, front, false);
		} else if (there && !known.state) {
			known.state = 1;
		}
	}
	if (known.state == 1 && there && ends_guest != ENDS_SILENT && ready) {
		known.state = 4;
		ends_port(guest, card, devid, front, !ends_portless);
		ends_write(front, "state", "4");
		ends_write(back, "state", "4");
		world->served = true;
	} else if (known.state && there && ends_guest != ENDS_STUCK &&
		   !strcmp(ends_read(back, "state"), "5")) {
		known.state = 6;
		ends_write(front, "state", "6");
	}
	ends_keep(place, &known);
	if (known.changed)
		world_find((uint16_t)guest)->info.flags &= ~(uint32_t)HYP_BLOCKED;
}

/* dom0's end of the device at BACK. */
static inline void ends_back(const char *back, const char *front,
			     const char *name, bool card)
{
	char state[160];

	snprintf(state, sizeof(state), "%s/state", front);
	if (!strcmp(ends_read(back, "state"), "1")) {
		if (card)
			world_link(name, false);
		ends_write(back, "state", "2");
	} else if (!strcmp(ends_read(back, "state"), "5") &&
		   (!world_read(state) ||
		    !strcmp(ends_read(front, "state"), "6"))) {
		ends_write(back, "state", "6");
	}
}

/* Guests 1 to 3 have cards 0 to 3 and disks a to d. */
static inline void ends_happen(void)
{
	unsigned int guest, card, i, devid;
	char back[128], front[128], name[32];
	struct world_domain *d;

	if (ends_driver && world->now >= ends_driver)
		ends_guest = ENDS_GOOD;
	for (guest = 1; guest < 4; guest++) {
		d = world_find((uint16_t)guest);
		if (!d)
			continue;
		d->info.flags |= ends_busy ? 0 : HYP_BLOCKED;
		for (i = 0; i < 8; i++) {
			card = i < 4;
			devid = card ? i : 51712 + 16 * (i - 4);
			snprintf(back, sizeof(back), "/local/domain/0/backend/"
				 "%s/%u/%u", card ? "vif" : "vbd", guest, devid);
			snprintf(front, sizeof(front), "/local/domain/%u/device/"
				 "%s/%u", guest, card ? "vif" : "vbd", devid);
			snprintf(name, sizeof(name), "vif%u.%u", guest, devid);
			ends_back(back, front, name, card);
			ends_front(front, guest, card, devid, back);
		}
	}
	world->later = world->now + ENDS_MS;
}

static inline void ends_begin(enum ends_guest guest)
{
	ends_guest = guest;
	ends_slow = ends_driver = 0;
	ends_portless = ends_busy = ends_late = false;
	ends_changes = 0;
	world->happens = ends_happen;
	world->later = world->now + ENDS_MS;
}

#endif
