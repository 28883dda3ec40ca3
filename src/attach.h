/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ATTACH_H
#define ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "domain.h"
#include "store.h"
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
	bool hold;		/* do not introduce it yet */
	bool more;		/* others' nodes will be written after it */
	bool over;		/* the caller's: not to be run any more */
	int64_t deadline;	/* clock.h */

	/* Called for each step that is needed, before it is taken. */
	void (*said)(const struct attach *attach, const char *step);

	const char *step;	/* the last one; the failed one on failure */
	const char *hint;	/* on failure: what to do about it, or NULL */

	/* attach.c's own */
	unsigned int next;
	bool announced;
	bool noisy;		/* this run did what the guest waits for */
	uint8_t uuid[UUID_SIZE];
	char uuid_text[UUID_TEXT];
	bool asked;		/* xenstored; what it says: */
	struct store_answer answer;
	char text[4];
	int64_t since;		/* when the present wait began, 0: not yet */
	int64_t kicked;		/* when the guest was last notified */
	int64_t busy;		/* when it was last seen to work, 0: not yet */
	uint64_t cpu_time;	/* ns it had used by the last notification */
};

/* Begin: choose the UUID, which never changes once a domain has one. */
void attach_begin(struct attach *attach);

/* The first step that is needed, NULL: none. Takes none. */
const char *attach_next_step(struct attach *attach);

/*
 * Take the steps that are needed. 0: all done. -EAGAIN: xenstored or the guest
 * has to do something first, call again soon; never after the deadline; or it
 * is to be introduced, and .hold is set. -EINPROGRESS: xenstored is to be asked,
 * call attach_ask() and again, now or later; meanwhile ATTACH must stay where it is.
 * -ETIMEDOUT: the deadline passed. Else why .step failed.
 */
int attach_run(struct attach *attach);

/* Ask xenstored all at once what COUNT domains are to have asked. */
void attach_ask(struct attach *attaches, unsigned int count);

#endif
