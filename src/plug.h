/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PLUG_H
#define PLUG_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"
#include "link.h"
#include "loop.h"
#include "spec.h"

/*
 * Take one device from nothing to connected, or back to nothing: ordered steps,
 * each of which asks first whether it is still needed. So a run after one that
 * died is the same walk again, and many devices are waited for together.
 */

/* Numbers that devices of this run have, so that no two get the same. */
enum { PLUG_CLAIMS_MAX = 256 };

struct plug;
struct plug_claims {
	unsigned int count;
	struct {
		const struct plug *by;
		uint32_t devid;
	} of[PLUG_CLAIMS_MAX];
};

struct plug {
	/* the caller's; the device begun, with .guest and .host */
	struct device device;
	const struct spec_vif *vif;	/* not NULL: it is a card */
	const struct spec_disk *disk;	/* not NULL: it is a disk */
	struct plug_claims *claims;	/* of all devices of this run */
	bool begun, over;		/* to be run, and not any more */
	uint8_t uuid[UUID_SIZE];	/* the guest's */
	uint16_t self;			/* our own domain */
	bool dry;			/* say the steps, take none */
	bool no_wait;			/* do not wait for both ends */
	bool force;			/* do not wait for the guest to close */
	int64_t deadline;

	/* Called for each step that is needed, before it is taken. */
	void (*said)(const struct plug *plug, const char *step);

	char step[128];		/* the last one; the failed one on failure */
	char hint[256];		/* on failure: why, or what to do; or "" */

	/* plug.c's own */
	unsigned int next;
	bool fresh;		/* it is not there: it has to be written */
	bool written;		/* this run has written it */
	bool there;		/* when detaching: it is there */
	int64_t since;		/* when it was asked to close, or written */
	int64_t parted;		/* when the guest's nodes went, 0: not yet */
	uint32_t port;		/* which the guest still had then, 0: none */
	int64_t busy;		/* since when its file is in use, 0: not */
	unsigned int anew;	/* how often it has been written again */
	unsigned int nudges;	/* how often it was pointed out since written */
	bool announced;		/* the present step has been said */
	bool plugged;		/* dom0 has done its part for it */
	int loop;		/* descriptor + 1 of a loop device, 0: none */
	struct loop_target target;
	struct link bridge;
	struct device_look look;
};

/* "vif 0", "disk xvda", "9pfs 3". Returns NAME. */
char *plug_name(char name[64], const struct plug *plug);

/* Ask what the device's ends say; then batch_flush(), and plug_in() or
 * plug_out(). */
void plug_ask(struct plug *plug);

/*
 * Attach it, or detach it. 0: that is done. -EAGAIN: some end has to do
 * something first; ask and call again. -ETIMEDOUT: the deadline passed. Else
 * why .step failed; then what this run has written is taken back.
 */
int plug_in(struct plug *plug);
int plug_out(struct plug *plug);

#endif
