/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>

#include "applet.h"
#include "batch.h"
#include "clock.h"
#include "msg.h"
#include "plugs.h"

enum { POLL_MS = 2, POLL_MAX_MS = 64 };

struct plug plugs[PLUGS_MAX];
unsigned int nplugs;

static void say_step(const struct plug *plug, const char *step)
{
	char text[4 * sizeof(plug->step)];

	if (plug->dry)
		printf("d%u: %s\n", plug->device.guest,
		       msg_escape(text, sizeof(text), step));
	else
		msg(MSG_STEP, plug->device.guest, "%s", step);
}

struct plug *plugs_add(void)
{
	if (nplugs == PLUGS_MAX)
		return NULL;
	plugs[nplugs] = (struct plug){ .said = say_step };
	return &plugs[nplugs++];
}

static int finish(struct plug *plug, int rc)
{
	struct domain domain = { .info.domid = plug->device.guest };

	plug->over = true;
	return rc ? applet_explain(&domain, rc, plug->step,
				   *plug->hint ? plug->hint : NULL)
		  : APPLET_DONE;
}

/* Each gets as far as it can. How many have not finished. */
static unsigned int progress(int (*walk)(struct plug *plug), int64_t deadline,
			     int *status)
{
	unsigned int left = 0;
	struct plug *plug;
	int rc, broken;

	for (plug = plugs; plug < plugs + nplugs; plug++)
		if (plug->begun && !plug->over)
			plug_ask(plug);
	broken = batch_flush();
	for (plug = plugs; plug < plugs + nplugs; plug++) {
		if (plug->over)
			continue;
		if (!plug->begun) {
			left += !!clock_left(deadline);
			continue;
		}
		rc = broken ? broken : walk(plug);
		if (rc == -EAGAIN)
			left++;
		else
			*status = applet_worse(*status, finish(plug, rc));
	}
	return left;
}

int plugs_run(int (*walk)(struct plug *plug), int (*begin)(void),
	      int64_t deadline)
{
	unsigned int left, before = nplugs;
	int status = APPLET_DONE, nap = POLL_MS;

	for (;;) {
		if (begin)
			status = applet_worse(status, begin());
		left = progress(walk, deadline, &status);
		if (!left)
			return status;
		nap = left < before ? POLL_MS : 2 * nap;
		if (nap > POLL_MAX_MS)
			nap = POLL_MAX_MS;
		clock_nap(nap, deadline);
		before = left;
	}
}
