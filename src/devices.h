/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DEVICES_H
#define DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"

/*
 * All devices of a guest, whoever attached them: those that libxl's entries
 * name. What the guest says of its own is shown, and never followed.
 */
struct devices_one {
	struct device device;
	struct device_look look;
	const char *kind;		/* as the command line has it, */
	char name[SPEC_VDEV_MAX];	/* and its name there */
	char target[DEVICE_TEXT_MAX];	/* or bridge; "": it has none */
};

/*
 * Call SEE for each device, as long as it returns true; for CONSOLES, which
 * have no two ends that connect and close, only if it is said. 0, also if
 * there are no devices, or -errno.
 */
int devices_each(uint16_t guest, bool consoles,
		 bool (*see)(void *context, const char *kind, uint32_t devid),
		 void *context);

/* What there is of one. -ENOENT: it is gone; -EPROTO: libxl's entry is
 * rubbish. */
int devices_look(struct devices_one *one, uint16_t guest, const char *kind,
		 uint32_t devid);

#endif
