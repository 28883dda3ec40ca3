/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/*
 * A deadline is a point on the monotonic clock, in milliseconds. The wall
 * clock of a tiny dom0 may read 1970 and jump, so nothing here looks at it.
 */

/* Milliseconds on the monotonic clock. */
int64_t clock_ms(void);

/* Milliseconds until the deadline, never below 0. */
int clock_left(int64_t deadline);

/* Sleep MS milliseconds, or until the deadline if that comes first. */
void clock_nap(int ms, int64_t deadline);

#endif
