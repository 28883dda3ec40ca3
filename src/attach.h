/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ATTACH_H
#define ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "domain.h"
#include "uuid.h"

/*
 * Take one domain from the state it was observed in to one in which its guest
 * has been notified: ordered steps, each of which asks first whether it is
 * still needed. So a dry run is the same walk without the doing, and a run
 * after one that died is the same walk again.
 */
struct attach {
	struct domain *domain;	/* observed, with the ring mapped writable */
	const char *name;	/* what it is to be called */
	bool dry;		/* say the steps, take none */
	bool wait;		/* until the guest has spoken */
	bool userdata;		/* keep libxl's file, too: it is possible */
	bool driver_domain;
	int64_t deadline;	/* clock.h */

	/* Called for each step that is needed, before it is taken. */
	void (*said)(const struct attach *attach, const char *step);

	const char *step;	/* the last one; the failed one on failure */
	const char *hint;	/* on failure: what to do about it, or NULL */

	/* attach.c's own */
	unsigned int next;	/* the step to be looked at next */
	bool acted;		/* this run introduced it or told it its page */
	uint8_t uuid[UUID_SIZE];
	char uuid_text[UUID_TEXT];
	int64_t since;		/* when the present step began, 0: not yet */
	int64_t kicked;		/* when the guest was last notified */
};

/* The steps stand in three phases. */
enum attach_phase {
	ATTACH_PREPARE,		/* Xen's part, libxl's file, the nodes */
	ATTACH_SERVE,		/* introduce it, up to the first notification */
	ATTACH_WAIT,		/* for the guest: only events are raised */
};

/* Begin: choose the UUID, which never changes once a domain has one. */
void attach_begin(struct attach *attach);

/* The first step that is needed, NULL: none. Takes none. */
const char *attach_next_step(struct attach *attach);

/*
 * Take the steps that are needed, up to the end of PHASE. 0: all are done.
 * -EAGAIN: xenstored, the guest or somebody else has to do something first,
 * call again soon; never after the deadline. -ETIMEDOUT: the deadline passed.
 * Else why .step failed. No answer of xenstored's is outstanding on return.
 */
int attach_run(struct attach *attach, enum attach_phase phase);

/* Is all that is left to wait for the guest? */
bool attach_is_waiting(const struct attach *attach);

/* How many ms a caller may sleep until it asks again: few while something
 * happens, many for a guest that is late. */
int attach_patience(const struct attach *attach);

#endif
