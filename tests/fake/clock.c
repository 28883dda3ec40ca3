/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>

#include "clock.h"
#include "world.h"

/* Time passes while somebody sleeps, and at no other time. */

int64_t clock_ms(void)
{
	return world->now;
}

int clock_left(int64_t deadline)
{
	int64_t left = deadline - world->now;

	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void clock_nap(int ms, int64_t deadline)
{
	int left = clock_left(deadline);

	world_pass(ms < left ? ms : left);
	/* even a loop that does nothing but nap has to end */
	if (!left)
		world_sure(CALL_READ, "nap after the deadline");
}
