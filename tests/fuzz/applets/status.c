/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "../../../applets/dom0less-status.c"
#include "../fuzz.h"

static void reset(void)
{
	memset(&opts, 0, sizeof(opts));
	store = stuck = false;
}

const struct fuzz_applet fuzz_status = { "dom0less-status", dom0less_status_main, reset };
