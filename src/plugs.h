/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PLUGS_H
#define PLUGS_H

#include "plug.h"

/*
 * All devices of a run: each gets as far as it can, and they are waited for
 * together. One that fails is told of, and holds nobody up.
 */
enum { PLUGS_MAX = 40 };

extern struct plug plugs[PLUGS_MAX];
extern unsigned int nplugs;

/* One more, as empty as it can be; NULL: there is no room. */
struct plug *plugs_add(void);

/*
 * WALK, plug_in() or plug_out(), with those that have begun, until they are
 * done or it says that it is too late. BEGIN, unless it is NULL, is called
 * before each round for the others, which are left when the deadline has
 * passed. An exit status.
 */
int plugs_run(int (*walk)(struct plug *plug), int (*begin)(void),
	      int64_t deadline);

#endif
