/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>
#include <time.h>

#include "clock.h"
#include "tap.h"

int main(void)
{
	int64_t start = clock_ms(), before;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ok((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - start < 1000,
	   "the monotonic clock, in milliseconds");
	is_int(clock_left(start - 1), 0, "a deadline that has passed");
	is_int(clock_left(INT64_MIN / 2), 0, "long ago");
	is_int(clock_left(INT64_MAX / 2), INT_MAX, "in the far future");
	ok(clock_left(start + 60000) > 50000, "in a minute");
	ok(clock_left(start + 60000) <= 60000, "and no later");

	before = clock_ms();
	clock_nap(20, before + 1000);
	ok(clock_ms() - before >= 20, "a nap");
	before = clock_ms();
	clock_nap(60000, before + 20);
	ok(clock_ms() - before >= 20 && clock_ms() - before < 30000,
	   "cut by the deadline");
	before = clock_ms();
	clock_nap(60000, before - 1);
	ok(clock_ms() - before < 30000, "none after the deadline");
	return done();
}
